package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// CockroachDB has no FOR over a query. A cursor reads the rows, with a column
// more that is true: it stays NULL behind the last row.

// rows rewrites the loops over queries and the records of a body, as far as it
// is certain that the result is the same.
func (br *bodyReader) rows() {
	br.looped, br.split, br.typed = map[*pgsql.PLNode]bool{}, map[string]bool{}, map[string]catalog.Type{}
	if br.Target.Meets("<24.1") || br.b.from == nil {
		return
	}
	var edits []Edit
	at := pgsql.PLSpan{First: 0, Last: -1}
	records := br.records()
	for _, r := range records {
		if t, ok := br.wholeRow(r); ok {
			br.typed[r.name] = t
			continue
		}
		if !br.resolve(r) {
			continue
		}
		br.split[r.name] = true
		edits = append(edits, br.splitRecord(r)...)
		if at.Empty() {
			at = r.decl.PLSpan
		}
	}
	cursors := false
	br.b.src.Walk(func(n *pgsql.PLNode) {
		if n.Kind != pgsql.PLForQuery {
			return
		}
		more, ok := br.cursor(n, records)
		if !ok {
			return
		}
		br.looped[n] = true
		edits = append(edits, more...)
		if !cursors {
			at, cursors = br.header(n), true
		}
	})
	if len(edits) == 0 {
		return
	}
	message := "variables of type RECORD are not supported: one variable for each field that is used takes its place"
	if cursors {
		message = "FOR over a query is not supported: a cursor reads its rows, with a column more that is true as long as there is one"
		if len(br.split) > 0 {
			message += "; in the place of a record stands a variable for each field that is used"
		}
	}
	br.add(bodyIssue{PLSpan: at, about: aboutStatement, fidelity: Exact, message: message, edits: edits})
}

// header is the place that a finding about a loop speaks of: its FOR, behind
// the label.
func (br *bodyReader) header(n *pgsql.PLNode) pgsql.PLSpan {
	at := n.First
	for !br.b.src.Is(at, "for") && at < n.Last {
		at++
	}
	return pgsql.PLSpan{First: at, Last: at}
}

// readable reports whether a cursor can stand for a loop: nothing leaves it but
// by its end, its own EXIT or RETURN.
func (br *bodyReader) readable(n *pgsql.PLNode) bool {
	q := br.query(n)
	if q == nil || br.r.volatility == "immutable" {
		return false
	}
	ok := true
	src := br.b.src
	for _, l := range n.Lists {
		for _, c := range l {
			walkPL(c, func(c *pgsql.PLNode) {
				switch c.Kind {
				case pgsql.PLExit, pgsql.PLContinue:
					if k := src.Word(c.First + 1); k != "" && k != "when" && k != strings.ToLower(n.Label) && !labelled(n, k) {
						ok = false
					}
				case pgsql.PLCommit, pgsql.PLRollback:
					ok = false // a cursor ends with its transaction
				}
			})
		}
	}
	return ok
}

// labelled reports whether a loop within n has the label.
func labelled(n *pgsql.PLNode, label string) bool {
	found := false
	walkPL(n, func(c *pgsql.PLNode) { found = found || strings.EqualFold(c.Label, label) })
	return found
}

func walkPL(n *pgsql.PLNode, f func(*pgsql.PLNode)) {
	f(n)
	for _, l := range n.Lists {
		for _, c := range l {
			walkPL(c, f)
		}
	}
}

// cursor makes the edits that read the rows of a loop's query by a cursor.
func (br *bodyReader) cursor(n *pgsql.PLNode, records []*record) ([]Edit, bool) {
	src := br.b.src
	q := br.query(n)
	if q == nil || !br.readable(n) {
		return nil, false
	}
	base := pgsql.Fold(src.Str(n.Target.First))
	var targets []string
	var edits []Edit
	if n.Target.First == n.Target.Last && br.split[base] {
		for _, r := range records {
			if r.name == base {
				targets, _ = r.columnsOf(q)
			}
		}
	} else {
		for _, t := range src.List(n.Target.First, n.Target.Last+1) {
			name := pgsql.Fold(src.Str(t[0]))
			if t[0] != t[1] || !br.plainVariable(name) || br.usedOutside(name, n) {
				return nil, false
			}
			targets = append(targets, src.Str(t[0]))
		}
		if q.star || len(targets) != len(q.sel.TargetList) || q.columns == nil {
			return nil, false
		}
	}
	cursor, found := br.fresh(base+"_cursor"), br.fresh(base+"_found")
	if cursor == "" || found == "" {
		return nil, false
	}
	loop := q.f.Last + 1
	if !src.Is(loop, "loop") {
		return nil, false
	}
	if !q.star {
		edits = append(edits, br.after(q.list.Last, ", true"))
	}
	label := ""
	if n.Label != "" {
		label = "<<" + QuoteIdent(n.Label) + ">> "
	}
	line, deeper := " ", " "
	if in := br.indent(n.First); in != "" {
		line, deeper = in, in+"  "
	}
	read := fmt.Sprintf("%sLOOP%sFETCH %s INTO %s, %s;%sEXIT WHEN %s IS NOT TRUE;", label, deeper, cursor, strings.Join(targets, ", "), found, deeper, found)
	if between := src.Text[src.Tokens[q.f.Last].End():src.Tokens[loop].Start()]; containsComment(between) {
		edits = append(edits, br.after(q.f.Last, ";"), br.replace(loop, loop, read))
	} else {
		e := br.replace(q.f.Last, loop, ";"+line+read)
		e.Start = br.after(q.f.Last, "").Start
		edits = append(edits, e)
	}
	edits = append(edits,
		br.declare(cursor+" REFCURSOR"), br.declare(found+" BOOL"),
		br.replace(n.First, q.f.First-1, "OPEN "+cursor+" FOR"),
		br.after(n.Last, line+"CLOSE "+cursor+";"))
	return edits, true
}

// plainVariable reports whether a name is a variable or a parameter that holds
// no row.
func (br *bodyReader) plainVariable(name string) bool {
	plain := false
	br.b.src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == name && !d.Alias && !d.Cursor {
				plain = !br.b.src.Is(d.Type.First, "record") && !br.rowType(d.Type)
			}
		}
	})
	return plain
}

// usedOutside reports whether a variable is used anywhere but in its
// declaration and in loops that set it: behind a loop it holds the last row's
// value, behind a cursor NULL.
func (br *bodyReader) usedOutside(name string, loop *pgsql.PLNode) bool {
	src := br.b.src
	inside := map[int]bool{}
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == name {
				for i := d.First; i <= d.Last; i++ {
					inside[i] = true
				}
			}
		}
		if n == loop || n.Kind == pgsql.PLForQuery && setsName(src, n, name) {
			for i := n.First; i <= n.Last; i++ {
				inside[i] = true
			}
		}
	})
	for i, t := range src.Tokens {
		if (t.Kind() == pgsql.Word || t.Kind() == pgsql.Quoted) && pgsql.Fold(src.Str(i)) == name && !src.Is(i-1, ".") && !inside[i] {
			return true
		}
	}
	return false
}

func setsName(src *pgsql.PLSource, n *pgsql.PLNode, name string) bool {
	for _, t := range src.List(n.Target.First, n.Target.Last+1) {
		if t[0] == t[1] && pgsql.Fold(src.Str(t[0])) == name {
			return true
		}
	}
	return false
}
