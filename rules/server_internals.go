package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var serverInternals = &Rule{
	Name:       "server-internals",
	Title:      "Statements about the insides of a PostgreSQL server",
	Condition:  "`SECURITY LABEL`, `ALTER LARGE OBJECT`, `ALTER SYSTEM`, `LOAD`, `CHECKPOINT`, `UPDATE`, `INSERT` and `DELETE` of a system catalog, and `ALTER INDEX` or `ALTER MATERIALIZED VIEW ... DEPENDS ON EXTENSION`.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000); the system catalogs are views that cannot be written (42501).",
	Workaround: "The statement goes; what is written to a catalog other than `pg_database` is left to a person. No table or row depends on it; what a setting or a label did for the server has no counterpart, or is a cluster setting.",
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
		{
			Name:   "a database that is a template, as pg_dump writes it",
			Input:  "UPDATE pg_catalog.pg_database SET datistemplate = true WHERE datname = 'd';\nSELECT 1;\n",
			Output: "SELECT 1;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "user root does not have UPDATE privilege on relation pg_database",
		},
		{
			Name:   "another catalog",
			Input:  "UPDATE pg_index SET indisvalid = true;\n",
			Want:   []string{"1:8 error manual"},
			Error:  "user root does not have UPDATE privilege on relation pg_index",
			Manual: true,
		},
	},
	Nodes: withObjects(pgsql.KindUpdateStmt, pgsql.KindInsertStmt, pgsql.KindDeleteStmt, pgsql.KindSecLabelStmt, pgsql.KindAlterSystemStmt, pgsql.KindLoadStmt, pgsql.KindCheckPointStmt),
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.UpdateStmt:
			writesCatalog(p, n.Relation)
		case *pgsql.InsertStmt:
			writesCatalog(p, n.Relation)
		case *pgsql.DeleteStmt:
			writesCatalog(p, n.Relation)
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

// writesCatalog judges the target of an INSERT, an UPDATE or a DELETE.
func writesCatalog(p *Pass, rv *pgsql.RangeVar) {
	if rv == nil || !strings.HasPrefix(rv.Relname, "pg_") || rv.Schemaname != "pg_catalog" && rv.Schemaname != "" || p.Catalog.Table(rv) != nil {
		return
	}
	if rv.Relname == "pg_database" && len(p.Parents) == 0 {
		p.drop(Exact, "CockroachDB's databases are no templates and its catalogs cannot be written: the statement goes")
		return
	}
	f := manual(fmt.Sprintf("CockroachDB's system catalogs cannot be written: %s is one", rv.Relname), "Delete the statement, or do what it did by a statement about the object itself")
	if at := p.Stmt.tokenOf(rv); at >= 0 {
		f.at(p.Stmt, at, p.Stmt.nameEnd(at))
	}
	p.Report(f)
}
