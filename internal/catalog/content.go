package catalog

// content is what a table holds. A large history has tens of thousands of
// tables of which a statement names a few, so the content of those that were not
// asked for lately is kept packed.
type content struct {
	columns     []*Column
	constraints []*Constraint
	indexes     []*Index
	triggers    []*Trigger
}

// hotTables is how many tables may be unpacked at the same time.
const hotTables = 1024

// Columns returns the columns, in order. They are those of the moment: what a
// later statement changes does not show in them.
func (t *Table) Columns() []*Column { return t.open().columns }

// Constraints returns the constraints, in the order in which they were made.
func (t *Table) Constraints() []*Constraint { return t.open().constraints }

// Indexes returns the indexes that statements of their own made.
func (t *Table) Indexes() []*Index { return t.open().indexes }

// Triggers returns the triggers.
func (t *Table) Triggers() []*Trigger { return t.open().triggers }

// open returns the content, unpacked.
func (t *Table) open() *content {
	if t.catalog != nil {
		t.asked = t.catalog.statements
		if t.catalog.applying > 0 {
			t.catalog.touch(t)
		}
	}
	switch {
	case t.content != nil:
	case t.catalog == nil:
		t.content = &content{}
	default:
		t.content = t.catalog.unpack(t)
		t.catalog.hot = append(t.catalog.hot, t)
		t.catalog.cool()
	}
	return t.content
}

// KeepUnpacked ends the packing of tables, for who keeps columns, constraints
// or indexes and compares them: those of a table that was packed in between are
// others.
func (c *Catalog) KeepUnpacked() { c.whole = true }

// newTable returns a table of the catalog.
func (c *Catalog) newTable(name Name, kind RelKind, def Place) *Table {
	t := &Table{Name: name, Kind: kind, Def: def, LastElement: -1, catalog: c, content: &content{}, asked: c.statements}
	c.hot = append(c.hot, t)
	return t
}

// cool packs tables if too many are unpacked: those that no statement asked for
// since the last time, and of the others the ones that were unpacked first.
// While a statement is applied, none is: its changes would be lost.
func (c *Catalog) cool() {
	if c.applying > 0 || len(c.hot) < hotTables || c.whole || c.journal != nil {
		return
	}
	keep := c.hot[:0]
	for i, t := range c.hot {
		if t.asked > c.cooled && len(c.hot)-i <= hotTables/2 || t.asked == c.statements {
			keep = append(keep, t)
			continue
		}
		t.packed, t.content = c.pack(t), nil
	}
	clear(c.hot[len(keep):])
	c.hot, c.cooled = keep, c.statements
}
