package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var routineName = &Rule{
	Name:  "routine-name",
	Title: "A name in a function's body that nothing in the history makes",
	Condition: "A body that names a table or calls a function that neither the history nor one of the databases has: a misspelt or forgotten one, one of an extension, or one that something else makes, such as an earlier history. " +
		"Also the body of a trigger function that names what the history makes only behind the trigger.",
	Effect: "PostgreSQL looks the names in a body up when it runs, and does not notice before. CockroachDB resolves them when the function is made, and those of a trigger function when its trigger is made, and refuses the statement (SQLSTATE 42P01 or 42883). " +
		"It reads `if(a, b, c)` as a conditional expression of its own.",
	Workaround: "Nothing has to be done where the name is there by then. Otherwise a person has to make it first, or take the function out, which does not work in PostgreSQL either. A trigger in front of what its function names moves behind it by hand. " +
		"(For functions made in front of what they name see `function-order`.)",
	Versions: "*",
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a table and a function that nobody makes",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM elsewhere';\nCREATE FUNCTION g(a INT8) RETURNS INT8 LANGUAGE sql AS 'SELECT of_an_extension(a)';\n",
			Want:   []string{"1:74 warning manual", "2:64 warning manual"},
			Error:  "relation \"elsewhere\" does not exist",
			Manual: true,
		},
		{
			Name:   "a trigger in front of a table that its function writes to",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NULL; END $$;\n",
			Input:  "CREATE TRIGGER tg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\nCREATE TABLE log (a INT8);\n",
			Want:   []string{"1:50 error manual"},
			Error:  "relation \"log\" does not exist",
			Manual: true,
		},
		{
			Name:   "what is there",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION f() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t, pg_class, information_schema.tables AS i WHERE coalesce(t.id, 1) = 2';\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindCreateTrigStmt},
	Check: func(p *Pass, node pgsql.Node) {
		if p.Stmt.Down {
			return
		}
		mem := State[strangers](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			r := routineOf(p)
			if r.body == nil || r.body.from == nil || r.isTrigger() || isBroken(p, r.name) || r.language == "plpgsql" && p.Target.Meets("<23.2") {
				return
			}
			for _, s := range strangersIn(p, r) {
				s.f.Message = fmt.Sprintf("line %d of the body: ", r.body.src.Line(s.token))
				s.f.inBody(r.body, pgsql.PLSpan{First: s.token, Last: s.last})
				s.f.Stmt = p.Stmt.kept(false)
				mem.add(s)
			}
		case *pgsql.CreateTrigStmt:
			name := catalog.ListName(n.Funcname)
			_, r := triggerRoutinesOf(p).read(name.Name)
			i := p.Stmt.find(0, "execute")
			if r == nil || r.body == nil || i < 0 || p.Target.Meets("<24.3") || isBroken(p, name) || len(n.TransitionRels) > 0 {
				return
			}
			for _, s := range strangersIn(p, r) {
				s.trigger = true
				s.f.Message = fmt.Sprintf("function %s, line %d of the body: ", name, r.body.src.Line(s.token))
				s.f.at(p.Stmt, i, min(i+2, len(p.Stmt.Tokens)-1))
				s.f.Stmt = p.Stmt.kept(false)
				mem.add(s)
			}
		}
	},
	Finish: func(p *Pass) {
		for _, s := range State[strangers](p).list {
			s.report(p)
		}
	},
}

// strangers is the rule's memory: the names that were not there.
type strangers struct{ list []stranger }

// add notes a name; one that a statement names again is said once.
func (mem *strangers) add(s stranger) {
	if k := len(mem.list); k > 0 && mem.list[k-1].name == s.name && mem.list[k-1].f.Stmt.Number == s.f.Stmt.Number {
		return
	}
	mem.list = append(mem.list, s)
}

// stranger is a name in a body that was not there when CockroachDB resolves it.
type stranger struct {
	name        catalog.Name
	call        bool
	trigger     bool
	token, last int // of the body
	f           Finding
}

// strangersIn returns what a body names that is not there.
func strangersIn(p *Pass, r *routine) []stranger {
	var out []stranger
	br := &bodyReader{Pass: p, r: r, b: r.body}
	for _, f := range r.body.code {
		if what, _ := refusedInBody(f.tree); f.query && what != "" {
			continue // see routine-sql
		}
		br.names(f, func(n pgsql.Node, name catalog.Name) {
			i := r.body.tokenAt(f, pgsql.Location(n))
			if i < 0 {
				return
			}
			s := stranger{name: name, token: i, last: br.nameEnd(i)}
			switch n.(type) {
			case *pgsql.RangeVar:
				if exists(p.Catalog, name) || name.Schema == "crdb_internal" || elsewhere(p, catalog.OfRelation, name) {
					return
				}
			case *pgsql.FuncCall:
				if s.call = true; !undefined(p, name) || name.Name == r.name.Name || elsewhere(p, catalog.OfFunction, name) {
					return
				}
			default:
				return
			}
			out = append(out, s)
		})
	}
	return out
}

// elsewhere reports whether the name is in a schema that the search path does
// not reach: see routine-search-path.
func elsewhere(p *Pass, sort catalog.Sort, name catalog.Name) bool {
	return name.Schema == "" && p.Catalog.HasHome(sort, name.Name)
}

// report says what is known of the name at the end of the history.
func (s *stranger) report(p *Pass) {
	f := s.f
	f.Severity, f.Fidelity = Warning, Manual
	what := "a table or view"
	there := exists(p.Catalog, s.name)
	if s.call {
		what, there = "a function", len(p.Catalog.Functions(s.name)) > 0
	}
	switch {
	case there && !s.trigger:
		return // see function-order
	case there:
		f.Severity = Error
		f.Message += fmt.Sprintf("the history makes %s only later: CockroachDB resolves the names in a trigger function when its trigger is made", s.name)
		f.Todo = "Make the trigger behind what its function names"
	case s.call && s.name == catalog.Name{Name: "if"}:
		f.Message += "PostgreSQL has no function if() and finds that out when the function runs; CockroachDB reads it as its conditional expression, and refuses the function where the two results are of different types"
		f.Todo = "Write CASE WHEN ... THEN ... ELSE ... END"
	default:
		f.Message += fmt.Sprintf("neither CockroachDB nor the history has %s %s: CockroachDB resolves the names in a body when the statement is run", what, s.name)
		f.Todo = "Make it first, or take out what names it"
	}
	p.Report(f)
}
