package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var concurrently = &Rule{
	Name:       "concurrently",
	Title:      "CONCURRENTLY has no effect",
	Condition:  "`CREATE INDEX CONCURRENTLY`, `DROP INDEX CONCURRENTLY` or `REFRESH MATERIALIZED VIEW CONCURRENTLY`.",
	Effect:     "CockroachDB accepts the word and gives a notice: every index is built and dropped without blocking writes, and a build that fails leaves nothing behind.",
	Workaround: "Nothing is changed.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-index.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:  "an index",
			Setup: "CREATE TABLE t (a INT8 PRIMARY KEY);\n",
			Input: "CREATE INDEX CONCURRENTLY by_a ON t (a);\n",
			Want:  []string{"1:14 info exact"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt, pgsql.KindDropStmt, pgsql.KindRefreshMatViewStmt},
	Check: func(p *Pass, node pgsql.Node) {
		var set bool
		switch n := node.(type) {
		case *pgsql.IndexStmt:
			set = n.Concurrent
		case *pgsql.DropStmt:
			set = n.Concurrent
		case *pgsql.RefreshMatViewStmt:
			set = n.Concurrent
		}
		if i := p.Stmt.find(0, "concurrently"); set && i >= 0 {
			f := Finding{Severity: Info, Fidelity: Exact, Message: "CONCURRENTLY has no effect: CockroachDB always builds and drops indexes online"}
			f.at(p.Stmt, i, i)
			p.Report(f)
		}
	},
}
