package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var explain = &Rule{
	Name:       "explain",
	Title:      "Options of EXPLAIN",
	Condition:  "`EXPLAIN` with options of PostgreSQL: `VERBOSE` without parentheses, `(ANALYZE, BUFFERS)`, `(COSTS OFF)`, `(FORMAT JSON)`.",
	Effect:     "A syntax error (SQLSTATE 42601). `EXPLAIN` and `EXPLAIN ANALYZE` alone are accepted.",
	Workaround: "The statement goes: it changes nothing. With ANALYZE it runs the statement behind it, so that is manual.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, explain.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "costs",
			Input:  "EXPLAIN (COSTS OFF) SELECT 1;\nEXPLAIN SELECT 1;\n",
			Output: "EXPLAIN SELECT 1;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindExplainStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.ExplainStmt)
		analyze := defElem(n.Options, "analyze") != nil
		switch {
		case len(n.Options) == 0, len(n.Options) == 1 && analyze && p.Stmt.Is(1, "analyze"):
		case analyze:
			p.Report(manual("CockroachDB's EXPLAIN ANALYZE takes other options", "Write EXPLAIN ANALYZE without options, or the statement alone"))
		default:
			p.drop(Exact, "CockroachDB's EXPLAIN takes other options, and the statement changes nothing: it goes")
		}
	},
}
