package expr

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// operation types an operator, or what PostgreSQL's tree has for one.
func (k *cockroach) operation(n *pgsql.AExpr, want typ) typ {
	boolean := typ{id: tBool}
	switch n.Kind_ {
	case pgsql.AexprOP:
		return k.operator(n, want)
	case pgsql.AexprNullif:
		ops := [...]operand{operandOf(n.Lexpr), operandOf(n.Rexpr)}
		return k.sameType(ops[:], want)
	case pgsql.AexprDistinct, pgsql.AexprNotDistinct:
		return k.comparison(n, "IS NOT DISTINCT FROM", operandOf(n.Lexpr), operandOf(n.Rexpr))
	case pgsql.AexprIN:
		k.in(n)
	case pgsql.AexprLike:
		return k.like(n, "LIKE", "like_escape")
	case pgsql.AexprIlike:
		return k.like(n, "ILIKE", "ilike_escape")
	case pgsql.AexprSimilar:
		return k.like(n, "SIMILAR TO", "similar_to_escape")
	case pgsql.AexprBetween, pgsql.AexprNotBetween, pgsql.AexprBetweenSym, pgsql.AexprNotBetweenSym:
		k.between(n)
	case pgsql.AexprOPAny, pgsql.AexprOPAll:
		return k.subOperator(n)
	default:
		return typ{}
	}
	return boolean
}

// comparisonName is the comparison of CockroachDB that an operator is made of,
// and whether its operands change places.
func comparisonName(op string) (name string, swap bool) {
	switch op {
	case "=", "<", "<=", "~", "~*", "@>", "<@", "&&", "?", "?|", "?&", "@@":
		return op, false
	case "<>", "!=":
		return "=", false
	case ">":
		return "<", true
	case ">=":
		return "<=", true
	case "!~":
		return "~", false
	case "!~*":
		return "~*", false
	case "~~", "!~~":
		return "LIKE", false
	case "~~*", "!~~*":
		return "ILIKE", false
	}
	return "", false
}

func (k *cockroach) operator(n *pgsql.AExpr, want typ) typ {
	op := operator(n.Name)
	if n.Lexpr == nil {
		sigs := find(cockroachUnary[:], op)
		ops := [...]operand{operandOf(n.Rexpr)}
		return k.operated(n, op, sigs, ops[:], want)
	}
	ops := [...]operand{k.inParens(operandOf(n.Lexpr)), k.inParens(operandOf(n.Rexpr))}
	// Operators that CockroachDB's grammar turns into calls.
	switch op {
	case "#-":
		return k.builtin(n, "json_remove_path", find(cockroachFunctions[:], "json_remove_path"), ops[:], want)
	case "<<=":
		return k.builtin(n, "inet_contained_by_or_equals", find(cockroachFunctions[:], "inet_contained_by_or_equals"), ops[:], want)
	case ">>=":
		return k.builtin(n, "inet_contains_or_equals", find(cockroachFunctions[:], "inet_contains_or_equals"), ops[:], want)
	case "@@":
		return k.textSearch(n, ops[0], ops[1])
	}
	if name, swap := comparisonName(op); name != "" {
		if swap {
			ops[0], ops[1] = ops[1], ops[0]
		}
		return k.comparison(n, name, ops[0], ops[1])
	}
	return k.operated(n, op, find(cockroachBinary[:], op), ops[:], want)
}

// inParens takes a number in parentheses for what it is to CockroachDB: no
// literal that chooses an overload, but one that can take the type that is
// wanted of it.
func (k *cockroach) inParens(o operand) operand {
	c, ok := o.node.(*pgsql.AConst)
	if !ok || o.lit.kind != intLiteral && o.lit.kind != decimalLiteral {
		return o
	}
	at := int(c.Location) + k.shift
	if at <= 0 || at >= len(k.text) || !strings.HasSuffix(strings.TrimRight(k.text[:at], spaces), "(") {
		return o
	}
	number := strings.TrimLeft(strings.TrimLeft(k.text[at:], "+-"), spaces)
	end := 0
	for end < len(number) && (number[end] == '.' || number[end] == '_' || number[end] >= '0' && number[end] <= '9') {
		end++
	}
	if strings.HasPrefix(strings.TrimLeft(number[end:], spaces), ")") {
		o.inner, o.lit = o.lit, literal{}
	}
	return o
}

const spaces = " \t\r\n"

// integerInPostgres reports whether PostgreSQL gives an integer, or a type that
// is not known. power() of integers is an integer in CockroachDB alone.
func (k *cockroach) integerInPostgres(n *pgsql.AExpr) bool {
	t := k.scope.base(k.postgres().expr(n))
	return !t.known() || !t.array && family(t.id) == tInt8
}

// operated types a unary or a binary operator.
func (k *cockroach) operated(n *pgsql.AExpr, op string, sigs []signature, ops []operand, want typ) typ {
	if len(sigs) == 0 {
		for j := range ops {
			k.operand(&ops[j], typ{})
		}
		k.cause(Cause{Kind: Syntax, Node: n, Name: op, Message: "operator " + op + ": syntax error"})
		return typ{}
	}
	if k.mend && op == "/" && k.integers(ops) && k.integerInPostgres(n) {
		k.cause(Cause{Kind: IntegerDivision, Node: n, Name: op})
		op, sigs = "//", find(cockroachBinary[:], "//")
	}
	c := k.resolve(sigs, ops, want, len(ops) == 2)
	if c.n == 0 && k.mend && !want.wildcard() && pgsql.Node(n) != k.stored {
		c = k.unwanted(sigs, ops)
	}
	v, t, null := agreed(sigs, ops, c)
	switch {
	case c.n > 0 && null:
		return typ{id: tUnknown}
	case c.n == 0 || c.n > 1 && decided(ops):
		return k.unsupported(n, op, sigs, ops, want, c.n)
	}
	k.contextual(Cause{Kind: Operator, Node: n, Name: op, Volatility: v})
	return t
}

// integers reports whether the operands of a division are integers, so that
// PostgreSQL divides without a remainder. It types what is no literal.
func (k *cockroach) integers(ops []operand) bool {
	if len(ops) != 2 {
		return false
	}
	numbers := 0
	for j := range ops {
		o := &ops[j]
		switch o.lit.kind {
		case notLiteral:
			k.operand(o, typ{})
			if o.t.array || family(o.t.id) != tInt8 {
				return false
			}
			numbers++
		case intLiteral:
			numbers++
		case stringLiteral: // takes the type of the other
		default:
			return false
		}
	}
	return numbers > 0
}

// unwanted is resolve where no type is wanted. In degrees(i // 2) CockroachDB
// objects to the division, which gives no float; what is to be mended is the
// argument, which PostgreSQL converts, and its call objects to it then.
func (k *cockroach) unwanted(sigs []signature, ops []operand) candidates {
	for j := range ops {
		ops[j].done = ops[j].lit.kind == notLiteral
	}
	return k.resolve(sigs, ops, typ{}, len(ops) == 2)
}

// unsupported records an operator that no overload fits, or more than one, and
// returns the type that PostgreSQL gives it, if conversions help.
func (k *cockroach) unsupported(n pgsql.Node, op string, sigs []signature, ops []operand, want typ, fit int) typ {
	if !allKnown(ops) {
		return typ{}
	}
	kind := UnknownSignature
	convert, t := k.convertResult(n, sigs, ops, want)
	if fit == 0 && len(convert) > 0 {
		kind = ResultType
	} else {
		convert, t = k.convertOperator(op, sigs, ops, want)
	}
	what := "unsupported "
	if fit > 1 {
		what = "ambiguous "
	}
	if len(ops) == 1 {
		what += "unary operator: " + op + " <" + ops[0].t.String() + ">"
	} else {
		what += "binary operator: <" + ops[0].t.String() + "> " + op + " <" + ops[1].t.String() + ">"
	}
	k.cause(Cause{Kind: kind, Node: n, Name: op, Message: what + returning(want), Convert: convert, Operands: typesOf(ops), To: want.catalogType()})
	return t
}

// comparison types a comparison (typeCheckComparisonOp). With NULL it is NULL.
func (k *cockroach) comparison(n *pgsql.AExpr, name string, left, right operand) typ {
	lrow, lok := left.node.(*pgsql.RowExpr)
	rrow, rok := right.node.(*pgsql.RowExpr)
	if lok && rok && len(lrow.Args) == len(rrow.Args) {
		for i := range lrow.Args {
			k.compared(n, name, operandOf(lrow.Args[i]), operandOf(rrow.Args[i]))
		}
		return typ{id: tBool} // the volatility of the parts is not asked for
	}
	v, null := k.compared(n, name, left, right)
	if null {
		return typ{id: tUnknown}
	}
	k.contextual(Cause{Kind: Operator, Node: n, Name: k.written(n, name), Volatility: v})
	return typ{id: tBool}
}

// compared types the operands of a comparison and returns how volatile it is,
// and whether it is NULL because an operand is.
func (k *cockroach) compared(n *pgsql.AExpr, name string, left, right operand) (v Volatility, null bool) {
	if k.plainlyComparable(name, &left, &right) {
		return Immutable, false
	}
	ops := [...]operand{left, right}
	sigs := find(cockroachComparisons[:], name)
	c := k.resolve(sigs, ops[:], typ{}, true)
	l, r := ops[0].t.arrays(), ops[1].t.arrays()
	if c.n > 1 && allKnown(ops[:]) && (l.anything() || r.anything()) {
		k.cause(Cause{
			Kind: UnknownSignature, Node: n, Name: name, Operands: typesOf(ops[:]),
			Message: "ambiguous comparison operator: <" + ops[0].t.String() + "> " + k.written(n, name) + " <" + ops[1].t.String() + ">",
		})
		return Immutable, false
	}
	if c.n == 0 || generic(l) && generic(r) && !equivalent(l, r) {
		k.incomparable(n, name, ops[:])
		return Immutable, false
	}
	if k.mend && name == "LIKE" && (ops[0].t.id == tCitext || ops[1].t.id == tCitext) {
		k.cause(Cause{
			Kind: UnknownSignature, Node: n, Name: name, Later: true, Operands: typesOf(ops[:]),
			Message: "nondeterministic collations are not supported for LIKE",
		})
	}
	v, _, null = agreed(sigs, ops[:], c)
	return v, null
}

// plainlyComparable recognises what most comparisons are: two values of one
// type that is ordered, or one and a literal that can be read as it. It spares
// them the search among the sixty overloads.
func (k *cockroach) plainlyComparable(name string, left, right *operand) bool {
	if name != "=" && name != "<" && name != "<=" {
		return false
	}
	if left.lit.kind != notLiteral {
		left, right = right, left
	}
	if left.lit.kind != notLiteral || left.inner.kind != notLiteral || right.inner.kind != notLiteral {
		return false
	}
	if _, column := left.node.(*pgsql.ColumnRef); !column && !left.done {
		return false
	}
	k.operand(left, typ{})
	if !left.t.ordered() {
		return false
	}
	if right.lit.kind == notLiteral {
		if _, column := right.node.(*pgsql.ColumnRef); !column && !right.done {
			return false
		}
		k.operand(right, typ{})
		return right.t.ordered() && family(left.t.id) == family(right.t.id)
	}
	ok, contextual := right.lit.parses(left.t)
	return ok && !contextual && (right.lit.kind != bytesLiteral)
}

// ordered reports a type that CockroachDB compares with itself, immutably.
func (t typ) ordered() bool {
	if t.array || t.def != nil {
		return false
	}
	switch t.id {
	case tBool, tInt2, tInt4, tInt8, tFloat4, tFloat8, tNumeric, tText, tVarchar, tBytea, tUuid,
		tDate, tTime, tTimetz, tTimestamp, tTimestamptz, tInterval:
		return true
	}
	return false
}

// generic types match any overload of their form and must be compared by themselves.
func generic(t typ) bool { return t.array || t.id == tAnyenum || family(t.id) == tCollated }

// written is the operator as it stands in the expression, which is how
// CockroachDB names it in an error.
func (k *cockroach) written(n *pgsql.AExpr, name string) string {
	if n.Kind_ == pgsql.AexprOP || n.Kind_ == pgsql.AexprOPAny || n.Kind_ == pgsql.AexprOPAll {
		if op := operator(n.Name); op != "<>" && op != "" {
			return op
		}
		return "!="
	}
	if n.Kind_ == pgsql.AexprDistinct {
		return "IS DISTINCT FROM"
	}
	return name
}

func (k *cockroach) incomparable(n *pgsql.AExpr, name string, ops []operand) {
	if allKnown(ops) {
		convert, _ := k.convertOperator(pgOperator(name), find(cockroachComparisons[:], name), ops, typ{})
		k.cause(Cause{
			Kind: UnknownSignature, Node: n, Name: name, Convert: convert, Operands: typesOf(ops),
			Message: "unsupported comparison operator: <" + ops[0].t.String() + "> " + k.written(n, name) + " <" + ops[1].t.String() + ">",
		})
	}
}

// textSearch: strings on either side of @@ go through the default text search
// configuration, which makes them context-dependent.
func (k *cockroach) textSearch(n *pgsql.AExpr, left, right operand) typ {
	kind := func(o operand) typeID {
		if o.lit.kind != notLiteral {
			return family(o.lit.natural().id)
		}
		return family(o.t.id)
	}
	for _, o := range [...]*operand{&left, &right} {
		if o.lit.kind == notLiteral {
			k.operand(o, typ{})
		}
	}
	l, r := kind(left), kind(right)
	function := func(o *operand, name string, t typeID) {
		k.operand(o, typ{})
		o.t = typ{id: t}
		k.contextual(Cause{Kind: Function, Node: n, Name: name, Volatility: Stable})
	}
	if l == tText && (r == tText || r == tTsquery) {
		function(&left, "to_tsvector", tTsvector)
	}
	if r == tText && l == tText {
		function(&right, "plainto_tsquery", tTsquery)
	} else if r == tText && l == tTsquery {
		function(&right, "to_tsvector", tTsvector)
	}
	return k.comparison(n, "@@", left, right)
}

// like types LIKE and its kin. With an ESCAPE they are calls, as the right
// side is in PostgreSQL's tree.
func (k *cockroach) like(n *pgsql.AExpr, name, escape string) typ {
	boolean := typ{id: tBool}
	if f, ok := n.Rexpr.(*pgsql.FuncCall); ok && f.Funcformat != pgsql.CoerceExplicitCast {
		switch called := f.Funcname; {
		case len(f.Args) == 2 && isCall(called, "like_escape", "similar_to_escape"):
			ops := [...]operand{operandOf(n.Lexpr), operandOf(f.Args[0]), operandOf(f.Args[1])}
			k.builtin(n, escape, find(cockroachFunctions[:], escape), ops[:], boolean)
			return boolean
		case len(f.Args) == 1 && isCall(called, "similar_to_escape"):
			return k.comparison(n, name, operandOf(n.Lexpr), operandOf(f.Args[0]))
		}
	}
	return k.comparison(n, name, operandOf(n.Lexpr), operandOf(n.Rexpr))
}

func isCall(list []pgsql.Node, names ...string) bool {
	fn := name(list)
	for _, n := range names {
		if fn.Schema == "" && fn.Name == n {
			return true
		}
	}
	return false
}

// in types x IN (...): all are of one type, and there must be an IN for it.
func (k *cockroach) in(n *pgsql.AExpr) {
	ops := append([]operand{operandOf(n.Lexpr)}, operands(items(n.Rexpr))...)
	t := k.sameType(ops, typ{})
	if !t.known() || t.null() {
		return
	}
	sigs := find(cockroachComparisons[:], "IN")
	for i := range sigs {
		if equivalent(sigs[i].param(0), t) {
			return
		}
	}
	k.cause(Cause{
		Kind: UnknownSignature, Node: n, Name: "IN", Operands: typesOf(ops),
		Message: "unsupported comparison operator: <" + t.String() + "> IN <tuple>",
	})
}

// between: CockroachDB types the two comparisons of BETWEEN but does not ask
// for their volatility, except where it reads a predicate back.
func (k *cockroach) between(n *pgsql.AExpr) {
	bounds := items(n.Rexpr)
	if len(bounds) != 2 {
		return
	}
	left := operandOf(n.Lexpr)
	if left.lit.kind == notLiteral {
		k.operand(&left, typ{})
	}
	for i, b := range bounds {
		l, r, name := left, operandOf(b), "<="
		if i == 0 {
			l, r = r, l
		}
		if v, null := k.compared(n, name, l, r); !null && k.place == IndexPredicate {
			k.contextual(Cause{Kind: Operator, Node: n, Name: "BETWEEN", Volatility: v})
		}
	}
}

// subOperator types x = ANY (array) and its kin.
func (k *cockroach) subOperator(n *pgsql.AExpr) typ {
	boolean, null := typ{id: tBool}, typ{id: tUnknown}
	op := operator(n.Name)
	name, swap := comparisonName(op)
	sigs := find(cockroachComparisons[:], name)
	left := operandOf(n.Lexpr)
	var elem typ
	if a, ok := n.Rexpr.(*pgsql.AArrayExpr); ok && len(a.Elements) > 0 {
		ops := append([]operand{left}, operands(a.Elements)...)
		elem = k.sameType(ops, typ{})
		left.t, left.done = elem, true
	} else {
		k.operand(&left, typ{})
		right := operandOf(n.Rexpr)
		k.operand(&right, left.t.arrayOf())
		if elem = right.t.arrays(); elem.array {
			elem = elem.elem()
		} else if elem.known() && !elem.null() && elem.id != tRecord {
			k.cause(Cause{
				Kind: UnknownSignature, Node: n, Name: op,
				Message: "op ANY <right> requires array, tuple or subquery on right side",
			})
			return boolean
		}
	}
	switch {
	case !left.t.known() || !elem.known():
		return boolean
	case left.t.null() || elem.null():
		return null
	}
	ops := [...]operand{left, {node: n.Rexpr, t: elem, done: true}}
	if swap {
		ops[0], ops[1] = ops[1], ops[0]
	}
	for i := range sigs {
		if equivalent(sigs[i].param(0), ops[0].t) && equivalent(sigs[i].param(1), ops[1].t) {
			k.contextual(Cause{Kind: Operator, Node: n, Name: k.anyAll(n), Volatility: sigs[i].volatility})
			return boolean
		}
	}
	k.cause(Cause{
		Kind: UnknownSignature, Node: n, Name: name, Convert: k.convertSubOperator(n, op, sigs, swap), Operands: typesOf(ops[:]),
		Message: "unsupported comparison operator: <" + ops[0].t.String() + "> " + k.written(n, name) + " <" + ops[1].t.String() + ">",
	})
	return boolean
}

// convertSubOperator is converted for x = ANY (array) and its kin: PostgreSQL
// compares x with an element, and converts the array as a whole.
func (k *cockroach) convertSubOperator(n *pgsql.AExpr, op string, sigs []signature, swap bool) []Conversion {
	p := k.postgres()
	left, array := k.scope.base(p.expr(n.Lexpr)), k.scope.base(p.expr(n.Rexpr))
	if !array.array || !left.known() || left.null() {
		return nil
	}
	s, _ := p.operator(find(postgresOperators[:], op), []typ{left, array.elem()})
	if s == nil || polymorphic(s.args0()) {
		return nil
	}
	l, r := s.param(0), s.param(1)
	crdb := [...]typ{k.scope.cockroachType(l), k.scope.cockroachType(r)}
	if swap {
		crdb[0], crdb[1] = crdb[1], crdb[0]
	}
	found := false
	for i := range sigs {
		found = found || equivalent(sigs[i].param(0), crdb[0]) && equivalent(sigs[i].param(1), crdb[1])
	}
	var out []Conversion
	castable := func(n pgsql.Node, from, to typ) bool {
		return k.castable(operand{node: n, t: k.scope.cockroachType(from)}, k.scope.cockroachType(to))
	}
	if left.plain() != l {
		found = found && castable(n.Lexpr, left, l)
		out = append(out, Conversion{n.Lexpr, l.catalogType()})
	}
	if array.elem().plain() != r {
		found = found && castable(n.Rexpr, array, r.arrayOf())
		out = append(out, Conversion{n.Rexpr, r.arrayOf().catalogType()})
	}
	if !found {
		return nil
	}
	return out
}

func (k *cockroach) anyAll(n *pgsql.AExpr) string {
	if n.Kind_ == pgsql.AexprOPAll {
		return "ALL"
	}
	return "ANY"
}
