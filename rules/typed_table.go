package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var typedTable = &Rule{
	Name:       "typed-table",
	Title:      "CREATE TABLE ... OF type",
	Condition:  "A table with the columns of a composite type.",
	Effect:     "CockroachDB has no typed tables (a syntax error, SQLSTATE 42601).",
	Workaround: "Left to a person: write the columns of the type.",
	Versions:   "*",
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "a typed table",
			Input:  "CREATE TABLE t OF person (PRIMARY KEY (id));\n",
			Want:   []string{"1:16 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{Name: "a column of that name", Input: "CREATE TABLE t (id INT8 PRIMARY KEY, \"of\" TEXT);\n"},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt},
	Statement: func(p *Pass) {
		n, ok := p.Stmt.Tree.(*pgsql.CreateStmt)
		if !ok || n.OfTypename == nil {
			return
		}
		name := catalog.ListName(n.OfTypename.Names)
		todo := fmt.Sprintf("Write the columns of type %s in parentheses instead of OF", name)
		if t := p.Catalog.Type(name); t != nil && len(t.Columns) > 0 {
			todo += ":"
			for i, c := range t.Columns {
				if i > 0 {
					todo += ","
				}
				todo += " " + c.Name
			}
		}
		f := manual("CockroachDB has no typed tables", todo)
		if i := p.Stmt.Find(0, "of"); i >= 0 {
			f.at(p.Stmt, i, p.Stmt.nameEnd(i+1))
		}
		p.Report(f)
	},
}
