package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

const tempSchema = "pg_temp"

var temporaryObject = &Rule{
	Name:       "temporary-object",
	Title:      "Functions and types in pg_temp",
	Condition:  "A function, a procedure or a type that is made in the schema `pg_temp`, and `DROP FUNCTION` or `DROP PROCEDURE` of one.",
	Effect:     "CockroachDB has temporary tables, views and sequences only (SQLSTATE 0A000, or 3F000 for DROP).",
	Workaround: "Manual: make the object in an ordinary schema and drop it when it is not needed any more.",
	Versions:   "*",
	Issues:     []int{46260},
	Sources:    []string{"CockroachDB docs, temporary-tables.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a function and a type",
			Target: ">=23.1",
			Input:  "CREATE FUNCTION pg_temp.f() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\nCREATE TYPE pg_temp.mood AS ENUM ('sad');\nDROP FUNCTION pg_temp.f();\n",
			Want:   []string{"1:17 error manual", "2:13 error manual", "3:15 error manual"},
			Error:  "cannot create user-defined functions under a temporary schema",
			Manual: true,
		},
		{
			Name:  "in an ordinary schema",
			Input: "CREATE TYPE mood AS ENUM ('sad');\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindCreateEnumStmt, pgsql.KindCompositeTypeStmt, pgsql.KindDropStmt},
	Check: func(p *Pass, node pgsql.Node) {
		var name catalog.Name
		what := "types"
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			name, what = catalog.ListName(n.Funcname), "functions"
		case *pgsql.CreateEnumStmt:
			name = catalog.ListName(n.TypeName)
		case *pgsql.CompositeTypeStmt:
			if n.Typevar != nil {
				name = catalog.Name{Schema: n.Typevar.Schemaname, Name: n.Typevar.Relname}
			}
		case *pgsql.DropStmt:
			if !isObject(n, pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine) || len(n.Objects) == 0 {
				return
			}
			o, ok := n.Objects[0].(*pgsql.ObjectWithArgs)
			if !ok {
				return
			}
			name, what = catalog.ListName(o.Objname), "functions"
		}
		if name.Schema != tempSchema {
			return
		}
		f := manual("CockroachDB has no temporary "+what, "Make it in an ordinary schema, and drop it when it is not needed any more")
		if i := p.Stmt.find(0, tempSchema); i >= 0 {
			f.at(p.Stmt, i, p.Stmt.nameEnd(i))
		}
		p.Report(f)
	},
}
