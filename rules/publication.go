package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var publication = &Rule{
	Name:       "publication",
	Title:      "Publications and subscriptions do not exist",
	Condition:  "`CREATE`, `ALTER` or `DROP` of a `PUBLICATION` or a `SUBSCRIPTION`.",
	Effect:     "CockroachDB has no logical replication by publications: a syntax error (SQLSTATE 0A000 or 42601).",
	Workaround: "The statement goes. No table and no row depends on it. Readers of the publication need a changefeed (`CREATE CHANGEFEED`), between CockroachDB clusters logical data replication.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, postgresql-compatibility.md and change-data-capture-overview.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a publication",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE PUBLICATION p FOR TABLE t;\nALTER PUBLICATION p SET (publish = 'insert');\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"2:1 error weaker", "3:1 error weaker"},
			Error:  "at or near \"p\": syntax error",
		},
		{
			Name:   "dropping one loses nothing",
			Input:  "DROP PUBLICATION IF EXISTS p;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "syntax error",
		},
	},
	Nodes: withObjects(pgsql.KindCreatePublicationStmt, pgsql.KindAlterPublicationStmt, pgsql.KindCreateSubscriptionStmt,
		pgsql.KindAlterSubscriptionStmt, pgsql.KindDropSubscriptionStmt),
	Check: func(p *Pass, n pgsql.Node) {
		const message = "CockroachDB has no publications and subscriptions: the statement goes; changefeeds take their place"
		switch n := n.(type) {
		case *pgsql.DropSubscriptionStmt:
			p.drop(Exact, message)
		case *pgsql.DropStmt:
			if n.RemoveType == pgsql.ObjectPublication || n.RemoveType == pgsql.ObjectSubscription {
				p.drop(Exact, message)
			}
		default:
			if t := objectType(n); t == 0 || t == pgsql.ObjectPublication || t == pgsql.ObjectSubscription {
				p.drop(Weaker, message)
			}
		}
	},
}
