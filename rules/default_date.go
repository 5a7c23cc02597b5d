package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var defaultDate = &Rule{
	Name:       "set-default-date",
	Title:      "SET DEFAULT CURRENT_DATE on a timestamp",
	Condition:  "`ALTER TABLE ... ALTER COLUMN ... SET DEFAULT CURRENT_DATE` on a column of type TIMESTAMP or TIMESTAMPTZ.",
	Effect:     "CockroachDB casts a default in CREATE TABLE but not in SET DEFAULT, and refuses the type (SQLSTATE 42804).",
	Workaround: "The cast is written out.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "CURRENT_DATE",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TIMESTAMP);\n",
			Input:  "ALTER TABLE t ALTER a SET DEFAULT current_date;\n",
			Output: "ALTER TABLE t ALTER a SET DEFAULT current_date::TIMESTAMP;\n",
			Want:   []string{"1:35 error exact"},
			Error:  "expression to have type timestamp",
		},
		{
			Name:  "on a date",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a DATE);\n",
			Input: "ALTER TABLE t ALTER a SET DEFAULT current_date;\n",
		},
	},
	Statement: func(p *Pass) {
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			v, ok := cmd.Def.(*pgsql.SQLValueFunction)
			if cmd.Subtype != pgsql.ATColumnDefault || !ok || v.Op != pgsql.SvfopCurrentDate {
				return
			}
			c := p.Catalog.Table(p.Stmt.Tree.(*pgsql.AlterTableStmt).Relation).Column(cmd.Name)
			if c == nil || builtin(c.Type) != "timestamp" && builtin(c.Type) != "timestamptz" {
				return
			}
			at := p.Stmt.TokenAt(int(v.Location))
			f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("SET DEFAULT does not cast a date to the type of column %s: the cast is written out", cmd.Name)}
			f.at(p.Stmt, at, at)
			typ := "TIMESTAMP"
			if c.Type.Name == "timestamptz" {
				typ = "TIMESTAMPTZ"
			}
			f.Edits = []Edit{p.Insert(f.End, "::"+typ)}
			p.Report(f)
		})
	},
}
