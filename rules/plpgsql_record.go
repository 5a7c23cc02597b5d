package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// CockroachDB has no variables of type RECORD. One that holds the rows of a
// table becomes a variable of that type; another one becomes a variable for
// each of its fields that is used, where their types are known.

// record is a variable of type RECORD, or one of a row's type that a loop sets.
type record struct {
	name    string
	block   *pgsql.PLNode
	decl    pgsql.PLDecl
	queries []*rowQuery
	loops   []*pgsql.PLNode
	// fields are the places of name.field, tests those of name IS [NOT] NULL.
	fields map[int]string
	tests  []pgsql.PLSpan
	// variables take the place of fields.
	variables map[string]string
}

// records finds the variables that would have to be split, with all their uses.
func (br *bodyReader) records() []*record {
	src := br.b.src
	byName := map[string]*record{}
	declared := map[string]int{}
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			declared[d.Name]++
			if !d.Type.Empty() && d.Default.Empty() && src.Is(d.Type.First, "record") {
				byName[d.Name] = &record{name: d.Name, block: n, decl: d, fields: map[int]string{}}
			}
		}
	})
	src.Walk(func(n *pgsql.PLNode) {
		if n.Kind != pgsql.PLForQuery || n.Target.First != n.Target.Last {
			return
		}
		name := pgsql.Fold(src.Str(n.Target.First))
		src.Walk(func(b *pgsql.PLNode) {
			for _, d := range b.Decls {
				if d.Name == name && byName[name] == nil && d.Default.Empty() && !d.Type.Empty() && br.rowType(d.Type) {
					byName[name] = &record{name: name, block: b, decl: d, fields: map[int]string{}}
				}
			}
		})
	})
	var out []*record
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if r := byName[d.Name]; r != nil && declared[d.Name] == 1 && br.uses(r) {
				out = append(out, r)
			}
		}
	})
	return out
}

// rowType reports whether the tokens name the rows of a table or a composite
// type.
func (br *bodyReader) rowType(t pgsql.PLSpan) bool {
	if br.b.src.Is(t.Last, "rowtype") {
		return true
	}
	names := nameParts(br.b.src, t.First, t.Last)
	return names != nil && br.isComposite(relationType(names))
}

// uses collects the uses of a record; ok is false if one is of another kind.
func (br *bodyReader) uses(r *record) (ok bool) {
	src := br.b.src
	targets := map[int]bool{}
	src.Walk(func(n *pgsql.PLNode) {
		if n.Target.Empty() || n.Target.First != n.Target.Last || pgsql.Fold(src.Str(n.Target.First)) != r.name {
			return
		}
		switch n.Kind {
		case pgsql.PLForQuery:
			r.loops = append(r.loops, n)
		case pgsql.PLSQL:
		default:
			return
		}
		targets[n.Target.First] = true
		if q := br.query(n); q != nil {
			r.queries = append(r.queries, q)
		} else {
			r.queries = append(r.queries, &rowQuery{node: n})
		}
	})
	for i, t := range src.Tokens {
		if t.Kind() != pgsql.Word && t.Kind() != pgsql.Quoted || pgsql.Fold(src.Str(i)) != r.name || src.Is(i-1, ".") {
			continue
		}
		switch {
		case i >= r.decl.First && i <= r.decl.Last, targets[i]:
		case src.Is(i+1, ".") && i+2 < len(src.Tokens) && (src.Tokens[i+2].Kind() == pgsql.Word || src.Tokens[i+2].Kind() == pgsql.Quoted) && !src.Is(i+3, ".") && !src.Is(i+3, "("):
			r.fields[i] = pgsql.Fold(src.Str(i + 2))
		case src.Is(i+1, "is") && src.Is(i+2, "null"):
			r.tests = append(r.tests, pgsql.PLSpan{First: i, Last: i + 2})
		case src.Is(i+1, "is") && src.Is(i+2, "not") && src.Is(i+3, "null"):
			r.tests = append(r.tests, pgsql.PLSpan{First: i, Last: i + 3})
		default:
			return false
		}
		if len(r.loops) > 0 && !targets[i] && i > r.decl.Last && !within(r.loops, i) {
			return false // behind a loop a record holds the last row
		}
	}
	return len(r.queries) > 0
}

func within(loops []*pgsql.PLNode, token int) bool {
	for _, n := range loops {
		if token >= n.First && token <= n.Last {
			return true
		}
	}
	return false
}

// wholeRow returns the type of a table's rows if that is all that a record
// holds: SELECT * of one table, outside of loops.
func (br *bodyReader) wholeRow(r *record) (catalog.Type, bool) {
	if len(r.loops) > 0 || !br.b.src.Is(r.decl.Type.First, "record") {
		return catalog.Type{}, false
	}
	var t catalog.Type
	for i, q := range r.queries {
		if q.sel == nil || !q.star {
			return t, false
		}
		rv, ok := q.sel.FromClause[0].(*pgsql.RangeVar)
		if !ok {
			return t, false
		}
		name := br.Catalog.Table(rv).Name
		if i > 0 && (t.Name != name.Name || t.Schema != name.Schema) {
			return t, false
		}
		t.Schema, t.Name = name.Schema, name.Name
	}
	return t, true
}

// resolve names the variables that take a record's place; ok is false if the
// type of one is not known.
func (br *bodyReader) resolve(r *record) (ok bool) {
	for _, n := range r.loops {
		if !br.readable(n) {
			return false
		}
	}
	r.variables = map[string]string{}
	need := map[string]bool{}
	for _, field := range r.fields {
		need[field] = true
	}
	for i, q := range r.queries {
		if q.sel == nil || len(q.columns) == 0 {
			return false
		}
		if q.star && (len(q.sel.DistinctClause) > 0 || hasNumbers(q.sel.SortClause)) {
			return false
		}
		seen := map[string]bool{}
		for _, c := range q.columns {
			if c.Name == "" || seen[c.Name] {
				return false
			}
			seen[c.Name] = true
			if !q.star || len(r.tests) > 0 {
				need[c.Name] = true
			}
		}
		if i > 0 && !br.sameRow(r.queries[0], q) {
			return false
		}
	}
	for field := range need {
		c := columnNamed(r.queries[0].columns, field)
		if c == nil || br.declarable(c) == "" {
			return false
		}
		if r.variables[field] = br.fresh(r.name + "_" + field); r.variables[field] == "" {
			return false
		}
	}
	return len(need) > 0
}

// sameRow reports whether two queries yield the same columns.
func (br *bodyReader) sameRow(a, b *rowQuery) bool {
	if len(a.columns) != len(b.columns) || a.star != b.star {
		return false
	}
	for i, c := range a.columns {
		if d := b.columns[i]; c.Name != d.Name || br.declarable(c) != br.declarable(d) {
			return false
		}
	}
	return true
}

func columnNamed(list []*catalog.Column, name string) *catalog.Column {
	for _, c := range list {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func hasNumbers(sort []pgsql.Node) bool {
	found := false
	for _, s := range sort {
		pgsql.Walk(s, func(n pgsql.Node, _ []pgsql.Node) bool {
			if k, ok := n.(*pgsql.AConst); ok {
				_, number := k.Val.(*pgsql.Integer)
				found = found || number
			}
			return true
		})
	}
	return found
}

// declarable returns the type that a variable for a column has; "" if it is not
// known.
func (br *bodyReader) declarable(c *catalog.Column) string {
	if c.Type.Name == "" || c.Type.Name == "unknown" || c.Type.Dims > 1 {
		return ""
	}
	if d, ok := asDomain(br.Pass, c.User); ok {
		return d.sql + strings.Repeat("[]", c.Type.Dims)
	}
	if c.User == nil && c.Type.Schema == "" && !builtinTypes[c.Type.Name] {
		return ""
	}
	if c.Type.Schema == "" && c.Type.Name == "int4" { // as wide as the column, which INTEGER makes
		return "INTEGER" + strings.Repeat("[]", c.Type.Dims)
	}
	return typeText(c.Type)
}

// fresh returns a name that neither the body nor a column has, so that it can
// mean nothing else; "" if there is none at hand.
func (br *bodyReader) fresh(name string) string {
	name = strings.ToLower(name)
	for _, suffix := range []string{"", "_2", "_3", "_4"} {
		try := name + suffix
		if QuoteIdent(try) == try && !br.made[try] && !br.taken(try) {
			br.made = mapSet(br.made, try, true)
			return try
		}
	}
	return ""
}

func (br *bodyReader) taken(name string) bool {
	src := br.b.src
	for i, t := range src.Tokens {
		if (t.Kind() == pgsql.Word || t.Kind() == pgsql.Quoted) && pgsql.Fold(src.Str(i)) == name {
			return true
		}
	}
	for _, p := range br.r.params {
		if p.Name == name {
			return true
		}
	}
	return br.Catalog.HadColumn(name)
}

// splitRecord makes the edits that put variables in a record's place.
func (br *bodyReader) splitRecord(r *record) []Edit {
	var edits []Edit
	first := r.queries[0]
	var decls []string
	for _, c := range first.columns {
		if v := r.variables[c.Name]; v != "" {
			decls = append(decls, v+" "+br.declarable(c)+";")
		}
	}
	line := br.indent(r.decl.First)
	if line == "" {
		line = " "
	}
	edits = append(edits, br.replace(r.decl.First, r.decl.Last, strings.Join(decls, line)))
	for _, at := range slices.Sorted(maps.Keys(r.fields)) { // the same order in every run
		field := r.fields[at]
		edits = append(edits, br.replace(at, at+2, r.variables[field]))
	}
	for _, t := range r.tests {
		var all []string
		for _, c := range first.columns {
			all = append(all, r.variables[c.Name]+" "+br.b.src.Span(pgsql.PLSpan{First: t.First + 1, Last: t.Last}))
		}
		edits = append(edits, br.replace(t.First, t.Last, "("+strings.Join(all, " AND ")+")"))
	}
	for _, q := range r.queries {
		vars, list := r.columnsOf(q)
		if q.star {
			edits = append(edits, br.replace(q.list.First, q.list.Last, strings.Join(list, ", ")+br.flag(q)))
		}
		if q.node.Kind == pgsql.PLSQL {
			edits = append(edits, br.replace(q.node.Target.First, q.node.Target.Last, strings.Join(vars, ", ")))
		}
	}
	return edits
}

// flag is the column that a cursor's query has more.
func (br *bodyReader) flag(q *rowQuery) string {
	if q.node.Kind == pgsql.PLForQuery {
		return ", true"
	}
	return ""
}

// columnsOf returns the variables that a query sets, and for a star the columns
// that take its place.
func (r *record) columnsOf(q *rowQuery) (vars, list []string) {
	prefix := ""
	if ref := q.sel.TargetList[0].(*pgsql.ResTarget); q.star {
		if fields := ref.Val.(*pgsql.ColumnRef).Fields; len(fields) == 2 {
			prefix = QuoteIdent(fields[0].(*pgsql.String).Sval) + "."
		}
	}
	for _, c := range q.columns {
		if v := r.variables[c.Name]; v != "" {
			vars, list = append(vars, v), append(list, prefix+QuoteIdent(c.Name))
		}
	}
	return vars, list
}
