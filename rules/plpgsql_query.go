package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// rowQuery is a query that a loop runs or whose INTO sets a record.
type rowQuery struct {
	node *pgsql.PLNode
	f    fragment
	sel  *pgsql.SelectStmt
	// list are the tokens of the select list.
	list pgsql.PLSpan
	// star tells that the list is a single *, or table.*.
	star bool
	// columns are what the list yields; those without a type are not known.
	columns []*catalog.Column
}

// query reads the query of a loop or of SELECT INTO; nil if it is none that can
// be rewritten.
func (br *bodyReader) query(n *pgsql.PLNode) *rowQuery {
	if len(n.Exprs) != 1 {
		return nil
	}
	q := &rowQuery{node: n}
	for _, f := range br.b.code {
		if f.node == n && f.PLSpan == n.Exprs[0] {
			q.f = f
		}
	}
	sel, ok := q.f.tree.(*pgsql.SelectStmt)
	if !ok || sel.Larg != nil || len(sel.TargetList) == 0 || len(sel.ValuesLists) > 0 {
		return nil
	}
	q.sel = sel
	src := br.b.src
	at := br.b.tokenAt(q.f, int(pgsql.Location(sel.TargetList[0])))
	if at < 0 {
		return nil
	}
	q.list = pgsql.PLSpan{First: at, Last: q.f.Last}
	for _, w := range []string{"from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for", "into"} {
		if i := src.Find(at, w); i > 0 && i-1 < q.list.Last {
			q.list.Last = i - 1
		}
	}
	q.columns, q.star = br.columns(sel)
	return q
}

// columns returns what a select list yields, and whether it is a single star.
func (br *bodyReader) columns(sel *pgsql.SelectStmt) (out []*catalog.Column, star bool) {
	tables, complete := br.fromTables(sel)
	for _, e := range sel.TargetList {
		rt, ok := e.(*pgsql.ResTarget)
		if !ok {
			return nil, false
		}
		c := &catalog.Column{Name: rt.Name}
		ref, isColumn := rt.Val.(*pgsql.ColumnRef)
		if isColumn {
			if _, isStar := ref.Fields[len(ref.Fields)-1].(*pgsql.AStar); isStar {
				if len(sel.TargetList) > 1 || len(tables) != 1 || !complete || len(ref.Fields) > 2 {
					return nil, false
				}
				return tables[0].Columns(), true
			}
			if c.Name == "" {
				c.Name = catalog.ListName(ref.Fields).Name
			}
		}
		if call, isCall := rt.Val.(*pgsql.FuncCall); isCall && c.Name == "" {
			c.Name = catalog.ListName(call.Funcname).Name
		}
		c.Type, c.User = br.typeIn(rt.Val, tables, complete)
		out = append(out, c)
	}
	return out, false
}

// fromTables returns the tables of a query, each under the name that the query
// gives it; complete is false if it reads anything else.
func (br *bodyReader) fromTables(sel *pgsql.SelectStmt) (out []*catalog.Table, complete bool) {
	complete = sel.WithClause == nil
	var visit func(n pgsql.Node)
	visit = func(n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			t := br.Catalog.Table(n)
			if t == nil || len(t.Columns()) == 0 {
				complete = false
				return
			}
			named := *t
			if n.Alias != nil {
				named.Name = catalog.Name{Name: n.Alias.Aliasname}
				complete = complete && len(n.Alias.Colnames) == 0
			}
			out = append(out, &named)
		case *pgsql.JoinExpr:
			visit(n.Larg)
			visit(n.Rarg)
		default:
			complete = false
		}
	}
	for _, n := range sel.FromClause {
		visit(n)
	}
	return out, complete
}

// typeIn returns the type of an expression over some tables; the zero Type if
// it is not certain.
func (br *bodyReader) typeIn(e pgsql.Node, tables []*catalog.Table, complete bool) (catalog.Type, *catalog.TypeDef) {
	if ref, ok := e.(*pgsql.ColumnRef); ok {
		name := catalog.ListName(ref.Fields)
		var found []*catalog.Column
		for _, t := range tables {
			if c := t.Column(name.Name); c != nil && (len(ref.Fields) == 1 || t.Name.Name == name.Schema) {
				found = append(found, c)
			}
		}
		if len(found) == 1 && (complete || len(ref.Fields) > 1) {
			return found[0].Type, found[0].User
		}
		return catalog.Type{}, nil
	}
	scope := expr.Scope{Catalog: br.Catalog}
	switch {
	case len(tables) == 1 && complete:
		scope.Table = tables[0]
	case namesColumn(e):
		return catalog.Type{}, nil
	}
	return expr.TypeOf(e, scope), nil
}
