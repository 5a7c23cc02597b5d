package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var tablespace = &Rule{
	Name:       "tablespace",
	Title:      "Tablespaces do not exist",
	Condition:  "`CREATE`, `ALTER` or `DROP TABLESPACE`, `ALTER TABLE ALL IN TABLESPACE`, `ALTER DATABASE ... SET TABLESPACE`.",
	Effect:     "A syntax error (SQLSTATE 0A000 or 42601).",
	Workaround: "The statement goes: it says on which disk PostgreSQL keeps files. CockroachDB places data by zone configurations and localities.",
	Versions:   "*",
	Issues:     []int{54113},
	Sources:    []string{"CockroachDB docs, postgresql-compatibility.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a tablespace",
			Input:  "CREATE TABLESPACE fast LOCATION '/ssd';\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "at or near \"fast\": syntax error",
		},
	},
	Nodes: withObjects(pgsql.KindCreateTableSpaceStmt, pgsql.KindDropTableSpaceStmt, pgsql.KindAlterTableSpaceOptionsStmt, pgsql.KindAlterTableMoveAllStmt),
	Check: func(p *Pass, n pgsql.Node) {
		if t := objectType(n); t == 0 || t == pgsql.ObjectTablespace {
			p.drop(Exact, "CockroachDB has no tablespaces: the statement goes")
		}
	},
}
