package consolidate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// table is a table that the history makes.
type table struct {
	def  *catalog.Table
	item *item // its CREATE TABLE
	// unfolded tells that the final form cannot be had by putting parts together:
	// all its statements are carried over as they stand.
	unfolded bool
	elements []*element
	// changed are the columns whose type or default a later statement gave, with
	// the text of the new type ("" where it is the old one).
	changed map[*catalog.Column]string
}

// element is a column, a constraint or an index of a table, as the CREATE TABLE
// or a later statement wrote it.
type element struct {
	text string
	// lead are the comments in front of it, trail is one behind it on its line.
	lead       []string
	trail      string
	column     *catalog.Column
	constraint *catalog.Constraint
	index      *catalog.Index
	// late tells that a later statement added it.
	late bool
}

// createTable registers a table. One that is not made of columns alone is carried
// over as it stands.
func (b *builder) createTable(it *item, n *pgsql.CreateStmt) {
	def := b.catalog.Table(n.Relation)
	if def == nil {
		return
	}
	if def.Def.Source != it.source || def.Def.Start != it.st.Start() {
		it.gone = true // it is there already, and the tool passes over that
		return
	}
	t := &table{def: def, item: it, changed: map[*catalog.Column]string{}}
	it.table = t
	b.tables[def] = t
	b.order = append(b.order, t)
	t.elements = b.elementsOf(it.st, n, def)
	if t.elements == nil || n.Relation.Relpersistence == "t" || len(n.InhRelations) > 0 || n.OfTypename != nil || n.Partspec != nil {
		t.unfolded = true
	}
}

// elementsOf returns the elements of a CREATE TABLE; nil if it has some that are
// none of the table's own.
func (b *builder) elementsOf(st *pgsql.Statement, n *pgsql.CreateStmt, def *catalog.Table) []*element {
	open := st.Find(st.TokenAt(int(n.Relation.Location)), "(")
	if open < 0 {
		return nil
	}
	ranges := st.Elements(open)
	if len(ranges) != len(n.TableElts) {
		return nil
	}
	var out []*element
	for i, r := range ranges {
		e := &element{text: slice(st, r[0], r[1])}
		start := st.Start() + int64(st.Tokens[r[0]].Start())
		switch d := n.TableElts[i].(type) {
		case *pgsql.ColumnDef:
			e.column = def.Column(d.Colname)
		case *pgsql.Constraint:
			e.constraint = constraintAt(def, start)
		case *pgsql.IndexStmt:
			e.index = indexAt(def, start)
		}
		if e.column == nil && e.constraint == nil && e.index == nil {
			return nil
		}
		out = append(out, e)
	}
	comments(st, open, ranges, out)
	return out
}

// comments gives each element of a CREATE TABLE its comments: those behind it on
// its line, and those on lines of their own in front of it.
func comments(st *pgsql.Statement, open int, ranges [][2]int, elements []*element) {
	for _, c := range st.Comments {
		if c.Start < st.Tokens[open].End() || c.End > len(st.Text) {
			continue
		}
		text := st.Text[c.Start:c.End]
		for i, r := range ranges {
			start, end := st.Tokens[r[0]].Start(), st.Tokens[r[1]].End()
			if c.Start > end {
				if !strings.Contains(st.Text[end:c.Start], "\n") && (i+1 == len(ranges) || c.Start < st.Tokens[ranges[i+1][0]].Start()) {
					elements[i].trail = text
					break
				}
				continue
			}
			if c.End <= start {
				elements[i].lead = append(elements[i].lead, text)
			}
			break
		}
	}
}

func constraintAt(t *catalog.Table, start int64) *catalog.Constraint {
	for _, k := range t.Constraints() {
		if k.Def.Start == start {
			return k
		}
	}
	return nil
}

func indexAt(t *catalog.Table, start int64) *catalog.Index {
	for _, ix := range t.Indexes() {
		if ix.Def.Start == start {
			return ix
		}
	}
	return nil
}

// createIndex takes an index into its table.
func (b *builder) createIndex(it *item, n *pgsql.IndexStmt) {
	def := b.catalog.Table(n.Relation)
	if def == nil {
		return
	}
	b.aboutRelations(it, []*catalog.Table{def})
	t := b.tables[def]
	ix := indexAt(def, it.st.Start())
	if ix == nil {
		it.gone = true // it is there already, and the tool passes over that
		return
	}
	it.about = func() bool { return b.there(def) && slices.Contains(def.Indexes(), ix) }
	if t == nil {
		return
	}
	st := it.st
	columns := catalog.IndexElements(st, n)
	kind := map[string]string{"": "", "btree": "", "gin": "INVERTED ", "gist": "INVERTED "}
	word, ok := kind[n.AccessMethod]
	if len(columns) == 0 || !ok {
		return // carried over
	}
	if n.Unique {
		word = "UNIQUE "
	}
	text := word + "INDEX "
	if n.Idxname != "" {
		text += quote(n.Idxname) + " "
	}
	text += slice(st, columns[0][0]-1, columns[len(columns)-1][1]+1)
	if last := columns[len(columns)-1][1] + 1; last+1 < len(st.Tokens) {
		text += " " + slice(st, last+1, len(st.Tokens)-1)
	}
	it.table = t
	t.elements = append(t.elements, &element{text: text, lead: leadComments(st), index: ix, late: true})
}

// live returns the elements that are still part of the table: columns, then
// constraints, then indexes.
func (t *table) live(b *builder) []*element {
	var out []*element
	for _, e := range t.elements {
		switch {
		case e.column != nil && slices.Contains(t.def.Columns(), e.column),
			e.index != nil && slices.Contains(t.def.Indexes(), e.index),
			e.constraint != nil && slices.Contains(t.def.Constraints(), e.constraint) && b.refers(e.constraint):
			out = append(out, e)
		}
	}
	class := func(e *element) int {
		switch {
		case e.column != nil:
			return 0
		case e.constraint != nil:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(x, y *element) int { return class(x) - class(y) })
	return out
}

// refers reports whether a constraint's other table, if it has one, is there.
func (b *builder) refers(k *catalog.Constraint) bool {
	return k.Kind != catalog.ForeignKey || b.catalog.Relation(k.RefTable) != nil
}

// text returns the CREATE TABLE of a table as it is at the end of the history.
// Foreign keys to tables that are not done yet come back as statements for
// later. ok is false if a column's text cannot be changed as it has to be.
func (t *table) text(b *builder, done map[*catalog.Table]bool) (text string, later []string, ok bool) {
	st := t.item.st
	first := st.TokenAt(int(st.Tree.(*pgsql.CreateStmt).Relation.Location))
	open := st.Find(first, "(")
	name := quoteName(t.def.Name)
	if st.Is(first+1, ".") {
		name = slice(st, first, open-1) // a dump has no search path: public has to stand there
	}
	var out strings.Builder
	for _, c := range leadComments(st) {
		out.WriteString(c + "\n")
	}
	out.WriteString(strings.TrimRight(st.Text[:st.Tokens[open].Start()], " \t\r\n") + " (")
	reachable := func(k *catalog.Constraint) bool {
		if k.Kind != catalog.ForeignKey {
			return true
		}
		ref := b.catalog.Relation(k.RefTable)
		return ref == t.def || done[ref] || b.tables[ref] == nil
	}
	type part struct{ body, trail string }
	var parts []part
	for _, e := range t.live(b) {
		text := e.text
		switch {
		case e.column != nil:
			var keys []string
			if text, keys, ok = t.column(e, reachable); !ok {
				return "", nil, false
			}
			for _, k := range keys {
				later = append(later, fmt.Sprintf("ALTER TABLE %s ADD %s", name, k))
			}
		case e.constraint != nil && !reachable(e.constraint):
			later = append(later, fmt.Sprintf("ALTER TABLE %s ADD %s", name, text))
			continue
		}
		parts = append(parts, part{strings.Join(append(slices.Clone(e.lead), text), "\n  "), e.trail})
	}
	for i, p := range parts {
		out.WriteString("\n  " + p.body)
		if i < len(parts)-1 {
			out.WriteString(",")
		}
		if p.trail != "" {
			out.WriteString(" " + p.trail)
		}
	}
	out.WriteString("\n" + st.Text[st.Tokens[st.Close(open)].Start():])
	return out.String(), later, len(parts) > 0
}
