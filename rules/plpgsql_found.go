package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// CockroachDB has no FOUND. Where each FOUND stands right behind the statement
// that sets it, or behind an IF whose branches each end with one, a variable of that name does the same: the statement sets it
// with INTO, which leaves NULL where there is no row.

// found mends the body's references to FOUND, if all of them can be.
func (br *bodyReader) found() {
	if br.declares("found") {
		return
	}
	src := br.b.src
	before := map[*pgsql.PLNode]*pgsql.PLNode{} // the statement in front
	src.Walk(func(n *pgsql.PLNode) {
		for _, l := range n.Lists {
			for i := 1; i < len(l); i++ {
				before[l[i]] = l[i-1]
			}
		}
	})
	sets := map[*pgsql.PLNode]bool{}
	var edits []Edit
	at := pgsql.PLSpan{First: 0, Last: -1}
	for _, f := range br.b.code {
		for _, i := range br.foundTokens(f) {
			prev := before[f.node]
			if f.query || f.node.Kind == pgsql.PLWhile || prev == nil {
				return
			}
			last, ok := lastStatements(prev)
			if !ok {
				return
			}
			for _, n := range last {
				if sets[n] {
					continue
				}
				set, ok := br.setFound(n)
				if !ok {
					return
				}
				edits, sets[n] = append(edits, set...), true
			}
			first, text := i, "found IS TRUE"
			if src.Is(i-1, "not") {
				first, text = i-1, "found IS NOT TRUE"
			}
			if next := src.Word(i + 1); next != "then" && next != "and" && next != "or" && !src.Is(i+1, ")") && !src.Is(i+1, ";") {
				text = "(" + text + ")"
			}
			edits = append(edits, br.replace(first, i, text))
			if at.Empty() {
				at = pgsql.PLSpan{First: i, Last: i}
			}
		}
	}
	if at.Empty() {
		return
	}
	br.setsFound = sets
	br.add(bodyIssue{
		PLSpan: at, about: aboutStatement, bind: br.r.isTrigger(), fidelity: Exact, edits: append(edits, br.declare("found BOOL")),
		message: "FOUND does not exist in CockroachDB: a variable takes its place, which the statement in front sets",
	})
}

// lastStatements returns what has run last behind a statement: of an IF, the
// last one of each branch; ok is false where that may be one in front of it.
func lastStatements(n *pgsql.PLNode) (out []*pgsql.PLNode, ok bool) {
	if n.Kind != pgsql.PLIf {
		return []*pgsql.PLNode{n}, true
	}
	if len(n.Lists) <= len(n.Exprs) {
		return nil, false
	}
	for _, l := range n.Lists {
		if len(l) == 0 {
			return nil, false
		}
		inner, ok := lastStatements(l[len(l)-1])
		if !ok {
			return nil, false
		}
		out = append(out, inner...)
	}
	return out, true
}

// foundTokens returns where an expression refers to FOUND.
func (br *bodyReader) foundTokens(f fragment) []int {
	if f.tree == nil {
		return nil
	}
	var out []int
	pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if c, ok := n.(*pgsql.ColumnRef); ok && len(c.Fields) == 1 && catalog.ListName(c.Fields).Name == "found" {
			if i := br.b.tokenAt(f, int(c.Location)); i >= 0 {
				out = append(out, i)
			}
		}
		return true
	})
	return out
}

// setFound returns the edits that make a statement set the variable; ok is
// false if there are none that surely mean the same.
func (br *bodyReader) setFound(n *pgsql.PLNode) (edits []Edit, ok bool) {
	src := br.b.src
	if len(n.Exprs) != 1 {
		return nil, false
	}
	tree := br.tree(n.Exprs[0])
	if n.Kind == pgsql.PLPerform {
		sel, isSelect := tree.(*pgsql.SelectStmt)
		if !isSelect || len(sel.FromClause) == 0 || !br.pure(sel) {
			return nil, false
		}
		return []Edit{br.replace(n.First, n.First, "found := EXISTS (SELECT"), br.insert(n.Last, ")")}, true
	}
	if n.Kind != pgsql.PLSQL {
		return nil, false
	}
	var list []pgsql.Node
	switch t := tree.(type) {
	case *pgsql.InsertStmt:
		list = t.ReturningList
	case *pgsql.UpdateStmt:
		list = t.ReturningList
	case *pgsql.DeleteStmt:
		list = t.ReturningList
	case *pgsql.SelectStmt:
		list = t.TargetList
		if t.Larg != nil || n.Target.Empty() {
			return nil, false
		}
	default:
		return nil, false
	}
	if len(list) == 0 {
		return []Edit{br.insert(n.Last, " RETURNING true INTO found")}, true
	}
	if n.Target.Empty() {
		return nil, false
	}
	// A row variable takes all columns, and one more would not fit.
	targets := src.List(n.Target.First, n.Target.Last+1)
	if len(targets) != len(list) {
		return nil, false
	}
	for k, t := range targets {
		if t[0] != t[1] || br.isComposite(br.vars[pgsql.Fold(src.Str(t[0]))]) {
			return nil, false
		}
		rt, isTarget := list[k].(*pgsql.ResTarget)
		if !isTarget {
			return nil, false
		}
		if c, isColumn := rt.Val.(*pgsql.ColumnRef); isColumn {
			if _, star := c.Fields[len(c.Fields)-1].(*pgsql.AStar); star {
				return nil, false
			}
		}
	}
	into := n.Target.First - 1
	if src.Is(into, "strict") {
		into--
	}
	if into-1 <= n.First || src.Is(into-1, "returning") { // INTO in front of the list
		return nil, false
	}
	return []Edit{br.after(into-1, ", true"), br.after(n.Target.Last, ", found")}, true
}

// pure reports whether a query calls nothing but functions that change nothing.
func (br *bodyReader) pure(tree pgsql.Node) bool {
	ok := true
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.FuncCall:
			v, known := expr.FunctionVolatility(catalog.ListName(n.Funcname).Name)
			ok = ok && known && v < expr.Volatile
		case *pgsql.LockingClause:
			ok = false
		}
		return true
	})
	return ok
}

// declare returns the edit that declares a variable of the outermost block.
func (br *bodyReader) declare(text string) Edit {
	src, block := br.b.src, br.b.src.Block
	line := func(token int) string {
		if in := br.indent(token); in != "" {
			return in
		}
		return " "
	}
	if len(block.Decls) > 0 {
		first := block.Decls[0].First
		return br.insert(first, text+";"+line(first))
	}
	begin := block.First
	for !src.Is(begin, "begin") && !src.Is(begin, "declare") {
		begin++
	}
	if src.Is(begin, "declare") {
		return br.after(begin, " "+text+";")
	}
	sep := line(begin)
	if sep == " " {
		return br.insert(begin, "DECLARE "+text+"; ")
	}
	return br.insert(begin, "DECLARE"+sep+"  "+text+";"+sep)
}

// indent returns the line break and the white space in front of a token that
// is the first of its line; "" if it is not.
func (br *bodyReader) indent(token int) string {
	src := br.b.src
	start := src.Tokens[token].Start()
	line := strings.LastIndexByte(src.Text[:start], '\n') + 1
	if in := src.Text[line:start]; line > 0 && strings.TrimSpace(in) == "" {
		return "\n" + in
	}
	return ""
}
