package consolidate

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// use is a table, or a column of one, that a statement about rows names.
type use struct {
	table  *catalog.Table
	name   catalog.Name // of the table, at this point
	column *catalog.Column
}

// uses returns what a statement names of tables, as far as that is plain: columns
// with the name of their table, those that an UPDATE sets, and where there is no
// other query within, those that only one of the tables has.
func (b *builder) uses(tree pgsql.Node) []use {
	ctes, inner := map[string]bool{}, false
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.CommonTableExpr:
			ctes[n.Ctename], inner = true, true
		case *pgsql.RangeSubselect, *pgsql.SubLink, *pgsql.RangeFunction:
			inner = true
		}
		return true
	})
	var out []use
	called := map[string]*catalog.Table{} // nil for a name that two have
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		rv, ok := n.(*pgsql.RangeVar)
		if !ok || rv.Schemaname == "" && ctes[rv.Relname] {
			return true
		}
		t := b.catalog.Table(rv)
		if t == nil || t.Kind != catalog.Plain {
			return true
		}
		out = append(out, use{table: t, name: t.Name})
		name := rv.Relname
		if rv.Alias != nil {
			name = rv.Alias.Aliasname
		}
		if other, twice := called[name]; twice && other != t {
			t = nil
		}
		called[name] = t
		return true
	})
	column := func(t *catalog.Table, name string) {
		if t == nil {
			return
		}
		if c := t.Column(name); c != nil {
			out = append(out, use{t, t.Name, c})
		}
	}
	if up, ok := tree.(*pgsql.UpdateStmt); ok {
		for _, e := range up.TargetList {
			if r, ok := e.(*pgsql.ResTarget); ok {
				column(b.catalog.Table(up.Relation), r.Name)
			}
		}
	}
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		ref, ok := n.(*pgsql.ColumnRef)
		if !ok {
			return true
		}
		name := catalog.ListName(ref.Fields)
		switch {
		case len(ref.Fields) == 2 && !ctes[name.Schema]:
			column(called[name.Schema], name.Name)
		case len(ref.Fields) == 1 && !inner:
			var only *catalog.Table
			having := 0
			for _, t := range called {
				if t != nil && t.Column(name.Name) != nil {
					only, having = t, having+1
				}
			}
			if having == 1 {
				column(only, name.Name)
			}
		}
		return true
	})
	return out
}

// missing says which of the uses is no more at the end; empty if all are there.
// Tables that are carried over are met as they were.
func (b *builder) missing(uses []use) string {
	for _, u := range uses {
		switch t := b.tables[u.table]; {
		case t == nil || t.unfolded && b.there(u.table):
		case !b.there(u.table):
			return "table " + u.name.String() + " is gone later on"
		case u.table.Name != u.name:
			return "table " + u.name.String() + " is called " + u.table.Name.String() + " later on"
		case u.column != nil && !slices.Contains(u.table.Columns(), u.column):
			return "column " + u.column.Name + " of " + u.name.String() + " is gone later on"
		}
	}
	return ""
}
