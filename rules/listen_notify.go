package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var listenNotify = &Rule{
	Name:       "listen-notify",
	Title:      "LISTEN and NOTIFY do not exist",
	Condition:  "`LISTEN` or `NOTIFY`.",
	Effect:     "A syntax error (SQLSTATE 42601). `UNLISTEN` is accepted and does nothing. The function `pg_notify` does not exist either.",
	Workaround: "The statement goes: nobody is told. Whoever waits for it needs a changefeed, or has to poll.",
	Versions:   "*",
	Issues:     []int{41522},
	Sources:    []string{"CockroachDB docs, postgresql-compatibility.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a notification at the end of a migration",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nNOTIFY pgrst, 'reload schema';\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"2:1 error weaker"},
			Error:  "at or near \"notify\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindListenStmt, pgsql.KindNotifyStmt},
	Check: func(p *Pass, n pgsql.Node) {
		p.drop(Weaker, "CockroachDB has no notifications: the statement goes, and nobody is told")
	},
}
