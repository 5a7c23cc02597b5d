package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var updateRow = &Rule{
	Name:       "update-row",
	Title:      "UPDATE ... SET (a, b) = ROW (...)",
	Condition:  "`SET (a, b) = ROW (1, 2)` in UPDATE or ON CONFLICT DO UPDATE.",
	Effect:     "A syntax error (SQLSTATE 42601); without the word `ROW` it is accepted.",
	Workaround: "`ROW` goes.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, update.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a row",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "UPDATE t SET (a, b) = ROW ('x', 'y');\n",
			Output: "UPDATE t SET (a, b) = ('x', 'y');\n",
			Want:   []string{"1:23 error exact"},
			Error:  "at or near \"row\": syntax error",
		},
		{
			Name:   "in a function",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "CREATE FUNCTION f() RETURNS VOID LANGUAGE sql AS 'UPDATE t SET (a, b) = ROW (id::TEXT, NULL)';\n",
			Output: "CREATE FUNCTION f() RETURNS VOID LANGUAGE sql AS 'UPDATE t SET (a, b) = (id::TEXT, NULL)';\n",
			Want:   []string{"1:73 error exact"},
			Error:  "syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindMultiAssignRef},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.MultiAssignRef)
		row, ok := n.Source.(*pgsql.RowExpr)
		at := -1
		if ok {
			at = p.Stmt.tokenOf(row)
		}
		if n.Colno != 1 || !p.Stmt.Is(at, "row") || !p.Stmt.Is(at+1, "(") {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB does not take the word ROW here: it goes",
			Edits: []Edit{p.Replace(p.Stmt.Tokens[at].Start(), p.Stmt.Tokens[at+1].Start(), "")}}
		f.at(p.Stmt, at, at)
		p.Report(f)
	},
}
