package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var unlogged = &Rule{
	Name:       "unlogged-table",
	Title:      "UNLOGGED has no effect",
	Condition:  "`CREATE UNLOGGED TABLE`, `ALTER TABLE ... SET LOGGED` or `SET UNLOGGED`.",
	Effect:     "CockroachDB makes an ordinary table, with a notice: writes cost what they cost elsewhere, and the rows survive a crash. `SET LOGGED` and `SET UNLOGGED` are a syntax error up to v25.4 and have no effect from v26.1 on.",
	Workaround: "CREATE UNLOGGED TABLE stays as it is; SET LOGGED and SET UNLOGGED go where the target does not take them.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-table.md", "measured on v26.1", "parsers of v22.2 to v25.2"},
	Examples: []Example{
		{
			Name:  "an unlogged table",
			Input: "CREATE UNLOGGED TABLE t (id INT8 PRIMARY KEY);\n",
			Want:  []string{"1:8 warning weaker"},
		},
		{
			Name:   "SET LOGGED for the portable baseline",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "ALTER TABLE t SET LOGGED;\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:15 error exact"},
		},
		{
			Name:   "SET LOGGED where it has no effect",
			Target: ">=26.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "ALTER TABLE t SET LOGGED;\n",
			Want:   []string{"1:15 info exact"},
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt, pgsql.KindCreateStmt, pgsql.KindCreateTableAsStmt},
	Statement: func(p *Pass) {
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype != pgsql.ATSetLogged && cmd.Subtype != pgsql.ATSetUnLogged {
				return
			}
			const message = "every table of CockroachDB is logged and replicated: the command has no effect"
			if !p.Target.Within(">=26.1") {
				goes(p, list, i, Exact, message+"; it goes")
				return
			}
			f := Finding{Severity: Info, Fidelity: Exact, Message: message}
			f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
			p.Report(f)
		})
		var rel *pgsql.RangeVar
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.CreateStmt:
			rel = n.Relation
		case *pgsql.CreateTableAsStmt:
			if n.Into != nil {
				rel = n.Into.Rel
			}
		}
		if rel == nil || rel.Relpersistence != "u" {
			return
		}
		if i := p.Stmt.find(0, "unlogged"); i >= 0 {
			f := Finding{Severity: Warning, Fidelity: Weaker, Message: "UNLOGGED has no effect: the table is written and replicated like any other"}
			f.at(p.Stmt, i, i)
			p.Report(f)
		}
	},
}
