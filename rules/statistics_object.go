package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var statisticsObject = &Rule{
	Name:      "statistics-object",
	Title:     "CREATE STATISTICS collects once, it makes no object",
	Condition: "`CREATE`, `ALTER` or `DROP STATISTICS`.",
	Effect: "CockroachDB's `CREATE STATISTICS name ON a, b FROM t` collects statistics now and keeps no object. Kinds in parentheses, a schema in the name, " +
		"`IF NOT EXISTS`, a missing name and expressions are syntax errors (SQLSTATE 42601), and so are `ALTER` and `DROP STATISTICS`.",
	Workaround: "What is refused goes: CockroachDB collects statistics by itself, on several columns where an index has them as a prefix. Only plans can differ.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-statistics.md and cost-based-optimizer.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "kinds of statistics",
			Setup:  "CREATE TABLE t (a INT8 PRIMARY KEY, b INT8);\n",
			Input:  "CREATE STATISTICS s (dependencies) ON a, b FROM t;\nDROP STATISTICS s;\nANALYZE t;\n",
			Output: "ANALYZE t;\n",
			Want:   []string{"1:1 error weaker", "2:1 error exact"},
			Error:  "at or near \"(\": syntax error",
		},
		{
			Name:  "what CockroachDB accepts means something else",
			Setup: "CREATE TABLE t (a INT8 PRIMARY KEY, b INT8);\n",
			Input: "CREATE STATISTICS s ON a, b FROM t;\n",
			Want:  []string{"1:1 warning weaker"},
		},
	},
	Nodes: withObjects(pgsql.KindCreateStatsStmt, pgsql.KindAlterStatsStmt),
	Check: func(p *Pass, n pgsql.Node) {
		c, ok := n.(*pgsql.CreateStatsStmt)
		if !ok {
			if t := objectType(n); t == 0 || t == pgsql.ObjectStatisticExt {
				p.drop(Exact, "CockroachDB keeps no statistics objects: the statement goes")
			}
			return
		}
		plain := len(c.StatTypes) == 0 && len(c.Defnames) == 1 && !c.IfNotExists && len(c.Relations) == 1
		for _, e := range c.Exprs {
			if s, ok := e.(*pgsql.StatsElem); !ok || s.Expr != nil {
				plain = false
			}
		}
		if plain {
			p.Report(Finding{Severity: Warning, Fidelity: Weaker, Message: "CockroachDB collects these statistics once, now, and keeps no object that would be collected again"})
			return
		}
		p.drop(Weaker, "CockroachDB has no statistics objects: the statement goes; statistics are collected automatically, on several columns for the prefixes of indexes")
	},
}
