package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var dropExpression = &Rule{
	Name:       "drop-expression",
	Title:      "ALTER COLUMN ... DROP EXPRESSION",
	Condition:  "`ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION`, with IF EXISTS or without.",
	Effect:     "CockroachDB says DROP STORED for it; DROP EXPRESSION is a syntax error (SQLSTATE 42601).",
	Workaround: "Left to a person, since DROP STORED is no PostgreSQL: write `ALTER TABLE t ALTER COLUMN c DROP STORED`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, alter-table.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a generated column",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 GENERATED ALWAYS AS (id + 1) STORED, b INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN a DROP EXPRESSION;\n",
			Want:   []string{"1:15 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "IF EXISTS of a column without one",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN a DROP EXPRESSION IF EXISTS, ADD COLUMN b INT8;\n",
			Output: "ALTER TABLE t ADD COLUMN b INT8;\n",
			Want:   []string{"1:15 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "DROP DEFAULT",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 DEFAULT 1);\n",
			Input: "ALTER TABLE t ALTER COLUMN a DROP DEFAULT;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype != pgsql.ATDropExpression {
				return
			}
			n := p.Stmt.Tree.(*pgsql.AlterTableStmt)
			if c := p.Catalog.Table(n.Relation).Column(cmd.Name); c != nil && c.Generated == "" && cmd.MissingOk {
				goes(p, list, i, Exact, fmt.Sprintf("column %s is not generated: the command goes", cmd.Name))
				return
			}
			f := manual("CockroachDB has no DROP EXPRESSION", fmt.Sprintf("Write %s ALTER COLUMN %s DROP STORED", alterHead(p.Stmt, n), QuoteIdent(cmd.Name)))
			f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
			p.Report(f)
		})
	},
}
