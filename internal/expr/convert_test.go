package expr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// written lists the casts of the causes, as "text::TYPE".
func written(causes []Cause, text string) []string {
	var out []string
	for _, c := range causes {
		what := c.Kind.String()
		for _, v := range c.Convert {
			at := pgsql.Location(v.Node)
			what += " " + strings.TrimRight(strings.Fields(text[at:])[0], "),") + "::" + v.To.Name + strings.Repeat("[]", v.To.Dims)
		}
		out = append(out, what)
	}
	return out
}

// The casts are those that PostgreSQL makes. A node's text starts at its
// location, which for an operator is the operator.
func TestConvert(t *testing.T) {
	scope := testScope(t)
	for _, test := range []struct {
		expr  string
		place Place
		want  []string
	}{
		{"d * f", CheckConstraint, []string{"unknown signature d::float8"}},
		{"(d + 1) * f", CheckConstraint, []string{"unknown signature +::float8"}},
		{"ts - dt", CheckConstraint, []string{"unknown signature dt::timestamp"}},
		{"iv / d", CheckConstraint, []string{"unknown signature d::float8"}},
		{"ti < iv", CheckConstraint, []string{"unknown signature ti::interval"}},
		{"coalesce(d, i, 0)", CheckConstraint, []string{"unknown signature i::numeric"}},
		{"CASE WHEN b THEN i ELSE f END", CheckConstraint, []string{"unknown signature i::float8"}},
		{"i IN (d, 2)", CheckConstraint, nil},
		{"d IN (i, 2)", CheckConstraint, []string{"unknown signature i::numeric"}},
		{"i = ANY (ARRAY[1.5, 2])", CheckConstraint, []string{"unknown signature i::numeric"}},
		{"d * 2.5::float8 > f", CheckConstraint, []string{"unknown signature d::float8"}},
		{"exp(i)", CheckConstraint, []string{"unknown signature i::float8"}},
		// What depends on the session in a computed column is no way out.
		{"tz - dt", StoredColumn, []string{"unknown signature"}},
		{"to_char(d, '9')", CheckConstraint, []string{"unknown signature"}},
		{"y || s", CheckConstraint, []string{"unknown signature"}},
		// Integer divisions are judged as //.
		{"i / 2 = 1", CheckConstraint, []string{"integer division"}},
		{"i / d = 1", CheckConstraint, nil},
		{"i / '2' = 1", CheckConstraint, []string{"integer division"}},
		{"7 / 2 = 3", CheckConstraint, []string{"integer division"}},
		{"degrees(i / 2)", CheckConstraint, []string{"integer division", "unknown signature /::float8"}},
		{"encode(sha256(y), 'hex')", CheckConstraint, []string{"hex digest"}},
		{"decode(sha256(y), 'hex')", CheckConstraint, nil},
		// A number in parentheses chooses no overload, but adapts itself.
		{"(1) * f", CheckConstraint, []string{"unknown signature 1::float8"}},
		{"(-1) * f", CheckConstraint, []string{"unknown signature -1::float8"}},
		{"f + (1)", CheckConstraint, nil},
		{"1 * 2 * f", CheckConstraint, []string{"unknown signature *::float8"}},
		{"ci LIKE 'a'", CheckConstraint, []string{"unknown signature"}},
	} {
		e, text := parseExpr(t, test.expr)
		c := Context{Place: test.place, Text: text, Mend: true}
		if test.place == CheckConstraint {
			// Any type will do.
			e = &pgsql.NullTest{Arg: e}
		} else {
			c.Want = named("interval")
		}
		if diff := cmp.Diff(test.want, written(Judge(e, scope, c), text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.expr, diff)
		}
	}
}

func TestConvertQuery(t *testing.T) {
	scope := testScope(t)
	for _, test := range []struct {
		query string
		want  []string
	}{
		{"SELECT x * f FROM (SELECT sum(d) AS x FROM t) q, t", []string{"unknown signature x::float8"}},
		{"WITH q AS (SELECT d AS x FROM t) SELECT q.x * t.f FROM q, t", []string{"unknown signature q.x::float8"}},
		{"SELECT ts FROM t UNION SELECT dt FROM t", []string{"unknown signature dt::timestamp"}},
		{"SELECT dt FROM t UNION SELECT ts FROM t", []string{"unknown signature dt::timestamp"}},
		{"VALUES (1, 'a'), (2.5, 'b')", []string{"unknown signature 1::numeric"}},
		{"SELECT 1 FROM t WHERE i IN (SELECT d FROM t)", []string{"unknown signature i::numeric"}},
		{"SELECT 1 FROM t a JOIN t b ON a.d * b.f > 1", []string{"unknown signature a.d::float8"}},
		{"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY d) FROM t", []string{"unknown signature d::float8"}},
		{"INSERT INTO t (s) VALUES (now())", []string{"result type now(::text"}},
		{"UPDATE t SET s = now()", []string{"result type now(::text"}},
		{"SELECT (SELECT max(d) FROM t) * f FROM t", []string{"unknown signature (SELECT::float8"}},
		{"SELECT g * 2.5::float8 FROM t, generate_series(1, 2) AS g", []string{"unknown signature g::float8"}},
		{"SELECT e.value || 1 FROM t, jsonb_each_text(j) AS e", nil},
		{"SELECT x * f FROM unknown_table, t", nil},
		{"SELECT missing.d * t.f FROM missing, t", nil},
		{"SELECT t.d FROM t ORDER BY d * f", []string{"unknown signature d::float8"}},
		{"INSERT INTO t (i) VALUES (1) ON CONFLICT (i) DO UPDATE SET d = excluded.d * t.f", []string{"unknown signature excluded.d::float8"}},
	} {
		tree, err := pgsql.Parse(test.query)
		if err != nil {
			t.Fatalf("%s: %v", test.query, err)
		}
		causes, _, _ := JudgeQuery(tree, Scope{Catalog: scope.Catalog}, Context{Text: test.query, Mend: true})
		if diff := cmp.Diff(test.want, written(causes, test.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.query, diff)
		}
	}
}

func TestResultColumns(t *testing.T) {
	scope := testScope(t)
	for _, test := range []struct {
		query    string
		want     []string
		complete bool
	}{
		{"SELECT i, sum(k) AS n, count(*), s || 'x', f::int8, extract(year FROM dt) FROM t GROUP BY i", []string{
			"i int8 int8", "n int8 numeric", "count int8 int8", "?column? text text", "f int8 int8", "extract numeric float8"}, true},
		{"VALUES (1, 'a')", []string{"column1 int4 int8", "column2 text text"}, true},
		{"SELECT * FROM (SELECT s, i FROM t) q (a, b)", []string{"a text text", "b int8 int8"}, true},
		{"SELECT a.s, b.* FROM (SELECT s FROM t) a JOIN (SELECT s, i FROM t) b USING (s)", []string{"s text text", "s text text", "i int8 int8"}, true},
		{"SELECT * FROM (SELECT s FROM t) a JOIN (SELECT s, i FROM t) b USING (s)", []string{"s text text", "i int8 int8"}, true},
		{"SELECT * FROM missing", nil, false},
		{"SELECT CASE WHEN b THEN 'x' ELSE s END, coalesce(s, ''), (SELECT u FROM t), EXISTS (SELECT 1) FROM t", []string{
			"s text text", "coalesce text text", "u uuid uuid", "exists bool bool"}, true},
		{"WITH RECURSIVE q (n, path) AS (SELECT 1, 'a'::text UNION ALL SELECT n + 1, path || 'b' FROM q) SELECT * FROM q", []string{"n int4 int8", "path text text"}, true},
	} {
		tree, err := pgsql.Parse(test.query)
		if err != nil {
			t.Fatalf("%s: %v", test.query, err)
		}
		_, columns, complete := JudgeQuery(tree, Scope{Catalog: scope.Catalog}, Context{Text: test.query})
		var got []string
		for _, c := range columns {
			got = append(got, c.Name+" "+c.Postgres.Name+" "+c.Cockroach.Name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || complete != test.complete {
			t.Errorf("%s: complete %v (-want +got):\n%s", test.query, complete, diff)
		}
	}
}

// A polymorphic parameter is of no type that an overload could be chosen by.
func TestPolymorphic(t *testing.T) {
	element, array := catalog.Type{Name: "anyelement"}, catalog.Type{Name: "anyarray"}
	for _, test := range []struct {
		query  string
		params []catalog.Type
		want   string
	}{
		{"SELECT $1 + 1", []catalog.Type{element}, "ambiguous binary operator: <anyelement> + <int>"},
		{"SELECT $1 = $2", []catalog.Type{element, element}, "ambiguous comparison operator: <anyelement> = <anyelement>"},
		{"SELECT array_append($1, $2)", []catalog.Type{array, element}, "ambiguous call: array_append(anyarray, anyelement)"},
		{"SELECT $1::text", []catalog.Type{element}, "invalid cast: anyelement -> string"},
		{"SELECT coalesce($1, $2), $1 IN (1, 2)", []catalog.Type{element, element}, ""},
		{"SELECT array_length($1, 1), $1[1], $2 = ANY ($1)", []catalog.Type{array, element}, ""},
	} {
		tree, err := pgsql.Parse(test.query)
		if err != nil {
			t.Fatalf("%s: %v", test.query, err)
		}
		causes, _, _ := JudgeQuery(tree, Scope{Catalog: catalog.New(), Params: test.params}, Context{Text: test.query})
		got := ""
		if len(causes) > 0 {
			got = causes[0].Message
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.query, got, test.want)
		}
	}
}

// Long chains and deep nests take a time that grows with their length, and no
// more stack than there is.
func TestDeep(t *testing.T) {
	scope := testScope(t)
	for _, e := range []string{
		"i" + strings.Repeat(" + 1", pgsql.MaxDepth-10), "d" + strings.Repeat(" * f", 2_000), strings.Repeat("coalesce(", 2_000) + "i" + strings.Repeat(", 1)", 2_000),
		strings.Repeat("(SELECT ", 150) + "i" + strings.Repeat(" + 1)", 150),
	} {
		tree, err := pgsql.Parse("SELECT " + e + " FROM t")
		if err != nil {
			t.Fatalf("%.40s: %v", e, err)
		}
		JudgeQuery(tree, Scope{Catalog: scope.Catalog}, Context{Mend: true})
	}
}
