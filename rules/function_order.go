package rules

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionOrder = &Rule{
	Name:      "function-order",
	Title:     "A function made in front of what its body names",
	Condition: "A body that names a table, a view, a sequence in `nextval('...')` or a function which the history makes only later. pg_dump writes functions in front of the tables.",
	Effect: "PostgreSQL looks into a body when it runs (or not at all with `check_function_bodies = off`); CockroachDB resolves every name when the function is made, " +
		"and refuses it (SQLSTATE 42P01 or 42883). A trigger function's body is resolved when its trigger is made.",
	Workaround: "The statement moves behind the last one that makes what it names, with the ALTER, COMMENT and GRANT statements about the function that stand in between. Where something in between uses the function, or the other statement is in another file, it is left to a person.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1: check_function_bodies has no effect"},
	Examples: []Example{
		{
			Name:   "as pg_dump writes it",
			Input:  "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t';\nALTER FUNCTION n() OWNER TO root;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t';\n\nALTER FUNCTION n() OWNER TO root;\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "relation \"t\" does not exist",
		},
		{
			Name:   "behind a statement that nothing closes",
			Input:  "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t';\nCREATE TABLE t (id INT8 PRIMARY KEY)\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t'\n",
			Want:   []string{"1:1 error exact"},
			Error:  "relation \"t\" does not exist",
		},
		{
			Name:   "used in between",
			Input:  "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t';\nCREATE VIEW v AS SELECT n() AS n;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error manual"},
			Target: ">=25.3",
			Error:  "relation \"t\" does not exist",
			Manual: true,
		},
		{
			Name:   "a table that gets the name later on",
			Target: ">=23.2",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM u';\nCREATE TABLE v (id INT8 PRIMARY KEY);\nALTER TABLE t RENAME TO u;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE v (id INT8 PRIMARY KEY);\nALTER TABLE t RENAME TO u;\n\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM u';\n",
			Want:   []string{"2:1 error exact"},
			Error:  "relation \"u\" does not exist",
		},
		{
			Name:  "behind the table",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t';\n",
		},
	},
	Nodes: []pgsql.Kind{
		pgsql.KindCreateFunctionStmt, pgsql.KindFuncCall, pgsql.KindCreateTrigStmt, pgsql.KindDropStmt,
		pgsql.KindAlterFunctionStmt, pgsql.KindAlterOwnerStmt, pgsql.KindCommentStmt, pgsql.KindGrantStmt,
	},
	Statement: func(p *Pass) {
		mem := State[early](p)
		mem.resolve(p)
		mem.last = p.Stmt
	},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[early](p)
		if p.Stmt.Down {
			return
		}
		if n, ok := node.(*pgsql.CreateFunctionStmt); ok {
			mem.uses(p, p.Stmt) // of others in the body
			mem.add(p, n)
			return
		}
		if len(mem.functions) == 0 {
			return
		}
		switch n := node.(type) {
		case *pgsql.FuncCall:
			mem.use(p, catalog.ListName(n.Funcname).Name)
		case *pgsql.CreateTrigStmt:
			mem.use(p, catalog.ListName(n.Funcname).Name)
		case *pgsql.DropStmt:
			for _, o := range n.Objects {
				if f, ok := o.(*pgsql.ObjectWithArgs); ok {
					mem.use(p, catalog.ListName(f.Objname).Name)
				}
			}
		case *pgsql.AlterFunctionStmt:
			mem.follow(p, n.Func)
		case *pgsql.AlterOwnerStmt:
			mem.follow(p, n.Object)
		case *pgsql.CommentStmt:
			mem.follow(p, n.Object)
		case *pgsql.GrantStmt:
			for _, o := range n.Objects {
				mem.follow(p, o)
			}
		}
	},
	Finish: func(p *Pass) {
		mem := State[early](p)
		mem.resolve(p)
		for _, f := range mem.functions {
			f.report(p)
		}
	},
}

// early is the rule's memory: the functions that name something which is not
// there when they are made.
type early struct {
	functions []*earlyFunction
	waiting   map[catalog.Name][]*earlyFunction // by what they miss
	last      *Statement                        // in front of the one at hand
}

type earlyFunction struct {
	stmt *Statement
	name string
	noun string
	// missing are the names that are still not there, built-in functions among
	// them; found those that came.
	missing map[catalog.Name]bool
	found   []string
	// behind is the place of the last statement that makes one of them.
	behind catalog.Place
	// open tells that its source ends without closing that statement.
	open bool
	// inBlock tells that a DO block makes one of them: the place is known once
	// the block is gone.
	inBlock bool
	// used is the first statement that uses the function before that.
	used *Statement
	// with are the statements about the function that have to move along.
	with []*Statement
}

// add notes a function whose body names what is not there.
func (mem *early) add(p *Pass, n *pgsql.CreateFunctionStmt) {
	r := routineOf(p)
	if r.body == nil || r.isTrigger() || isBroken(p, r.name) {
		return
	}
	if r.language == "plpgsql" && p.Target.Meets("<23.2") {
		return
	}
	missing := map[catalog.Name]bool{}
	for name := range bodyNames(r) {
		if !exists(p.Catalog, name) {
			missing[name] = true
		}
	}
	if len(missing) > 0 {
		f := &earlyFunction{stmt: p.Stmt, name: r.name.Name, noun: r.noun, missing: missing}
		mem.functions = append(mem.functions, f)
		for name := range missing {
			mem.waiting = mapSet(mem.waiting, name, append(mem.waiting[name], f))
		}
	}
}

// callPrefix marks the names of functions among those of relations.
const callPrefix = "()"

// commonTables returns the names of the common table expressions of a query.
func commonTables(tree pgsql.Node) map[string]bool {
	names := map[string]bool{}
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if c, ok := n.(*pgsql.CommonTableExpr); ok {
			names[c.Ctename] = true
		}
		return true
	})
	return names
}

// bodyNames returns the relations and, marked, the functions that a body
// names, less the common table expressions.
func bodyNames(r *routine) map[catalog.Name]bool {
	out := map[catalog.Name]bool{}
	for _, f := range r.body.code {
		if f.tree == nil {
			continue
		}
		local := commonTables(f.tree)
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			switch n := n.(type) {
			case *pgsql.RangeVar:
				if n.Schemaname != "" || !local[n.Relname] {
					out[catalog.Name{Schema: n.Schemaname, Name: n.Relname}] = true
				}
			case *pgsql.FuncCall:
				name := catalog.ListName(n.Funcname)
				if name.Schema != "pg_catalog" && name.Name != r.name.Name {
					out[catalog.Name{Schema: name.Schema, Name: callPrefix + name.Name}] = true
				}
			}
			return true
		})
	}
	return out
}

// exists reports whether what a body names is in the catalog. A function that
// is not may be built in: it counts only when the history makes it later.
func exists(c *catalog.Catalog, name catalog.Name) bool {
	if fn, ok := strings.CutPrefix(name.Name, callPrefix); ok {
		return len(c.Functions(catalog.Name{Schema: name.Schema, Name: fn})) > 0
	}
	return c.Relation(name) != nil || c.Sequence(name) != nil || name.Schema == "pg_catalog" || name.Schema == "information_schema" || strings.HasPrefix(name.Name, "pg_")
}

// resolve looks which of the missing names the statement in front has made.
func (mem *early) resolve(p *Pass) {
	for name, waiting := range mem.waiting {
		if !exists(p.Catalog, name) {
			continue
		}
		delete(mem.waiting, name)
		plain := catalog.Name{Schema: name.Schema, Name: strings.TrimPrefix(name.Name, callPrefix)}
		var def catalog.Place
		switch {
		case plain.Name != name.Name:
			fs := p.Catalog.Functions(plain)
			def = fs[len(fs)-1].Def
		case p.Catalog.Relation(plain) != nil:
			def = p.Catalog.Relation(plain).Def
		default:
			def = p.Catalog.Sequence(plain).Def
		}
		for _, f := range waiting {
			f.find(mem.last, name, plain, def.Source < 0)
		}
	}
}

// find notes that there is now what the function misses: maker has made it, or given it
// its name.
func (f *earlyFunction) find(maker *Statement, name, plain catalog.Name, inBlock bool) {
	delete(f.missing, name)
	f.found = append(f.found, plain.String())
	if inBlock {
		f.inBlock = true
		return
	}
	f.behind = catalog.Place{Source: maker.Source, Start: maker.Start(), Stop: maker.Stop()}
	f.open = maker.Tail == ""
}

// use notes that the statement uses a function that is made too early.
func (mem *early) use(p *Pass, name string) {
	for _, f := range mem.functions {
		if f.name == name && f.used == nil && f.stmt != p.Stmt {
			f.used = p.Stmt
		}
	}
}

// uses notes what a body calls.
func (mem *early) uses(p *Pass, _ *Statement) {
	if len(mem.functions) == 0 {
		return
	}
	r := routineOf(p)
	if r == nil || r.body == nil || r.isTrigger() {
		return
	}
	for name := range bodyNames(r) {
		if fn, ok := strings.CutPrefix(name.Name, callPrefix); ok {
			mem.use(p, fn)
		}
	}
}

// follow notes that the statement is about a function and moves along.
func (mem *early) follow(p *Pass, object pgsql.Node) {
	o, ok := object.(*pgsql.ObjectWithArgs)
	if !ok {
		return
	}
	for _, f := range mem.functions {
		if f.name == catalog.ListName(o.Objname).Name && f.stmt != p.Stmt {
			f.with = append(f.with, p.Stmt)
		}
	}
}

// report moves the function, or says why it cannot be moved.
func (f *earlyFunction) report(p *Pass) {
	if len(f.found) == 0 || f.inBlock {
		return
	}
	sort.Strings(f.found)
	names := strings.Join(f.found, ", ")
	out := Finding{Stmt: f.stmt, Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("the body names %s, which the history makes only later: CockroachDB resolves the names in a body when the %s is made; it moves behind", names, f.noun)}
	early := f.used != nil && (f.used.Source < f.behind.Source || f.used.Source == f.behind.Source && f.used.Start() < f.behind.Stop)
	switch {
	case len(f.left()) > 0:
		out.Fidelity = Manual
		out.Message = fmt.Sprintf("the body names %s, which the history makes only later, and %s, which it does not make: CockroachDB resolves the names in a body when the %s is made", names, strings.Join(f.left(), ", "), f.noun)
		out.Todo = "Make what the body names first"
	case f.behind.Source != f.stmt.Source:
		out.Fidelity = Manual
		out.Message = fmt.Sprintf("the body names %s, which a later file makes: CockroachDB resolves the names in a body when the %s is made", names, f.noun)
		out.Todo = "Move the statement into the later file"
	case early && !isRoutine(f.used):
		out.Fidelity = Manual
		out.Message = fmt.Sprintf("the body names %s, which the history makes only later, and the %s is used before: CockroachDB resolves the names in a body when it is made", names, f.noun)
		out.Todo = "Make what the body names first, or make what uses it later"
	default:
		before, after := "\n\n", ";"
		if f.open { // and stays open
			before, after = ";\n\n", ""
		}
		text := before + f.stmt.Text + after
		out.Edits = []Edit{f.stmt.Dropped()}
		for _, st := range f.with {
			if st.Source == f.behind.Source && st.Stop() <= f.behind.Stop {
				text += before + st.Text + after
				out.Edits = append(out.Edits, st.Dropped())
			}
		}
		out.Edits = append(out.Edits, Edit{Source: f.behind.Source, Start: f.behind.Stop, End: f.behind.Stop, New: text})
	}
	p.Report(out)
}

// left are the relations that never came.
func (f *earlyFunction) left() []string {
	var out []string
	for name := range f.missing {
		if !strings.HasPrefix(name.Name, callPrefix) {
			out = append(out, name.String())
		}
	}
	sort.Strings(out)
	return out
}

// isRoutine reports whether a statement makes a function: that one moves as
// well, in the next round.
func isRoutine(st *Statement) bool {
	_, ok := st.Tree.(*pgsql.CreateFunctionStmt)
	return ok
}
