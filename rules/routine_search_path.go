package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var routineSearchPath = &Rule{
	Name:  "routine-search-path",
	Title: "A name in a function's body that the search path does not reach when the function is made",
	Condition: "A table, a view, a sequence, a type or a function of the history that a body names without its schema, where the search path in force when the function is made does not hold that schema, or holds another thing of the name first. " +
		"In a dump of pg_dump, which empties the search path, that is each name without a schema; beside it, a function with `SET search_path` of its own. Of a trigger function, the path that counts is that in force when the trigger is made.",
	Effect: "PostgreSQL looks the names up when the function runs, by the search path of the session or that of the function. CockroachDB resolves and stores them when the function or the trigger is made, " +
		"by the search path of that session alone: it refuses the statement (SQLSTATE 42P01, 42704 or 42883), or takes the other thing.",
	Workaround: "The schema is written in front of the name: that in which the function's own `SET search_path` finds it, otherwise the only schema of the history that has something of the name. Where several have, a person has to say which is meant.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1", "PostgreSQL docs, pg_dump: search_path is empty in what it writes since 10.3"},
	Examples: []Example{
		{
			Name:   "in a dump",
			Target: ">=23.2",
			Setup:  "CREATE TABLE public.t (id INT8 PRIMARY KEY);\n",
			Input: "SELECT pg_catalog.set_config('search_path', '', false);\n" +
				"CREATE FUNCTION public.n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t WHERE t.id > 0';\n",
			Output: "SELECT pg_catalog.set_config('search_path', '', false);\n" +
				"CREATE FUNCTION public.n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM public.t WHERE t.id > 0';\n",
			Want:  []string{"2:81 error exact"},
			Error: "relation \"t\" does not exist",
		},
		{
			Name:   "the path of the function",
			Target: ">=24.1",
			Setup:  "CREATE SCHEMA app;\nCREATE TABLE app.t (id INT8 PRIMARY KEY);\n",
			Input: "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE plpgsql SET search_path = app AS $$\n" +
				"DECLARE x t%ROWTYPE;\nBEGIN\n  SELECT * INTO x FROM t;\n  RETURN 1;\nEND $$;\n",
			Output: "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE plpgsql AS $$\n" +
				"DECLARE x app.t;\nBEGIN\n  SELECT * INTO x FROM app.t;\n  RETURN 1;\nEND $$;\n",
			Want:  []string{"2:11 error exact", "4:24 error exact"},
			Error: "syntax error",
		},
		{
			Name:   "several of the name",
			Target: ">=23.2",
			Setup:  "CREATE SCHEMA a;\nCREATE SCHEMA b;\nCREATE TABLE a.t (id INT8 PRIMARY KEY);\nCREATE TABLE b.t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql AS 'SELECT count(*) FROM t';\n",
			Want:   []string{"1:74 error manual"},
			Error:  "relation \"t\" does not exist",
			Manual: true,
		},
		{
			Name:   "what the path reaches",
			Target: ">=25.1",
			Setup:  "CREATE SCHEMA a;\nCREATE TABLE a.t (id INT8 PRIMARY KEY);\n",
			Input: "SET search_path = a, public;\n" +
				"CREATE FUNCTION a.n() RETURNS BIGINT LANGUAGE sql AS 'WITH u AS (SELECT 1 AS x) SELECT count(*) FROM t, u';\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutPath) },
}

// paths judges the names of a body that are without a schema.
func (br *bodyReader) paths() {
	if br.r.noun == "DO block" {
		return // it runs at once, with the path that PostgreSQL has there too
	}
	own, hasOwn := ownPath(br.r)
	look := func(sort catalog.Sort, name string, token int, bind bool) {
		if token < 0 || br.b.src.Is(token-1, ".") {
			return
		}
		reached := br.Catalog.Home(sort, name, br.Catalog.SearchPath)
		meant := []string{br.Catalog.Home(sort, name, own)}
		if meant[0] == "" {
			if hasOwn || reached != "" {
				return // nothing of the name that the function could mean, or there it is
			}
			meant = br.Catalog.Homes(sort, name)
		}
		if len(meant) == 0 || meant[0] == reached {
			return
		}
		is := bodyIssue{
			PLSpan: pgsql.PLSpan{First: token, Last: token}, about: aboutPath, bind: bind, fidelity: Exact,
			message: fmt.Sprintf("%s is in schema %s, which the search path does not reach when CockroachDB resolves the name: the schema is written in front of it", name, meant[0]),
			edits:   []Edit{br.insert(token, QuoteIdent(meant[0])+".")},
		}
		if len(meant) > 1 {
			is.fidelity, is.edits = Manual, nil
			is.message = fmt.Sprintf("schemas %s each have something named %s, and the search path reaches none of them when CockroachDB resolves the name", someOf(meant), name)
			is.todo = "Write the schema that is meant in front of the name"
		}
		br.add(is)
	}
	trigger := br.r.isTrigger()
	for _, f := range br.b.code {
		br.namesIn(f, func(sort catalog.Sort, name string, token int) { look(sort, name, token, trigger) })
	}
	if !br.r.plpgsql() {
		return
	}
	br.b.src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if name := declaredName(br.b.src, d); name != "" {
				look(catalog.OfType, name, d.Type.First, false)
			}
		}
	})
}

// someOf lists names, but of many the first ones only.
func someOf(names []string) string {
	const most = 5
	if more := len(names) - most; more > 1 {
		return fmt.Sprintf("%s and %d others", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// namesIn calls see for each name in a fragment that has no schema and may
// stand for something of the history.
func (br *bodyReader) namesIn(f fragment, see func(sort catalog.Sort, name string, token int)) {
	br.names(f, func(n pgsql.Node, name catalog.Name) {
		i := br.b.tokenAt(f, pgsql.Location(n))
		switch n.(type) {
		case *pgsql.RangeVar:
			if name.Schema == "" {
				see(catalog.OfRelation, name.Name, i)
			}
		case *pgsql.FuncCall:
			if name.Schema == "" && !isBuiltin(name) {
				see(catalog.OfFunction, name.Name, i)
			}
		case *pgsql.TypeName:
			if name.Schema == "" {
				see(catalog.OfType, name.Name, i)
			}
		}
	})
}

// names calls see for each node of a fragment that names a relation, a function
// or a type; a common table expression is none.
func (br *bodyReader) names(f fragment, see func(n pgsql.Node, name catalog.Name)) {
	if f.tree == nil {
		return
	}
	local := commonTables(f.tree)
	pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.LockingClause:
			return false // FOR UPDATE OF names what FROM calls it
		case *pgsql.RangeVar:
			if n.Schemaname != "" || !local[n.Relname] {
				see(n, catalog.Name{Schema: n.Schemaname, Name: n.Relname})
			}
		case *pgsql.FuncCall:
			see(n, catalog.ListName(n.Funcname))
		case *pgsql.TypeName:
			see(n, catalog.ListName(n.Names))
		}
		return true
	})
}

// declaredName returns the type or the table that a declaration names without
// a schema; "" if there is none.
func declaredName(src *pgsql.PLSource, d pgsql.PLDecl) string {
	if d.Type.Empty() || d.Alias || d.Cursor {
		return ""
	}
	last := d.Type.First
	for last+2 <= d.Type.Last && src.Is(last+1, ".") {
		last += 2
	}
	names := nameParts(src, d.Type.First, last)
	switch {
	case len(names) == 2 && src.Is(last+1, "%") && src.Is(last+2, "type"): // table.column%TYPE
		return names[0]
	case len(names) != 1 || src.Is(last+1, "%") && src.Is(last+2, "type"): // variable%TYPE
		return ""
	}
	return names[0]
}

// ownPath returns the search path that the routine sets for itself, where it
// is a list of names.
func ownPath(r *routine) (path []string, ok bool) {
	for _, o := range r.options {
		s, isSet := o.Arg.(*pgsql.VariableSetStmt)
		if o.Defname != "set" || !isSet || s.Name != "search_path" || s.Kind_ != pgsql.VarSetValue {
			continue
		}
		for _, a := range s.Args {
			k, isConst := a.(*pgsql.AConst)
			if !isConst {
				return nil, false
			}
			name, isString := k.Val.(*pgsql.String)
			if !isString {
				return nil, false
			}
			path = append(path, name.Sval)
		}
		return path, true
	}
	return nil, false
}
