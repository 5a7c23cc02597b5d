package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var rowLevelSecurity = &Rule{
	Name:       "row-level-security",
	Title:      "Row-level security exists from v25.2 on",
	Condition:  "`ALTER TABLE ... ENABLE`, `DISABLE`, `FORCE` or `NO FORCE ROW LEVEL SECURITY`, with a target that holds a version before v25.2.",
	Effect:     "v25.1 and earlier do not parse it (SQLSTATE 42601).",
	Workaround: "Left to a person: without it every role with privileges on the table sees all rows. Choose a target \">=25.2\", or let views with a condition stand in for the policies and grant on those alone. DISABLE and NO FORCE, the default, go.",
	Versions:   "<25.2",
	Sources:    []string{"CockroachDB docs v25.2, create-policy.md"},
	Examples: []Example{
		{
			Name:   "ENABLE",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n",
			Want:   []string{"1:15 error manual"},
			Manual: true,
		},
		{
			Name:   "DISABLE",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "ALTER TABLE t NO FORCE ROW LEVEL SECURITY;\nCREATE INDEX ON t (id);\n",
			Output: "CREATE INDEX ON t (id);\n",
			Want:   []string{"1:15 error exact"},
		},
		{
			Name:   "from v25.2 on",
			Target: ">=25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			switch cmd.Subtype {
			case pgsql.ATDisableRowSecurity, pgsql.ATNoForceRowSecurity:
				goes(p, list, i, Exact, "row-level security does not exist before v25.2: there is nothing to turn off, and the command goes")
			case pgsql.ATEnableRowSecurity, pgsql.ATForceRowSecurity:
				f := manual("row-level security does not exist before v25.2: every role with privileges on the table sees all its rows",
					"Choose a target \">=25.2\", or grant on views with the policies' conditions instead of on the table")
				f.Until = "25.2"
				f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
				p.Report(f)
			}
		})
	},
}
