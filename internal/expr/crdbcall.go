package expr

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func (k *cockroach) call(n *pgsql.FuncCall, want typ) typ {
	k.around(n)
	fn := name(n.Funcname)
	if n.FuncVariadic {
		k.syntax(n, "VARIADIC")
		return typ{}
	}
	for _, a := range n.Args {
		if _, ok := a.(*pgsql.NamedArgExpr); ok {
			k.syntax(a, "named argument")
			return typ{}
		}
	}
	switch {
	case fn.Schema == "" && fn.Name == "position" && n.Funcformat == pgsql.CoerceSqlSyntax:
		fn.Name = "strpos"
	case fn.Schema == "" && fn.Name == "count" && n.AggStar:
		fn.Name = "count_rows"
	}
	var sigs []signature
	if fn.Schema == "" {
		sigs = find(cockroachFunctions[:], fn.Name)
	}
	user := k.scope.userFunctions(fn)
	ops := operands(n.Args)
	if fn.Name == "decode" && len(n.Args) > 0 {
		k.decoded = n.Args[0]
	}
	if len(sigs) == 0 || len(user) > 0 && !k.builtinFits(sigs, ops) {
		return k.userCall(n, fn, user, ops)
	}
	if since := addedIn(fn.Name); since != "" {
		k.cause(Cause{
			Kind: UnknownFunction, Node: n, Name: fn.Name, Versions: "<" + since,
			Message: "unknown function: " + fn.Name + "()",
		})
	}
	if n.AggWithinGroup {
		return k.orderedSet(n, fn.Name, ops, want)
	}
	return k.builtin(n, fn.Name, sigs, ops, want)
}

// orderedSet types percentile_cont and its kin, of which an argument is what
// WITHIN GROUP orders by.
func (k *cockroach) orderedSet(n *pgsql.FuncCall, name string, ops []operand, want typ) typ {
	for _, e := range n.AggOrder {
		if s, ok := e.(*pgsql.SortBy); ok {
			ops = append(ops, operandOf(s.Node))
		}
	}
	if name == "percentile_cont" {
		return k.builtin(n, name, percentileCont[:], ops, want)
	}
	for j := range ops {
		k.operand(&ops[j], typ{})
	}
	return k.scope.cockroachType(k.postgres().call(n))
}

// percentileCont are the overloads of percentile_cont with what they order by
// (percentile_cont_impl of pkg/sql/sem/builtins).
var percentileCont = [...]signature{
	{sFloat8 + sFloat8, tFloat8, Immutable, aggregate, 0}, {sFloat8 + sInterval, tInterval, Immutable, aggregate, 0},
	{aFloat8 + sFloat8, tFloat8 | arrayOf, Immutable, aggregate, 0}, {aFloat8 + sInterval, tInterval | arrayOf, Immutable, aggregate, 0},
}

// around types what stands behind the parentheses of a call.
func (k *cockroach) around(n *pgsql.FuncCall) {
	if n.AggFilter != nil {
		k.want(n.AggFilter, typ{id: tBool})
	}
	none := relation{}
	if !n.AggWithinGroup {
		k.sort(n.AggOrder, &none)
	}
	if n.Over != nil {
		k.window(n.Over)
	}
}

// builtinFits reports whether a built-in function takes the operands, and
// types those that are no literals. Built-in ones come first where the user
// has one of that name too.
func (k *cockroach) builtinFits(sigs []signature, ops []operand) bool {
	for j := range ops {
		if ops[j].lit.kind == notLiteral {
			k.operand(&ops[j], typ{})
		}
	}
	k.mute++
	defer func() { k.mute-- }()
	return k.resolve(sigs, slices.Clone(ops), typ{}, false).n > 0
}

// builtin types a call of a built-in function.
func (k *cockroach) builtin(at pgsql.Node, name string, sigs []signature, ops []operand, want typ) typ {
	c := k.resolve(sigs, ops, want, false)
	if c.n == 0 && k.mend && !want.wildcard() && at != k.stored {
		c = k.unwanted(sigs, ops)
	}
	v, t, null := agreed(sigs, ops, c)
	if c.n > 0 && null {
		return typ{id: tUnknown}
	}
	if c.n == 0 && allKnown(ops) || c.n > 1 && decided(ops) {
		what := "unknown signature: "
		if c.n > 1 {
			what = "ambiguous call: "
		}
		convert, t := k.convertCall(name, sigs, ops, want)
		kind := UnknownSignature
		if key := k.convertKey(name, ops); len(convert) == 0 && len(key) > 0 {
			convert, t = key, typ{id: tJsonb}
		}
		if len(convert) == 0 && c.n == 0 {
			if convert, t = k.convertResult(at, sigs, ops, want); len(convert) > 0 {
				kind = ResultType
			}
		}
		k.cause(Cause{
			Kind: kind, Node: at, Name: name, Convert: convert, Operands: typesOf(ops), To: want.catalogType(),
			Message: what + name + "(" + typeList(ops) + ")" + returning(want),
		})
		return t
	}
	if k.mend && hexDigest(name) && at != k.decoded {
		k.cause(Cause{Kind: HexDigest, Node: at, Name: name})
		t = typ{id: tBytea}
	}
	if since := overloadAddedIn(name, ops); since != "" {
		k.cause(Cause{
			Kind: UnknownSignature, Node: at, Name: name, Versions: "<" + since, Convert: k.convertText(name, ops),
			Message: "unknown signature: " + name + "(" + typeList(ops) + ")",
		})
	}
	k.contextual(Cause{Kind: Function, Node: at, Name: name, Volatility: v})
	return t
}

// hexDigest are functions of bytes that give bytes in PostgreSQL and a text in
// CockroachDB.
func hexDigest(name string) bool {
	switch name {
	case "sha224", "sha256", "sha384", "sha512":
		return true
	}
	return false
}

// agreed returns the volatility and the result type of the candidates, as far
// as they agree: Immutable and a type that is not known where they do not.
// Null says that the result is NULL because an argument is: CockroachDB then
// asks nothing more.
func agreed(sigs []signature, ops []operand, c candidates) (v Volatility, t typ, null bool) {
	args := make([]typ, 0, 4) // mostly on the stack
	for j := range ops {
		args = append(args, ops[j].t)
		null = null || args[j].null()
	}
	for i := c.next(-1); i >= 0; i = c.next(i) {
		s := &sigs[i]
		null = null && s.props&(calledOnNull|generator|aggregate) == 0
		r := cockroachResult(s, args)
		if i == c.first() {
			v, t = s.volatility, r
			continue
		}
		v = min(v, s.volatility)
		if t != r {
			t = typ{}
		}
	}
	return v, t, null
}

// cockroachResult is what an overload returns.
func cockroachResult(s *signature, args []typ) typ {
	if s.props&homogeneous != 0 {
		for _, a := range args {
			if !a.null() {
				return a
			}
		}
		return typ{id: tUnknown}
	}
	if r := s.ret &^ arrayOf; r == tAnyenum {
		for k, a := range args {
			if k < len(s.args) && a.id == tAnyenum && a.def != nil {
				return typ{id: tAnyenum, def: a.def, array: s.ret&arrayOf != 0}
			}
		}
		return typ{}
	}
	return result(s, args)
}

// userCall types a call of a function that CockroachDB does not bring along.
func (k *cockroach) userCall(n *pgsql.FuncCall, fn catalog.Name, user []*catalog.Function, ops []operand) typ {
	for j := range ops {
		k.operand(&ops[j], typ{})
	}
	if len(user) == 0 {
		c := Cause{Kind: UnknownFunction, Node: n, Name: fn.String(), Message: "unknown function: " + fn.String() + "()"}
		if fn.Schema == "" {
			if since := addedIn(fn.Name); since != "" {
				c.Versions = "<" + since
			}
		}
		k.cause(c)
	} else {
		c := Cause{Kind: UserFunction, Node: n, Name: fn.Name, Volatility: declared(user, len(ops))}
		if c.Volatility != Immutable && k.place.immutableOnly() {
			k.contextual(c)
		} else if since := userFunctionsSince(k.place); since != "" {
			c.Versions = "<" + since
			c.Message = "unimplemented: usage of user-defined function from relations not supported"
			k.cause(c)
		}
	}
	// The type is the one that PostgreSQL gives it: another rule replaces the
	// function, or makes it, and what is around it is judged all the same.
	return k.scope.cockroachType(k.postgres().call(n))
}

// declared is the volatility of the user's functions that take n arguments, as
// far as they agree; VOLATILE is what a function is that does not say.
func declared(user []*catalog.Function, n int) Volatility {
	v, found := Immutable, false
	for _, f := range user {
		if len(f.Args) < n && len(user) > 1 {
			continue
		}
		d := Volatile
		switch f.Volatility {
		case "immutable":
			d = Immutable
		case "stable":
			d = Stable
		}
		if !found || d < v {
			v, found = d, true
		}
	}
	return v
}

// decided reports whether the types of the operands are all that there is to
// the choice of an overload, so that more than one are ambiguous. Of '2' + 1
// and 1 || NULL CockroachDB tries more readings than this package does.
func decided(ops []operand) bool {
	text, number := false, false
	for j := range ops {
		switch o := &ops[j]; {
		case o.t.null():
			return false
		case o.lit.kind == stringLiteral:
			text = true
		case o.lit.kind != notLiteral:
			number = true
		}
	}
	return !(text && number) && allKnown(ops)
}

func allKnown(ops []operand) bool {
	for j := range ops {
		if !ops[j].t.known() {
			return false
		}
	}
	return true
}

func typesOf(ops []operand) []Operand {
	out := make([]Operand, len(ops))
	for j := range ops {
		out[j] = Operand{ops[j].node, ops[j].t.catalogType()}
	}
	return out
}

func typeList(ops []operand) string {
	var b strings.Builder
	for j := range ops {
		if j > 0 {
			b.WriteString(", ")
		}
		b.WriteString(ops[j].t.String())
	}
	return b.String()
}

func returning(want typ) string {
	if want.wildcard() {
		return ""
	}
	return " (returning <" + want.String() + ">)"
}
