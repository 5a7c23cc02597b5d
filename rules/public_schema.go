package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var publicSchema = &Rule{
	Name:       "public-schema",
	Title:      "The schema public is always there",
	Condition:  "`CREATE SCHEMA public` or `DROP SCHEMA public`.",
	Effect:     "`CREATE` without IF NOT EXISTS fails (SQLSTATE 42P06), and the schema cannot be dropped (3F000).",
	Workaround: "`CREATE SCHEMA public` gets `IF NOT EXISTS`. `DROP SCHEMA public` goes if nothing was made in it before; otherwise what is in it has to be dropped one by one, or the database as a whole.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, drop-schema.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "from scratch",
			Input:  "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE SCHEMA IF NOT EXISTS public;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error weaker", "2:15 error exact"},
			Error:  "cannot drop schema \"public\"",
		},
		{
			Name:   "with something in it",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "DROP SCHEMA public CASCADE;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "cannot drop schema \"public\"",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateSchemaStmt, pgsql.KindDropStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.CreateSchemaStmt:
			if n.Schemaname != "public" || n.IfNotExists || p.Layout == "temporal" {
				return // temporal-sql-tool goes on when something is there already, and cannot read IF
			}
			f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Insert(p.Stmt.Tokens[2].Start(), "IF NOT EXISTS ")},
				Message: "the schema public is always there in CockroachDB: without IF NOT EXISTS this fails"}
			f.at(p.Stmt, 2, 2)
			p.Report(f)
		case *pgsql.DropStmt:
			if n.RemoveType != pgsql.ObjectSchema {
				return
			}
			for _, name := range dropNames(n) {
				if name.Name != "public" {
					continue
				}
				if len(n.Objects) == 1 && !inPublic(p) {
					p.drop(Weaker, "CockroachDB's schema public cannot be dropped: the statement goes, and what an earlier history has left in the schema stays")
					return
				}
				p.Report(manual("CockroachDB's schema public cannot be dropped", "Drop what is in it one by one, or drop the database and create it again"))
			}
		}
	},
}

// inPublic reports whether something was made in the schema public.
func inPublic(p *Pass) bool {
	for _, t := range p.Catalog.Tables() {
		if t.Name.Schema == "public" {
			return true
		}
	}
	for _, t := range p.Catalog.Types() {
		if t.Name.Schema == "public" {
			return true
		}
	}
	return false
}
