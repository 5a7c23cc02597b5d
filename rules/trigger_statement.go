package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// CockroachDB runs triggers for rows only. A trigger that runs once for a
// statement and looks at the changed rows in a transition table can run for each
// row if what it does for several rows is what it does for each of them alone.

// transition is a transition table and the row that stands for it.
type transition struct{ name, row string }

// perRow finds the edits of a trigger function that make it do for one row what
// it does for the rows in its transition tables; ok is false if that is not
// certain. table is the table that the trigger is on.
func perRow(p *Pass, r *routine, table *catalog.Table, rows []transition) (edits []Edit, ok bool) {
	if table == nil || len(table.Columns()) == 0 || !r.plpgsql() || r.body.from == nil || len(rows) != 1 {
		return nil, false
	}
	block := r.body.src.Block
	if len(block.Conditions) > 0 {
		return nil, false
	}
	d := distributor{p: p, r: r, table: table, row: rows[0], writes: map[string]bool{}, reads: map[string]bool{}, events: map[change]bool{}}
	for _, n := range block.Lists[0] {
		switch {
		case n.Kind == pgsql.PLNull, n.Kind == pgsql.PLReturn:
		case n.Kind == pgsql.PLSQL && n.Target.Empty():
			if !d.statement(n) {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	// What one row has written another must not read, and neither what triggers
	// write in turn.
	if d.writes[tableID(p, table.Name)] || len(d.reads) > 0 && !d.follow() {
		return nil, false
	}
	for t := range d.writes {
		if d.reads[t] {
			return nil, false
		}
	}
	return d.edits, len(d.edits) > 0
}

// distributor looks whether statements do the same for rows together and one by
// one.
type distributor struct {
	p             *Pass
	r             *routine
	table         *catalog.Table
	row           transition
	edits         []Edit
	reads, writes map[string]bool
	// events are the changes that the statements make, and triggers in turn.
	events map[change]bool
}

// change is a kind of change of a table: the bit of the event that its triggers
// wait for.
type change struct {
	table   string
	unknown bool // the history does not make the table, nor its triggers
	event   int32
}

// follow adds what the triggers of the tables that are written write in turn;
// ok is false if that is not known.
func (d *distributor) follow() (ok bool) {
	mem := State[triggers](d.p)
	queue := slices.Collect(maps.Keys(d.events))
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		if c.unknown {
			return false
		}
		for _, tg := range mem.made.on(c.table) {
			if tg.events&c.event == 0 {
				continue
			}
			_, r := triggerRoutinesOf(d.p).read(tg.function)
			if r == nil || r.body == nil {
				return false
			}
			for _, f := range r.body.code {
				known := true
				pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
					if call, isCall := n.(*pgsql.FuncCall); isCall {
						for _, fn := range d.p.Catalog.Functions(catalog.ListName(call.Funcname)) {
							known = known && fn.Volatility == "immutable"
						}
					}
					if next, changes := d.changeOf(n); changes && !d.events[next] {
						known = known && next.table != ""
						d.events[next], d.writes[next.table] = true, true
						queue = append(queue, next)
					}
					return true
				})
				if !known {
					return false
				}
			}
		}
	}
	return true
}

// changeOf tells what a statement changes. A table that the history does not make
// has the name that the statement gives it.
func (d *distributor) changeOf(n pgsql.Node) (c change, ok bool) {
	var rv *pgsql.RangeVar
	switch n := n.(type) {
	case *pgsql.InsertStmt:
		rv, c.event = n.Relation, eventInsert
	case *pgsql.UpdateStmt:
		rv, c.event = n.Relation, eventUpdate
	case *pgsql.DeleteStmt:
		rv, c.event = n.Relation, eventDelete
	default:
		return c, false
	}
	if rv != nil {
		c.table = tableID(d.p, catalog.Name{Schema: rv.Schemaname, Name: rv.Relname})
		c.unknown = d.p.Catalog.Table(rv) == nil
	}
	return c, true
}

func (d *distributor) statement(n *pgsql.PLNode) bool {
	var f fragment
	for _, c := range d.r.body.code {
		if c.node == n && c.PLSpan == n.Exprs[0] {
			f = c
		}
	}
	rows := map[string]bool{d.row.name: true}
	var target *pgsql.RangeVar
	switch s := f.tree.(type) {
	case *pgsql.InsertStmt:
		sel, ok := s.SelectStmt.(*pgsql.SelectStmt)
		if !ok || len(s.ReturningList) > 0 || s.OnConflictClause != nil && s.OnConflictClause.Action != pgsql.OnconflictNothing || !d.with(s.WithClause, rows) || !d.simple(sel, rows) {
			return false
		}
		target = s.Relation
	case *pgsql.DeleteStmt:
		if len(s.ReturningList) > 0 || !d.with(s.WithClause, rows) || !d.from(s.UsingClause, rows) || d.count(s.WhereClause, rows) > 0 {
			return false
		}
		target = s.Relation
	case *pgsql.UpdateStmt:
		// Of several rows for one that is changed, one is taken in both.
		if len(s.ReturningList) > 0 || !d.with(s.WithClause, rows) || !d.from(s.FromClause, rows) || d.count(s.WhereClause, rows) > 0 || !d.independent(s, rows) {
			return false
		}
		target = s.Relation
	default:
		return false
	}
	c, _ := d.changeOf(f.tree)
	if c.table == "" || d.writes[c.table] {
		return false
	}
	d.writes[c.table], d.events[c] = true, true
	pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		rv, ok := n.(*pgsql.RangeVar)
		if !ok || rv == target {
			return true
		}
		if rv.Schemaname == "" && rv.Relname == d.row.name {
			d.replace(f, rv)
		} else if rv.Schemaname != "" || !rows[rv.Relname] {
			if t := d.p.Catalog.Table(rv); t != nil {
				d.reads[tableID(d.p, t.Name)] = true
			}
		}
		return true
	})
	return true
}

// with reads the queries of a WITH clause and adds to rows those that yield
// something for each row.
func (d *distributor) with(w *pgsql.WithClause, rows map[string]bool) bool {
	if w == nil {
		return true
	}
	for _, e := range w.Ctes {
		c, ok := e.(*pgsql.CommonTableExpr)
		if !ok || w.Recursive {
			return false
		}
		sel, ok := c.Ctequery.(*pgsql.SelectStmt)
		if !ok {
			return false
		}
		if d.count(sel, rows) > 0 {
			if !d.simple(sel, rows) {
				return false
			}
			rows[c.Ctename] = true
		}
	}
	return true
}

// simple reports whether a query yields for rows together what it yields for
// each of them.
func (d *distributor) simple(sel *pgsql.SelectStmt, rows map[string]bool) bool {
	if sel.Larg != nil || len(sel.ValuesLists) > 0 || len(sel.DistinctClause) > 0 || len(sel.GroupClause) > 0 || sel.HavingClause != nil || len(sel.WindowClause) > 0 ||
		sel.LimitCount != nil || sel.LimitOffset != nil || len(sel.LockingClause) > 0 || sel.WithClause != nil || !d.from(sel.FromClause, rows) {
		return false
	}
	ok := d.count(sel.WhereClause, rows) == 0
	for _, e := range sel.TargetList {
		ok = ok && d.count(e, rows) == 0 && !d.aggregates(e)
	}
	return ok
}

// from reports whether the rows are joined once, with nothing that they could
// lack a partner in.
func (d *distributor) from(list []pgsql.Node, rows map[string]bool) bool {
	found := 0
	for _, e := range list {
		n := d.count(e, rows)
		if n > 0 && !d.joined(e, rows) {
			return false
		}
		found += n
	}
	return found == 1
}

func (d *distributor) joined(n pgsql.Node, rows map[string]bool) bool {
	switch n := n.(type) {
	case *pgsql.RangeVar:
		return true
	case *pgsql.JoinExpr:
		switch {
		case n.IsNatural, d.count(n.Quals, rows) > 0:
			return false
		case n.Jointype == pgsql.JoinInner:
		case n.Jointype != pgsql.JoinLeft || d.count(n.Rarg, rows) > 0:
			return false
		}
		return (d.count(n.Larg, rows) == 0 || d.joined(n.Larg, rows)) && (d.count(n.Rarg, rows) == 0 || d.joined(n.Rarg, rows))
	}
	return false
}

// count tells how often the rows are read.
func (d *distributor) count(n pgsql.Node, rows map[string]bool) int {
	found := 0
	pgsql.Walk(n, func(n pgsql.Node, _ []pgsql.Node) bool {
		if rv, ok := n.(*pgsql.RangeVar); ok && rv.Schemaname == "" && rows[rv.Relname] {
			found++
		}
		return true
	})
	return found
}

// aggregates reports whether an expression looks at several rows, but for those
// of a query within.
func (d *distributor) aggregates(e pgsql.Node) bool {
	found := false
	pgsql.Walk(e, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.SubLink:
			return false
		case *pgsql.FuncCall:
			name := catalog.ListName(n.Funcname)
			found = found || n.Over != nil || n.AggStar || n.AggDistinct || len(n.AggOrder) > 0 || n.AggFilter != nil || aggregateFunctions[name.Name]
			for _, f := range d.p.Catalog.Functions(name) {
				found = found || f.Aggregate
			}
		}
		return true
	})
	return found
}

// aggregateFunctions are PostgreSQL's (functions-aggregate of its docs).
var aggregateFunctions = words("any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or count every json_agg json_agg_strict json_arrayagg json_objectagg " +
	"json_object_agg jsonb_agg jsonb_agg_strict jsonb_object_agg max min range_agg range_intersect_agg string_agg sum xmlagg corr covar_pop covar_samp " +
	"regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp " +
	"mode percentile_cont percentile_disc rank dense_rank percent_rank cume_dist grouping")

// independent reports whether the new values of an UPDATE come from the rows
// alone, so that it does not matter how often a row of the target is changed.
func (d *distributor) independent(s *pgsql.UpdateStmt, rows map[string]bool) bool {
	aliases := map[string]bool{}
	for _, e := range s.FromClause {
		pgsql.Walk(e, func(n pgsql.Node, _ []pgsql.Node) bool {
			if rv, ok := n.(*pgsql.RangeVar); ok && rv.Schemaname == "" && rows[rv.Relname] {
				if aliases[rv.Relname] = true; rv.Alias != nil {
					aliases[rv.Alias.Aliasname] = true
				}
			}
			return true
		})
	}
	ok := true
	for _, e := range s.TargetList {
		pgsql.Walk(e, func(n pgsql.Node, _ []pgsql.Node) bool {
			switch n := n.(type) {
			case *pgsql.ColumnRef:
				first, isName := n.Fields[0].(*pgsql.String)
				ok = ok && len(n.Fields) == 2 && isName && aliases[first.Sval]
			case *pgsql.SubLink:
				ok = false
			}
			return true
		})
	}
	return ok
}

// replace puts the row in the place of the transition table.
func (d *distributor) replace(f fragment, rv *pgsql.RangeVar) {
	src := d.r.body.src
	at := d.r.body.tokenAt(f, int(rv.Location))
	words := map[string]bool{}
	all := false
	for i := f.First; i <= f.Last; i++ {
		words[pgsql.Fold(src.Str(i))] = true
		all = all || src.Is(i, "*") && (src.Is(i-1, ".") || src.Is(i-1, "select") || src.Is(i-1, ","))
	}
	var columns []string
	for _, c := range d.table.Columns() {
		if all || words[c.Name] {
			name := QuoteIdent(c.Name)
			columns = append(columns, fmt.Sprintf("(%s).%s AS %s", d.row.row, name, name))
		}
	}
	if len(columns) == 0 {
		columns = []string{"1"}
	}
	text := "(SELECT " + strings.Join(columns, ", ") + ")"
	if rv.Alias == nil {
		text += " AS " + QuoteIdent(d.row.name)
	}
	d.edits = append(d.edits, d.r.body.replace(d.r.stmt, pgsql.PLSpan{First: at, Last: at}, text))
}

// onlyRaises reports whether all that a trigger function does is to raise
// errors or messages: it does so for a row as it does for a statement.
func onlyRaises(r *routine) bool {
	if !r.plpgsql() {
		return false
	}
	ok, raises := true, false
	r.body.src.Walk(func(n *pgsql.PLNode) {
		switch n.Kind {
		case pgsql.PLBlock:
			ok = ok && len(n.Conditions) == 0
		case pgsql.PLRaise:
			raises = true
		case pgsql.PLIf, pgsql.PLAssign, pgsql.PLReturn, pgsql.PLNull, pgsql.PLCase:
		default:
			ok = false
		}
	})
	for _, f := range r.body.code {
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			_, reads := n.(*pgsql.RangeVar)
			ok = ok && !reads
			return true
		})
	}
	return ok && raises
}
