package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var dropColumn = &Rule{
	Name:       "drop-column-index",
	Title:      "DROP COLUMN of a column that an index predicate or an index expression uses",
	Condition:  "`ALTER TABLE ... DROP COLUMN` where an index's WHERE or an expression in an index uses the column.",
	Effect:     "PostgreSQL drops the index with the column. CockroachDB refuses (SQLSTATE 42P10 or 2BP01).",
	Workaround: "The index is dropped in front.",
	Versions:   "*",
	Issues:     []int{97813},
	Sources:    []string{"CockroachDB docs, known limitations", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a predicate and an expression",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b INT8);\nCREATE INDEX i ON t (b) WHERE a = 'x';\nCREATE INDEX j ON t (lower(a));\nCREATE INDEX k ON t (a);\n",
			Input:  "ALTER TABLE t DROP COLUMN a;\n",
			Output: "DROP INDEX i;\nDROP INDEX j;\nALTER TABLE t DROP COLUMN a;\n",
			Want:   []string{"1:15 error exact"},
			Error:  "cannot drop column \"a\"",
		},
		{
			Name:  "an index on the column goes with it",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b INT8);\nCREATE INDEX k ON t (a);\n",
			Input: "ALTER TABLE t DROP COLUMN a;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Words: []string{"drop"},
	Statement: func(p *Pass) {
		n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt)
		if !ok {
			return
		}
		t := p.Catalog.Table(n.Relation)
		if t == nil || t.PartitionOf() != nil {
			return
		}
		dropped := map[string]bool{}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype != pgsql.ATDropColumn || t.Column(cmd.Name) == nil {
				return
			}
			var drops, names []string
			for _, ix := range t.Indexes() {
				_, expr, predicate := ix.Uses(cmd.Name)
				if !predicate && !expr || dropped[ix.Name.Name] {
					continue
				}
				dropped[ix.Name.Name] = true
				name := ix.Name
				if n.Relation.Schemaname == "" {
					name.Schema = ""
				}
				drops = append(drops, "DROP INDEX "+qualified(name)+";\n")
				names = append(names, ix.Name.Name)
			}
			if len(drops) == 0 {
				return
			}
			f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Insert(0, strings.Join(drops, ""))}, Message: fmt.Sprintf(
				"CockroachDB does not drop column %s while an index uses it in its predicate or in an expression: %s is dropped in front", cmd.Name, strings.Join(names, ", "))}
			f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
			p.Report(f)
		})
	},
}
