package expr

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// insert types an INSERT and returns what RETURNING gives.
func (k *cockroach) insert(n *pgsql.InsertStmt) relation {
	target := k.target(n.Relation)
	into := target.columns
	if len(n.Cols) > 0 {
		into = nil
		for _, e := range n.Cols {
			c := column{}
			if t, ok := e.(*pgsql.ResTarget); ok && len(t.Indirection) == 0 {
				if found := target.column(t.Name); found != nil {
					c = *found
				}
			}
			into = append(into, c)
		}
	}
	want := make([]typ, len(into))
	for i := range into {
		want[i] = into[i].crdb
	}
	if n.SelectStmt != nil {
		rows := k.query(n.SelectStmt, want)
		for i := range rows.columns {
			if i < len(into) && !rows.open {
				k.assigned(rows.columns[i], into[i])
			}
		}
	}
	l := k.scope.level
	l.relations = append(l.relations, target)
	if c := n.OnConflictClause; c != nil {
		excluded := target
		excluded.name = "excluded"
		l.relations = append(l.relations, excluded)
		k.assignments(c.TargetList, &target)
		if c.WhereClause != nil {
			k.want(c.WhereClause, typ{id: tBool})
		}
		l.relations = l.relations[:len(l.relations)-1]
	}
	return k.targets(n.ReturningList, nil)
}

func (k *cockroach) update(n *pgsql.UpdateStmt) relation {
	target := k.target(n.Relation)
	k.scope.level.relations = append(k.scope.level.relations, target)
	for _, f := range n.FromClause {
		k.from(f)
	}
	k.assignments(n.TargetList, &target)
	if n.WhereClause != nil {
		k.want(n.WhereClause, typ{id: tBool})
	}
	return k.targets(n.ReturningList, nil)
}

func (k *cockroach) remove(n *pgsql.DeleteStmt) relation {
	k.scope.level.relations = append(k.scope.level.relations, k.target(n.Relation))
	for _, f := range n.UsingClause {
		k.from(f)
	}
	if n.WhereClause != nil {
		k.want(n.WhereClause, typ{id: tBool})
	}
	return k.targets(n.ReturningList, nil)
}

// target is the table that a statement writes to, which no WITH query hides.
func (k *cockroach) target(n *pgsql.RangeVar) relation {
	if n == nil {
		return relation{open: true}
	}
	out := relation{name: n.Relname, open: true}
	k.scope.asked.other()
	if k.scope.Catalog != nil {
		if t := k.scope.Catalog.Table(n); t != nil {
			out = k.table(t, n.Relname)
		}
	}
	return out.aliased(n.Alias)
}

// assignments types SET a = ..., b = ...
func (k *cockroach) assignments(list []pgsql.Node, target *relation) {
	for _, e := range list {
		t, ok := e.(*pgsql.ResTarget)
		if !ok {
			continue
		}
		if m, ok := t.Val.(*pgsql.MultiAssignRef); ok {
			if m.Colno == 1 {
				k.want(m.Source, typ{})
			}
			continue
		}
		c := target.column(t.Name)
		if c == nil || len(t.Indirection) > 0 {
			k.want(t.Val, typ{})
			continue
		}
		k.stored = t.Val
		k.assigned(column{crdb: k.want(t.Val, c.crdb), node: t.Val}, *c)
	}
}

// assigned records a value that CockroachDB does not convert to the type of the
// column that it is stored in.
func (k *cockroach) assigned(value, to column) {
	if !value.crdb.known() || !to.crdb.known() || value.crdb.null() || equivalent(to.crdb, value.crdb) {
		return
	}
	if c, _, ok := cockroachCast(value.crdb, to.crdb); ok && c >= castAssignment || value.node == nil {
		return
	}
	k.cause(Cause{
		Kind: ResultType, Node: value.node, From: value.crdb.catalogType(), To: to.crdb.catalogType(),
		Message: "value type " + value.crdb.String() + " doesn't match type " + to.crdb.String() + " of column \"" + to.name + "\"",
		Convert: k.convertTo(value.node, value.crdb, to.crdb),
	})
}
