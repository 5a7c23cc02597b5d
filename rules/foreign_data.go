package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var foreignData = &Rule{
	Name:      "foreign-data",
	Title:     "Foreign data does not exist",
	Condition: "Foreign data wrappers, servers, user mappings, foreign tables, `IMPORT FOREIGN SCHEMA`.",
	Effect:    "CockroachDB reads no other database: a syntax error (SQLSTATE 0A000 or 42601).",
	Workaround: "Wrappers, servers and user mappings hold no data and go. A foreign table is manual: whatever names it needs a table, " +
		"filled by an import, or the query has to move into the application.",
	Versions: "*",
	Issues:   []int{20249},
	Sources:  []string{"CockroachDB docs, postgresql-compatibility.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a server",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h');\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"2:1 error weaker"},
			Error:  "at or near \"s\": syntax error",
		},
		{
			Name:   "a foreign table",
			Input:  "CREATE FOREIGN TABLE ft (id INT8) SERVER s;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"ft\": syntax error",
			Manual: true,
		},
	},
	Nodes: withObjects(pgsql.KindCreateFdwStmt, pgsql.KindAlterFdwStmt, pgsql.KindCreateForeignServerStmt, pgsql.KindAlterForeignServerStmt,
		pgsql.KindCreateUserMappingStmt, pgsql.KindAlterUserMappingStmt, pgsql.KindDropUserMappingStmt, pgsql.KindCreateForeignTableStmt,
		pgsql.KindImportForeignSchemaStmt, pgsql.KindAlterTableStmt),
	Check: func(p *Pass, n pgsql.Node) {
		const gone = "CockroachDB has no foreign data: wrappers, servers and user mappings go"
		switch n := n.(type) {
		case *pgsql.CreateForeignTableStmt, *pgsql.ImportForeignSchemaStmt:
			p.Report(manual("CockroachDB has no foreign tables", "Make a table of its own and fill it by an import, or leave the query of the other database to the application"))
		case *pgsql.AlterTableStmt:
			if n.Objtype == pgsql.ObjectForeignTable {
				f := manual("CockroachDB has no foreign tables", "Change the table that takes its place")
				f.Follows = p.Catalog.Table(n.Relation) != nil // told where it was made
				p.Report(f)
			}
		case *pgsql.DropUserMappingStmt:
			p.drop(Exact, gone)
		default:
			switch t := objectType(n); {
			case t == 0:
				p.drop(Weaker, gone)
			case t != pgsql.ObjectForeignTable && t != pgsql.ObjectFdw && t != pgsql.ObjectForeignServer && t != pgsql.ObjectUserMapping && !foreignColumn(n):
			default:
				p.drop(Exact, "CockroachDB has no foreign data: there is nothing that this could change, it goes")
			}
		}
	},
}

// foreignColumn reports whether a RENAME is of a foreign table's column.
func foreignColumn(n pgsql.Node) bool {
	r, ok := n.(*pgsql.RenameStmt)
	return ok && r.RenameType == pgsql.ObjectColumn && r.RelationType == pgsql.ObjectForeignTable
}
