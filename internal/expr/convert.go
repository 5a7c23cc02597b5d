package expr

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Conversion is an operand that PostgreSQL converts to a type without being
// asked to, and CockroachDB does not.
type Conversion struct {
	Node pgsql.Node
	To   catalog.Type
}

// castable reports whether CockroachDB converts an operand, which is typed, to
// a type where the expression stands.
func (k *cockroach) castable(o operand, to typ) bool {
	if !to.known() {
		return false
	}
	if o.lit.kind != notLiteral {
		if ok, contextual := o.lit.parses(to); ok {
			return !contextual || !k.place.immutableOnly()
		}
	}
	_, v, ok := cockroachCast(o.t, to)
	return o.t.known() && ok && (v == Immutable || !k.place.immutableOnly())
}

// converted looks for the casts that PostgreSQL makes when it chooses the
// overload s for operands that it gives the types args, and with which written
// out CockroachDB takes the operation. It returns none if there are none such,
// or if the result would be of another type. Literals are converted if it does
// not do without.
func (k *cockroach) converted(s *signature, args []typ, sigs []signature, ops []operand, want typ, binary bool) ([]Conversion, typ) {
	if s == nil || s.props&(variadic|homogeneous) != 0 || len(ops) > len(s.args) {
		return nil, typ{}
	}
	k.mute++
	defer func() { k.mute-- }()
	for _, literals := range [...]bool{false, true} {
		if out, t := k.convertedSome(s, args, sigs, ops, want, binary, literals); len(out) > 0 {
			return out, t
		}
	}
	return nil, typ{}
}

func (k *cockroach) convertedSome(s *signature, args []typ, sigs []signature, given []operand, want typ, binary, literals bool) ([]Conversion, typ) {
	var out []Conversion
	ops := append([]operand(nil), given...)
	for j := range ops {
		o, p := &ops[j], s.param(j)
		same := o.lit.kind != notLiteral && !literals || args[j].null() && !literals || args[j].def == nil && args[j].plain() == p && !k.differs(*o, p)
		if polymorphic(p.code()) || !args[j].known() || same {
			o.done = o.lit.kind == notLiteral // a literal adapts itself
			continue
		}
		to := k.scope.cockroachType(p)
		if !k.castable(*o, to) {
			return nil, typ{}
		}
		o.t, o.lit = to, literal{}
		out = append(out, Conversion{o.node, p.catalogType()})
	}
	if len(out) == 0 {
		return nil, typ{}
	}
	c := k.resolve(sigs, ops, want, binary)
	v, t, null := agreed(sigs, ops, c)
	if c.n != 1 || null || v != Immutable && k.place.immutableOnly() {
		return nil, typ{}
	}
	r := result(s, args)
	if r.id == tVoid { // nothing can use the result, whatever its type is
		return out, t
	}
	if r = k.scope.cockroachType(r); !r.known() || t.known() && !equivalent(r, t) {
		return nil, typ{}
	}
	return out, t
}

// differs reports whether an operand that has a type in PostgreSQL has another
// one in CockroachDB, as power() of integers has.
func (k *cockroach) differs(o operand, p typ) bool {
	to := k.scope.cockroachType(p)
	return o.lit.kind == notLiteral && o.t.known() && !o.t.null() && o.t.def == nil && to.known() && !equivalent(o.t, to)
}

// convertOperator is converted for an operator by its name in PostgreSQL.
func (k *cockroach) convertOperator(op string, sigs []signature, ops []operand, want typ) ([]Conversion, typ) {
	args := k.postgresTypes(ops)
	s, _ := k.postgres().operator(find(postgresOperators[:], op), args)
	return k.converted(s, args, sigs, ops, want, len(ops) == 2)
}

// convertCall is converted for a call of a built-in function.
func (k *cockroach) convertCall(function string, sigs []signature, ops []operand, want typ) ([]Conversion, typ) {
	args := k.postgresTypes(ops)
	all := find(postgresFunctions[:], function)
	s := exactly(all, args)
	if s == nil {
		if fit := fitting(all, args); len(fit) == 1 {
			s = fit[0]
		}
	}
	return k.converted(s, args, sigs, ops, want, false)
}

// convertResult returns the cast of the result of a call or an operator to the
// type that it is stored as. CockroachDB's now() gives whatever time type is
// wanted of it, but no text: "unknown signature: now() (returning <string>)".
func (k *cockroach) convertResult(at pgsql.Node, sigs []signature, given []operand, want typ) ([]Conversion, typ) {
	if at != k.stored || want.wildcard() {
		return nil, typ{}
	}
	k.mute++
	defer func() { k.mute-- }()
	ops := append([]operand(nil), given...)
	for j := range ops {
		ops[j].done = ops[j].lit.kind == notLiteral
	}
	c := k.resolve(sigs, ops, typ{}, len(ops) == 2)
	_, t, _ := agreed(sigs, ops, c)
	if c.n != 1 || !t.known() {
		return nil, typ{}
	}
	return k.convertTo(at, t, want), want
}

// convertText returns the casts to text for a concat() that takes texts only,
// if the casts give what concat() of PostgreSQL makes of the operands.
func (k *cockroach) convertText(function string, ops []operand) []Conversion {
	if function != "concat" {
		return nil
	}
	var out []Conversion
	for _, o := range ops {
		switch f := family(o.t.id); {
		case o.t.null() || !o.t.array && f == tText:
		case !o.t.array && (f == tInt8 || f == tNumeric || f == tUuid) && o.lit.kind == notLiteral:
			out = append(out, Conversion{o.node, typ{id: tText}.catalogType()})
		default:
			return nil
		}
	}
	return out
}

// convertKey returns the cast to text of the key of a JSON object, which
// PostgreSQL takes of any type, where the key is the value's text.
func (k *cockroach) convertKey(function string, ops []operand) []Conversion {
	if function != "json_object_agg" && function != "jsonb_object_agg" || len(ops) != 2 {
		return nil
	}
	key := ops[0]
	if f := family(key.t.id); key.t.array || key.lit.kind != notLiteral || f != tInt8 && f != tUuid && f != tAnyenum {
		return nil
	}
	return []Conversion{{key.node, typ{id: tText}.catalogType()}}
}

// postgresTypes are the types that PostgreSQL gives to operands.
func (k *cockroach) postgresTypes(ops []operand) []typ {
	args := make([]typ, len(ops))
	for j := range ops {
		args[j] = k.scope.base(k.postgres().expr(ops[j].node))
	}
	return args
}

// convertCommon returns the casts to the one type that PostgreSQL gives to the
// branches of CASE, the elements of IN, the rows of VALUES and the like. Literal
// numbers adapt themselves, but not from one row to the other.
func (k *cockroach) convertCommon(ops []operand, adapts bool) ([]Conversion, typ) {
	types := k.postgresTypes(ops)
	common := k.scope.base(k.postgres().common(types))
	to := k.scope.cockroachType(common)
	if !to.known() {
		return nil, typ{}
	}
	var out []Conversion
	for i, o := range ops {
		if types[i].plain() == common.plain() || types[i].null() || adapts && o.lit.kind != notLiteral && o.lit.canBecome(to) {
			continue
		}
		if !k.castable(o, to) {
			return nil, typ{}
		}
		out = append(out, Conversion{o.node, common.catalogType()})
	}
	if len(out) == 0 {
		return nil, typ{}
	}
	return out, to
}

// convertTo returns the cast of a value to the type that it is stored as.
func (k *cockroach) convertTo(n pgsql.Node, from, to typ) []Conversion {
	if n == nil || !k.castable(operand{node: n, t: from}, to) {
		return nil
	}
	return []Conversion{{n, to.catalogType()}}
}

// pgOperator is the operator of PostgreSQL that a comparison of CockroachDB is.
func pgOperator(comparison string) string {
	switch comparison {
	case "LIKE":
		return "~~"
	case "ILIKE":
		return "~~*"
	case "IS NOT DISTINCT FROM":
		return "="
	}
	return comparison
}

// unmatched records rows of VALUES of different types.
func (k *cockroach) unmatched(at pgsql.Node, what string, a, b typ, rows []operand) {
	convert, _ := k.convertCommon(rows, false)
	k.cause(Cause{
		Kind: UnknownSignature, Node: at, Name: what, Convert: convert,
		Message: what + " types " + a.String() + " and " + b.String() + " cannot be matched",
	})
}

// unmatchedColumns records columns of UNION and its kin of different types.
func (k *cockroach) unmatchedColumns(at pgsql.Node, what string, l, r column, common typ) {
	var convert []Conversion
	if to := k.scope.cockroachType(common); to.known() {
		for _, c := range [...]column{l, r} {
			if equivalent(c.crdb, to) {
				continue
			}
			if c.node == nil || !k.castable(operand{node: c.node, t: c.crdb}, to) {
				convert = nil
				break
			}
			convert = append(convert, Conversion{c.node, common.catalogType()})
		}
	}
	k.cause(Cause{
		Kind: UnknownSignature, Node: at, Name: what, Convert: convert,
		Message: what + " types " + l.crdb.String() + " and " + r.crdb.String() + " cannot be matched",
	})
}
