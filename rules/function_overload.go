package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionOverload = &Rule{
	Name:       "function-overload",
	Title:      "Functions that differ in INTEGER and BIGINT only",
	Condition:  "Two functions of one name whose parameters differ in nothing but `INTEGER` (or `INT`) and `BIGINT`.",
	Effect:     "INTEGER is BIGINT in CockroachDB (default_int_size), so that the second one is refused (SQLSTATE 42723); with `OR REPLACE` it silently takes the place of the first.",
	Workaround: "INTEGER becomes INT4, which is PostgreSQL's INTEGER, in the parameters and wherever a statement names the function with its types.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, int.md: INT is INT8 unless default_int_size says otherwise", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "two functions",
			Target: ">=23.1",
			Input: "CREATE FUNCTION f(a INTEGER) RETURNS INT8 LANGUAGE sql AS $$ SELECT a $$;\nGRANT EXECUTE ON FUNCTION f(INTEGER) TO PUBLIC;\n" +
				"CREATE FUNCTION f(a BIGINT) RETURNS INT8 LANGUAGE sql AS $$ SELECT a + 1 $$;\nDROP FUNCTION f(INT), f(BIGINT);\n",
			Output: "CREATE FUNCTION f(a INT4) RETURNS INT8 LANGUAGE sql AS $$ SELECT a $$;\nGRANT EXECUTE ON FUNCTION f(INT4) TO PUBLIC;\n" +
				"CREATE FUNCTION f(a BIGINT) RETURNS INT8 LANGUAGE sql AS $$ SELECT a + 1 $$;\nDROP FUNCTION f(INT4), f(BIGINT);\n",
			Want:  []string{"3:1 error exact", "4:17 warning exact"},
			Error: "already exists with same argument types",
		},
		{
			Name:   "other types",
			Target: ">=23.1",
			Input:  "CREATE FUNCTION f(a INTEGER) RETURNS INT8 LANGUAGE sql AS $$ SELECT a $$;\nCREATE FUNCTION f(a TEXT) RETURNS INT8 LANGUAGE sql AS $$ SELECT length(a) $$;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindObjectWithArgs},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[overloads](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			mem.create(p, n)
		case *pgsql.ObjectWithArgs:
			mem.refer(p, n)
		}
	},
}

// overloads is the rule's memory: functions by name and by how many parameters
// they have.
type overloads struct{ made map[overloadKey]*overloadSet }

type overloadKey struct {
	name catalog.Name
	args int
}

// overloadSet are the functions of one name and number of parameters.
type overloadSet struct {
	functions []signature
	// words are the places in other statements that name one of them by INTEGER.
	words []integerWord
	// narrow tells that INTEGER has become INT4.
	narrow bool
}

// signature are the types of a function's parameters, as PostgreSQL and as
// CockroachDB read them, and the words that the two read differently.
type signature struct {
	types, target []catalog.Type
	words         []integerWord
}

// integerWord is where INT or INTEGER is written.
type integerWord struct {
	stmt  *Statement
	token int
}

func (w integerWord) edit() Edit {
	t := w.stmt.Tokens[w.token]
	return w.stmt.Replace(t.Start(), t.End(), "INT4")
}

func (o *overloads) set(p *Pass, name catalog.Name, args int) *overloadSet {
	if name.Schema == "" {
		if len(p.Catalog.SearchPath) > 0 {
			name.Schema = p.Catalog.SearchPath[0]
		}
	}
	if o.made == nil {
		o.made = map[overloadKey]*overloadSet{}
	}
	key := overloadKey{name, args}
	if o.made[key] == nil {
		o.made[key] = &overloadSet{}
	}
	return o.made[key]
}

func (o *overloads) create(p *Pass, n *pgsql.CreateFunctionStmt) {
	var sig signature
	for _, e := range n.Parameters {
		if param, ok := e.(*pgsql.FunctionParameter); ok && param.Mode != pgsql.FuncParamOut && param.Mode != pgsql.FuncParamTable {
			sig.add(p.Stmt, param.ArgType)
		}
	}
	set := o.set(p, catalog.ListName(n.Funcname), len(sig.types))
	for _, other := range set.functions {
		if set.narrow || !collide(other, sig) {
			continue
		}
		set.narrow = true
		f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("INTEGER is BIGINT in CockroachDB, so that this function and another %s are one: INTEGER becomes INT4", catalog.ListName(n.Funcname))}
		if n.Replace {
			f.Severity = Warning
		}
		for _, s := range set.functions {
			f.narrow(s.words)
		}
		f.narrow(sig.words)
		f.narrow(set.words)
		p.Report(f)
		sig.words = nil
		break
	}
	if set.narrow && len(sig.words) > 0 { // a third one
		f := Finding{Severity: Warning, Fidelity: Exact, Message: "INTEGER becomes INT4 here as in the functions of this name in front"}
		f.narrow(sig.words)
		p.Report(f)
	}
	// A function that is made anew, again and again, is known by now.
	if len(sig.words) > 0 || !slices.ContainsFunc(set.functions, sig.same) {
		set.functions = append(set.functions, sig)
	}
}

// same reports whether a function has the same types, and nothing that could be
// narrowed.
func (s signature) same(other signature) bool {
	return len(other.words) == 0 && sameTypes(s.types, other.types)
}

func (f *Finding) narrow(words []integerWord) {
	for _, w := range words {
		f.Edits = append(f.Edits, w.edit())
	}
}

// refer follows a statement that names a function with its types.
func (o *overloads) refer(p *Pass, n *pgsql.ObjectWithArgs) {
	var sig signature
	for _, t := range n.Objargs {
		if tn, ok := t.(*pgsql.TypeName); ok {
			sig.add(p.Stmt, tn)
		}
	}
	set := o.set(p, catalog.ListName(n.Objname), len(sig.types))
	if !set.narrow {
		set.words = append(set.words, sig.words...)
		return
	}
	if len(sig.words) == 0 {
		return
	}
	f := Finding{Severity: Warning, Fidelity: Exact, Message: "INTEGER means BIGINT in CockroachDB, and there is such a function, too: it becomes INT4"}
	f.at(p.Stmt, sig.words[0].token, sig.words[0].token)
	f.narrow(sig.words)
	p.Report(f)
}

// add notes a parameter's type and whether it is written as INTEGER.
func (s *signature) add(st *Statement, t *pgsql.TypeName) {
	typ := catalog.TypeOf(t)
	s.types = append(s.types, typ)
	if t != nil && t.Location >= 0 {
		if i := st.TokenAt(int(t.Location)); st.Is(i, "int") || st.Is(i, "integer") {
			s.words = append(s.words, integerWord{st, i})
			typ.Name = "int8"
		}
	}
	s.target = append(s.target, typ)
}

// collide reports whether two functions are one for CockroachDB and two for
// PostgreSQL.
func collide(a, b signature) bool {
	return sameTypes(a.target, b.target) && !sameTypes(a.types, b.types)
}

func sameTypes(a, b []catalog.Type) bool { return slices.EqualFunc(a, b, catalog.Type.Same) }
