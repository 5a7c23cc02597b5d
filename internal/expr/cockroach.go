package expr

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// cockroach types an expression as CockroachDB does (the TypeCheck methods of
// pkg/sql/sem/tree/type_check.go), and collects what it objects to. Where
// CockroachDB stops at the first error, it goes on.
type cockroach struct {
	scope  Scope
	place  Place
	text   string
	shift  int
	causes []Cause
	// mute is above 0 while something is typed whose causes are known or moot.
	mute int
	// mend: integer divisions are causes, and are judged as if they were //.
	mend bool
	// contexts: stable and volatile operations are causes wherever they stand.
	contexts bool
	// results are those of the queries that were typed already.
	results map[pgsql.Node]relation
	// stored is an expression whose value PostgreSQL casts to the type of the
	// column that it is stored in.
	stored pgsql.Node
	// decoded is an argument of decode(), where a digest is a text as it should be.
	decoded pgsql.Node
	// depth counts nested expressions.
	depth int
}

// maxDepth is how many expressions in one another are typed. What is deeper is
// not known: no stack holds a hundred thousand levels of overload resolution.
const maxDepth = 1000

func (k *cockroach) postgres() postgres { return postgres{k.scope, k} }

func (k *cockroach) cause(c Cause) {
	if k.mute == 0 {
		k.causes = append(k.causes, c)
	}
}

// contextual records a stable or volatile operation, where that matters.
func (k *cockroach) contextual(c Cause) {
	if c.Volatility == Immutable || !k.place.immutableOnly() && !k.contexts {
		return
	}
	what := c.Name
	switch c.Kind {
	case Function, UserFunction:
		what += "()"
	}
	if c.Volatility == Volatile {
		c.Message = what + ": volatile functions are not allowed in " + k.place.String()
	} else {
		c.Message = what + ": context-dependent operators are not allowed in " + k.place.String()
	}
	k.cause(c)
}

// judge types the whole expression.
func (k *cockroach) judge(e pgsql.Node, column catalog.Type) {
	want := k.scope.cockroachType(k.scope.resolve(column))
	switch k.place {
	case IndexPredicate, CheckConstraint, PolicyUsing, PolicyCheck, TriggerWhen:
		want = typ{id: tBool}
	}
	o := operandOf(e)
	k.stored = e
	k.operand(&o, want)
	if want.wildcard() || !o.t.known() || o.t.null() || equivalent(want, o.t) {
		return
	}
	switch k.place {
	case ColumnDefault, AddColumnDefault, OnUpdate:
		if c, _, ok := cockroachCast(o.t, want); ok && c >= castAssignment {
			return
		}
	case IndexElement, TypeUsing:
		return
	}
	k.cause(Cause{
		Kind: ResultType, Node: e, From: o.t.catalogType(), To: column,
		Message: "expected " + k.place.String() + " expression to have type " + want.String() + ", but it has type " + o.t.String(),
		Convert: k.convertTo(e, o.t, want),
	})
}

// expr returns the type of an expression where a type is wanted; the zero typ
// wants none, and returned it is one that is not known.
func (k *cockroach) expr(e pgsql.Node, want typ) typ {
	if k.depth >= maxDepth {
		return typ{}
	}
	k.depth++
	defer func() { k.depth-- }()
	switch n := e.(type) {
	case *pgsql.AConst:
		return k.constant(n, want)
	case *pgsql.TypeCast:
		return k.cast(n)
	case *pgsql.ColumnRef:
		return k.scope.column(n).crdb
	case *pgsql.ParamRef:
		return k.scope.param(n).crdb
	case *pgsql.FuncCall:
		return k.call(n, want)
	case *pgsql.AExpr:
		return k.operation(n, want)
	case *pgsql.BoolExpr:
		for _, a := range n.Args {
			k.want(a, typ{id: tBool})
		}
		return typ{id: tBool}
	case *pgsql.NullTest:
		k.want(n.Arg, typ{})
		return typ{id: tBool}
	case *pgsql.BooleanTest:
		k.want(n.Arg, typ{id: tBool})
		return typ{id: tBool}
	case *pgsql.CaseExpr:
		return k.caseExpr(n, want)
	case *pgsql.CoalesceExpr:
		return k.sameType(operands(n.Args), want)
	case *pgsql.MinMaxExpr:
		return k.sameType(operands(n.Args), want)
	case *pgsql.AArrayExpr:
		return k.array(n, want)
	case *pgsql.SubLink:
		return k.subquery(n)
	case *pgsql.SQLValueFunction:
		name := sqlValueName(n.Op)
		return k.builtin(n, name, find(cockroachFunctions[:], name), nil, want)
	case *pgsql.AIndirection:
		return k.indirection(n)
	case *pgsql.CollateClause:
		return k.collate(n)
	case *pgsql.RowExpr:
		for _, a := range n.Args {
			k.want(a, typ{})
		}
		return typ{id: tRecord}
	case *pgsql.JsonObjectConstructor:
		k.syntax(n, "JSON_OBJECT")
	case *pgsql.JsonArrayConstructor:
		k.syntax(n, "JSON_ARRAY")
	case *pgsql.XmlExpr:
		k.syntax(n, "XML expression")
	case *pgsql.XmlSerialize:
		k.syntax(n, "XMLSERIALIZE")
	}
	return typ{}
}

// syntax records what the grammar does not have. What is in it is moot.
func (k *cockroach) syntax(n pgsql.Node, what string) {
	k.cause(Cause{Kind: Syntax, Node: n, Name: what, Message: what + ": syntax error"})
}

// want types an expression that can be a literal.
func (k *cockroach) want(e pgsql.Node, t typ) typ {
	o := operandOf(e)
	k.operand(&o, t)
	return o.t
}

func operands(list []pgsql.Node) []operand {
	out := make([]operand, len(list))
	for i, e := range list {
		out[i] = operandOf(e)
	}
	return out
}

func (k *cockroach) constant(n *pgsql.AConst, want typ) typ {
	if n.Isnull {
		return typ{id: tUnknown}
	}
	switch n.Val.(type) {
	case *pgsql.Boolean:
		return typ{id: tBool}
	case *pgsql.BitString:
		return typ{id: tVarbit}
	}
	return typ{}
}

// literal types a literal where a type is wanted (typeCheckConstant). At is
// the node that a cause is about.
func (k *cockroach) literal(at pgsql.Node, l literal, want typ, implicit bool) typ {
	if want.wildcard() || want.id == tRecord && !want.array || !l.canBecome(want) {
		want = l.natural()
	}
	if _, contextual := l.parses(want); contextual {
		from := typ{id: tText}
		k.contextual(Cause{
			Kind: Cast, Node: at, Volatility: Stable, Literal: true, Implicit: implicit,
			From: from.catalogType(), To: want.catalogType(), Name: from.String() + "::" + want.String(),
		})
		return want
	}
	out := want.plain()
	switch family(out.id) {
	case tText, tInt8, tFloat8, tOid, tVarbit:
		// A constant has the type that stands for its family, but for names.
		if out.id != tName && out.def == nil {
			out.id = family(out.id)
		}
	}
	return out
}

func (k *cockroach) cast(n *pgsql.TypeCast) typ {
	named := catalog.TypeOf(n.TypeName)
	pg := k.scope.resolve(named)
	to := k.scope.cockroachType(pg)
	o := operandOf(n.Arg)
	if !to.known() {
		k.operand(&o, typ{})
		if pg.id != tNone {
			k.unknownType(n, named, pg.id, "")
		}
		return typ{}
	}
	if since := typeAddedIn(to.id); since != "" {
		k.unknownType(n, named, to.id, "<"+since)
	}
	var from typ
	_, constructor := n.Arg.(*pgsql.AArrayExpr)
	switch {
	case o.lit.kind != notLiteral && o.lit.canBecome(to) && !k.parenthesised(n):
		from = k.literal(n, o.lit, to, false)
	case constructor && to.array:
		from = k.expr(n.Arg, to)
	default:
		k.operand(&o, typ{})
		from = o.t
	}
	if from == to || !from.known() {
		return to
	}
	_, v, ok := cockroachCast(from, to)
	c := Cause{
		Kind: Cast, Node: n, Volatility: v, Name: castName(from, to),
		From: from.catalogType(), To: named,
	}
	if !ok {
		c.Kind, c.Message = UnknownSignature, "invalid cast: "+from.String()+" -> "+to.String()
		k.cause(c)
		return to
	}
	k.contextual(c)
	return to
}

func (k *cockroach) unknownType(n *pgsql.TypeCast, named catalog.Type, id typeID, versions string) {
	k.cause(Cause{
		Kind: UnknownType, Node: n, To: named, Name: typeNames[id], Versions: versions,
		Message: `type "` + typeNames[id] + `" does not exist`,
	})
}

// parenthesised reports whether the operand of :: is in parentheses.
func (k *cockroach) parenthesised(n *pgsql.TypeCast) bool {
	at := int(n.Location) + k.shift
	if at <= 0 || at >= len(k.text) || k.text[at] != ':' {
		return false
	}
	return strings.HasSuffix(strings.TrimRight(k.text[:at], " \t\r\n"), ")")
}

// castName is how CockroachDB names a cast: that of an array by its elements.
func castName(from, to typ) string {
	if from.array && to.array {
		from, to = from.elem(), to.elem()
	}
	return from.String() + "::" + to.String()
}

func (k *cockroach) caseExpr(n *pgsql.CaseExpr, want typ) typ {
	results := make([]operand, 0, len(n.Args)+1)
	conditions := make([]operand, 0, len(n.Args)+1)
	if n.Arg != nil {
		conditions = append(conditions, operandOf(n.Arg))
	}
	if n.Defresult != nil {
		results = append(results, operandOf(n.Defresult))
	}
	for _, a := range n.Args {
		w, ok := a.(*pgsql.CaseWhen)
		if !ok {
			continue
		}
		results = append(results, operandOf(w.Result))
		if n.Arg != nil {
			conditions = append(conditions, operandOf(w.Expr))
		} else {
			k.want(w.Expr, typ{id: tBool})
		}
	}
	if len(conditions) > 0 {
		k.sameType(conditions, typ{})
	}
	if len(results) == 0 {
		return typ{}
	}
	return k.sameType(results, want)
}

func (k *cockroach) array(n *pgsql.AArrayExpr, want typ) typ {
	elem := typ{}
	if want.array {
		elem = want.elem()
	}
	if len(n.Elements) == 0 {
		return elem.arrayOf()
	}
	t := k.sameType(operands(n.Elements), elem)
	if t.array {
		return typ{} // arrays of arrays are another rule's
	}
	return t.arrayOf()
}

// subquery: outside of queries CockroachDB does not look into it, it refuses it
// (measured in all places).
func (k *cockroach) subquery(n *pgsql.SubLink) typ {
	if k.place >= Query {
		return k.subqueryType(n)
	}
	k.cause(Cause{Kind: Subquery, Node: n, Message: "variable sub-expressions are not allowed in " + k.place.String()})
	if n.Testexpr != nil {
		k.want(n.Testexpr, typ{})
	}
	switch n.SubLinkType {
	case pgsql.ExistsSublink, pgsql.AllSublink, pgsql.AnySublink, pgsql.RowcompareSublink:
		return typ{id: tBool}
	}
	return typ{}
}

// subqueryType types a query within an expression of a query.
func (k *cockroach) subqueryType(n *pgsql.SubLink) typ {
	boolean := typ{id: tBool}
	switch n.SubLinkType {
	case pgsql.ExistsSublink:
		k.query(n.Subselect, nil)
		return boolean
	case pgsql.AnySublink, pgsql.AllSublink:
		left := operandOf(n.Testexpr)
		if left.lit.kind == notLiteral {
			k.operand(&left, typ{})
		}
		rows := k.query(n.Subselect, nil)
		_, tuple := n.Testexpr.(*pgsql.RowExpr)
		if rows.open || len(rows.columns) != 1 || tuple {
			k.operand(&left, typ{})
			return boolean
		}
		k.compareRows(n, left, rows.columns[0])
		return boolean
	case pgsql.RowcompareSublink:
		k.want(n.Testexpr, typ{})
		k.query(n.Subselect, nil)
		return boolean
	}
	rows := k.query(n.Subselect, nil)
	if rows.open || len(rows.columns) != 1 {
		return typ{}
	}
	if n.SubLinkType == pgsql.ArraySublink {
		return rows.columns[0].crdb.arrayOf()
	}
	return rows.columns[0].crdb
}

// compareRows types x IN (SELECT ...), x = ANY (SELECT ...) and their kin: what
// is compared must be of one type.
func (k *cockroach) compareRows(n *pgsql.SubLink, left operand, rows column) {
	op := "="
	if len(n.OperName) > 0 {
		op = operator(n.OperName)
	}
	k.operand(&left, rows.crdb)
	if !left.t.known() || !rows.crdb.known() || left.t.null() || rows.crdb.null() || equivalent(left.t, rows.crdb) {
		return
	}
	name, swap := comparisonName(op)
	ops := [...]operand{left, {node: rows.node, t: rows.crdb, done: true}}
	if swap {
		ops[0], ops[1] = ops[1], ops[0]
	}
	if n.OperName != nil {
		for _, s := range find(cockroachComparisons[:], name) {
			if equivalent(s.param(0), ops[0].t) && equivalent(s.param(1), ops[1].t) {
				return
			}
		}
	}
	common := k.postgres().common([]typ{k.postgres().expr(n.Testexpr), rows.pg})
	var convert []Conversion
	if to := k.scope.cockroachType(common); to.known() {
		left := !equivalent(left.t, to)
		right := !equivalent(rows.crdb, to)
		if right && rows.node == nil {
			left, right = false, false
		}
		if left {
			convert = append(convert, Conversion{n.Testexpr, common.catalogType()})
		}
		if right {
			convert = append(convert, Conversion{rows.node, common.catalogType()})
		}
	}
	written := "IN"
	if n.OperName != nil {
		if written = op + " ANY"; n.SubLinkType == pgsql.AllSublink {
			written = op + " ALL"
		}
	}
	k.cause(Cause{
		Kind: UnknownSignature, Node: n, Name: op, Convert: convert, Operands: typesOf([]operand{left, ops[1]}),
		Message: "unsupported comparison operator: <" + left.t.String() + "> " + written + " <tuple{" + rows.crdb.String() + "}>",
	})
}

func (k *cockroach) indirection(n *pgsql.AIndirection) typ {
	t := k.want(n.Arg, typ{})
	for _, i := range n.Indirection {
		switch i := i.(type) {
		case *pgsql.AIndices:
			for _, e := range [...]pgsql.Node{i.Lidx, i.Uidx} {
				switch {
				case e == nil:
				case t.array:
					k.want(e, typ{id: tInt8})
				default:
					k.want(e, typ{})
				}
			}
			switch {
			case i.IsSlice:
				if t.array {
					k.cause(Cause{Kind: UnknownSignature, Node: n, Name: "[:]", Message: "unimplemented: ARRAY slicing"})
				}
				return typ{}
			case t.arrays().array:
				t = t.arrays().elem()
			case t.id != tJsonb:
				return typ{}
			}
		case *pgsql.String:
			field := typ{}
			if t.def != nil && !t.array {
				for _, c := range t.def.Columns {
					if c.Name == i.Sval {
						field = k.scope.cockroachType(k.scope.resolve(c.Type))
					}
				}
			}
			t = field
		default:
			return typ{}
		}
	}
	return t
}

// collate: the collations that mean none leave a string a string; any other
// makes it a type of its own.
func (k *cockroach) collate(n *pgsql.CollateClause) typ {
	t := k.want(n.Arg, typ{id: tText})
	switch catalog.ListName(n.Collname).Name {
	case "C", "POSIX", "default":
		return t
	}
	if !t.known() {
		return t
	}
	return typ{id: tCollated, array: t.array}
}

func sqlValueName(op pgsql.SQLValueFunctionOp) string {
	switch op {
	case pgsql.SvfopCurrentDate:
		return "current_date"
	case pgsql.SvfopCurrentTime, pgsql.SvfopCurrentTimeN:
		return "current_time"
	case pgsql.SvfopCurrentTimestamp, pgsql.SvfopCurrentTimestampN:
		return "current_timestamp"
	case pgsql.SvfopLocaltime, pgsql.SvfopLocaltimeN:
		return "localtime"
	case pgsql.SvfopLocaltimestamp, pgsql.SvfopLocaltimestampN:
		return "localtimestamp"
	case pgsql.SvfopSessionUser:
		return "session_user"
	case pgsql.SvfopCurrentCatalog:
		return "current_database"
	case pgsql.SvfopCurrentSchema:
		return "current_schema"
	}
	return "current_user"
}
