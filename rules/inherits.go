package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var inherits = &Rule{
	Name:      "inherits",
	Title:     "Table inheritance",
	Condition: "`CREATE TABLE ... INHERITS (parent)`, `ALTER TABLE ... INHERIT` and `NO INHERIT`.",
	Effect:    "CockroachDB has no inheritance (SQLSTATE 0A000).",
	Workaround: "Left to a person, since what the children are for decides: children that only divide the rows of the parent (by date, say) become one table, as with partitions; " +
		"children with columns of their own become tables with the parent's columns copied in, and queries on the parent a UNION ALL over them.",
	Versions: "*",
	Issues:   []int{22456},
	Sources:  []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "a child table",
			Setup:  "CREATE TABLE p (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE TABLE t (n INT8) INHERITS (p);\n",
			Want:   []string{"1:25 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{Name: "a role that inherits", Input: "CREATE TABLE t (id INT8 PRIMARY KEY, inherits TEXT);\n"},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Words: []string{"inherits", "inherit"},
	Statement: func(p *Pass) {
		st := p.Stmt
		n, ok := st.Tree.(*pgsql.CreateStmt)
		if ok && n.Partbound == nil && len(n.InhRelations) > 0 {
			i := st.clause(tableTail(st, n.Relation), "inherits")
			if i < 0 {
				return
			}
			f := manual("CockroachDB has no inheritance: a query on the parent does not see the rows of "+n.Relation.Relname,
				"If the children only divide the parent's rows, drop them and keep the parent; otherwise copy the parent's columns into this table and make queries on the parent a UNION ALL")
			if p.Catalog.Table(n.InhRelations[0].(*pgsql.RangeVar)) != nil && len(n.TableElts) == 0 {
				f.Message += "; it has no columns of its own"
			}
			f.at(st, i, st.Close(i+1))
			p.Report(f)
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype != pgsql.ATAddInherit && cmd.Subtype != pgsql.ATDropInherit {
				return
			}
			f := manual("CockroachDB has no inheritance", "Delete the command once the tables do without inheritance")
			f.at(st, list.Elements[i][0], list.Elements[i][1])
			p.Report(f)
		})
	},
}
