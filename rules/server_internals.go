package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var serverInternals = &Rule{
	Name:       "server-internals",
	Title:      "Statements about the insides of a PostgreSQL server",
	Condition:  "`SECURITY LABEL`, `ALTER LARGE OBJECT`, `ALTER SYSTEM`, `LOAD`, `CHECKPOINT`, and `ALTER INDEX` or `ALTER MATERIALIZED VIEW ... DEPENDS ON EXTENSION`.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000).",
	Workaround: "The statement goes. No table or row depends on it; what a setting or a label did for the server has no counterpart, or is a cluster setting.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, sql-grammar.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a checkpoint and a setting of the server",
			Input:  "CHECKPOINT;\nALTER SYSTEM SET work_mem = '1GB';\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact", "2:1 error weaker"},
			Error:  "at or near \"checkpoint\": syntax error",
		},
		{
			Name:   "a security label",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "SECURITY LABEL ON TABLE t IS 'x';\nCOMMENT ON TABLE t IS 'x';\n",
			Output: "COMMENT ON TABLE t IS 'x';\n",
			Want:   []string{"1:1 error weaker"},
			Error:  "at or near \"security\": syntax error",
		},
	},
	Nodes: withObjects(pgsql.KindSecLabelStmt, pgsql.KindAlterSystemStmt, pgsql.KindLoadStmt, pgsql.KindCheckPointStmt),
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.AlterObjectDependsStmt:
			if isObject(n, pgsql.ObjectIndex, pgsql.ObjectMatview) {
				p.drop(Exact, "CockroachDB's extensions cannot be dropped, so nothing depends on one: the statement goes")
			}
		case *pgsql.CheckPointStmt:
			p.drop(Exact, "there is nothing in CockroachDB that this statement could do: it goes")
		case *pgsql.SecLabelStmt, *pgsql.AlterSystemStmt, *pgsql.LoadStmt:
			p.drop(Weaker, "the statement is about the inside of a PostgreSQL server, for which CockroachDB has no counterpart: it goes")
		default:
			if isObject(n, pgsql.ObjectLargeobject) {
				p.drop(Exact, "the object does not exist in CockroachDB: the statement goes")
			}
		}
	},
}
