package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var transactionColumn = &Rule{
	Name:      "transaction-column",
	Title:     "A column is used in the transaction that adds it",
	Condition: "`ALTER TABLE ... ADD COLUMN`, and in the same transaction a statement that reads or writes the column, or an index with an expression over it.",
	Effect: "Before v25.1 the statement is refused: the column is not there until the transaction ends (SQLSTATE 42703 or 0A000). " +
		"From v25.1 on ADD COLUMN is a transaction of its own, see `transaction-ddl`.",
	Workaround: "The transaction ends in front of the statement and another one begins, as v25.1 does by itself. Where the migration tool makes the transaction, a person has to split the migration or to run it without one.",
	Versions:   "<25.1",
	Sources:    []string{"CockroachDB docs, online-schema-changes.md (schema changes within transactions)", "CockroachDB source v24.3, logic_test/expression_index", "release note v25.1.0-rc.1 (#140156)"},
	Examples: []Example{
		{
			Name:   "filled at once",
			Target: "24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "BEGIN;\nALTER TABLE t ADD COLUMN b INT8;\nUPDATE t SET b = a;\nCOMMIT;\n",
			Output: "BEGIN;\nALTER TABLE t ADD COLUMN b INT8;\nCOMMIT;\nBEGIN;\nUPDATE t SET b = a;\nCOMMIT;\n",
			Want:   []string{"3:1 error weaker"},
			Error:  "column \"b\" does not exist",
		},
		{
			Name:   "an index over an expression",
			Target: "24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "BEGIN;\nALTER TABLE t ADD COLUMN b INT8;\nCREATE INDEX i ON t ((b + 1));\nCOMMIT;\n",
			Output: "BEGIN;\nALTER TABLE t ADD COLUMN b INT8;\nCOMMIT;\nBEGIN;\nCREATE INDEX i ON t ((b + 1));\nCOMMIT;\n",
			Want:   []string{"3:1 error weaker"},
			Error:  "added in the current transaction",
		},
		{
			Name:   "another column, another transaction",
			Target: "24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "BEGIN;\nALTER TABLE t ADD COLUMN b INT8;\nUPDATE t SET a = 1;\nCOMMIT;\nUPDATE t SET b = a;\n",
		},
	},
	Statement: func(p *Pass) {
		s := State[addedColumns](p)
		st := p.Stmt
		if control, ok := st.Tree.(*pgsql.TransactionStmt); !st.InTxn || s.source != st.Source || ok && control.Kind_ == pgsql.TransStmtBegin {
			*s = addedColumns{source: st.Source, explicit: ok}
		}
		if !st.InTxn || st.Tree == nil {
			return
		}
		if n, ok := st.Tree.(*pgsql.AlterTableStmt); ok {
			s.add(p, n)
			return
		}
		if len(s.columns) == 0 {
			return
		}
		used := s.used(p)
		if used == "" {
			return
		}
		message := fmt.Sprintf("column %s is not there until the transaction that adds it ends", used)
		if !s.explicit {
			f := manual(message+": before v25.1 the statement is refused", "Put the statement into a migration of its own")
			if todo := withoutTransaction[p.Layout]; todo != "" {
				f.Todo = todo
			}
			f.Until = "25.1"
			p.Report(f)
			return
		}
		s.columns = nil // the next transaction has them
		p.Report(Finding{Severity: Error, Fidelity: Weaker, Until: "25.1", Message: message + ": it ends here, and what follows is one of its own",
			Edits: []Edit{p.Insert(0, "COMMIT;\nBEGIN;\n")}})
	},
}

// addedColumns are the columns that the transaction has added so far.
type addedColumns struct {
	source   int
	explicit bool // BEGIN stands in the source
	columns  []addedColumn
}

type addedColumn struct{ table, name string }

func (s *addedColumns) add(p *Pass, n *pgsql.AlterTableStmt) {
	t := p.Catalog.Table(n.Relation)
	if t == nil {
		return
	}
	for _, e := range n.Cmds {
		if cmd, ok := e.(*pgsql.AlterTableCmd); ok && cmd.Subtype == pgsql.ATAddColumn {
			if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
				s.columns = append(s.columns, addedColumn{tableID(p, t.Name), d.Colname})
			}
		}
	}
}

// used returns an added column that the statement at hand uses; "" if there is
// none.
func (s *addedColumns) used(p *Pass) string {
	var names *usedNames
	switch n := p.Stmt.Tree.(type) {
	case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.SelectStmt, *pgsql.MergeStmt:
		names = usedNamesOf([]pgsql.Node{n})
	case *pgsql.IndexStmt:
		// A plain column of an index may be one of the same transaction.
		for _, e := range n.IndexParams {
			if el, ok := e.(*pgsql.IndexElem); ok && el.Expr != nil {
				names = usedNamesOf([]pgsql.Node{n})
			}
		}
	}
	if names == nil {
		return ""
	}
	for _, c := range s.columns {
		if !slices.Contains(names.columns, c.name) {
			continue
		}
		for _, table := range names.tables {
			if t := p.Catalog.Relation(table); t != nil && tableID(p, t.Name) == c.table {
				return c.name
			}
		}
	}
	return ""
}
