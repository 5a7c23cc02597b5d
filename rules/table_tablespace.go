package rules

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var tableTablespace = &Rule{
	Name:       "table-tablespace",
	Title:      "TABLESPACE of a table or a constraint",
	Condition:  "`TABLESPACE` on CREATE TABLE and CREATE TABLE AS, `USING INDEX TABLESPACE` on a constraint, `ALTER TABLE ... SET TABLESPACE`.",
	Effect:     "CockroachDB has no tablespaces; the clauses are a syntax error (SQLSTATE 42601).",
	Workaround: "They go. Where data is stored is said by zone configurations.",
	Versions:   "*",
	Issues:     []int{54113},
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "a table and its key",
			Input:  "CREATE TABLE t (id INT8, PRIMARY KEY (id) USING INDEX TABLESPACE fast) TABLESPACE pg_default;\n",
			Output: "CREATE TABLE t (id INT8, PRIMARY KEY (id));\n",
			Want:   []string{"1:43 error exact", "1:72 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "ALTER TABLE",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "ALTER TABLE t ADD COLUMN a TEXT, SET TABLESPACE slow;\n",
			Output: "ALTER TABLE t ADD COLUMN a TEXT;\n",
			Want:   []string{"1:34 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "a column of that name",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, tablespace TEXT);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindCreateTableAsStmt, pgsql.KindAlterTableStmt},
	Words: []string{"tablespace"},
	Statement: func(p *Pass) {
		st := p.Stmt
		const message = "CockroachDB has no tablespaces: the clause goes"
		cut := func(first, last int) {
			f := Finding{Severity: Error, Fidelity: Exact, Message: message, Edits: []Edit{p.Delete(first, last)}}
			f.at(st, first, last)
			p.Report(f)
		}
		switch n := st.Tree.(type) {
		case *pgsql.CreateStmt:
			if n.Tablespacename != "" {
				if i := st.clause(tableTail(st, n.Relation), "tablespace"); i >= 0 {
					cut(i, i+1)
				}
			}
		case *pgsql.CreateTableAsStmt:
			if n.Into != nil && n.Into.TableSpaceName != "" {
				if i := st.clause(tableTail(st, n.Into.Rel), "tablespace"); i >= 0 {
					cut(i, i+1)
				}
			}
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype == pgsql.ATSetTableSpace {
				goes(p, list, i, Exact, "CockroachDB has no tablespaces: the command goes")
			}
		})
		var done []int
		eachConstraint(p, func(k *pgsql.Constraint, _ *catalog.Table, _ *pgsql.ColumnDef, first, last int) {
			if k.Indexspace == "" {
				return
			}
			if i := st.wordsWithin(first, last, "using", "index", "tablespace"); i >= 0 && !slices.Contains(done, i) {
				done = append(done, i)
				cut(i, i+3)
			}
		})
	},
}
