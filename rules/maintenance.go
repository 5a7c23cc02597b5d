package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var maintenance = &Rule{
	Name:       "maintenance",
	Title:      "VACUUM, REINDEX, CLUSTER and forms of ANALYZE",
	Condition:  "`VACUUM`, `REINDEX`, `CLUSTER`, `DISCARD PLANS`; `ANALYZE` without a table, of several tables, with columns or with options.",
	Effect:     "Syntax errors (SQLSTATE 42601 or 0A000). CockroachDB has no dead rows to vacuum, no bloated index to rebuild and no heap to order, and collects statistics by itself.",
	Workaround: "`VACUUM ANALYZE t` and `ANALYZE` of named tables become one plain `ANALYZE t` for each table. Everything else goes.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, sql-grammar.md and create-statistics.md", "measured on v26.1: HINT: CockroachDB does not require reindexing"},
	Examples: []Example{
		{
			Name:   "statements that have nothing to do",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "VACUUM FULL t;\nREINDEX TABLE t;\nANALYZE t;\n",
			Output: "ANALYZE t;\n",
			Want:   []string{"1:1 error exact", "2:1 error exact"},
			Error:  "at or near \"vacuum\": syntax error",
		},
		{
			Name:   "statistics stay",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "VACUUM (ANALYZE, VERBOSE) public.t (a), u;\n",
			Output: "ANALYZE public.t;\nANALYZE u;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "at or near \"vacuum\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindVacuumStmt, pgsql.KindReindexStmt, pgsql.KindClusterStmt, pgsql.KindDiscardStmt},
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.ReindexStmt:
			p.drop(Exact, "CockroachDB's indexes never need to be rebuilt: REINDEX goes")
		case *pgsql.ClusterStmt:
			p.drop(Exact, "CockroachDB keeps rows in the order of the primary key, always: CLUSTER goes")
		case *pgsql.DiscardStmt:
			if n.Target == pgsql.DiscardPlans {
				p.drop(Exact, "CockroachDB does not take DISCARD PLANS, and a migration does not need it: it goes")
			}
		case *pgsql.VacuumStmt:
			analyze(p, n)
		}
	},
}

// analyze leaves of a VACUUM or an ANALYZE what CockroachDB takes: ANALYZE of
// one table.
func analyze(p *Pass, n *pgsql.VacuumStmt) {
	if !n.IsVacuumcmd && len(n.Options) == 0 && len(n.Rels) == 1 && len(n.Rels[0].(*pgsql.VacuumRelation).VaCols) == 0 {
		return
	}
	if n.IsVacuumcmd && defElem(n.Options, "analyze") == nil || len(n.Rels) == 0 {
		p.drop(Exact, "CockroachDB removes dead rows and collects statistics by itself: the statement goes")
		return
	}
	var out []string
	for _, r := range n.Rels {
		rv := r.(*pgsql.VacuumRelation).Relation
		if rv == nil {
			return
		}
		first := p.Stmt.TokenAt(int(rv.Location))
		out = append(out, "ANALYZE "+p.Stmt.textOf(first, p.Stmt.nameEnd(first)))
	}
	p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Replace(0, len(p.Stmt.Text), strings.Join(out, ";\n"))},
		Message: "CockroachDB's ANALYZE takes one table and neither columns nor options, and there is no VACUUM: what is left is ANALYZE of each table"})
}
