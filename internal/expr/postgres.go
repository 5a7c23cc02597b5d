package expr

import (
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// postgres infers types as PostgreSQL does.
type postgres struct {
	scope Scope
	// queries types the queries in an expression, and remembers their results.
	queries *cockroach
}

func (p postgres) expr(e pgsql.Node) typ {
	switch n := e.(type) {
	case *pgsql.AConst:
		return p.constant(n)
	case *pgsql.TypeCast:
		return p.scope.resolve(catalog.TypeOf(n.TypeName))
	case *pgsql.ColumnRef:
		return p.scope.column(n).pg
	case *pgsql.ParamRef:
		return p.scope.param(n).pg
	case *pgsql.FuncCall:
		return p.call(n)
	case *pgsql.AExpr:
		return p.operation(n)
	case *pgsql.BoolExpr, *pgsql.NullTest, *pgsql.BooleanTest:
		return typ{id: tBool}
	case *pgsql.CaseExpr:
		// PostgreSQL looks at the ELSE first.
		var types []typ
		if n.Defresult != nil {
			types = append(types, p.expr(n.Defresult))
		}
		for _, w := range n.Args {
			if w, ok := w.(*pgsql.CaseWhen); ok {
				types = append(types, p.expr(w.Result))
			}
		}
		return p.common(types)
	case *pgsql.CoalesceExpr:
		return p.common(p.exprs(n.Args))
	case *pgsql.MinMaxExpr:
		return p.common(p.exprs(n.Args))
	case *pgsql.AArrayExpr:
		t := p.common(p.exprs(n.Elements))
		if len(n.Elements) == 0 {
			return typ{}
		}
		return t.arrayOf()
	case *pgsql.SubLink:
		switch n.SubLinkType {
		case pgsql.ExistsSublink, pgsql.AllSublink, pgsql.AnySublink, pgsql.RowcompareSublink:
			return typ{id: tBool}
		case pgsql.ExprSublink, pgsql.ArraySublink:
			return p.subquery(n)
		}
		return typ{}
	case *pgsql.SQLValueFunction:
		return typ{id: sqlValueType(n.Op)}
	case *pgsql.AIndirection:
		return p.indirection(n)
	case *pgsql.CollateClause:
		if t := p.expr(n.Arg); !t.null() {
			return t
		}
		return typ{id: tText}
	case *pgsql.RowExpr:
		return typ{id: tRecord}
	case *pgsql.NamedArgExpr:
		return p.expr(n.Arg)
	case *pgsql.GroupingFunc:
		return typ{id: tInt4}
	case *pgsql.XmlExpr:
		if n.Op == pgsql.ISDocument {
			return typ{id: tBool}
		}
		return typ{id: tXml}
	case *pgsql.XmlSerialize:
		return p.scope.resolve(catalog.TypeOf(n.TypeName))
	case *pgsql.JsonObjectConstructor:
		return p.jsonOutput(n.Output)
	case *pgsql.JsonArrayConstructor:
		return p.jsonOutput(n.Output)
	}
	return typ{}
}

// subquery returns the type of the one column of a query.
func (p postgres) subquery(n *pgsql.SubLink) typ {
	k := p.queries
	if k == nil {
		k = &cockroach{place: Query}
	}
	scope := k.scope
	k.scope = p.scope
	k.mute++
	rows := k.query(n.Subselect, nil)
	k.mute--
	k.scope = scope
	switch {
	case rows.open || len(rows.columns) != 1:
		return typ{}
	case n.SubLinkType == pgsql.ArraySublink:
		return rows.columns[0].pg.arrayOf()
	}
	return rows.columns[0].pg
}

func (p postgres) exprs(list []pgsql.Node) []typ {
	out := make([]typ, len(list))
	for i, e := range list {
		out[i] = p.expr(argument(e))
	}
	return out
}

// constant: a number is as small as it can be, a string has no type yet.
func (p postgres) constant(n *pgsql.AConst) typ {
	if n.Isnull {
		return typ{id: tUnknown}
	}
	switch v := n.Val.(type) {
	case *pgsql.Integer:
		return typ{id: tInt4}
	case *pgsql.Float:
		if _, err := strconv.ParseInt(v.Fval, 0, 64); err == nil {
			return typ{id: tInt8}
		}
		return typ{id: tNumeric}
	case *pgsql.Boolean:
		return typ{id: tBool}
	case *pgsql.BitString:
		return typ{id: tBit}
	}
	return typ{id: tUnknown}
}

func (p postgres) jsonOutput(o *pgsql.JsonOutput) typ {
	if o == nil || o.TypeName == nil {
		return typ{id: tJson}
	}
	return p.scope.resolve(catalog.TypeOf(o.TypeName))
}

func (p postgres) operation(n *pgsql.AExpr) typ {
	switch n.Kind_ {
	case pgsql.AexprOP:
	case pgsql.AexprNullif:
		// The type that = wants of its left operand.
		args := [...]typ{p.expr(n.Lexpr), p.expr(n.Rexpr)}
		s, exact := p.operator(find(postgresOperators[:], "="), args[:])
		switch {
		case s == nil:
			return typ{}
		case polymorphic(s.args0()):
			return exact[0]
		}
		return typeOfCode(s.args0())
	default:
		return typ{id: tBool}
	}
	sigs := find(postgresOperators[:], operator(n.Name))
	if n.Lexpr == nil {
		args := [...]typ{p.expr(n.Rexpr)}
		return p.operatorType(sigs, args[:])
	}
	args := [...]typ{p.expr(n.Lexpr), p.expr(n.Rexpr)}
	return p.operatorType(sigs, args[:])
}

// operatorType returns what an operator gives for these operands.
func (p postgres) operatorType(sigs []signature, args []typ) typ {
	if s, exact := p.operator(sigs, args); s != nil {
		return result(s, exact)
	}
	return p.selected(sigs, args)
}

// operator is oper() and left_oper() of PostgreSQL's parse_oper.c. It returns
// the operator, and the operands as it sees them; nil if there is not just one.
func (p postgres) operator(sigs []signature, args []typ) (*signature, []typ) {
	for i := range args {
		args[i] = p.scope.base(args[i])
	}
	exact := args
	if len(args) == 2 && args[0].null() != args[1].null() {
		// A literal is first taken to be of the other operand's type.
		t := args[0]
		if t.null() {
			t = args[1]
		}
		exact = []typ{t, t}
	}
	if s := exactly(sigs, exact); s != nil {
		return s, exact
	}
	if fit := fitting(sigs, args); len(fit) == 1 {
		return fit[0], args
	}
	return nil, nil
}

func (p postgres) call(n *pgsql.FuncCall) typ {
	fn := name(n.Funcname)
	var args []typ
	if !n.AggStar {
		args = p.exprs(n.Args)
	}
	if n.AggWithinGroup {
		for _, e := range n.AggOrder {
			if s, ok := e.(*pgsql.SortBy); ok {
				args = append(args, p.expr(s.Node))
			}
		}
	}
	for i := range args {
		args[i] = p.scope.base(args[i])
	}
	var sigs []signature
	if fn.Schema == "" {
		sigs = find(postgresFunctions[:], fn.Name)
	}
	user := p.scope.userFunctions(fn)
	if len(sigs) == 0 && len(user) > 0 {
		return p.userResult(user, args)
	}
	if len(sigs) == 0 && fn.Name != "" {
		return p.extension(fn.Name, args)
	}
	if n.FuncVariadic {
		return sameResult(sigs)
	}
	if s := exactly(sigs, args); s != nil {
		return result(s, args)
	}
	if t := p.userExact(user, args); t.known() {
		return t
	}
	if t := p.selected(sigs, args); t.known() {
		return t
	}
	if t := typeByName(fn.Name); len(args) == 1 && len(user) == 0 && fn.Schema == "" && len(fitting(sigs, args)) == 0 {
		return typ{id: t} // a cast that is written as a call
	}
	return p.userResult(user, args)
}

// extension returns the result of a function of an extension that CockroachDB
// has built in, such as those of PostGIS, whatever schema it is called in.
func (p postgres) extension(function string, args []typ) typ {
	sigs := find(cockroachFunctions[:], function)
	if t := p.selected(sigs, args); t.known() {
		return t
	}
	return sameResult(sigs)
}

// userExact returns what a function of the user's with exactly these
// arguments returns.
func (p postgres) userExact(user []*catalog.Function, args []typ) typ {
	for _, f := range user {
		if len(f.Args) != len(args) {
			continue
		}
		same := true
		for i, a := range f.Args {
			same = same && p.scope.resolve(a).plain() == args[i].plain()
		}
		if same {
			return p.scope.resolve(f.Returns)
		}
	}
	return typ{}
}

// userResult returns what the function of the user's that is called returns.
func (p postgres) userResult(user []*catalog.Function, args []typ) typ {
	if t := p.userExact(user, args); t.known() {
		return t
	}
	var sigs []signature
	var returns []typ
	for _, f := range user {
		if f.Procedure {
			continue
		}
		s := signature{defaults: uint8(min(len(f.Args), 255))} // which of them have defaults is not kept
		codes := make([]byte, len(f.Args))
		for i, a := range f.Args {
			t := p.scope.base(p.scope.resolve(a))
			if !t.known() {
				t = typ{id: tAny}
			}
			codes[i] = byte(t.code())
		}
		s.args = string(codes)
		sigs, returns = append(sigs, s), append(returns, p.scope.resolve(f.Returns))
	}
	var out typ
	for n, s := range fitting(sigs, args) {
		for i := range sigs {
			if s != &sigs[i] {
				continue
			}
			if t := returns[i]; polymorphic(t.code()) || n > 0 && t != out {
				return typ{}
			}
			out = returns[i]
		}
	}
	return out
}

func (p postgres) indirection(n *pgsql.AIndirection) typ {
	t := p.expr(n.Arg)
	for _, i := range n.Indirection {
		if !t.array {
			t = p.scope.base(t)
		}
		switch i := i.(type) {
		case *pgsql.AIndices:
			switch {
			case t.array && i.IsSlice:
			case t.array:
				t = t.elem()
			case t.id == tJsonb:
			case t.id == tInt2vector:
				t = typ{id: tInt2}
			case t.id == tOidvector:
				t = typ{id: tOid}
			default:
				return typ{}
			}
		case *pgsql.String:
			if t.array || t.def == nil {
				return typ{}
			}
			next := typ{}
			for _, c := range t.def.Columns {
				if c.Name == i.Sval {
					next = p.scope.resolve(c.Type)
				}
			}
			t = next
		default:
			return typ{}
		}
	}
	return t
}

func sqlValueType(op pgsql.SQLValueFunctionOp) typeID {
	switch op {
	case pgsql.SvfopCurrentDate:
		return tDate
	case pgsql.SvfopCurrentTime, pgsql.SvfopCurrentTimeN:
		return tTimetz
	case pgsql.SvfopCurrentTimestamp, pgsql.SvfopCurrentTimestampN:
		return tTimestamptz
	case pgsql.SvfopLocaltime, pgsql.SvfopLocaltimeN:
		return tTime
	case pgsql.SvfopLocaltimestamp, pgsql.SvfopLocaltimestampN:
		return tTimestamp
	}
	return tName
}

// common is select_common_type() of PostgreSQL's parse_coerce.c: the one type
// of the branches of CASE, the arguments of COALESCE, the elements of an array.
func (p postgres) common(types []typ) typ {
	out := typ{id: tUnknown}
	same, literals := true, false
	for _, t := range types {
		if !t.known() {
			return typ{}
		}
		if t.null() {
			literals = true
			continue
		}
		if out.null() {
			out = t
		}
		same = same && t.plain() == out.plain()
	}
	if out.null() {
		return typ{id: tText}
	}
	if same && literals {
		return p.scope.base(out).plain() // a literal is never of a domain
	}
	if same {
		return out.plain()
	}
	out = typ{id: tUnknown}
	for _, t := range types {
		t = p.scope.base(t).plain()
		switch {
		case t.null() || t == out:
		case out.null():
			out = t
		case category(t) != category(out):
			return typ{}
		case !isPreferred(out) && implicit(out, t.code()) && !implicit(t, out.code()):
			out = t
		}
	}
	return out
}
