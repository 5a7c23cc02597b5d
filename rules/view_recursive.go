package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var viewRecursive = &Rule{
	Name:       "view-recursive",
	Title:      "CREATE RECURSIVE VIEW",
	Condition:  "`CREATE RECURSIVE VIEW v (a, b) AS query`.",
	Effect:     "A syntax error (SQLSTATE 0A000).",
	Workaround: "It becomes what PostgreSQL makes of it: `CREATE VIEW v (a, b) AS WITH RECURSIVE v (a, b) AS (query) SELECT a, b FROM v`.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL documentation, CREATE VIEW", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "numbers",
			Input:  "CREATE RECURSIVE VIEW v (n) AS\n  VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 10;\n",
			Output: "CREATE VIEW v (n) AS\n  WITH RECURSIVE v (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 10) SELECT n FROM v;\n",
			Want:   []string{"1:8 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "a view with a recursive query",
			Input: "CREATE VIEW v AS WITH RECURSIVE r (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindViewStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, st := node.(*pgsql.ViewStmt), p.Stmt
		i := st.find(0, "recursive")
		as := st.Find(0, "as")
		if i < 0 || i > 4 || as < i || len(n.Aliases) == 0 {
			return
		}
		var columns []string
		for _, a := range n.Aliases {
			if s, ok := a.(*pgsql.String); ok {
				columns = append(columns, QuoteIdent(s.Sval))
			}
		}
		name, list := QuoteIdent(n.View.Relname), strings.Join(columns, ", ")
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CREATE RECURSIVE VIEW is a syntax error: it becomes a view with WITH RECURSIVE, which is what it means"}
		f.at(st, i, i)
		f.Edits = []Edit{
			p.Delete(i, i),
			p.Insert(st.Tokens[as+1].Start(), "WITH RECURSIVE "+name+" ("+list+") AS ("),
			p.Insert(len(st.Text), ") SELECT "+list+" FROM "+name),
		}
		p.Report(f)
	},
}
