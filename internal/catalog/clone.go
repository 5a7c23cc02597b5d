package catalog

import "maps"

// Clone returns a copy that can be changed without changing c, for statements
// of which it is not certain that they will run.
func (c *Catalog) Clone() *Catalog {
	k := cloner{types: map[*TypeDef]*TypeDef{}, tables: map[*Table]*Table{}, indexes: map[*Index]*Index{}}
	out := &Catalog{
		SearchPath: append([]string(nil), c.SearchPath...),
		schemas:    maps.Clone(c.schemas),
		relations:  make(map[Name]*Table, len(c.relations)),
		indexes:    make(map[Name][]*Index, len(c.indexes)),
		sequences:  make(map[Name]*Sequence, len(c.sequences)),
		types:      make(map[Name]*TypeDef, len(c.types)),
		functions:  make(map[Name][]*Function, len(c.functions)),
		extensions: maps.Clone(c.extensions),
	}
	for n, t := range c.types {
		out.types[n] = k.typeDef(t)
	}
	for n, t := range c.relations {
		out.relations[n] = k.table(t)
	}
	for n, list := range c.indexes {
		out.indexes[n] = each(list, k.index)
	}
	for n, s := range c.sequences {
		out.sequences[n] = shallow(s)
	}
	for n, list := range c.functions {
		out.functions[n] = each(list, shallow[Function])
	}
	return out
}

// cloner remembers the copies, so that what is shared stays shared.
type cloner struct {
	types   map[*TypeDef]*TypeDef
	tables  map[*Table]*Table
	indexes map[*Index]*Index
}

func (k cloner) typeDef(t *TypeDef) *TypeDef {
	if t == nil || k.types[t] != nil {
		return k.types[t]
	}
	out := shallow(t)
	k.types[t] = out
	out.BaseUser = k.typeDef(t.BaseUser)
	out.Columns = each(t.Columns, k.column)
	out.Values = append([]string(nil), t.Values...)
	out.Checks = append([]Constraint(nil), t.Checks...)
	return out
}

func (k cloner) table(t *Table) *Table {
	if t == nil || k.tables[t] != nil {
		return k.tables[t]
	}
	out := shallow(t)
	k.tables[t] = out
	out.Columns = each(t.Columns, k.column)
	out.Constraints = each(t.Constraints, shallow[Constraint])
	out.Indexes = each(t.Indexes, k.index)
	out.Triggers = each(t.Triggers, shallow[Trigger])
	out.PartitionOf = k.table(t.PartitionOf)
	out.Partitions = each(t.Partitions, k.table)
	out.Inherits = each(t.Inherits, k.table)
	return out
}

func (k cloner) index(ix *Index) *Index {
	if k.indexes[ix] != nil {
		return k.indexes[ix]
	}
	out := shallow(ix)
	k.indexes[ix] = out
	out.Table = k.table(ix.Table)
	return out
}

func (k cloner) column(c *Column) *Column {
	out := shallow(c)
	out.User = k.typeDef(c.User)
	return out
}

func shallow[T any](p *T) *T {
	v := *p
	return &v
}

func each[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
