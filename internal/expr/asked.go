package expr

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

// Asked is what judging an expression asked of its scope. Where the answers are the
// same again, so is the judgement.
type Asked struct {
	columns []askedColumn
	// functions and types are names of which the catalog had none.
	functions, types []catalog.Name
	// more tells of something that is not noted: nothing can be said then.
	more bool
}

// askedColumn is a name that was looked for among the columns of the table, with the
// type of the column if there is one.
type askedColumn struct {
	name  string
	typ   catalog.Type
	found bool
}

// Whole reports whether all that was asked is noted.
func (a *Asked) Whole() bool { return !a.more }

// Again reports whether a scope would give the same answers.
func (a *Asked) Again(s *Scope) bool {
	if a.more || !s.plain() {
		return false
	}
	for i := range a.columns {
		if c := &a.columns[i]; !c.same(s.Table) {
			return false
		}
	}
	for _, n := range a.functions {
		if len(s.Catalog.Functions(n)) > 0 {
			return false
		}
	}
	for _, n := range a.types {
		if s.Catalog.Type(n) != nil {
			return false
		}
	}
	return true
}

// plain reports whether there is nothing to ask but a catalog and a table.
func (s *Scope) plain() bool {
	return s.Catalog != nil && s.Table != nil && s.Rows == nil && s.Params == nil && s.Vars == nil && s.Value.Name == "" && s.level == nil
}

func (c *askedColumn) same(t *catalog.Table) bool {
	col := t.Column(c.name)
	if col == nil || !c.found {
		return col == nil && !c.found
	}
	return col.Type.Same(c.typ) && col.Type.SetOf == c.typ.SetOf && slices.Equal(col.Type.Mods, c.typ.Mods)
}

// column notes that a name is looked for.
func (a *Asked) column(s *Scope, qualifier, name string) {
	switch {
	case a == nil:
	case qualifier != "" || !s.plain():
		a.more = true
	case !slices.ContainsFunc(a.columns, func(c askedColumn) bool { return c.name == name }):
		c := askedColumn{name: name}
		if col := s.Table.Column(name); col != nil {
			c.typ, c.found = col.Type, true
		}
		a.columns = append(a.columns, c)
	}
}

func (a *Asked) function(n catalog.Name, found bool) {
	if a != nil {
		a.functions = a.none(a.functions, n, found)
	}
}

func (a *Asked) typ(n catalog.Name, found bool) {
	if a != nil {
		a.types = a.none(a.types, n, found)
	}
}

// none adds a name to those of which there are none.
func (a *Asked) none(list []catalog.Name, n catalog.Name, found bool) []catalog.Name {
	switch {
	case found:
		a.more = true
	case !slices.Contains(list, n):
		list = append(list, n)
	}
	return list
}

// other notes that something is looked for that is none of these.
func (a *Asked) other() {
	if a != nil {
		a.more = true
	}
}
