package catalog

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func (a *applier) alterTable(n *pgsql.AlterTableStmt) {
	if n.Objtype == pgsql.ObjectIndex || n.Objtype == pgsql.ObjectTypeObjectType {
		return
	}
	t := a.Table(n.Relation)
	if t == nil {
		return
	}
	places := a.commandPlaces(n)
	for i, e := range n.Cmds {
		cmd, ok := e.(*pgsql.AlterTableCmd)
		if !ok {
			continue
		}
		def := a.place()
		if i < len(places) {
			def = places[i]
		}
		a.alterCommand(t, cmd, def)
	}
}

// commandPlaces returns where the commands of an ALTER TABLE stand.
func (a *applier) commandPlaces(n *pgsql.AlterTableStmt) []Place {
	var out []Place
	for _, e := range CommandTokens(a.st, n) {
		out = append(out, a.tokens(e[0], e[1]))
	}
	return out
}

// CommandTokens returns the token ranges [first, last] of the commands of an
// ALTER TABLE.
func CommandTokens(st *pgsql.Statement, n *pgsql.AlterTableStmt) [][2]int {
	if n.Relation == nil {
		return nil
	}
	i := st.TokenAt(int(n.Relation.Location))
	for st.Is(i+1, ".") {
		i += 2
	}
	i++
	if st.Is(i, "*") || st.Is(i, ")") { // TABLE t *, TABLE ONLY (t)
		i++
	}
	if i >= len(st.Tokens) {
		return nil
	}
	return st.List(i, len(st.Tokens))
}

func (a *applier) alterCommand(t *Table, cmd *pgsql.AlterTableCmd, def Place) {
	col := t.Column(cmd.Name)
	switch cmd.Subtype {
	case pgsql.ATAddColumn:
		if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
			a.addColumn(t, d, def)
			for _, p := range t.Partitions() {
				a.addColumn(p, d, def)
			}
		}
	case pgsql.ATDropColumn:
		a.dropColumn(t, cmd.Name)
	case pgsql.ATAlterColumnType:
		if d, ok := cmd.Def.(*pgsql.ColumnDef); ok && col != nil {
			col.Type, col.User = TypeOf(d.TypeName), a.userType(d.TypeName)
			a.traces.column(t, col)
		}
	case pgsql.ATSetNotNull:
		if col != nil {
			col.NotNull = true
		}
	case pgsql.ATDropNotNull:
		if col != nil {
			col.NotNull = false
		}
	case pgsql.ATColumnDefault:
		if col != nil {
			col.Default = ""
			if cmd.Def != nil {
				for i := a.st.TokenAt(int(def.Start - a.st.Start())); i < len(a.st.Tokens); i++ {
					if a.st.Is(i, "default") {
						col.Default = a.text(i+1, clauseEnd(a.st, i+1, len(a.st.Tokens))-1)
						break
					}
				}
			}
		}
	case pgsql.ATAddIdentity:
		if col != nil {
			col.Identity, col.NotNull = 'd', true
			if k, ok := cmd.Def.(*pgsql.Constraint); ok {
				col.Cache, col.Start = cacheOption(k.Options), startOption(k.Options)
				if k.GeneratedWhen == "a" {
					col.Identity = 'a'
				}
			}
		}
	case pgsql.ATSetIdentity:
		if l, ok := cmd.Def.(*pgsql.List); ok && col != nil {
			setIdentity(col, l.Items)
		}
	case pgsql.ATDropIdentity:
		if col != nil {
			col.Identity = 0
		}
	case pgsql.ATDropExpression:
		if col != nil {
			col.Generated = ""
		}
	case pgsql.ATAddConstraint:
		if k, ok := cmd.Def.(*pgsql.Constraint); ok {
			a.addConstraint(t, k, def)
		}
	case pgsql.ATDropConstraint:
		a.dropConstraint(t, cmd.Name, cmd.Behavior == pgsql.DropCascade)
	case pgsql.ATAttachPartition:
		if p, ok := cmd.Def.(*pgsql.PartitionCmd); ok {
			if child := a.Table(p.Name); child != nil {
				child.relate().partitionOf = t
				t.relate().addPartition(child)
			}
		}
	case pgsql.ATDetachPartition:
		if p, ok := cmd.Def.(*pgsql.PartitionCmd); ok {
			if child := a.Table(p.Name); child != nil {
				child.relate().partitionOf = nil
				t.relate().removePartition(child)
			}
		}
	case pgsql.ATAddInherit:
		if rv, ok := cmd.Def.(*pgsql.RangeVar); ok {
			if parent := a.Table(rv); parent != nil {
				t.relate().inherits = append(t.relate().inherits, parent)
			}
		}
	case pgsql.ATDropInherit:
		if rv, ok := cmd.Def.(*pgsql.RangeVar); ok {
			t.relate().inherits = remove(t.relate().inherits, a.Table(rv))
		}
	case pgsql.ATSetLogged:
		t.Unlogged = false
	case pgsql.ATSetUnLogged:
		t.Unlogged = true
	}
}

// setIdentity follows ALTER COLUMN ... SET GENERATED, SET CACHE and SET START.
func setIdentity(col *Column, options []pgsql.Node) {
	for _, o := range options {
		if d, ok := o.(*pgsql.DefElem); ok && d.Defname == "generated" {
			if kind, ok := d.Arg.(*pgsql.Integer); ok { // the letter of pg_attribute
				col.Identity = byte(kind.Ival)
			}
		}
	}
	if n := cacheOption(options); n > 0 {
		col.Cache = n
	}
	if n, ok := numberOption(options, "start"); ok {
		col.Start = n
	}
}

func remove[T comparable](list []T, x T) []T {
	for i, e := range list {
		if e == x {
			return append(list[:i:i], list[i+1:]...)
		}
	}
	return list
}

func (a *applier) dropColumn(t *Table, name string) {
	a.dropReferences(t, func(columns []string) bool { return contains(columns, name) })
	held := t.open()
	if c := t.Column(name); c != nil {
		held.columns = remove(held.columns, c)
	}
	// What is built on the column goes with it.
	for _, ix := range append([]*Index(nil), held.indexes...) {
		if key, expr, predicate := ix.Uses(name); key || expr || predicate || contains(ix.Include, name) {
			a.removeIndex(ix)
		}
	}
	var keep []*Constraint
	for _, k := range held.constraints {
		if !contains(k.Columns, name) && !Mentions(k.Expr, name) {
			keep = append(keep, k)
		}
	}
	held.constraints = keep
}

// removeConstraint takes a constraint out.
func (t *Table) removeConstraint(k *Constraint) {
	held := t.open()
	held.constraints = remove(held.constraints, k)
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

func (a *applier) drop(n *pgsql.DropStmt) {
	for _, o := range n.Objects {
		var name Name
		switch o := o.(type) {
		case *pgsql.List:
			name = ListName(o.Items)
		case *pgsql.String:
			name = Name{"", o.Sval}
		case *pgsql.TypeName:
			name = ListName(o.Names)
		case *pgsql.ObjectWithArgs:
			name = ListName(o.Objname)
		}
		switch n.RemoveType {
		case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectForeignTable:
			if t := a.Relation(name); t != nil {
				a.dropTable(t)
			}
		case pgsql.ObjectIndex:
			if ixs := a.Indexes(name); len(ixs) > 0 {
				a.removeIndex(ixs[0])
			} else {
				a.dropUnique(name, n.Behavior == pgsql.DropCascade)
			}
		case pgsql.ObjectSequence:
			if s := a.Sequence(name); s != nil {
				unset(a.Catalog, a.sequences, s.Name)
			}
		case pgsql.ObjectTypeObjectType, pgsql.ObjectDomain:
			if t := a.Type(name); t != nil {
				a.dropType(t, n.Behavior == pgsql.DropCascade)
			}
		case pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine, pgsql.ObjectAggregate:
			a.dropFunctions(o)
		case pgsql.ObjectSchema:
			a.dropSchema(name.Name)
		case pgsql.ObjectExtension:
			unset(a.Catalog, a.extensions, name.Name)
		case pgsql.ObjectTrigger:
			a.dropTrigger(o)
		}
	}
}

// dropUnique follows CockroachDB's way to drop a unique constraint: DROP INDEX
// of its name.
func (a *applier) dropUnique(name Name, cascade bool) {
	schema := a.create(name).Schema
	for _, t := range a.traces.uniques.of(a.Catalog, a.traces.hash(name.Name)) {
		if t.Name.Schema != schema {
			continue
		}
		if k := t.Constraint(name.Name); k != nil && k.Kind == Unique {
			a.dropConstraint(t, k.Name, cascade)
			return
		}
	}
}

// dropConstraint drops a constraint, on CASCADE with the foreign keys that rest on it.
func (a *applier) dropConstraint(t *Table, name string, cascade bool) {
	k := t.Constraint(name)
	if k == nil {
		return
	}
	if cascade && (k.Kind == Unique || k.Kind == PrimaryKey) {
		a.dropReferences(t, func(columns []string) bool { return slices.Equal(columns, k.Columns) })
	}
	t.removeConstraint(k)
}

func (a *applier) dropTable(t *Table) {
	a.touch(t)
	for _, ix := range append([]*Index(nil), t.Indexes()...) {
		a.removeIndex(ix)
	}
	if parent := t.PartitionOf(); parent != nil {
		a.touch(parent)
		parent.relate().removePartition(t)
	}
	for _, p := range append([]*Table(nil), t.Partitions()...) {
		a.dropTable(p)
	}
	for n, s := range a.sequences {
		if s.Table == t.Name {
			unset(a.Catalog, a.sequences, n)
		}
	}
	a.dropReferences(t, func([]string) bool { return true })
	unset(a.Catalog, a.relations, t.Name)
}

func (a *applier) dropSchema(name string) {
	unset(a.Catalog, a.schemas, name)
	for n, t := range a.relations {
		if n.Schema == name {
			a.dropTable(t)
		}
	}
	for n := range a.types {
		if n.Schema == name {
			unset(a.Catalog, a.types, n)
		}
	}
	for n := range a.functions {
		if n.Schema == name {
			unset(a.Catalog, a.functions, n)
		}
	}
	for n := range a.sequences {
		if n.Schema == name {
			unset(a.Catalog, a.sequences, n)
		}
	}
}

func (a *applier) dropTrigger(o pgsql.Node) {
	l, ok := o.(*pgsql.List)
	if !ok || len(l.Items) < 2 {
		return
	}
	last, _ := l.Items[len(l.Items)-1].(*pgsql.String)
	t := a.Relation(ListName(l.Items[:len(l.Items)-1]))
	if t == nil || last == nil {
		return
	}
	held := t.open()
	for _, tg := range held.triggers {
		if tg.Name == last.Sval {
			held.triggers = remove(held.triggers, tg)
			return
		}
	}
}
