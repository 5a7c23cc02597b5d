package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var accessMethod = &Rule{
	Name:       "table-access-method",
	Title:      "Access method of a table",
	Condition:  "`USING method` on CREATE TABLE, CREATE TABLE AS and CREATE MATERIALIZED VIEW, `ALTER TABLE ... SET ACCESS METHOD`.",
	Effect:     "CockroachDB has one storage engine; the clause is a syntax error (SQLSTATE 42601).",
	Workaround: "The clause goes. Nothing is lost with heap; with another method (a columnar one, say) the table is stored as rows.",
	Versions:   "*",
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "heap",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY) USING heap;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:38 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "another method, of CREATE TABLE AS",
			Input:  "CREATE TABLE t USING columnar AS SELECT 1 AS a;\n",
			Output: "CREATE TABLE t AS SELECT 1 AS a;\n",
			Want:   []string{"1:16 error weaker"},
			Error:  "syntax error",
		},
		{
			Name:  "USING of an index is something else",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input: "CREATE INDEX i ON t USING btree (a);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindCreateTableAsStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		st := p.Stmt
		method, rel := "", (*pgsql.RangeVar)(nil)
		switch n := st.Tree.(type) {
		case *pgsql.CreateStmt:
			method, rel = n.AccessMethod, n.Relation
		case *pgsql.CreateTableAsStmt:
			if n.Into != nil {
				method, rel = n.Into.AccessMethod, n.Into.Rel
			}
		}
		fidelity := func(method string) Fidelity {
			if method == "heap" {
				return Exact
			}
			return Weaker
		}
		if method != "" {
			if i := st.clause(tableTail(st, rel), "using"); i >= 0 {
				f := Finding{Severity: Error, Fidelity: fidelity(method), Edits: []Edit{p.Delete(i, i+1)},
					Message: fmt.Sprintf("CockroachDB has one storage engine: access method %s goes", method)}
				f.at(st, i, i+1)
				p.Report(f)
			}
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype == pgsql.ATSetAccessMethod {
				goes(p, list, i, fidelity(cmd.Name), "CockroachDB has one storage engine: the command goes")
			}
		})
	},
}
