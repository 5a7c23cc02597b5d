package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var notNullConstraint = &Rule{
	Name:  "not-null-constraint",
	Title: "NOT NULL as a constraint with a name",
	Condition: "`CONSTRAINT n NOT NULL a` among the elements of CREATE TABLE and `ADD CONSTRAINT n NOT NULL a`, which PostgreSQL has from 18 on and pg_dump 18 writes; " +
		"`DROP CONSTRAINT` and `RENAME CONSTRAINT` of such a constraint, also under the name that PostgreSQL 18 gives it, `table_column_not_null`.",
	Effect:     "A syntax error (SQLSTATE 42601). In CockroachDB NOT NULL is a property of the column, without a name, so that there is nothing to drop or to rename (SQLSTATE 42704).",
	Workaround: "The column gets NOT NULL, or `SET NOT NULL`; `NOT VALID` becomes a CHECK of that name, which holds for new rows as well. `DROP CONSTRAINT` becomes `DROP NOT NULL`, and `RENAME CONSTRAINT` goes.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL 18 docs, sql-createtable.html", "CockroachDB docs, not-null.md", "CockroachDB source v26.1, pkg/sql/parser/sql.y (table_constraint_elem)"},
	Examples: []Example{
		{
			Name:   "as pg_dump 18 writes it",
			Input:  "CREATE TABLE t (\n    id bigint NOT NULL,\n    a text,\n    CONSTRAINT t_a_nn NOT NULL a,\n    CONSTRAINT t_id_nn NOT NULL id,\n    CONSTRAINT t_pkey PRIMARY KEY (id)\n);\n",
			Output: "CREATE TABLE t (\n    id bigint NOT NULL,\n    a text NOT NULL,\n    CONSTRAINT t_pkey PRIMARY KEY (id)\n);\n",
			Want:   []string{"4:5 error exact", "5:5 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "added later, and not valid",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "ALTER TABLE t ADD CONSTRAINT t_a_nn NOT NULL a;\nALTER TABLE t ADD CONSTRAINT t_b_nn NOT NULL b NOT VALID;\n",
			Output: "ALTER TABLE t ALTER COLUMN a SET NOT NULL;\nALTER TABLE t ADD CONSTRAINT t_b_nn CHECK (b IS NOT NULL) NOT VALID;\n",
			Want:   []string{"1:15 error exact", "2:37 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "dropped and renamed",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT CONSTRAINT filled NOT NULL, b TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t RENAME CONSTRAINT t_id_not_null TO other;\nALTER TABLE t DROP CONSTRAINT filled;\nALTER TABLE t DROP CONSTRAINT t_b_not_null;\n",
			Output: "ALTER TABLE t ALTER COLUMN a DROP NOT NULL;\nALTER TABLE t ALTER COLUMN b DROP NOT NULL;\n",
			Want:   []string{"1:1 error exact", "2:15 error exact", "3:15 error exact"},
			Error:  "does not exist",
		},
		{
			Name:   "of a table that another history makes",
			Input:  "ALTER TABLE elsewhere ADD CONSTRAINT c NOT NULL a;\n",
			Output: "ALTER TABLE elsewhere ALTER COLUMN a SET NOT NULL;\n",
			Want:   []string{"1:23 error exact"},
			Error:  "syntax error",
			Manual: true, // the table is not there
		},
		{
			Name:  "of a column",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT CONSTRAINT filled NOT NULL);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindRenameStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		s := State[notNullNames](p)
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.CreateStmt:
			s.create(p, n)
		case *pgsql.RenameStmt:
			s.rename(p, n)
		case *pgsql.AlterTableStmt:
			t := p.Catalog.Table(n.Relation)
			alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) { s.alter(p, t, cmd, list, i) })
		}
	},
}

// notNullNames are the names of NOT NULL constraints, by the table's Def and
// their own, with the column.
type notNullNames struct{ columns map[notNullName]string }

type notNullName struct {
	table tableKey
	name  string
}

// column returns the column whose NOT NULL has a name; "" if there is none.
func (s *notNullNames) column(t *catalog.Table, name string) string {
	if c := s.columns[notNullName{keyOf(t), name}]; c != "" {
		return c
	}
	if t.Constraint(name) != nil {
		return ""
	}
	// The name that PostgreSQL gives; of several columns the longest it can be.
	found := ""
	for _, c := range t.Columns() {
		if c.NotNull && len(c.Name) > len(found) && strings.HasSuffix(name, "_"+c.Name+"_not_null") {
			found = c.Name
		}
	}
	return found
}

func (s *notNullNames) note(t tableKey, name, column string) {
	if name != "" {
		s.columns = mapSet(s.columns, notNullName{t, name}, column)
	}
}

// noteColumn notes the names that the clauses of a column give.
func (s *notNullNames) noteColumn(t tableKey, d *pgsql.ColumnDef) {
	for _, e := range d.Constraints {
		if k, ok := e.(*pgsql.Constraint); ok && k.Contype == pgsql.ConstrNotnull {
			s.note(t, k.Conname, d.Colname)
		}
	}
}

func (s *notNullNames) create(p *Pass, n *pgsql.CreateStmt) {
	// The key that the table will have in the catalog.
	key := tableKey{p.Stmt.Source, p.Stmt.Start()}
	var elements [][2]int
	some := false // constraints of the table
	for _, e := range n.TableElts {
		switch e := e.(type) {
		case *pgsql.ColumnDef:
			s.noteColumn(key, e)
		case *pgsql.Constraint:
			some = some || e.Contype == pgsql.ConstrNotnull
		}
	}
	if !some {
		return
	}
	at := map[string]int{} // the element of a column that is nullable so far
	for i, e := range n.TableElts {
		if d, ok := e.(*pgsql.ColumnDef); ok {
			at[d.Colname] = i
			for _, c := range d.Constraints {
				if k, ok := c.(*pgsql.Constraint); ok && (k.Contype == pgsql.ConstrNotnull || k.Contype == pgsql.ConstrPrimary) {
					at[d.Colname] = -1
				}
			}
		}
	}
	for i, e := range n.TableElts {
		k, ok := e.(*pgsql.Constraint)
		if !ok || k.Contype != pgsql.ConstrNotnull || len(k.Keys) != 1 {
			continue
		}
		if elements == nil {
			elements = tableElements(p.Stmt, n)
		}
		if i >= len(elements) {
			return
		}
		column := k.Keys[0].(*pgsql.String).Sval
		s.note(key, k.Conname, column)
		def, known := at[column]
		at[column] = -1
		f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("in CockroachDB NOT NULL is no constraint of the table: it goes to column %s", column)}
		switch {
		case !known:
			f = manual(fmt.Sprintf("in CockroachDB NOT NULL is no constraint of the table, and column %s comes from another one", column), "Add ALTER TABLE ... ALTER COLUMN ... SET NOT NULL behind the statement")
		case def >= 0:
			f.Edits = append(f.Edits, p.Insert(p.Stmt.Tokens[elements[def][1]].End(), " NOT NULL"))
		}
		f.at(p.Stmt, elements[i][0], elements[i][1])
		if known {
			f.DropElement(List{Elements: elements, Whole: [2]int{-1, -1}}, i)
		}
		p.Report(f)
	}
}

// alter judges a command for a table, which is nil if the history does not make
// it.
func (s *notNullNames) alter(p *Pass, t *catalog.Table, cmd *pgsql.AlterTableCmd, list List, i int) {
	var key tableKey
	if t != nil {
		key = keyOf(t)
	} else if cmd.Subtype != pgsql.ATAddConstraint {
		return
	}
	r := list.Elements[i]
	f := Finding{Severity: Error, Fidelity: Exact}
	f.at(p.Stmt, r[0], r[1])
	switch cmd.Subtype {
	case pgsql.ATAddColumn:
		if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
			s.noteColumn(key, d)
		}
	case pgsql.ATAddConstraint:
		k, ok := cmd.Def.(*pgsql.Constraint)
		if !ok || k.Contype != pgsql.ConstrNotnull || len(k.Keys) != 1 {
			return
		}
		column := k.Keys[0].(*pgsql.String).Sval
		not := p.Stmt.Find(r[0], "not")
		if k.SkipValidation {
			f.at(p.Stmt, not, not+2)
			f.Message = "in CockroachDB NOT NULL is no constraint of the table: CHECK (... IS NOT NULL) NOT VALID is the same for new rows"
			f.Edits = []Edit{p.Replace(f.Start, f.End, "CHECK ("+QuoteIdent(column)+" IS NOT NULL)")}
			p.Report(f)
			return
		}
		s.note(key, k.Conname, column)
		f.Message = "in CockroachDB NOT NULL is a property of the column: it is set by ALTER COLUMN"
		f.Edits = []Edit{p.Replace(f.Start, f.End, "ALTER COLUMN "+QuoteIdent(column)+" SET NOT NULL")}
		p.Report(f)
	case pgsql.ATDropConstraint:
		column := s.column(t, cmd.Name)
		if column == "" {
			return
		}
		delete(s.columns, notNullName{key, cmd.Name})
		f.Message = fmt.Sprintf("in CockroachDB the NOT NULL of column %s has no name: it is dropped by ALTER COLUMN", column)
		f.Edits = []Edit{p.Replace(f.Start, f.End, "ALTER COLUMN "+QuoteIdent(column)+" DROP NOT NULL")}
		p.Report(f)
	}
}

func (s *notNullNames) rename(p *Pass, n *pgsql.RenameStmt) {
	t := p.Catalog.Table(n.Relation)
	if t == nil {
		return
	}
	switch n.RenameType {
	case pgsql.ObjectTabconstraint:
		if column := s.column(t, n.Subname); column != "" {
			delete(s.columns, notNullName{keyOf(t), n.Subname})
			s.note(keyOf(t), n.Newname, column)
			p.drop(Exact, fmt.Sprintf("in CockroachDB the NOT NULL of column %s has no name: the statement goes", column))
		}
	case pgsql.ObjectColumn:
		for k, column := range s.columns {
			if k.table == keyOf(t) && column == n.Subname {
				s.columns[k] = n.Newname
			}
		}
	}
}
