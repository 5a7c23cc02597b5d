package catalog

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// createIndex follows CREATE INDEX, and CockroachDB's indexes among the elements
// of CREATE TABLE; def is the statement or the element.
func (a *applier) createIndex(n *pgsql.IndexStmt, def Place) {
	t := a.Table(n.Relation)
	ix := &Index{Table: t, Method: n.AccessMethod, Unique: n.Unique, Def: def}
	if ix.Method == "" {
		ix.Method = "btree"
	}
	if t != nil {
		ix.Name = t.Name
	} else {
		ix.Name = a.create(rangeName(n.Relation))
	}
	named := n.Idxname != ""
	var parts []string // of the name that it gets otherwise
	if !named {
		parts = append(parts, ix.Name.Name)
	}
	elements := IndexElements(a.st, n)
	ix.Columns = make([]IndexColumn, 0, len(n.IndexParams))
	for i, e := range n.IndexParams {
		el, ok := e.(*pgsql.IndexElem)
		if !ok {
			continue
		}
		c := IndexColumn{
			Column: el.Name, Opclass: ListName(el.Opclass).Name, Collation: ListName(el.Collation).Name, Def: ix.Def,
			Ordered:    el.Ordering > pgsql.SortbyDefault || el.NullsOrdering > pgsql.SortbyNullsDefault,
			Descending: el.Ordering == pgsql.SortbyDesc,
		}
		if i < len(elements) {
			c.Def = a.tokens(elements[i][0], elements[i][1])
		}
		if el.Name == "" && i < len(elements) {
			c.Expr = a.text(elements[i][0], elements[i][1])
		}
		if !named {
			parts = append(parts, elementName(el))
		}
		ix.Columns = append(ix.Columns, c)
	}
	for _, e := range n.IndexIncludingParams {
		if el, ok := e.(*pgsql.IndexElem); ok && el.Name != "" {
			ix.Include = append(ix.Include, el.Name)
		}
	}
	ix.Name.Name = n.Idxname
	if !named {
		ix.Name.Name = strings.Join(parts, "_") + "_idx"
	}
	if a.indexes.has(ix.Name, func(h indexHome) bool { return n.IfNotExists || t != nil && h.table == t }) {
		return // already there: an error where IF NOT EXISTS is not said
	}
	if n.WhereClause != nil {
		last := a.st.TokenAt(int(def.End-a.st.Start()) - 1)
		for i := last; i >= 0; i-- {
			if a.st.Is(i, "where") {
				ix.Where = a.text(i+1, last)
				break
			}
		}
	}
	if t != nil {
		k := t.open()
		k.indexes = append(k.indexes, ix)
	}
	a.indexes.add(a.Catalog, ix)
}

// elementName is what a key column contributes to the name of an index that is
// given none.
func elementName(el *pgsql.IndexElem) string {
	if el.Name != "" {
		return el.Name
	}
	if f, ok := el.Expr.(*pgsql.FuncCall); ok {
		return ListName(f.Funcname).Name
	}
	return "expr"
}

// IndexElements returns the token ranges [first, last] of the key columns of a
// CREATE INDEX.
func IndexElements(st *pgsql.Statement, n *pgsql.IndexStmt) [][2]int {
	if n.Relation == nil {
		return nil
	}
	for i := st.TokenAt(int(n.Relation.Location)); i < len(st.Tokens); i++ {
		if st.Is(i, "(") {
			return st.Elements(i)
		}
	}
	return nil
}

func (a *applier) removeIndex(ix *Index) {
	if ix.Table != nil {
		k := ix.Table.open()
		k.indexes = remove(k.indexes, ix)
	}
	a.indexes.remove(a.Catalog, ix)
}
