package consolidate

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// data sorts the statements that are about rows. On a fresh database the tables
// are empty: what changes the rows of a table that nothing has put rows into does
// nothing and is left out. The others run behind the tables, in their order, on
// tables that are complete by then; where a table has become another one since,
// that is for a person to see to.
func (b *builder) data(it *item) {
	switch n := it.st.Tree.(type) {
	case *pgsql.InsertStmt:
		b.insert(it, n)
	case *pgsql.CopyStmt:
		b.copy(it, n)
	case *pgsql.UpdateStmt:
		b.change(it, n.Relation)
	case *pgsql.DeleteStmt:
		b.change(it, n.Relation)
	case *pgsql.MergeStmt:
		b.change(it, n.Relation)
	case *pgsql.TruncateStmt:
		for _, r := range n.Relations {
			if rv, ok := r.(*pgsql.RangeVar); ok {
				b.change(it, rv)
			}
		}
	case *pgsql.SelectStmt:
		if b.followPath(it.st) {
			it.gone = true
			return
		}
		b.rowsUnknown(it)
	default:
		b.rowsUnknown(it)
	}
	b.needs(it)
}

// needs makes a statement that is carried over fit only while the tables and
// columns that it names are there.
func (b *builder) needs(it *item) {
	switch it.st.Tree.(type) {
	case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.SelectStmt:
	default:
		return
	}
	if it.gone {
		return
	}
	uses, fits := b.uses(it.st.Tree), it.fits
	it.fits = func() string {
		if fits != nil {
			if why := fits(); why != "" {
				return why
			}
		}
		return b.missing(uses)
	}
}

// rowsUnknown carries over what may write anywhere.
func (b *builder) rowsUnknown(it *item) {
	if sequence := setval(it.st.Tree); sequence == "" {
		b.opaque = true
	}
	b.carried(it, head(it.st)+" is carried over as it stands, behind the tables")
}

// setval returns "setval" for a query that only sets a sequence.
func setval(n pgsql.Node) string {
	sel, ok := n.(*pgsql.SelectStmt)
	if !ok || len(sel.TargetList) != 1 {
		return ""
	}
	if rt, ok := sel.TargetList[0].(*pgsql.ResTarget); ok {
		if f, ok := rt.Val.(*pgsql.FuncCall); ok && catalog.ListName(f.Funcname).Name == "setval" {
			return "setval"
		}
	}
	return ""
}

func (b *builder) hasRows(t *catalog.Table) bool { return b.opaque || b.rows[t] }

// change sorts UPDATE, DELETE, MERGE and TRUNCATE.
func (b *builder) change(it *item, rv *pgsql.RangeVar) {
	t := b.catalog.Table(rv)
	if t == nil || it.gone {
		return
	}
	if t.Kind == catalog.Plain && !b.hasRows(t) {
		b.leftOut(it, false, "%s finds no rows in %s of a fresh database and is left out", strings.ToUpper(it.st.Str(0)), t.Name)
		return
	}
	b.aboutRelations(it, []*catalog.Table{t})
	b.carried(it, strings.ToUpper(it.st.Str(0))+" is carried over as it stands, behind the tables")
}

// insert sorts INSERT.
func (b *builder) insert(it *item, n *pgsql.InsertStmt) {
	t := b.catalog.Table(n.Relation)
	if t == nil {
		b.carried(it, "INSERT is carried over as it stands, behind the tables")
		return
	}
	if b.readsNothing(n) {
		b.leftOut(it, false, "INSERT finds no rows to copy in a fresh database and is left out")
		return
	}
	b.rows[t] = true
	b.aboutRelations(it, []*catalog.Table{t})
	columns := targets(t, n.Cols)
	if len(n.Cols) == 0 && t.Kind == catalog.Plain {
		// The columns that it means are those of now: they are named, so that it
		// means them at the end as well.
		it.columns = slices.Clone(t.Columns())
		columns = it.columns
	}
	it.fits = func() string { return fits(t, columns) }
	b.carried(it, "INSERT is carried over, behind the tables")
}

// copy sorts COPY ... FROM stdin with its rows.
func (b *builder) copy(it *item, n *pgsql.CopyStmt) {
	t := b.catalog.Table(n.Relation)
	if t == nil || !n.IsFrom {
		b.carried(it, "COPY is carried over as it stands, behind the tables")
		return
	}
	b.rows[t] = true
	b.aboutRelations(it, []*catalog.Table{t})
	if len(n.Attlist) == 0 && t.Kind == catalog.Plain {
		it.columns = slices.Clone(t.Columns())
	}
	columns := targets(t, n.Attlist)
	if it.columns != nil {
		columns = it.columns
	}
	it.fits = func() string { return fits(t, columns) }
	b.carried(it, "COPY is carried over with its rows, behind the tables")
}

// targets returns the columns that are named; a nil among them is one that the
// table does not have.
func targets(t *catalog.Table, list []pgsql.Node) []*catalog.Column {
	var out []*catalog.Column
	for _, n := range list {
		switch n := n.(type) {
		case *pgsql.ResTarget:
			out = append(out, t.Column(n.Name))
		case *pgsql.String:
			out = append(out, t.Column(n.Sval))
		}
	}
	return out
}

// fits says why rows of some columns cannot be put into a table as it is at the
// end; empty if they can.
func fits(t *catalog.Table, columns []*catalog.Column) string {
	for _, c := range columns {
		if c != nil && !slices.Contains(t.Columns(), c) {
			return "column " + c.Name + " of " + t.Name.String() + " is gone later on"
		}
	}
	for _, c := range t.Columns() {
		if c.NotNull && c.Default == "" && c.Generated == "" && c.Identity == 0 && !c.Serial && !slices.Contains(columns, c) {
			return "column " + c.Name + " of " + t.Name.String() + " needs a value that comes later on"
		}
	}
	return ""
}

// readsNothing reports whether an INSERT takes its rows from tables alone that
// have none in a fresh database.
func (b *builder) readsNothing(n *pgsql.InsertStmt) bool {
	sel, ok := n.SelectStmt.(*pgsql.SelectStmt)
	if !ok || len(sel.ValuesLists) > 0 || len(sel.FromClause) == 0 || b.opaque {
		return false
	}
	for _, f := range sel.FromClause {
		rv, ok := f.(*pgsql.RangeVar)
		if !ok {
			return false
		}
		t := b.catalog.Table(rv)
		if t == nil || t.Kind != catalog.Plain || b.hasRows(t) {
			return false
		}
	}
	// An aggregate without GROUP BY gives a row for no rows.
	return len(sel.GroupClause) > 0 || plainTargets(sel.TargetList)
}

func plainTargets(list []pgsql.Node) bool {
	plain := true
	for _, n := range list {
		pgsql.Walk(n, func(n pgsql.Node, _ []pgsql.Node) bool {
			if _, ok := n.(*pgsql.FuncCall); ok {
				plain = false
			}
			return true
		})
	}
	return plain
}

// withColumns writes the columns that an INSERT or a COPY means behind the name
// of its table.
func withColumns(it *item) string {
	st := it.st
	var rv *pgsql.RangeVar
	switch n := st.Tree.(type) {
	case *pgsql.InsertStmt:
		rv = n.Relation
	case *pgsql.CopyStmt:
		rv = n.Relation
	}
	if it.columns == nil || rv == nil {
		return st.Text
	}
	i := st.TokenAt(int(rv.Location))
	for st.Is(i+1, ".") {
		i += 2
	}
	if st.Is(i+1, "as") {
		i += 2
	}
	var names []string
	for _, c := range it.columns {
		if c.Generated == "" {
			names = append(names, quote(c.Name))
		}
	}
	end := st.Tokens[i].End()
	return st.Text[:end] + " (" + strings.Join(names, ", ") + ")" + st.Text[end:]
}
