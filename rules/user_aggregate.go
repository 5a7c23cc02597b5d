package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var userAggregate = &Rule{
	Name:      "user-aggregate",
	Title:     "Aggregates of one's own do not exist",
	Condition: "`CREATE AGGREGATE`, and calls of such an aggregate.",
	Effect:    "A syntax error (SQLSTATE 0A000); the calls name a function that does not exist (42883).",
	Workaround: "An aggregate whose state is a text to which each value is added behind a separator, NULLs passed over, is `string_agg`: its calls become that, and CREATE AGGREGATE goes. " +
		"Others are left to a person, with the calls that follow.",
	Versions: "*",
	Issues:   []int{74775},
	Sources:  []string{"CockroachDB docs, postgresql-compatibility.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "what string_agg does",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, name TEXT);\n" + concatFunction,
			Input:  "CREATE AGGREGATE group_concat(TEXT) (SFUNC = _group_concat, STYPE = TEXT);\nCREATE VIEW v AS SELECT id, group_concat(DISTINCT name) AS names, group_concat(name ORDER BY name) AS sorted FROM t GROUP BY id;\n",
			Output: "CREATE VIEW v AS SELECT id, string_agg(DISTINCT name, ', ') AS names, string_agg(name, ', ' ORDER BY name) AS sorted FROM t GROUP BY id;\n",
			Want:   []string{"1:1 error exact", "2:29 error exact", "2:67 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "another one",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8);\n",
			Input:  "CREATE AGGREGATE total(INT8) (sfunc = int8pl, stype = INT8, initcond = 10);\nCREATE VIEW v AS SELECT total(n) FROM t;\n",
			Want:   []string{"1:1 error manual", "2:25 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "a built-in one",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, name TEXT);\n",
			Input: "SELECT string_agg(name, ', ') FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindDefineStmt, pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[aggregates](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			mem.function(p)
		case *pgsql.DefineStmt:
			if n.Kind_ == pgsql.ObjectAggregate {
				mem.define(p, n)
			}
		case *pgsql.FuncCall:
			mem.call(p, n, p.Stmt.TokenAt(int(n.Location)), &Statement{Statement: p.Stmt.Statement}, p.Replace, nil)
		}
	},
}

const concatFunction = "CREATE FUNCTION _group_concat(TEXT, TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN $2 IS NULL THEN $1 WHEN $1 IS NULL THEN $2 ELSE $1 || ', ' || $2 END $$;\n"

// aggregates is the rule's memory: the functions that put texts together, and
// the aggregates that are string_agg, with the text in between.
type aggregates struct{ concat, joins map[string]string }

// function notes a function that adds a text to another one, and looks for calls
// of aggregates in its body.
func (mem *aggregates) function(p *Pass) {
	r := routineOf(p)
	if r == nil || r.body == nil {
		return
	}
	if r.language == "sql" && len(r.params) == 2 && len(r.body.code) == 1 {
		if between, ok := concatenates(r.body.code[0].tree, r.params[0].Name, r.params[1].Name); ok {
			mem.concat = mapSet(mem.concat, r.name.Name, between)
		}
	}
	src := &Statement{Statement: r.body.src.Statement}
	for _, f := range r.body.code {
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			if call, ok := n.(*pgsql.FuncCall); ok {
				if i := r.body.tokenAt(f, int(call.Location)); i >= 0 && r.body.from != nil {
					mem.call(p, call, i, src, func(start, end int, text string) Edit {
						return p.Replace(r.body.from(start), r.body.from(end), r.body.escaped(p.Stmt, text))
					}, r)
				}
			}
			return true
		})
	}
}

func (mem *aggregates) define(p *Pass, n *pgsql.DefineStmt) {
	name := catalog.ListName(n.Defnames)
	function, stype, other := "", "", false
	for _, e := range n.Definition {
		d, ok := e.(*pgsql.DefElem)
		if !ok {
			continue
		}
		t, isName := d.Arg.(*pgsql.TypeName)
		switch {
		case d.Defname == "sfunc" && isName:
			function = catalog.ListName(t.Names).Name
		case d.Defname == "stype" && isName:
			stype = builtin(catalog.TypeOf(t))
		case d.Defname == "parallel":
		default:
			other = true
		}
	}
	between, ok := mem.concat[function]
	if !ok || other || stype != "text" && stype != "varchar" {
		p.Report(manual("CockroachDB has no aggregates of one's own", "Use a built-in aggregate (string_agg, array_agg, ...) where the aggregate is called, or aggregate in the application"))
		return
	}
	mem.joins = mapSet(mem.joins, name.Name, between)
	p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(), Message: fmt.Sprintf("CockroachDB has no aggregates of one's own; %s is string_agg with %s in between: its calls become that, and the statement goes", name, QuoteString(between))})
}

// call reports the call of an aggregate at token i of st, which is a body where
// r is not nil.
func (mem *aggregates) call(p *Pass, n *pgsql.FuncCall, i int, st *Statement, replace func(start, end int, text string) Edit, r *routine) {
	name := catalog.ListName(n.Funcname)
	fs := p.Catalog.Functions(name)
	if len(fs) == 0 || !fs[0].Aggregate {
		return
	}
	last := st.nameEnd(i)
	between, joins := mem.joins[name.Name]
	f := Finding{Severity: Error, Fidelity: Manual, Follows: true, Message: fmt.Sprintf("CockroachDB has no aggregates of one's own, such as %s", name), Todo: "Use a built-in aggregate (string_agg, array_agg, ...), or aggregate in the application"}
	if _, args := st.call(i); joins && len(args) == 1 && len(n.Args) == 1 {
		end := args[0][1]
		if order := st.Find(args[0][0], "order"); len(n.AggOrder) > 0 && order > 0 {
			end = order - 1
		}
		at := st.Tokens[end].End()
		f.Fidelity, f.Todo, f.Message = Exact, "", fmt.Sprintf("CockroachDB has no aggregates of one's own: string_agg does what %s does", name)
		f.Edits = []Edit{replace(st.Tokens[i].Start(), st.Tokens[last].End(), "string_agg"), replace(at, at, ", "+QuoteString(between))}
	}
	if r != nil {
		f.inBody(r.body, pgsql.PLSpan{First: i, Last: last})
	} else {
		f.at(p.Stmt, i, last)
	}
	p.Report(f)
}

// concatenates recognises CASE WHEN b IS NULL THEN a WHEN a IS NULL THEN b ELSE
// a || 'text' || b END and returns the text.
func concatenates(tree pgsql.Node, a, b string) (between string, ok bool) {
	sel, _ := tree.(*pgsql.SelectStmt)
	if sel == nil || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.WhereClause != nil {
		return "", false
	}
	rt, _ := sel.TargetList[0].(*pgsql.ResTarget)
	c, _ := rt.Val.(*pgsql.CaseExpr)
	if c == nil || c.Arg != nil || len(c.Args) != 2 {
		return "", false
	}
	parameter := func(n pgsql.Node) int {
		switch n := n.(type) {
		case *pgsql.ParamRef:
			return int(n.Number)
		case *pgsql.ColumnRef:
			switch name := catalog.ListName(n.Fields).Name; {
			case len(n.Fields) != 1 || name == "":
			case name == a:
				return 1
			case name == b:
				return 2
			}
		}
		return 0
	}
	for i, e := range c.Args {
		w, _ := e.(*pgsql.CaseWhen)
		null, _ := w.Expr.(*pgsql.NullTest)
		if null == nil || null.Nulltesttype != pgsql.ISNull || parameter(null.Arg) != 2-i || parameter(w.Result) != 1+i {
			return "", false
		}
	}
	outer, _ := c.Defresult.(*pgsql.AExpr)
	if outer == nil || catalog.ListName(outer.Name).Name != "||" || parameter(outer.Rexpr) != 2 {
		return "", false
	}
	inner, _ := outer.Lexpr.(*pgsql.AExpr)
	if inner == nil || catalog.ListName(inner.Name).Name != "||" || parameter(inner.Lexpr) != 1 {
		return "", false
	}
	return catalog.StringConst(inner.Rexpr)
}
