package catalog

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func (a *applier) rename(n *pgsql.RenameStmt) {
	switch n.RenameType {
	case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectForeignTable:
		if t := a.Table(n.Relation); t != nil {
			t.Renamed = true
			a.moveTable(t, Name{t.Name.Schema, n.Newname})
			return
		}
		// ALTER TABLE also renames sequences and indexes.
		a.renameSequence(rangeName(n.Relation), n.Newname)
		a.renameIndex(rangeName(n.Relation), n.Newname)
	case pgsql.ObjectColumn:
		if t := a.Table(n.Relation); t != nil {
			t.Renamed = true
			a.renameColumn(t, n.Subname, n.Newname)
		}
	case pgsql.ObjectTabconstraint:
		t := a.Table(n.Relation)
		if k := t.Constraint(n.Subname); k != nil {
			k.Name = n.Newname
			a.traces.constraint(t, k)
		}
	case pgsql.ObjectDomconstraint:
		a.renameDomainConstraint(n)
	case pgsql.ObjectIndex:
		a.renameIndex(rangeName(n.Relation), n.Newname)
	case pgsql.ObjectSequence:
		a.renameSequence(rangeName(n.Relation), n.Newname)
	case pgsql.ObjectTypeObjectType, pgsql.ObjectDomain:
		if l, ok := n.Object.(*pgsql.List); ok {
			if t := a.Type(ListName(l.Items)); t != nil {
				a.moveType(t, Name{t.Name.Schema, n.Newname})
			}
		}
	case pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine, pgsql.ObjectAggregate:
		a.moveFunctions(n.Object, func(f *Name) { f.Name = n.Newname })
	case pgsql.ObjectSchema:
		a.renameSchema(n.Subname, n.Newname)
	}
}

func (a *applier) renameColumn(t *Table, from, to string) {
	if c := t.Column(from); c != nil {
		c.Name = to
		a.traces.columnName(to)
	}
	for _, p := range t.Partitions() {
		p.Renamed = true
		a.renameColumn(p, from, to)
	}
	for _, k := range t.Constraints() {
		replace(k.Columns, from, to)
	}
	a.references(t.Name, func(_ *Table, k *Constraint) { replace(k.RefColumns, from, to) })
	for _, ix := range t.Indexes() {
		ix.Renamed = ix.Renamed || contains(ix.Include, from)
		replace(ix.Include, from, to)
		for i := range ix.Columns {
			if c := &ix.Columns[i]; c.Column == from {
				c.Column, ix.Renamed = to, true
			}
		}
	}
	t.renameIn(from, func(names []string) {
		if last := len(names) - 1; names[last] == from {
			names[last] = to
		}
	})
}

func (a *applier) renameIndex(n Name, to string) {
	ixs := a.Indexes(n)
	if len(ixs) == 0 {
		return
	}
	ix := ixs[0]
	a.indexes.remove(a.Catalog, ix)
	keep(a.Catalog, ix)
	ix.Name.Name, ix.Renamed = to, true
	a.indexes.add(a.Catalog, ix)
}

func (a *applier) renameSequence(n Name, to string) {
	if s := a.Sequence(n); s != nil {
		a.moveSequence(s, Name{s.Name.Schema, to})
	}
}

func (a *applier) moveSequence(s *Sequence, to Name) {
	unset(a.Catalog, a.sequences, s.Name)
	keep(a.Catalog, s)
	s.Name = to
	set(a.Catalog, a.sequences, to, s)
}

func (a *applier) moveType(t *TypeDef, to Name) {
	unset(a.Catalog, a.types, t.Name)
	keep(a.Catalog, t)
	t.Name = to
	set(a.Catalog, a.types, to, t)
}

// moveTable gives a table another name or schema. What belongs to it goes along, and
// what refers to it still does.
func (a *applier) moveTable(t *Table, to Name) {
	from := t.Name
	for _, s := range a.sequences {
		if s.Table == from {
			if keep(a.Catalog, s); from.Schema != to.Schema {
				a.moveSequence(s, Name{to.Schema, s.Name.Name})
			}
			s.Table = to
		}
	}
	a.touch(t)
	for _, ix := range t.Indexes() {
		a.indexes.remove(a.Catalog, ix)
		ix.Name.Schema, ix.Renamed = to.Schema, true
		a.indexes.add(a.Catalog, ix)
	}
	unset(a.Catalog, a.relations, from)
	t.Name = to
	set(a.Catalog, a.relations, to, t)
	t.renameIn(from.Name, func(names []string) {
		if last := len(names) - 1; last > 0 && names[last-1] == from.Name {
			names[last-1] = to.Name
		}
	})
	a.references(from, func(other *Table, k *Constraint) {
		k.RefTable = to
		a.traces.constraint(other, k)
	})
}

func (a *applier) renameSchema(from, to string) {
	unset(a.Catalog, a.schemas, from)
	set(a.Catalog, a.schemas, to, true)
	for n, t := range a.relations {
		if n.Schema == from {
			a.moveTable(t, Name{to, n.Name})
		}
	}
	for n, s := range a.sequences {
		if n.Schema == from {
			a.moveSequence(s, Name{to, n.Name})
		}
	}
	for n, fs := range a.functions {
		if n.Schema == from {
			for _, f := range slices.Clone(fs) {
				a.moveFunction(f, func(n *Name) { n.Schema = to })
			}
		}
	}
	for n, t := range a.types {
		if n.Schema == from {
			a.moveType(t, Name{to, n.Name})
		}
	}
}

func (a *applier) setSchema(n *pgsql.AlterObjectSchemaStmt) {
	switch n.ObjectType {
	case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview:
		if t := a.Table(n.Relation); t != nil {
			a.moveTable(t, Name{n.Newschema, t.Name.Name})
		}
	case pgsql.ObjectTypeObjectType, pgsql.ObjectDomain:
		if l, ok := n.Object.(*pgsql.List); ok {
			if t := a.Type(ListName(l.Items)); t != nil {
				a.moveType(t, Name{n.Newschema, t.Name.Name})
			}
		}
	case pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine, pgsql.ObjectAggregate:
		a.moveFunctions(n.Object, func(f *Name) { f.Schema = n.Newschema })
	case pgsql.ObjectSequence:
		if s := a.Sequence(rangeName(n.Relation)); s != nil {
			a.moveSequence(s, Name{n.Newschema, s.Name.Name})
		}
	}
}

// replace puts to where a list has from.
func replace(list []string, from, to string) {
	for i := range list {
		if list[i] == from {
			list[i] = to
		}
	}
}
