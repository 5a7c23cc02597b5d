package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var userTypeCast = &Rule{
	Name:  "user-type-cast",
	Title: "A column cast to an enum or a composite type in a view or a SQL function",
	Condition: "In a view, a materialized view or a function in language SQL: a cast to a type of one's own of anything that names a column or a parameter, such as `s::mood`. " +
		"Constants (`'ok'::mood`), PL/pgSQL, and statements that are not kept are free of it.",
	Effect: "CockroachDB resolves the cast apart from the query when it makes the view or the function, and does not find the column (SQLSTATE 42703, or 42P02 for $1).",
	Workaround: "A cast of CASE whose results are constants moves to them. A cast to the type that the column has anyway goes. The rest is left to a person: " +
		"compare as text (`s = 'ok'`), spell the labels out with CASE, or write the function in PL/pgSQL.",
	Versions: "*",
	Issues:   []int{108184},
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "CASE",
			Setup:  "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id INT8 PRIMARY KEY, n INT8, m mood);\n",
			Input:  "CREATE VIEW v AS SELECT (CASE WHEN n > 0 THEN 'ok' ELSE 'sad' END)::mood AS a, m::mood AS b FROM t;\n",
			Output: "CREATE VIEW v AS SELECT (CASE WHEN n > 0 THEN 'ok'::mood ELSE 'sad'::mood END) AS a, m AS b FROM t;\n",
			Want:   []string{"1:67 error exact", "1:81 error exact"},
			Error:  "column \"n\" does not exist",
		},
		{
			Name:   "a parameter",
			Setup:  "CREATE TYPE mood AS ENUM ('sad', 'ok');\n",
			Input:  "CREATE FUNCTION f(s TEXT) RETURNS mood LANGUAGE sql AS 'SELECT s::mood';\n",
			Want:   []string{"1:65 error manual"},
			Error:  "column \"s\" does not exist",
			Manual: true,
		},
		{
			Name:  "a constant",
			Setup: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id INT8 PRIMARY KEY, m mood);\n",
			Input: "CREATE VIEW v AS SELECT id FROM t WHERE m = 'ok'::mood;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindTypeCast, pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.TypeCast:
			if !keepsQuery(p) {
				return
			}
			cast, ok := judgeUserCast(p, n, p.Stmt.Statement, 0, p.Stmt.Tree)
			if !ok {
				return
			}
			f := Finding{Severity: Error, Fidelity: cast.fidelity, Message: cast.message, Todo: cast.todo}
			f.at(p.Stmt, cast.first, cast.last)
			for _, e := range cast.edits {
				f.Edits = append(f.Edits, p.Replace(e.start, e.end, e.text))
			}
			p.Report(f)
		case *pgsql.CreateFunctionStmt:
			r := routineOf(p)
			if r.body == nil || r.language != "sql" {
				return
			}
			for _, f := range r.body.code {
				if f.tree == nil {
					continue
				}
				pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
					if c, ok := n.(*pgsql.TypeCast); ok {
						reportBodyCast(p, r, f, c)
					}
					return true
				})
			}
		}
	},
}

// keepsQuery reports whether the checked node is in the query of a view.
func keepsQuery(p *Pass) bool {
	if len(p.Parents) == 0 {
		return false
	}
	switch n := p.Parents[0].(type) {
	case *pgsql.ViewStmt:
		return true
	case *pgsql.CreateTableAsStmt:
		return n.Objtype == pgsql.ObjectMatview
	}
	return false
}

func reportBodyCast(p *Pass, r *routine, f fragment, c *pgsql.TypeCast) {
	cast, ok := judgeUserCast(p, c, r.body.src.Statement, f.shift, f.tree)
	if !ok {
		return
	}
	is := bodyIssue{PLSpan: pgsql.PLSpan{First: cast.first, Last: cast.last}, fidelity: cast.fidelity, message: cast.message, todo: cast.todo}
	for _, e := range cast.edits {
		if r.body.from == nil {
			is.fidelity, is.todo, is.edits = Manual, "Write the body in dollar quotes, so that it can be edited", nil
			break
		}
		is.edits = append(is.edits, p.Stmt.Replace(r.body.from(e.start), r.body.from(e.end), r.body.escaped(p.Stmt, e.text)))
	}
	is.report(p, r)
}

// userCast is a cast that CockroachDB does not find its columns for, in the
// offsets of the text that holds it.
type userCast struct {
	first, last   int // tokens of the cast itself
	fidelity      Fidelity
	message, todo string
	edits         []textEdit
}

type textEdit struct {
	start, end int
	text       string
}

// judgeUserCast judges a cast in a text; shift is what a location in the tree
// lacks to be an offset in the text, query the statement that it is part of.
func judgeUserCast(p *Pass, c *pgsql.TypeCast, st *pgsql.Statement, shift int, query pgsql.Node) (userCast, bool) {
	t := catalog.TypeOf(c.TypeName)
	def := p.Catalog.Type(catalog.Name{Schema: t.Schema, Name: t.Name})
	if def == nil && p.Catalog.Relation(catalog.Name{Schema: t.Schema, Name: t.Name}) == nil || def != nil && def.Kind == catalog.Domain {
		return userCast{}, false
	}
	if !namesColumn(c.Arg) || c.Location < 0 || c.TypeName.Location < 0 {
		return userCast{}, false
	}
	u := userCast{first: st.TokenAt(int(c.Location) + shift), fidelity: Manual}
	typeFirst := st.TokenAt(int(c.TypeName.Location) + shift)
	if u.first >= len(st.Tokens) || typeFirst >= len(st.Tokens) {
		return userCast{}, false
	}
	u.last = catalog.TypeEnd(st, typeFirst)
	name := st.Text[st.Tokens[typeFirst].Start():st.Tokens[u.last].End()]
	u.message = fmt.Sprintf("CockroachDB does not find the column in a cast to %s, a type of one's own, when it makes a view or a SQL function", name)
	u.todo = "Compare as text, spell the values out with CASE, or write the function in PL/pgSQL"
	if !st.Is(u.first, "::") {
		return u, true // CAST (x AS type)
	}
	drop := textEdit{st.Tokens[u.first].Start(), st.Tokens[u.last].End(), ""}
	switch arg := c.Arg.(type) {
	case *pgsql.ColumnRef:
		if sameType(columnInQuery(p, query, arg), t) {
			u.fidelity, u.edits = Exact, []textEdit{drop}
			u.message += ": the column has that type, and the cast goes"
		}
	case *pgsql.CaseExpr:
		places, ok := constantResults(arg)
		if !ok {
			break
		}
		u.edits = []textEdit{drop}
		for _, loc := range places {
			i := st.TokenAt(loc + shift)
			if i >= len(st.Tokens) {
				return u, true
			}
			u.edits = append(u.edits, textEdit{st.Tokens[i].End(), st.Tokens[i].End(), "::" + name})
		}
		u.fidelity, u.todo = Exact, ""
		u.message += ": the cast moves to the results of CASE"
	}
	return u, true
}

// namesColumn reports whether an expression names a column or a parameter.
func namesColumn(n pgsql.Node) bool {
	found := false
	pgsql.Walk(n, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n.(type) {
		case *pgsql.ColumnRef, *pgsql.ParamRef:
			found = true
		}
		return true
	})
	return found
}

// constantResults returns the locations of a CASE's results, if all of them
// are strings or NULL.
func constantResults(c *pgsql.CaseExpr) (places []int, ok bool) {
	results := []pgsql.Node{}
	for _, w := range c.Args {
		if when, isWhen := w.(*pgsql.CaseWhen); isWhen {
			results = append(results, when.Result)
		}
	}
	if c.Defresult != nil {
		results = append(results, c.Defresult)
	}
	for _, r := range results {
		k, isConst := r.(*pgsql.AConst)
		if !isConst || k.Location < 0 {
			return nil, false
		}
		if _, isString := k.Val.(*pgsql.String); isString {
			places = append(places, int(k.Location))
		} else if !k.Isnull {
			return nil, false
		}
	}
	return places, len(places) > 0
}

func sameType(a, b catalog.Type) bool {
	return a.Name != "" && a.Name == b.Name && a.Dims == b.Dims && (a.Schema == b.Schema || a.Schema == "" || b.Schema == "")
}

// columnInQuery returns the type of a column, if just one of the query's
// tables has it and all of them are known.
func columnInQuery(p *Pass, query pgsql.Node, ref *pgsql.ColumnRef) catalog.Type {
	last, ok := ref.Fields[len(ref.Fields)-1].(*pgsql.String)
	if !ok {
		return catalog.Type{}
	}
	var found []catalog.Type
	unknown := false
	pgsql.Walk(query, func(n pgsql.Node, parents []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			if len(parents) == 0 || parents[len(parents)-1] == query && isMaker(query) {
				return true // the view itself
			}
			t := p.Catalog.Table(n)
			if t == nil {
				unknown = true
			} else if c := t.Column(last.Sval); c != nil {
				found = append(found, c.Type)
			}
		case *pgsql.RangeSubselect, *pgsql.CommonTableExpr, *pgsql.RangeFunction:
			unknown = true
		}
		return true
	})
	if unknown || len(found) != 1 {
		return catalog.Type{}
	}
	return found[0]
}

// isMaker reports whether a statement makes a view, whose own name is no table
// of its query.
func isMaker(n pgsql.Node) bool {
	switch n.(type) {
	case *pgsql.ViewStmt, *pgsql.CreateTableAsStmt:
		return true
	}
	return false
}
