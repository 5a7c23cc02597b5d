package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var lockTable = &Rule{
	Name:       "lock-table",
	Title:      "LOCK TABLE does not exist",
	Condition:  "`LOCK [TABLE] ...`.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "The statement goes. CockroachDB's transactions are serializable, so what the transaction reads and writes is consistent without the lock; others are not kept out, and a transaction may have to be retried.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, transactions.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a lock",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\nUPDATE t SET a = 1;\n",
			Output: "UPDATE t SET a = 1;\n",
			Want:   []string{"1:1 error weaker"},
			Error:  "at or near \"lock\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindLockStmt},
	Check: func(p *Pass, n pgsql.Node) {
		p.drop(Weaker, "CockroachDB has no table locks: the statement goes; transactions are serializable, but others are not kept from the table")
	},
}
