package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var alterIndex = &Rule{
	Name:       "alter-index",
	Title:      "ALTER INDEX can rename only",
	Condition:  "`ALTER INDEX ... SET (...)`, `RESET (...)`, `SET TABLESPACE`, `ALTER COLUMN n SET STATISTICS`, `DEPENDS ON EXTENSION`, and `ALTER TABLE` that renames an index.",
	Effect:     "A syntax error (SQLSTATE 42601); `ALTER TABLE index_name RENAME` does not find the relation (42P01).",
	Workaround: "The statement goes: it is about how PostgreSQL stores the index. A renaming by `ALTER TABLE` becomes one by `ALTER INDEX`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, alter-index.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "parameters",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE INDEX i ON t (a);\n",
			Input:  "ALTER INDEX i SET (fillfactor = 70);\nALTER INDEX i RENAME TO k;\n",
			Output: "ALTER INDEX i RENAME TO k;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "at or near \"set\": syntax error",
		},
		{
			Name:   "renamed as a table",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE INDEX i ON t (a);\n",
			Input:  "ALTER TABLE i RENAME TO k;\n",
			Output: "ALTER INDEX i RENAME TO k;\n",
			Want:   []string{"1:7 error exact"},
			Error:  "relation \"i\" does not exist",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindAlterTableStmt, pgsql.KindRenameStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.AlterTableStmt:
			if n.Objtype != pgsql.ObjectIndex {
				return
			}
			for _, c := range n.Cmds {
				if cmd, ok := c.(*pgsql.AlterTableCmd); ok && cmd.Subtype == pgsql.ATAttachPartition {
					return // goes with the partitions
				}
			}
			p.drop(Exact, "CockroachDB's ALTER INDEX changes nothing of how an index is stored: the statement goes")
		case *pgsql.RenameStmt:
			if n.RenameType != pgsql.ObjectTable || n.Relation == nil || p.Catalog.Table(n.Relation) != nil || !p.Stmt.Words(0, "alter", "table") {
				return
			}
			name := nameOf(n.Relation)
			if len(p.Catalog.Indexes(name)) != 1 || p.Catalog.Sequence(name) != nil {
				return
			}
			f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%s is an index: CockroachDB renames it by ALTER INDEX only", name.Name)}
			f.at(p.Stmt, 1, 1)
			f.Edits = []Edit{p.Replace(f.Start, f.End, "INDEX")}
			p.Report(f)
		}
	},
}
