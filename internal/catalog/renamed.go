package catalog

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// mostRenamed bounds the expressions of a table that are read when a column gets another
// name. None has as many, and to read all of them each time has to come to an end.
const mostRenamed = 64

// renameIn changes the names of column references in all expressions of a table that may
// mention name, as to does.
func (t *Table) renameIn(name string, to func(names []string)) {
	left := mostRenamed
	change := func(expr string) string {
		if expr == "" || !mayMention(expr, name) || left == 0 {
			return expr
		}
		left--
		return renamed(expr, to)
	}
	for _, c := range t.Columns() {
		c.Generated = change(c.Generated)
	}
	for _, k := range t.Constraints() {
		k.Expr = change(k.Expr)
	}
	for _, ix := range t.Indexes() {
		where := change(ix.Where)
		ix.Renamed = ix.Renamed || where != ix.Where
		ix.Where = where
		for i := range ix.Columns {
			c := &ix.Columns[i]
			key := IndexExpr(c.Expr)
			if now := change(key); now != key {
				c.Expr = now + strings.TrimPrefix(c.Expr, key) // the ordering
				ix.Renamed = true
			}
		}
	}
}

// renamed returns the text of an expression in which the names of each column reference
// are as to makes them. What cannot be read stays as it is.
func renamed(expr string, to func(names []string)) string {
	const before = "SELECT "
	st := &pgsql.Statement{}
	if s, err := pgsql.Split([]byte(before + expr)); err == nil && len(s) == 1 {
		st = s[0]
	}
	if st.Parse(); st.Tree == nil {
		return expr
	}
	type edit struct {
		token int
		name  string
	}
	var edits []edit
	pgsql.Find(st.Tree, func(n pgsql.Node) bool {
		ref, ok := n.(*pgsql.ColumnRef)
		if !ok {
			return false
		}
		old := names(ref.Fields)
		if len(old) == 0 {
			return false
		}
		now := slices.Clone(old)
		to(now)
		for i := range now {
			if now[i] != old[i] {
				edits = append(edits, edit{st.TokenAt(int(ref.Location)) + 2*i, now[i]})
			}
		}
		return false
	})
	slices.SortFunc(edits, func(a, b edit) int { return b.token - a.token })
	text := st.Text
	for _, e := range edits {
		t := st.Tokens[e.token]
		text = text[:t.Start()] + pgsql.QuoteIdent(e.name) + text[t.End():]
	}
	return text[len(before):]
}
