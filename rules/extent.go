package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// exprText is the text that the nodes of an expression stand in. The tree
// keeps one location of a node, such as that of the operator, and no
// parentheses; the rest is read off the tokens.
type exprText struct {
	st *Statement
	// shift is what has to be added to a location in the tree for the offset in
	// the text.
	shift int
}

// tokenAt returns the token at a location of the tree, -1 if there is none.
func (t exprText) tokenAt(location int32) int {
	if location < 0 {
		return -1
	}
	if i := t.st.TokenAt(int(location) + t.shift); i < len(t.st.Tokens) {
		return i
	}
	return -1
}

// extent returns the tokens [first, last] of an expression, without parentheses
// around it. Ok is false for what it cannot read.
func (t exprText) extent(n pgsql.Node) (first, last int, ok bool) {
	st := t.st
	switch n := n.(type) {
	case *pgsql.AConst:
		return t.constant(t.tokenAt(n.Location))
	case *pgsql.ParamRef:
		i := t.tokenAt(n.Location)
		return i, i, i >= 0
	case *pgsql.ColumnRef:
		i := t.tokenAt(n.Location)
		return i, st.nameEnd(max(i, 0)), i >= 0
	case *pgsql.FuncCall:
		return t.callExtent(n)
	case *pgsql.TypeCast:
		return t.castExtent(n)
	case *pgsql.AExpr:
		return t.operatorExtent(n)
	case *pgsql.BoolExpr:
		return t.boolExtent(n)
	case *pgsql.NullTest:
		return t.testExtent(n.Arg, t.tokenAt(n.Location))
	case *pgsql.BooleanTest:
		return t.testExtent(n.Arg, t.tokenAt(n.Location))
	case *pgsql.CaseExpr:
		return t.caseExtent(t.tokenAt(n.Location))
	case *pgsql.CoalesceExpr:
		return t.parenthesised(t.tokenAt(n.Location))
	case *pgsql.MinMaxExpr:
		return t.parenthesised(t.tokenAt(n.Location))
	case *pgsql.RowExpr:
		return t.parenthesised(t.tokenAt(n.Location))
	case *pgsql.AArrayExpr:
		return t.parenthesised(t.tokenAt(n.Location))
	case *pgsql.SubLink:
		return t.sublinkExtent(n)
	case *pgsql.SQLValueFunction:
		i := t.tokenAt(n.Location)
		if i >= 0 && st.Is(i+1, "(") {
			return t.parenthesised(i)
		}
		return i, i, i >= 0
	case *pgsql.AIndirection:
		return t.indirectionExtent(n)
	case *pgsql.CollateClause:
		at := t.tokenAt(n.Location)
		first, ok := t.endingAt(n.Arg, at-1)
		return first, st.nameEnd(at + 1), ok
	}
	return 0, 0, false
}

// constant is a literal: a number perhaps with its sign, a string perhaps in
// several pieces.
func (t exprText) constant(i int) (first, last int, ok bool) {
	if i < 0 {
		return 0, 0, false
	}
	last = i
	if t.st.Is(i, "-") || t.st.Is(i, "+") {
		last++
	}
	for t.st.Tokens[last].Kind() == pgsql.Literal && last+1 < len(t.st.Tokens) && t.st.Tokens[last+1].Kind() == pgsql.Literal {
		last++
	}
	return i, last, last < len(t.st.Tokens)
}

// parenthesised is a word, or none, and what stands in parentheses behind it.
func (t exprText) parenthesised(i int) (first, last int, ok bool) {
	if i < 0 {
		return 0, 0, false
	}
	open := i
	if !t.st.Is(open, "(") && !t.st.Is(open, "[") {
		open++
	}
	last = t.st.Close(open)
	return i, last, last > 0 && (t.st.Is(open, "(") || t.st.Is(open, "["))
}

// endingAt returns the first token of an operand that ends at a token,
// parentheses around it included.
func (t exprText) endingAt(n pgsql.Node, end int) (first int, ok bool) {
	first, last, ok := t.extent(n)
	for ok && last < end {
		last++
		if first--; !t.st.Is(last, ")") || t.st.Open(last) != first {
			return 0, false
		}
	}
	return first, ok && last == end
}

// startingAt returns the last token of an operand that starts at a token,
// parentheses around it included.
func (t exprText) startingAt(n pgsql.Node, start int) (last int, ok bool) {
	first, last, ok := t.extent(n)
	for ok && first > start {
		first--
		if last++; !t.st.Is(first, "(") || t.st.Close(first) != last {
			return 0, false
		}
	}
	return last, ok && first == start
}

func (t exprText) callExtent(n *pgsql.FuncCall) (first, last int, ok bool) {
	st := t.st
	i := t.tokenAt(n.Location)
	if i < 0 {
		return 0, 0, false
	}
	if st.Is(i, "at") && len(n.Args) == 2 { // x AT TIME ZONE y
		first, ok = t.endingAt(n.Args[1], i-1)
		if !ok {
			return 0, 0, false
		}
		last, ok = t.startingAt(n.Args[0], i+3)
		return first, last, ok
	}
	last, _ = st.call(i)
	if last < 0 {
		return 0, 0, false
	}
	for {
		switch {
		case st.Is(last+1, "within") && st.Is(last+2, "group") && st.Is(last+3, "("):
			last = st.Close(last + 3)
		case st.Is(last+1, "filter") && st.Is(last+2, "("):
			last = st.Close(last + 2)
		case n.Over != nil && st.Is(last+1, "over") && st.Is(last+2, "("):
			return i, st.Close(last + 2), true
		case n.Over != nil && st.Is(last+1, "over"):
			return i, last + 2, true
		default:
			return i, last, true
		}
		if last < 0 {
			return 0, 0, false
		}
	}
}

func (t exprText) castExtent(n *pgsql.TypeCast) (first, last int, ok bool) {
	st := t.st
	i := t.tokenAt(n.Location)
	switch {
	case i >= 0 && st.Is(i, "::") && n.TypeName != nil:
		first, ok = t.endingAt(n.Arg, i-1)
		return first, catalog.TypeEnd(st.Statement, i+1), ok
	case i >= 0 && st.Is(i, "cast") && st.Is(i+1, "("):
		return t.parenthesised(i)
	case n.TypeName != nil:
		// DATE '2020-01-01', INTERVAL '1' DAY
		first = t.tokenAt(n.TypeName.Location)
		_, last, ok = t.extent(n.Arg)
		if first < 0 || !ok || first >= last {
			return 0, 0, false
		}
		for st.Is(first, "interval") && (intervalFields[st.Word(last+1)] || st.Is(last+1, "(")) {
			if last++; st.Is(last, "(") {
				last = st.Close(last)
			}
		}
		return first, last, true
	}
	return 0, 0, false
}

var intervalFields = words("year month day hour minute second to")

func (t exprText) operatorExtent(n *pgsql.AExpr) (first, last int, ok bool) {
	st := t.st
	i := t.tokenAt(n.Location)
	if i < 0 {
		return 0, 0, false
	}
	if n.Kind_ == pgsql.AexprNullif {
		return t.parenthesised(i)
	}
	end := t.operatorEnd(i)
	if n.Lexpr == nil {
		last, ok = t.startingAt(n.Rexpr, end+1)
		return i, last, ok
	}
	if first, ok = t.endingAt(n.Lexpr, i-1); !ok {
		return 0, 0, false
	}
	right := n.Rexpr
	switch n.Kind_ {
	case pgsql.AexprIN, pgsql.AexprOPAny, pgsql.AexprOPAll:
		last = st.Close(end + 1)
		return first, last, last > 0
	case pgsql.AexprBetween, pgsql.AexprNotBetween, pgsql.AexprBetweenSym, pgsql.AexprNotBetweenSym:
		bounds, _ := n.Rexpr.(*pgsql.List)
		if bounds == nil || len(bounds.Items) != 2 {
			return 0, 0, false
		}
		low, ok := t.startingAt(bounds.Items[0], end+1)
		if !ok || !st.Is(low+1, "and") {
			return 0, 0, false
		}
		last, ok = t.startingAt(bounds.Items[1], low+2)
		return first, last, ok
	case pgsql.AexprLike, pgsql.AexprIlike, pgsql.AexprSimilar:
		// ... ESCAPE e is a call around both operands in the tree.
		if f, ok := right.(*pgsql.FuncCall); ok && t.tokenAt(f.Location) == i {
			right = f.Args[len(f.Args)-1]
			if len(f.Args) == 2 {
				pattern, ok := t.startingAt(f.Args[0], end+1)
				if !ok || !st.Is(pattern+1, "escape") {
					return 0, 0, false
				}
				end = pattern + 1
			}
		}
	}
	last, ok = t.startingAt(right, end+1)
	return first, last, ok
}

// operatorEnd returns the last token of the operator at token i: +, NOT LIKE,
// IS NOT DISTINCT FROM, OPERATOR(pg_catalog.+), = ANY, BETWEEN SYMMETRIC.
func (t exprText) operatorEnd(i int) int {
	st := t.st
	if st.Is(i, "operator") && st.Is(i+1, "(") {
		if c := st.Close(i + 1); c > 0 {
			i = c
		}
	}
	if st.Is(i, "is") && st.Is(i+1, "not") {
		i++
	}
	for operatorPart[st.Word(i+1)] {
		i++
	}
	return i
}

var operatorPart = words("like ilike similar to is distinct from in between symmetric asymmetric any some all")

func (t exprText) boolExtent(n *pgsql.BoolExpr) (first, last int, ok bool) {
	if n.Boolop == pgsql.NotExpr && len(n.Args) == 1 {
		i := t.tokenAt(n.Location)
		last, ok = t.startingAt(n.Args[0], i+1)
		return i, last, ok && i >= 0
	}
	first, _, ok = t.surrounded(n.Args[0])
	if !ok {
		return 0, 0, false
	}
	_, last, ok = t.surrounded(n.Args[len(n.Args)-1])
	return first, last, ok
}

// surrounded is extent with the parentheses that stand right around the
// operand and that it could do without, which those of a call, of CHECK (...)
// or of AS (...) are not.
func (t exprText) surrounded(n pgsql.Node) (first, last int, ok bool) {
	first, last, ok = t.extent(n)
	for ok && t.st.Is(first-1, "(") && t.st.Close(first-1) == last+1 && t.optional(first-1) {
		first, last = first-1, last+1
	}
	return first, last, ok
}

// optional reports whether the parenthesis at token i is there to group.
func (t exprText) optional(i int) bool {
	if i == 0 {
		return true
	}
	switch t.st.Tokens[i-1].Kind() {
	case pgsql.Quoted:
		return false
	case pgsql.Word:
		return grouped[t.st.Word(i-1)]
	}
	return true
}

// grouped are words in front of an expression.
var grouped = words("and or not case when then else default like ilike between from select where on having by limit offset escape return")

func (t exprText) testExtent(arg pgsql.Node, i int) (first, last int, ok bool) {
	first, ok = t.endingAt(arg, i-1)
	last = i
	if t.st.Is(i, "is") {
		last++
		if t.st.Is(last, "not") {
			last++
		}
	}
	return first, last, ok && last < len(t.st.Tokens)
}

func (t exprText) caseExtent(i int) (first, last int, ok bool) {
	depth := 0
	for k := i; k >= 0 && k < len(t.st.Tokens); k++ {
		switch {
		case t.st.Is(k, "case"):
			depth++
		case t.st.Is(k, "end"):
			if depth--; depth == 0 {
				return i, k, true
			}
		}
	}
	return 0, 0, false
}

func (t exprText) sublinkExtent(n *pgsql.SubLink) (first, last int, ok bool) {
	i := t.tokenAt(n.Location)
	if i < 0 {
		return 0, 0, false
	}
	switch n.SubLinkType {
	case pgsql.ExistsSublink, pgsql.ExprSublink, pgsql.ArraySublink:
		return t.parenthesised(i)
	case pgsql.AnySublink, pgsql.AllSublink:
		if first, ok = t.endingAt(n.Testexpr, i-1); !ok {
			return 0, 0, false
		}
		last = t.st.Close(t.operatorEnd(i) + 1)
		return first, last, last > 0
	}
	return 0, 0, false
}

func (t exprText) indirectionExtent(n *pgsql.AIndirection) (first, last int, ok bool) {
	st := t.st
	first, last, ok = t.surrounded(n.Arg)
	for range n.Indirection {
		switch {
		case !ok:
		case st.Is(last+1, "["):
			last = st.Close(last + 1)
			ok = last > 0
		case st.Is(last+1, "."):
			last += 2
		default:
			ok = false
		}
	}
	return first, last, ok && last < len(st.Tokens)
}

// binds reports whether a cast can be put right behind an expression.
func binds(n pgsql.Node) bool {
	switch n := n.(type) {
	case *pgsql.ColumnRef, *pgsql.ParamRef, *pgsql.CoalesceExpr, *pgsql.MinMaxExpr, *pgsql.AArrayExpr, *pgsql.AIndirection, *pgsql.SQLValueFunction:
		return true
	case *pgsql.FuncCall:
		if n.Funcformat == pgsql.CoerceSqlSyntax {
			switch catalog.ListName(n.Funcname).Name {
			case "timezone", "overlaps", "is_normalized":
				return false
			}
		}
		return n.Over == nil && n.AggFilter == nil && !n.AggWithinGroup
	case *pgsql.AConst:
		switch v := n.Val.(type) {
		case *pgsql.Integer:
			return v.Ival >= 0
		case *pgsql.Float:
			return len(v.Fval) > 0 && v.Fval[0] != '-'
		}
		return true
	case *pgsql.SubLink:
		return n.SubLinkType == pgsql.ExprSublink
	case *pgsql.AExpr:
		return n.Kind_ == pgsql.AexprNullif
	}
	return false
}

// castPlaces returns the tokens that an operand takes up, parentheses around it
// included, and whether a cast can stand right behind them.
func (t exprText) castPlaces(n pgsql.Node) (first, last int, bound, ok bool) {
	f, l, ok := t.extent(n)
	if !ok {
		return 0, 0, false, false
	}
	first, last, _ = t.surrounded(n)
	if first < f {
		// One pair of parentheses is the operand's; what is around it may be of
		// another clause, such as DEFAULT (...).
		return f - 1, l + 1, true, true
	}
	cast, isCast := n.(*pgsql.TypeCast)
	bound = binds(n) || isCast && t.tokenAt(cast.Location) >= 0
	return f, l, bound, true
}
