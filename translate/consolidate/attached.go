package consolidate

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// trigger makes a trigger go when it is dropped, or its table.
func (b *builder) trigger(it *item, n *pgsql.CreateTrigStmt) {
	t := b.catalog.Table(n.Relation)
	if t == nil || len(t.Triggers()) == 0 {
		return
	}
	made := t.Triggers()[len(t.Triggers())-1]
	it.about = func() bool { return b.there(t) && slices.Contains(t.Triggers(), made) }
}

// dropOn sorts DROP TRIGGER and DROP POLICY: the statement that made what is
// dropped goes. It reports false if there is none.
func (b *builder) dropOn(n *pgsql.DropStmt) bool {
	if n.RemoveType == pgsql.ObjectTrigger {
		return n.MissingOk || b.dropsMade(n, func(it *item, table, name string) bool {
			c, ok := it.st.Tree.(*pgsql.CreateTrigStmt)
			return ok && c.Trigname == name && c.Relation.Relname == table
		})
	}
	return b.dropsMade(n, func(it *item, table, name string) bool {
		c, ok := it.st.Tree.(*pgsql.CreatePolicyStmt)
		return ok && c.PolicyName == name && c.Table.Relname == table
	}) || n.MissingOk
}

// dropsMade takes out the statements that made what a DROP ... ON drops.
func (b *builder) dropsMade(n *pgsql.DropStmt, made func(it *item, table, name string) bool) bool {
	all := true
	for _, o := range n.Objects {
		l, ok := o.(*pgsql.List)
		if !ok || len(l.Items) < 2 {
			return false
		}
		name, _ := l.Items[len(l.Items)-1].(*pgsql.String)
		table := catalog.ListName(l.Items[:len(l.Items)-1]).Name
		found := false
		for _, it := range b.items {
			if name != nil && !it.gone && made(it, table, name.Sval) {
				it.gone, found = true, true
			}
		}
		all = all && found
	}
	return all
}

// comment makes a comment go with what it is about, and with a later comment on
// the same.
func (b *builder) comment(it *item, n *pgsql.CommentStmt) {
	for _, old := range b.items[:it.number] {
		if o, ok := old.st.Tree.(*pgsql.CommentStmt); ok && o.Objtype == n.Objtype && sameObject(o.Object, n.Object) {
			old.gone = true
		}
	}
	l, ok := n.Object.(*pgsql.List)
	if !ok {
		return
	}
	switch n.Objtype {
	case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview:
		if t := b.catalog.Relation(catalog.ListName(l.Items)); t != nil {
			b.aboutRelations(it, []*catalog.Table{t})
		}
	case pgsql.ObjectColumn, pgsql.ObjectTabconstraint:
		if len(l.Items) < 2 {
			return
		}
		part, _ := l.Items[len(l.Items)-1].(*pgsql.String)
		t := b.catalog.Relation(catalog.ListName(l.Items[:len(l.Items)-1]))
		if t == nil || part == nil {
			return
		}
		if n.Objtype == pgsql.ObjectColumn {
			c := t.Column(part.Sval)
			it.about = func() bool { return b.there(t) && (c == nil || slices.Contains(t.Columns(), c)) }
		} else {
			k := t.Constraint(part.Sval)
			it.about = func() bool { return b.there(t) && (k == nil || slices.Contains(t.Constraints(), k)) }
		}
	case pgsql.ObjectIndex:
		if ixs := b.catalog.Indexes(catalog.ListName(l.Items)); len(ixs) > 0 {
			ix := ixs[0]
			it.about = func() bool { return ix.Table == nil || b.there(ix.Table) && slices.Contains(ix.Table.Indexes(), ix) }
		}
	case pgsql.ObjectSequence:
		name := b.qualify(catalog.ListName(l.Items))
		it.about = func() bool { return b.catalog.Sequence(name) != nil }
	case pgsql.ObjectTypeObjectType, pgsql.ObjectDomain:
		name := b.qualify(catalog.ListName(l.Items))
		it.about = func() bool { return b.catalog.Type(name) != nil }
	}
}

// sameObject reports whether two comments name the same.
func sameObject(a, b pgsql.Node) bool {
	x, ok := a.(*pgsql.List)
	y, ok2 := b.(*pgsql.List)
	if !ok || !ok2 || len(x.Items) != len(y.Items) {
		return false
	}
	for i := range x.Items {
		s, ok := x.Items[i].(*pgsql.String)
		r, ok2 := y.Items[i].(*pgsql.String)
		if !ok || !ok2 || s.Sval != r.Sval {
			return false
		}
	}
	return true
}
