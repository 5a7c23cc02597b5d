package expr

import (
	"math/bits"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// operand is an argument of a call or an operator while its overload is
// looked for.
type operand struct {
	node pgsql.Node
	lit  literal
	// inner is a literal in parentheses, which does not choose.
	inner literal
	// t is the type, once done is set.
	t    typ
	done bool
}

func operandOf(e pgsql.Node) operand {
	e = argument(e)
	return operand{node: e, lit: literalOf(e)}
}

// candidates are the indexes of overloads that are still in question, n of them.
// It is a value: a copy is a way back.
type candidates struct {
	set [2]uint64
	n   int
}

const maxCandidates = 2 * 64

func (c *candidates) add(i int) {
	c.set[i/64] |= 1 << (i % 64)
	c.n++
}

// next returns the first candidate behind i, or -1.
func (c *candidates) next(i int) int {
	for i++; i < maxCandidates; i = (i/64 + 1) * 64 {
		if rest := c.set[i/64] >> (i % 64); rest != 0 {
			return i + bits.TrailingZeros64(rest)
		}
	}
	return -1
}

// first returns the first of at least one candidate.
func (c *candidates) first() int { return c.next(-1) }

func (c candidates) keep(f func(i int) bool) candidates {
	for i := c.next(-1); i >= 0; i = c.next(i) {
		if !f(i) {
			c.set[i/64] &^= 1 << (i % 64)
			c.n--
		}
	}
	return c
}

// resolve finds the overload that CockroachDB would choose, and types the
// operands. It is typeCheckOverloadedExprs of pkg/sql/sem/tree/overload.go
// without placeholders. One candidate is a choice, none is an error there,
// several are ambiguous or depend on a type that is not known.
func (k *cockroach) resolve(sigs []signature, ops []operand, want typ, binary bool) candidates {
	var c candidates
	for i := range sigs[:min(len(sigs), maxCandidates)] {
		s := &sigs[i]
		if s.props&homogeneous != 0 {
			k.sameType(ops, want)
			var only candidates
			only.add(i)
			return only
		}
		if s.props&variadic != 0 && s.param(len(s.args)).code() == tAny {
			if s.takes(len(ops)) {
				for j := range ops {
					k.operand(&ops[j], s.param(j))
				}
				c = candidates{}
				c.add(i)
			}
			return c
		}
		if s.takes(len(ops)) {
			c.add(i)
		}
	}
	r := resolution{k: k, sigs: sigs, ops: ops}
	c, known := r.byOperands(c)
	if !known && c.n > 1 {
		// What is wanted of a literal here cannot be said either.
		k.mute++
		r.finish(c, false)
		k.mute--
		return c
	}
	if c.n > 1 && !want.wildcard() {
		c = c.keep(func(i int) bool {
			t := sigs[i].ret
			return polymorphic(t) || equivalent(typeOfCode(t), want)
		})
	}
	if c.n <= 1 {
		return r.finish(c, true)
	}
	binary = binary && len(ops) == 2
	if r.literals > 0 {
		var done bool
		if c, done = r.byLiterals(c, binary); done {
			return c
		}
	}
	if a := c.keep(func(i int) bool { return sigs[i].props&preferred != 0 }); a.n == 1 {
		return r.finish(a, true)
	} else if a.n == 0 {
		if a = c.keep(func(i int) bool { return sigs[i].props&unpreferred == 0 }); a.n == 1 {
			return r.finish(a, true)
		}
	}
	if binary {
		c = r.byNull(c)
	}
	return r.finish(c, c.n == 1)
}

// resolution is the choice of an overload under way.
type resolution struct {
	k    *cockroach
	sigs []signature
	ops  []operand
	// literals counts those of the operands that have no type yet.
	literals int
}

func (r *resolution) open(j int) bool { return r.ops[j].lit.kind != notLiteral && !r.ops[j].done }

// byOperands keeps the overloads that the literals can and the other operands
// do fit, and types those. Known is false if one is of a type that is not.
func (r *resolution) byOperands(c candidates) (_ candidates, known bool) {
	for j := range r.ops {
		if r.open(j) {
			r.literals++
			c = c.keep(func(i int) bool { return r.ops[j].lit.canBecome(r.sigs[i].param(j)) })
		}
	}
	known = true
	for j := range r.ops {
		if r.open(j) {
			continue
		}
		// A type that all candidates want is wanted of the operand.
		wanted := typ{}
		for i := c.first(); i >= 0; i = c.next(i) {
			p := r.sigs[i].param(j)
			if i == c.first() {
				wanted = p
			} else if p != wanted {
				wanted = typ{}
				break
			}
		}
		o := &r.ops[j]
		r.k.operand(o, wanted)
		known = known && o.t.known()
		c = c.keep(func(i int) bool { return o.t.null() || equivalent(r.sigs[i].param(j), o.t) })
	}
	return c, known
}

// byLiterals makes the literals choose. Done says that they have, and are typed.
func (r *resolution) byLiterals(c candidates, binary bool) (_ candidates, done bool) {
	same := sharedType(r.ops)
	// In x + '1' the literal is of x's type, if there is such a +.
	if binary && r.literals == 1 && same.known() {
		exact := c.keep(func(i int) bool {
			return r.sigs[i].param(0).code() == same.code() && r.sigs[i].param(1).code() == same.code()
		})
		if exact.n == 1 && r.readable(exact) {
			return r.finish(exact, true), true
		}
	}
	// Literals are all of the type that the others share, if they can be ...
	all := same.known()
	for j := range r.ops {
		all = all && (!r.open(j) || r.ops[j].lit.canBecome(same))
	}
	if all {
		if a := r.wanting(c, func(literal) typ { return same }); a.n == 1 {
			if r.readable(a) {
				return r.finishAs(a, same), true
			}
			c = a
		}
	}
	// ... or of their natural types.
	if a := r.wanting(c, literal.natural); a.n == 1 {
		return r.finish(a, true), true
	}
	if c.n == 1 {
		return r.finishAs(c, same), true
	}
	// Now they are read: what cannot be is out, and so is what depends on the
	// context where that is not allowed.
	for j := range r.ops {
		if r.open(j) {
			c = c.keep(func(i int) bool { return r.k.takes(r.ops[j].lit, r.sigs[i].param(j)) })
		}
	}
	if c.n <= 1 {
		return r.finish(c, true), true
	}
	best := commonLiteralType(r.ops)
	switch a := r.wanting(c, func(literal) typ { return best }); a.n {
	case 0:
		return r.finish(c, false), true // ambiguous
	case 1:
		return r.finish(a, true), true
	default:
		return a, false
	}
}

// wanting keeps the overloads that want of each literal what t says.
func (r *resolution) wanting(c candidates, t func(literal) typ) candidates {
	for j := range r.ops {
		if r.open(j) {
			wanted := t(r.ops[j].lit)
			c = c.keep(func(i int) bool { return equivalent(r.sigs[i].param(j), wanted) })
		}
	}
	return c
}

// byNull takes a NULL beside another operand to be of that one's type, or else
// a string.
func (r *resolution) byNull(c candidates) candidates {
	for j := range r.ops {
		null, other := r.ops[j], r.ops[1-j]
		if !null.done || !other.done || !null.t.null() || other.t.null() {
			continue
		}
		for _, t := range [...]typ{other.t, {id: tText}} {
			a := c.keep(func(i int) bool {
				return equivalent(r.sigs[i].param(j), t) && equivalent(r.sigs[i].param(1-j), other.t)
			})
			if a.n == 1 {
				return a
			}
		}
	}
	return c
}

// readable reports whether the literals can be read as what the one candidate
// wants.
func (r *resolution) readable(c candidates) bool {
	for j := range r.ops {
		if r.open(j) && !r.k.takes(r.ops[j].lit, r.sigs[c.first()].param(j)) {
			return false
		}
	}
	return true
}

// takes reports whether CockroachDB would read a literal as a type without an
// objection.
func (k *cockroach) takes(l literal, t typ) bool {
	ok, contextual := l.parses(t)
	return ok && !(contextual && k.place.immutableOnly())
}

// finish types the literals: as the one candidate wants them if chosen, else
// by themselves.
func (r *resolution) finish(c candidates, chosen bool) candidates {
	for j := range r.ops {
		wanted := typ{}
		if chosen && c.n == 1 {
			wanted = r.sigs[c.first()].param(j)
		}
		r.k.operand(&r.ops[j], wanted)
	}
	return c
}

// finishAs types the literals as the other operands are, which says more than
// a parameter (an enum is there anyenum).
func (r *resolution) finishAs(c candidates, t typ) candidates {
	for j := range r.ops {
		r.k.operand(&r.ops[j], t)
	}
	return c
}

// sharedType is the type of all operands that have one; not known if they differ.
func sharedType(ops []operand) typ {
	same := typ{}
	for j := range ops {
		switch o := &ops[j]; {
		case !o.done:
		case !same.known():
			same = o.t
		case !equivalent(same, o.t):
			return typ{}
		}
	}
	return same
}

// commonLiteralType is the first type that all literals would rather be.
func commonLiteralType(ops []operand) typ {
	out := typ{}
	for j := range ops {
		if ops[j].done {
			continue
		}
		if nat := ops[j].lit.natural(); !out.known() || out.id == tInt8 && nat.id == tNumeric {
			out = nat
		}
	}
	return out
}

// operand types an operand, where a type is wanted.
func (k *cockroach) operand(o *operand, want typ) {
	if o.done {
		return
	}
	if want.wildcard() || want.null() || want.id == tAnyenum && want.def == nil {
		want = typ{}
	}
	if o.lit.kind != notLiteral {
		o.t = k.literal(o.node, o.lit, want, true)
	} else if o.inner.kind != notLiteral {
		o.t = k.literal(o.node, o.inner, want, true)
	} else {
		o.t = k.expr(o.node, want)
	}
	o.done = true
}

// sameType types operands that must all be of one type, and returns it
// (typeCheckSameTypedExprs). A type that is not known comes back if one of
// theirs is not, or if CockroachDB finds none, which is a cause by itself.
func (k *cockroach) sameType(ops []operand, want typ) typ {
	if len(ops) == 1 {
		k.operand(&ops[0], want)
		if ops[0].t.null() && !want.wildcard() {
			return want
		}
		return ops[0].t
	}
	for j := range ops {
		if _, ok := ops[j].node.(*pgsql.RowExpr); ok {
			for j := range ops {
				k.operand(&ops[j], typ{})
			}
			return typ{id: tRecord}
		}
	}
	found := typ{id: tUnknown}
	unknown, resolvable, literals := false, 0, 0
	// A mismatch is a cause; common is then the type that PostgreSQL finds.
	mismatch, common := false, typ{}
	for j := range ops {
		o := &ops[j]
		if o.lit.kind != notLiteral && !o.done {
			literals++
			continue
		}
		resolvable++
		wanted := want
		if !found.null() {
			wanted = found
		}
		k.operand(o, wanted)
		switch {
		case !o.t.known():
			unknown = true
		case o.t.null():
		case found.null():
			found = o.t
		default:
			if up, _, ok := cockroachCast(found, o.t); ok && up == castImplicit {
				if down, _, ok := cockroachCast(o.t, found); !ok || down != castImplicit {
					found = o.t
				}
			}
			if !equivalent(found, o.t) && !mismatch {
				mismatch = true
				common = k.mismatch(o, found, ops)
			}
		}
	}
	if unknown || mismatch {
		k.mute++
		for j := range ops {
			k.operand(&ops[j], typ{})
		}
		k.mute--
		return common
	}
	if resolvable == 0 || found.null() {
		if literals == 0 {
			if want.wildcard() {
				return found
			}
			return want
		}
		all := !want.wildcard()
		for j := range ops {
			all = all && (ops[j].done || ops[j].lit.canBecome(want))
		}
		if !all {
			want = commonLiteralType(ops)
		}
		for j := range ops {
			k.operand(&ops[j], want)
		}
		return want
	}
	for j := range ops {
		o := &ops[j]
		if o.done {
			continue
		}
		if !o.lit.canBecome(found) {
			o.t, o.done = o.lit.natural(), true
			if !mismatch {
				mismatch = true
				common = k.mismatch(o, found, ops)
			}
			continue
		}
		k.operand(o, found.plain())
	}
	if mismatch {
		return common
	}
	for j := range ops {
		if o := &ops[j]; !o.t.null() && !equivalent(o.t, found) {
			if c, _, ok := cockroachCast(o.t, found); !ok || c != castImplicit {
				return k.mismatch(o, found, ops)
			}
		}
	}
	return found
}

// mismatch records operands of different types where there must be one, and
// returns the one that PostgreSQL finds.
func (k *cockroach) mismatch(o *operand, found typ, ops []operand) typ {
	for j := range ops {
		if o := &ops[j]; o.lit.kind == notLiteral {
			k.operand(o, found)
		} else if !o.done {
			o.t, o.done = o.lit.natural(), true
		}
	}
	convert, common := k.convertCommon(ops, true)
	k.cause(Cause{
		Kind: UnknownSignature, Node: o.node, Convert: convert, Operands: typesOf(ops), From: o.t.catalogType(), To: found.catalogType(),
		Message: "expected expression to be of type " + found.String() + ", found type " + o.t.String(),
	})
	return common
}
