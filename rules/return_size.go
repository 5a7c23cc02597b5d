package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// sizes follows the length or precision of types through a query. CockroachDB
// keeps it where PostgreSQL compares without: measured on v26.1 for columns,
// also of queries within, variables, max, min, nullif, least, greatest,
// array_agg and ARRAY; not for coalesce, CASE, operators and other functions.
type sizes struct{ br *bodyReader }

// sizedColumns are the columns of a table or a query by the name that a query
// gives it.
type sizedColumns struct {
	alias   string
	columns map[string]catalog.Type
	order   []string
}

// scope returns what a query can name.
func (z sizes) scope(sel *pgsql.SelectStmt, outer []sizedColumns) []sizedColumns {
	ctes := outer
	if sel.WithClause != nil {
		for _, e := range sel.WithClause.Ctes {
			if c, ok := e.(*pgsql.CommonTableExpr); ok {
				ctes = append(ctes[:len(ctes):len(ctes)], z.result(c.Ctequery, c.Ctename, c.Aliascolnames, ctes))
			}
		}
	}
	out := []sizedColumns{}
	var visit func(n pgsql.Node)
	visit = func(n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			out = append(out, z.relation(n, ctes))
		case *pgsql.RangeSubselect:
			alias, names := "", []pgsql.Node(nil)
			if n.Alias != nil {
				alias, names = n.Alias.Aliasname, n.Alias.Colnames
			}
			out = append(out, z.result(n.Subquery, alias, names, ctes))
		case *pgsql.JoinExpr:
			visit(n.Larg)
			visit(n.Rarg)
		}
	}
	for _, n := range sel.FromClause {
		visit(n)
	}
	return append(out, ctes...)
}

func (z sizes) relation(n *pgsql.RangeVar, ctes []sizedColumns) sizedColumns {
	alias := n.Relname
	if n.Alias != nil {
		alias = n.Alias.Aliasname
	}
	for i := len(ctes) - 1; i >= 0 && n.Schemaname == ""; i-- {
		if ctes[i].alias == n.Relname {
			c := ctes[i]
			c.alias = alias
			return c
		}
	}
	out := sizedColumns{alias: alias, columns: map[string]catalog.Type{}}
	t := z.br.Catalog.Table(n)
	if t == nil {
		return out
	}
	for _, c := range t.Columns() {
		out.columns[c.Name] = c.Type
		out.order = append(out.order, c.Name)
	}
	return out
}

// result are the columns of a query within another.
func (z sizes) result(query pgsql.Node, alias string, names []pgsql.Node, outer []sizedColumns) sizedColumns {
	out := sizedColumns{alias: alias, columns: map[string]catalog.Type{}}
	sel, ok := query.(*pgsql.SelectStmt)
	for ok && sel.Larg != nil {
		sel = sel.Larg
	}
	if !ok {
		return out
	}
	scope := z.scope(sel, outer)
	add := func(name string, t catalog.Type) {
		if i := len(out.order); i < len(names) {
			if s, ok := names[i].(*pgsql.String); ok {
				name = s.Sval
			}
		}
		out.order = append(out.order, name)
		out.columns[name] = t
	}
	for _, e := range sel.TargetList {
		rt, ok := e.(*pgsql.ResTarget)
		if !ok {
			continue
		}
		if ref, ok := rt.Val.(*pgsql.ColumnRef); ok {
			if _, star := ref.Fields[len(ref.Fields)-1].(*pgsql.AStar); star {
				for _, s := range scope {
					if len(ref.Fields) == 1 || catalog.ListName(ref.Fields[:1]).Name == s.alias {
						for _, name := range s.order {
							add(name, s.columns[name])
						}
					}
				}
				continue
			}
			if rt.Name == "" {
				rt = &pgsql.ResTarget{Name: catalog.ListName(ref.Fields).Name, Val: rt.Val}
			}
		}
		t, _ := z.of(rt.Val, scope)
		add(rt.Name, t)
	}
	return out
}

// of returns the type of an expression with its length or precision; ok is false
// if it has none.
func (z sizes) of(e pgsql.Node, scope []sizedColumns) (catalog.Type, bool) {
	switch n := e.(type) {
	case *pgsql.ColumnRef:
		name := catalog.ListName(n.Fields)
		for _, s := range scope {
			if t, ok := s.columns[name.Name]; ok && (len(n.Fields) == 1 || s.alias == name.Schema) {
				return t, len(t.Mods) > 0
			}
		}
		if t, ok := z.br.variable(name.Name); ok && len(n.Fields) == 1 {
			return t, len(t.Mods) > 0
		}
	case *pgsql.TypeCast:
		t := catalog.TypeOf(n.TypeName)
		return t, len(t.Mods) > 0
	case *pgsql.FuncCall:
		switch name := catalog.ListName(n.Funcname).Name; {
		case len(n.Args) == 0:
		case name == "max" || name == "min" || name == "nullif":
			return z.of(n.Args[0], scope)
		case name == "array_agg":
			t, ok := z.of(n.Args[0], scope)
			t.Dims++
			return t, ok
		}
	case *pgsql.MinMaxExpr:
		return z.of(n.Args[0], scope)
	case *pgsql.AExpr:
		if n.Kind_ == pgsql.AexprNullif {
			return z.of(n.Lexpr, scope)
		}
	case *pgsql.AArrayExpr:
		if len(n.Elements) > 0 {
			t, ok := z.of(n.Elements[0], scope)
			t.Dims++
			return t, ok
		}
	case *pgsql.SubLink:
		if sel, ok := n.Subselect.(*pgsql.SelectStmt); ok && n.SubLinkType == pgsql.ExprSublink {
			if c := z.result(sel, "", nil, scope); len(c.order) == 1 {
				t := c.columns[c.order[0]]
				return t, len(t.Mods) > 0
			}
		}
	}
	return catalog.Type{}, false
}

// variable returns the declared type of a variable. Parameters have none with a
// length.
func (br *bodyReader) variable(name string) (t catalog.Type, ok bool) {
	br.b.src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == name && !d.Type.Empty() && !br.b.src.Is(d.Type.Last-1, "%") {
				t, ok = parseType(br.b.src.Span(d.Type)), true
			}
		}
	})
	return t, ok
}
