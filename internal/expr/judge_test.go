package expr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func named(name string) catalog.Type { return catalog.Type{Name: name} }

func TestJudge(t *testing.T) {
	scope := testScope(t)
	const refused = ": context-dependent operators are not allowed in STORED COMPUTED COLUMN"
	for _, test := range []struct {
		expr, column string
		place        Place
		want         []Cause
	}{
		{expr: "lower(s) || 'x'", column: "text"},
		{expr: "s::timestamptz AT TIME ZONE 'UTC'", column: "timestamp", want: []Cause{{
			Kind: Cast, Node: &pgsql.TypeCast{}, Volatility: Stable, Name: "string::timestamptz",
			From: named("text"), To: named("timestamptz"), Message: "string::timestamptz" + refused,
		}}},
		{expr: "coalesce(ts, '9999-12-31 23:59:59')", column: "timestamp"},
		{expr: "coalesce(tz, '9999-12-31 23:59:59')", column: "timestamptz", want: []Cause{{
			Kind: Cast, Node: &pgsql.AConst{}, Volatility: Stable, Literal: true, Implicit: true, Name: "string::timestamptz",
			From: named("text"), To: named("timestamptz"), Message: "string::timestamptz" + refused,
		}}},
		{expr: "coalesce(tz, '9999-12-31 23:59:59Z')", column: "timestamptz"},
		{expr: "now()", column: "timestamptz", want: []Cause{
			{Kind: Function, Node: &pgsql.FuncCall{}, Volatility: Stable, Name: "now", Message: "now()" + refused},
		}},
		// All causes, not the first alone; a > b is typed as b < a.
		{expr: "date_trunc('day', tz) > now() AND random() < 0.5", column: "bool", want: []Cause{
			{Kind: Function, Node: &pgsql.FuncCall{}, Volatility: Stable, Name: "now", Message: "now()" + refused},
			{Kind: Function, Node: &pgsql.FuncCall{}, Volatility: Stable, Name: "date_trunc", Message: "date_trunc()" + refused},
			{Kind: Function, Node: &pgsql.FuncCall{}, Volatility: Volatile, Name: "random",
				Message: "random(): volatile functions are not allowed in STORED COMPUTED COLUMN"},
		}},
		{expr: "s || d || ts", column: "text", want: []Cause{
			{Kind: Operator, Node: &pgsql.AExpr{}, Volatility: Stable, Name: "||", Message: "||" + refused},
		}},
		{expr: "now()", column: "timestamptz", place: ColumnDefault},
		{expr: "f_imm(s)", column: "text", want: []Cause{{
			Kind: UserFunction, Node: &pgsql.FuncCall{}, Name: "f_imm", Versions: "<25.3",
			Message: "unimplemented: usage of user-defined function from relations not supported",
		}}},
		{expr: "f_imm('x')", column: "text", place: ColumnDefault, want: []Cause{{
			Kind: UserFunction, Node: &pgsql.FuncCall{}, Name: "f_imm", Versions: "<23.1",
			Message: "unimplemented: usage of user-defined function from relations not supported",
		}}},
		{expr: "f_volatile(s)", column: "text", want: []Cause{{
			Kind: UserFunction, Node: &pgsql.FuncCall{}, Volatility: Volatile, Name: "f_volatile",
			Message: "f_volatile(): volatile functions are not allowed in STORED COMPUTED COLUMN",
		}}},
		{expr: "uuidv7()", column: "uuid", place: ColumnDefault, want: []Cause{
			{Kind: UnknownFunction, Node: &pgsql.FuncCall{}, Name: "uuidv7", Message: "unknown function: uuidv7()"},
		}},
		{expr: "to_tsvector('english', s)", column: "tsvector", want: []Cause{{
			Kind: UnknownFunction, Node: &pgsql.FuncCall{}, Name: "to_tsvector", Versions: "<23.1",
			Message: "unknown function: to_tsvector()",
		}}},
		{expr: "to_tsvector('english'::regconfig, s)", column: "tsvector", want: []Cause{
			{Kind: UnknownFunction, Node: &pgsql.FuncCall{}, Name: "to_tsvector", Versions: "<23.1", Message: "unknown function: to_tsvector()"},
			{Kind: UnknownType, Node: &pgsql.TypeCast{}, Name: "regconfig", To: named("regconfig"), Message: `type "regconfig" does not exist`},
		}},
		{expr: "dmetaphone(s)", column: "text", want: []Cause{{
			Kind: UnknownFunction, Node: &pgsql.FuncCall{}, Name: "dmetaphone", Versions: "<26.2",
			Message: "unknown function: dmetaphone()",
		}}},
		{expr: "concat(s, i)", column: "text", want: []Cause{{
			Kind: UnknownSignature, Node: &pgsql.FuncCall{}, Name: "concat", Versions: "<24.3",
			Message: "unknown signature: concat(string, int)",
		}}},
		{expr: "concat(s, v, 'x')", column: "text"},
		{expr: "s::tsvector", column: "tsvector", want: []Cause{{
			Kind: UnknownType, Node: &pgsql.TypeCast{}, Name: "tsvector", To: named("tsvector"), Versions: "<23.1",
			Message: `type "tsvector" does not exist`,
		}}},
		{expr: "i IN (SELECT 1)", place: CheckConstraint, want: []Cause{
			{Kind: Subquery, Node: &pgsql.SubLink{}, Message: "variable sub-expressions are not allowed in CHECK"},
		}},
		{expr: "k / 2", column: "bigint", want: []Cause{{
			Kind: ResultType, Node: &pgsql.AExpr{}, Name: "/", To: named("int8"),
			Message: "unsupported binary operator: <int> / <int> (returning <int>)",
		}}},
		{expr: "k / k", column: "bigint", want: []Cause{{
			Kind: ResultType, Node: &pgsql.AExpr{}, From: named("numeric"), To: named("int8"),
			Message: "expected STORED COMPUTED COLUMN expression to have type int, but it has type decimal",
		}}},
		{expr: "j @? '$.a'", column: "bool", want: []Cause{
			{Kind: Syntax, Node: &pgsql.AExpr{}, Name: "@?", Message: "operator @?: syntax error"},
		}},
		{expr: "('2020-01-01')::date", column: "date", want: []Cause{{
			Kind: Cast, Node: &pgsql.TypeCast{}, Volatility: Stable, Name: "string::date",
			From: named("text"), To: named("date"), Message: "string::date" + refused,
		}}},
		{expr: "'2020-01-01'::date", column: "date"},
		{expr: "'today'::date", column: "date", want: []Cause{{
			Kind: Cast, Node: &pgsql.TypeCast{}, Volatility: Stable, Literal: true, Name: "string::date",
			From: named("text"), To: named("date"), Message: "string::date" + refused,
		}}},
		// What is not known is no cause, unless all that it could be is one.
		{expr: "lower(missing)", column: "text"},
		{expr: "missing || 'x'", column: "text"},
		{expr: "date_trunc('day', missing)", column: "timestamp"},
		{expr: "missing::date", column: "date"},
		{expr: "coalesce(missing, '2020-01-01')", column: "timestamptz"},
		{expr: "format('%s', missing)", column: "text", want: []Cause{
			{Kind: Function, Node: &pgsql.FuncCall{}, Volatility: Stable, Name: "format", Message: "format()" + refused},
		}},
		{expr: "to_char(missing, 'YYYY')", column: "text", want: []Cause{
			{Kind: Function, Node: &pgsql.FuncCall{}, Volatility: Stable, Name: "to_char", Message: "to_char()" + refused},
		}},
	} {
		e, text := parseExpr(t, test.expr)
		got := Judge(e, scope, Context{Place: test.place, Want: parseType(t, test.column), Text: text})
		sameKind := cmp.Comparer(func(a, b pgsql.Node) bool { return a.Kind() == b.Kind() })
		if diff := cmp.Diff(test.want, got, sameKind, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Cause{}, "Convert", "Operands")); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", test.place, test.expr, diff)
		}
	}
}

// A function of the user's hides a built-in one only where that does not fit,
// and nesting costs no more than its depth.
func TestHiddenBuiltin(t *testing.T) {
	c := apply(t, catalog.New(), `CREATE TABLE t (s text, i int);
		CREATE FUNCTION lower(x int) RETURNS text LANGUAGE sql AS 'SELECT 1';`)
	scope := Scope{Catalog: c}.in(t, "t")
	e, _ := parseExpr(t, strings.Repeat("lower(", 400)+"lower(i) || s"+strings.Repeat(")", 400))
	causes := Judge(e, scope, Context{Want: named("text")})
	if len(causes) != 1 || causes[0].Kind != UserFunction || causes[0].Volatility != Volatile {
		t.Errorf("got %v, want the call with the integer alone", causes)
	}
}

// The node of a cause is the very node of the tree.
func TestCauseNode(t *testing.T) {
	e, _ := parseExpr(t, "coalesce(lower(s), (j->>'d')::date::text)")
	for _, c := range Judge(e, testScope(t), Context{Want: named("text")}) {
		found := false
		pgsql.Walk(e, func(n pgsql.Node, _ []pgsql.Node) bool {
			found = found || n == c.Node
			return true
		})
		if !found {
			t.Errorf("%s: its node is not in the tree", c.Message)
		}
	}
}

func TestImmutableRelative(t *testing.T) {
	for _, test := range []struct {
		from, to catalog.Type
		want     string
	}{
		{named("text"), named("timestamp"), "parse_timestamp"},
		{named("varchar"), named("date"), "parse_date"},
		{named("bpchar"), named("time"), "parse_time"},
		{named("name"), named("timetz"), "parse_timetz"},
		{named("text"), named("interval"), "parse_interval"},
		{named("timestamp"), named("text"), "to_char"},
		{named("text"), named("timestamptz"), ""},
		{named("timestamptz"), named("text"), ""},
		{catalog.Type{Name: "text", Dims: 1}, catalog.Type{Name: "date", Dims: 1}, ""},
	} {
		r, ok := ImmutableRelative(test.from, test.to)
		if ok != (test.want != "") || r.Function != test.want {
			t.Errorf("%s::%s: %q, %v; want %q", test.from.Name, test.to.Name, r.Function, ok, test.want)
		}
	}
	// The tables agree: the cast is stable, the relative is immutable.
	for _, r := range relatives {
		from, to := typ{id: typeByName(r.From)}, typ{id: typeByName(r.To)}
		if _, v, ok := cockroachCast(from, to); !ok || v != Stable {
			t.Errorf("%s::%s is not a stable cast", r.From, r.To)
		}
		found := false
		for _, s := range find(cockroachFunctions[:], r.Function) {
			found = found || s.args == string([]byte{byte(from.id)}) && typeOfCode(s.ret) == to && s.volatility == Immutable
		}
		if !found {
			t.Errorf("%s(%s) is not immutable, or not there", r.Function, r.From)
		}
	}
}

func TestTables(t *testing.T) {
	for name, table := range map[string][]overloads{
		"cockroachFunctions": cockroachFunctions[:], "cockroachBinary": cockroachBinary[:], "cockroachUnary": cockroachUnary[:],
		"cockroachComparisons": cockroachComparisons[:], "postgresFunctions": postgresFunctions[:], "postgresOperators": postgresOperators[:],
	} {
		for i := 1; i < len(table); i++ {
			if strings.Compare(table[i-1].name, table[i].name) >= 0 {
				t.Errorf("%s is not sorted at %s", name, table[i].name)
			}
		}
		for _, o := range table {
			if name != "postgresFunctions" && name != "postgresOperators" && len(o.sigs) > maxCandidates {
				t.Errorf("%s: %s has %d overloads, more than resolve keeps", name, o.name, len(o.sigs))
			}
		}
	}
	for i, a := range additions {
		if i > 0 && additions[i-1].name >= a.name {
			t.Errorf("additions is not sorted at %s", a.name)
		}
		if there := find(cockroachFunctions[:], a.name) != nil; there != (a.since < "26.2") {
			t.Errorf("%s came in v%s: in the table of v26.1: %v", a.name, a.since, there)
		}
	}
	for i := 2; i < int(numTypes); i++ {
		if typeNames[i-1] >= typeNames[i] {
			t.Errorf("typeNames is not sorted at %s", typeNames[i])
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	scope := testScope(b)
	e, _ := parseExpr(b, "coalesce(ts, '9999-12-31 23:59:59') > date_trunc('day', ts) AND lower(s) || v LIKE 'a%' AND i + 1 IN (1, 2, 3)")
	b.ReportAllocs()
	for range b.N {
		Judge(e, scope, Context{Want: named("bool")})
	}
}

func BenchmarkTypeOf(b *testing.B) {
	scope := testScope(b)
	e, _ := parseExpr(b, "coalesce(ts, '9999-12-31 23:59:59') - date_trunc('day', ts) + (i * 2) * interval '1 day'")
	b.ReportAllocs()
	for range b.N {
		TypeOf(e, scope)
	}
}
