package catalog

import "slices"

// journal is how to undo what statements did since it was begun, newest last.
type journal struct {
	source int
	undo   []func()
	// kept are the tables whose state was noted.
	kept map[*Table]bool
}

// Begin makes the catalog remember how to undo the statements that come, which
// are those of one source, so that it can follow the way back of a migration and
// return. A Begin for another source is a Rollback first.
func (c *Catalog) Begin(source int) {
	if c.journal != nil && c.journal.source == source {
		return
	}
	c.Rollback()
	c.journal = &journal{source: source, kept: map[*Table]bool{}}
}

// Rollback undoes all since Begin. Without one it does nothing.
func (c *Catalog) Rollback() {
	j := c.journal
	if j == nil {
		return
	}
	c.journal = nil
	for i := len(j.undo) - 1; i >= 0; i-- {
		j.undo[i]()
	}
	c.hot = slices.DeleteFunc(c.hot, func(t *Table) bool { return t.content == nil })
}

// Try lets f apply statements of which it is not certain that they will run, and
// undoes what they did unless f reports true. It can be nested.
func (c *Catalog) Try(f func() bool) {
	outer := c.journal
	inner := &journal{source: -1, kept: map[*Table]bool{}}
	c.journal = inner
	ok := f()
	c.journal = outer
	switch {
	case !ok:
		for i := len(inner.undo) - 1; i >= 0; i-- {
			inner.undo[i]()
		}
		c.hot = slices.DeleteFunc(c.hot, func(t *Table) bool { return t.content == nil })
	case outer != nil:
		outer.undo = append(outer.undo, inner.undo...)
	}
}

func (c *Catalog) onRollback(f func()) {
	if c.journal != nil {
		c.journal.undo = append(c.journal.undo, f)
	}
}

// set is m[k] = v for a map of the catalog.
func set[K comparable, V any](c *Catalog, m map[K]V, k K, v V) {
	if c.journal != nil {
		restore(c, m, k)
	}
	m[k] = v
}

// unset is delete(m, k) for a map of the catalog.
func unset[K comparable, V any](c *Catalog, m map[K]V, k K) {
	if c.journal != nil {
		restore(c, m, k)
	}
	delete(m, k)
}

func restore[K comparable, V any](c *Catalog, m map[K]V, k K) {
	old, ok := m[k]
	c.onRollback(func() {
		if ok {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
}

// keep is called before what p points to is changed. Slices in it are shared
// with the old state: they are replaced, not changed.
func keep[T any](c *Catalog, p *T) {
	if c.journal == nil {
		return
	}
	old := *p
	c.onRollback(func() { *p = old })
}

// touch is called before a table is changed.
func (c *Catalog) touch(t *Table) {
	if c.journal == nil || c.journal.kept[t] {
		return
	}
	c.journal.kept[t] = true
	old := *t
	if old.content != nil {
		old.packed, old.content = c.pack(t), nil
	}
	old.kin = t.kin.clone()
	c.onRollback(func() { *t = old })
}
