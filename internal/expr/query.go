package expr

import (
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// query types a query as both databases do, judges the expressions in it, and
// returns its result. Of the columns of the result, those that stand where a
// type is wanted can take it.
func (k *cockroach) query(n pgsql.Node, want []typ) relation {
	if r, ok := k.results[n]; ok {
		return r
	}
	outer := k.scope.level
	k.scope.level = &level{outer: outer}
	var out relation
	switch n := n.(type) {
	case *pgsql.SelectStmt:
		k.with(n.WithClause)
		switch {
		case n.Op > pgsql.SetopNone:
			out = k.setOperation(n, want)
		case len(n.ValuesLists) > 0:
			out = k.values(n.ValuesLists, want)
		default:
			out = k.simpleSelect(n, want)
		}
		k.sort(n.SortClause, &out)
		for _, e := range [...]pgsql.Node{n.LimitCount, n.LimitOffset} {
			if e != nil {
				k.want(e, typ{id: tInt8})
			}
		}
	case *pgsql.InsertStmt:
		k.with(n.WithClause)
		out = k.insert(n)
	case *pgsql.UpdateStmt:
		k.with(n.WithClause)
		out = k.update(n)
	case *pgsql.DeleteStmt:
		k.with(n.WithClause)
		out = k.remove(n)
	default:
		out.open = true
	}
	k.scope.level = outer
	if k.results == nil {
		k.results = map[pgsql.Node]relation{}
	}
	k.results[n] = out
	return out
}

// with types the queries of a WITH clause.
func (k *cockroach) with(w *pgsql.WithClause) {
	if w == nil {
		return
	}
	l := k.scope.level
	for _, e := range w.Ctes {
		cte, ok := e.(*pgsql.CommonTableExpr)
		if !ok {
			continue
		}
		if sel, ok := cte.Ctequery.(*pgsql.SelectStmt); ok && w.Recursive && sel.Op > pgsql.SetopNone && sel.Larg != nil {
			// The query sees itself as its first part makes it.
			l.ctes = append(l.ctes, k.query(sel.Larg, nil).as(cte.Ctename, cte.Aliascolnames))
		}
		l.ctes = append(l.ctes, k.query(cte.Ctequery, nil).as(cte.Ctename, cte.Aliascolnames))
	}
}

// as gives a result a name, and its columns other ones.
func (r relation) as(name string, columns []pgsql.Node) relation {
	r.name = name
	r.columns = append([]column(nil), r.columns...)
	for i, c := range columns {
		if s, ok := c.(*pgsql.String); ok && i < len(r.columns) {
			r.columns[i].name = s.Sval
		}
	}
	return r
}

func (k *cockroach) simpleSelect(n *pgsql.SelectStmt, want []typ) relation {
	for _, f := range n.FromClause {
		k.from(f)
	}
	if n.WhereClause != nil {
		k.want(n.WhereClause, typ{id: tBool})
	}
	out := k.targets(n.TargetList, want)
	for _, g := range n.GroupClause {
		k.grouped(g, &out)
	}
	if n.HavingClause != nil {
		k.want(n.HavingClause, typ{id: tBool})
	}
	for _, w := range n.WindowClause {
		if w, ok := w.(*pgsql.WindowDef); ok {
			k.window(w)
		}
	}
	for _, e := range n.DistinctClause {
		k.grouped(e, &out)
	}
	return out
}

// targets types the list of a SELECT or of RETURNING.
func (k *cockroach) targets(list []pgsql.Node, want []typ) relation {
	var out relation
	for _, e := range list {
		t, ok := e.(*pgsql.ResTarget)
		if !ok {
			continue
		}
		if ref, ok := t.Val.(*pgsql.ColumnRef); ok && len(ref.Fields) > 0 {
			if _, star := ref.Fields[len(ref.Fields)-1].(*pgsql.AStar); star {
				k.star(ref, &out)
				continue
			}
		}
		w := typ{}
		if i := len(out.columns); i < len(want) && !out.open {
			w = want[i]
		}
		c := column{name: t.Name, node: t.Val}
		if c.name == "" {
			c.name = k.resultName(t.Val)
		}
		if len(want) > 0 {
			k.stored = t.Val
		}
		c.crdb = k.want(t.Val, w)
		c.pg = k.postgres().expr(t.Val)
		out.columns = append(out.columns, c)
	}
	return out
}

// star adds the columns of * or of t.*.
func (k *cockroach) star(ref *pgsql.ColumnRef, out *relation) {
	qualifier := ""
	if len(ref.Fields) > 1 {
		if s, ok := ref.Fields[len(ref.Fields)-2].(*pgsql.String); ok {
			qualifier = s.Sval
		}
	}
	l, seen := k.scope.level, map[string]bool{}
	for ; l != nil; l = l.outer {
		for i := range l.relations {
			r := &l.relations[i]
			if qualifier != "" && r.name != qualifier {
				continue
			}
			out.open = out.open || r.open
			for _, c := range r.columns {
				if qualifier == "" && l.merged[c.name] && seen[c.name] {
					continue
				}
				seen[c.name] = true
				c.node = nil
				out.columns = append(out.columns, c)
			}
			if qualifier != "" {
				return
			}
		}
		if qualifier == "" {
			return
		}
	}
	out.open = true
}

// grouped types an expression of GROUP BY or DISTINCT ON, which can also be
// the number or the name of a column of the result.
func (k *cockroach) grouped(e pgsql.Node, result *relation) {
	switch n := e.(type) {
	case nil, *pgsql.AConst:
		return
	case *pgsql.GroupingSet:
		for _, e := range n.Content {
			k.grouped(e, result)
		}
		return
	case *pgsql.ColumnRef:
		if q, name := columnName(n); q == "" && result.column(name) != nil {
			return
		}
	}
	k.want(e, typ{})
}

func (k *cockroach) sort(list []pgsql.Node, result *relation) {
	for _, e := range list {
		if s, ok := e.(*pgsql.SortBy); ok {
			k.grouped(s.Node, result)
		}
	}
}

func (k *cockroach) window(w *pgsql.WindowDef) {
	none := relation{}
	for _, e := range w.PartitionClause {
		k.grouped(e, &none)
	}
	k.sort(w.OrderClause, &none)
}

// values types the rows of VALUES, column by column (buildValuesClause of
// pkg/sql/opt/optbuilder).
func (k *cockroach) values(rows []pgsql.Node, want []typ) relation {
	var out relation
	if len(rows) == 0 {
		return out
	}
	for i := range items(rows[0]) {
		w := typ{}
		if i < len(want) {
			w = want[i]
		}
		c := column{name: "column" + strconv.Itoa(i+1), crdb: typ{id: tUnknown}}
		cells := make([]operand, 0, len(rows))
		var other typ
		unknown := false
		for _, row := range rows {
			r := items(row)
			if i >= len(r) {
				continue
			}
			if len(want) > 0 {
				k.stored = r[i]
			}
			o := operandOf(r[i])
			k.operand(&o, w)
			cells = append(cells, o)
			t := o.t
			switch {
			case !t.known():
				unknown = true
			case t.null():
			case c.crdb.null():
				c.crdb = t
			case !equivalent(t, c.crdb) && !other.known():
				other = t
			}
		}
		if other.known() && !unknown {
			k.unmatched(cells[0].node, "VALUES", other, c.crdb, cells)
			unknown = true
		}
		if unknown {
			c.crdb = typ{}
		} else if c.crdb.null() && !w.wildcard() {
			c.crdb = w
		}
		if len(rows) == 1 {
			c.node = cells[0].node
		}
		if len(want) == 0 { // of no use in INSERT
			c.pg = k.postgres().common(k.postgresTypes(cells))
		}
		out.columns = append(out.columns, c)
	}
	return out
}

// setOperation types UNION, INTERSECT and EXCEPT (determineUnionType of
// pkg/sql/opt/optbuilder).
func (k *cockroach) setOperation(n *pgsql.SelectStmt, want []typ) relation {
	left := k.query(n.Larg, want)
	if len(want) == 0 {
		for i := range left.columns {
			want = append(want, left.columns[i].crdb)
		}
	}
	right := k.query(n.Rarg, want)
	out := relation{open: left.open || right.open}
	if out.open {
		return out
	}
	name := "UNION"
	switch n.Op {
	case pgsql.SetopIntersect:
		name = "INTERSECT"
	case pgsql.SetopExcept:
		name = "EXCEPT"
	}
	for i := range left.columns {
		if i >= len(right.columns) {
			break
		}
		l, r := left.columns[i], right.columns[i]
		t, ok := unionType(l.crdb, r.crdb)
		common := k.postgres().common([]typ{l.pg, r.pg})
		if !ok {
			at := r.node
			if at == nil {
				at = n
			}
			k.unmatchedColumns(at, name, l, r, common)
		}
		out.columns = append(out.columns, column{name: l.name, crdb: t, pg: common})
	}
	return out
}

// unionType is the type of a column that two queries share, and whether
// CockroachDB finds one. One that is not known fits any.
func unionType(l, r typ) (typ, bool) {
	switch {
	case !l.known() || !r.known():
		return typ{}, true
	case r.null() || equivalent(l, r):
		return l, true
	case l.null():
		return r, true
	case l.array || r.array:
		return typ{}, false
	}
	number := func(t typ) int {
		switch family(t.id) {
		case tInt8:
			return 1
		case tFloat8:
			return 2
		case tNumeric:
			return 3
		}
		return 0
	}
	switch a, b := number(l), number(r); {
	case a == 0 || b == 0:
		return typ{}, false
	case a > b:
		return l, true
	}
	return r, true
}

// from adds a FROM item to what the query can name.
func (k *cockroach) from(n pgsql.Node) {
	l := k.scope.level
	switch n := n.(type) {
	case *pgsql.RangeVar:
		l.relations = append(l.relations, k.rangeVar(n))
	case *pgsql.RangeSubselect:
		r := k.query(n.Subquery, nil)
		l.relations = append(l.relations, r.aliased(n.Alias))
	case *pgsql.RangeFunction:
		l.relations = append(l.relations, k.rangeFunction(n))
	case *pgsql.JoinExpr:
		first := len(l.relations)
		k.from(n.Larg)
		k.from(n.Rarg)
		for _, c := range n.UsingClause {
			if s, ok := c.(*pgsql.String); ok {
				l.merge(s.Sval)
			}
		}
		if n.IsNatural {
			l.mergeCommon(first)
		}
		if n.Quals != nil {
			k.want(n.Quals, typ{id: tBool})
		}
		if n.Alias != nil {
			whole := relation{}
			for _, r := range l.relations[first:] {
				whole.open = whole.open || r.open
				whole.columns = append(whole.columns, r.columns...)
			}
			l.relations = append(l.relations[:first], whole.aliased(n.Alias))
		}
	case *pgsql.RangeTableSample:
		k.from(n.Relation)
	default:
		l.relations = append(l.relations, relation{open: true})
	}
}

func (l *level) merge(name string) {
	if l.merged == nil {
		l.merged = map[string]bool{}
	}
	l.merged[name] = true
}

// mergeCommon merges the columns that NATURAL JOIN compares.
func (l *level) mergeCommon(first int) {
	seen := map[string]bool{}
	for _, r := range l.relations[first:] {
		for _, c := range r.columns {
			if seen[c.name] {
				l.merge(c.name)
			}
			seen[c.name] = true
		}
	}
}

func (r relation) aliased(a *pgsql.Alias) relation {
	if a == nil {
		return r
	}
	return r.as(a.Aliasname, a.Colnames)
}

func (k *cockroach) rangeVar(n *pgsql.RangeVar) relation {
	if n.Schemaname == "" {
		if r, ok := k.scope.level.cte(n.Relname); ok {
			return r.aliased(n.Alias)
		}
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

// table makes a FROM item of a relation of the catalog.
func (k *cockroach) table(t *catalog.Table, name string) relation {
	out := relation{name: name, columns: make([]column, len(t.Columns())), open: len(t.Columns()) == 0}
	for i, c := range t.Columns() {
		out.columns[i] = k.scope.typed(c.Name, c.Type)
	}
	return out
}

// rangeFunction types a function in FROM. Its one column is called as the item
// is, if the function does not name it.
func (k *cockroach) rangeFunction(n *pgsql.RangeFunction) relation {
	var out relation
	for _, f := range n.Functions {
		parts := items(f)
		if len(parts) == 0 {
			continue
		}
		crdb := k.want(parts[0], typ{})
		pg := k.postgres().expr(parts[0])
		definitions := n.Coldeflist
		if len(parts) > 1 {
			if l := items(parts[1]); len(l) > 0 {
				definitions = l
			}
		}
		name := k.resultName(parts[0])
		if out.name == "" {
			out.name = name
		}
		switch columns, rows := rowFunctions[name]; {
		case len(definitions) > 0:
			for _, d := range definitions {
				if d, ok := d.(*pgsql.ColumnDef); ok {
					out.columns = append(out.columns, k.scope.typed(d.Colname, catalog.TypeOf(d.TypeName)))
				}
			}
		case rows:
			for _, c := range columns {
				t := typ{id: c.id}
				out.columns = append(out.columns, column{name: c.name, pg: t, crdb: k.scope.cockroachType(t)})
			}
			out.scalar = len(columns) == 1
		case !pg.known() || pg.id == tRecord || !crdb.known() || crdb.id == tRecord || pg.id == tVoid:
			out.open = true
		default:
			if n.Alias != nil && len(n.Functions) == 1 {
				name = n.Alias.Aliasname
			}
			out.columns = append(out.columns, column{name: name, pg: pg, crdb: crdb})
			out.scalar = len(n.Functions) == 1 && !n.Ordinality
		}
	}
	if n.Ordinality {
		t := typ{id: tInt8}
		out.columns = append(out.columns, column{name: "ordinality", pg: t, crdb: t})
	}
	return out.aliased(n.Alias)
}

type outColumn struct {
	name string
	id   typeID
}

// rowFunctions are built-in functions that name the columns of their rows
// (pg_proc.proargnames).
var rowFunctions = map[string][]outColumn{
	"json_each": {{"key", tText}, {"value", tJson}}, "jsonb_each": {{"key", tText}, {"value", tJsonb}},
	"json_each_text": {{"key", tText}, {"value", tText}}, "jsonb_each_text": {{"key", tText}, {"value", tText}},
	"json_array_elements": {{"value", tJson}}, "jsonb_array_elements": {{"value", tJsonb}},
	"json_array_elements_text": {{"value", tText}}, "jsonb_array_elements_text": {{"value", tText}},
}

// resultName is the name of an expression in the result of a query, as
// PostgreSQL gives it (FigureColname of its parse_target.c).
func (k *cockroach) resultName(e pgsql.Node) string {
	if s := figureName(e); s != "" {
		return s
	}
	return "?column?"
}

func figureName(e pgsql.Node) string {
	switch n := e.(type) {
	case *pgsql.ColumnRef:
		_, name := columnName(n)
		return name
	case *pgsql.AIndirection:
		for i := len(n.Indirection) - 1; i >= 0; i-- {
			if s, ok := n.Indirection[i].(*pgsql.String); ok {
				return s.Sval
			}
		}
		return figureName(n.Arg)
	case *pgsql.FuncCall:
		return catalog.ListName(n.Funcname).Name
	case *pgsql.AExpr:
		if n.Kind_ == pgsql.AexprNullif {
			return "nullif"
		}
	case *pgsql.TypeCast:
		if s := figureName(n.Arg); s != "" {
			return s
		}
		return catalog.TypeOf(n.TypeName).Name
	case *pgsql.CollateClause:
		return figureName(n.Arg)
	case *pgsql.SubLink:
		switch n.SubLinkType {
		case pgsql.ExistsSublink:
			return "exists"
		case pgsql.ArraySublink:
			return "array"
		case pgsql.ExprSublink:
			if sel, ok := n.Subselect.(*pgsql.SelectStmt); ok && len(sel.TargetList) > 0 {
				if t, ok := sel.TargetList[0].(*pgsql.ResTarget); ok {
					if t.Name != "" {
						return t.Name
					}
					return figureName(t.Val)
				}
			}
		}
	case *pgsql.CaseExpr:
		if n.Defresult != nil {
			if s := figureName(n.Defresult); s != "" {
				return s
			}
		}
		return "case"
	case *pgsql.AArrayExpr:
		return "array"
	case *pgsql.RowExpr:
		return "row"
	case *pgsql.CoalesceExpr:
		return "coalesce"
	case *pgsql.MinMaxExpr:
		if n.Op == pgsql.ISGreatest {
			return "greatest"
		}
		return "least"
	case *pgsql.SQLValueFunction:
		return sqlValueColumn(n.Op)
	case *pgsql.XmlExpr, *pgsql.XmlSerialize:
		return "xml"
	case *pgsql.GroupingFunc:
		return "grouping"
	}
	return ""
}

func sqlValueColumn(op pgsql.SQLValueFunctionOp) string {
	switch op {
	case pgsql.SvfopCurrentCatalog:
		return "current_catalog"
	case pgsql.SvfopCurrentRole:
		return "current_role"
	case pgsql.SvfopUser:
		return "user"
	}
	return sqlValueName(op)
}
