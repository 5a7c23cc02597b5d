package expr

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// postgresScope is the catalog of testdata/postgres.sql.
func postgresScope(t testing.TB) Scope {
	t.Helper()
	text, err := os.ReadFile("testdata/postgres.sql")
	if err != nil {
		t.Fatal(err)
	}
	return Scope{Catalog: apply(t, catalog.New(), string(text))}.in(t, "t")
}

// PostgreSQL's own answers: each type that is inferred is the right one, and
// few are not.
func TestTypeOfAgainstPostgres(t *testing.T) {
	scope := postgresScope(t)
	unknown := 0
	rows := readLines(t, "testdata/postgres.tsv", 2)
	for _, r := range rows {
		e, _ := parseExpr(t, r[0])
		got := TypeOf(e, scope)
		name := got.Name
		if got.Dims > 0 {
			name += "[]"
		}
		switch {
		case name == "":
			unknown++
			t.Logf("%s: not known, PostgreSQL: %s", r[0], r[1])
		case name == "unknown" && r[1] == "text": // an untyped literal, made text by the view that asked
		case name != r[1]:
			t.Errorf("%s: %s, PostgreSQL: %s", r[0], name, r[1])
		}
	}
	if unknown > len(rows)/50 {
		t.Errorf("%d of %d types are not known", unknown, len(rows))
	}
}

func TestTypeOf(t *testing.T) {
	scope := postgresScope(t)
	for _, test := range []struct {
		expr string
		want catalog.Type
	}{
		{"v", catalog.Type{Name: "varchar", Mods: []int32{10}}},
		{"d", catalog.Type{Name: "numeric", Mods: []int32{10, 2}}},
		{"s::numeric(5,1)", catalog.Type{Name: "numeric", Mods: []int32{5, 1}}},
		{"v || 'x'", catalog.Type{Name: "text"}},
		{"m", catalog.Type{Name: "mood"}},
		{"coalesce(m, 'ok')", catalog.Type{Schema: "public", Name: "mood"}},
		{"'x'", catalog.Type{Name: "unknown"}},
		{"sa", catalog.Type{Name: "text", Dims: 1}},
		{"t.s", catalog.Type{Name: "text"}},
		{"other.s", catalog.Type{}},
		{"missing", catalog.Type{}},
		{"missing + 1", catalog.Type{}},
		{"missing > 1", catalog.Type{Name: "bool"}},
		{"no_function(s)", catalog.Type{}},
		{"st_setsrid(st_makepoint(1, 2), 4326)", catalog.Type{Name: "geometry"}},
		{"public.unaccent(missing)", catalog.Type{Name: "text"}},
		{"lower(missing)", catalog.Type{}}, // of a range it is no text
		{"upper(missing::text)", catalog.Type{Name: "text"}},
		{"to_tsvector(missing)", catalog.Type{Name: "tsvector"}},
		{"(SELECT 1)", catalog.Type{Name: "int4"}},
		{"(SELECT x + s::int8 FROM (VALUES (1), (2.5)) AS v (x))", catalog.Type{Name: "numeric"}},
		{"ARRAY(SELECT max(v) FROM t)", catalog.Type{Name: "text", Dims: 1}},
		{"coalesce(missing, 'x')", catalog.Type{}},
		{"(missing).a", catalog.Type{}},
	} {
		e, _ := parseExpr(t, test.expr)
		if diff := cmp.Diff(test.want, TypeOf(e, scope)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.expr, diff)
		}
	}
}

func TestTypeOfValue(t *testing.T) {
	e, _ := parseExpr(t, "VALUE")
	want := catalog.Type{Name: "int4"}
	if diff := cmp.Diff(want, TypeOf(e, Scope{Value: want})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A nil expression, an empty scope and nodes that are no expressions are
// unknown, not a panic.
func TestOddNodes(t *testing.T) {
	scope := Scope{}
	for _, e := range []pgsql.Node{
		nil, &pgsql.AExpr{}, &pgsql.FuncCall{}, &pgsql.ColumnRef{}, &pgsql.AConst{}, &pgsql.TypeCast{}, &pgsql.CaseExpr{},
		&pgsql.AIndirection{}, &pgsql.BoolExpr{Args: []pgsql.Node{nil}}, &pgsql.CoalesceExpr{}, &pgsql.AArrayExpr{},
		&pgsql.MinMaxExpr{}, &pgsql.SubLink{}, &pgsql.CollateClause{}, &pgsql.NullTest{}, &pgsql.CreateStmt{},
		&pgsql.AExpr{Kind_: pgsql.AexprIN}, &pgsql.AExpr{Kind_: pgsql.AexprBetween}, &pgsql.AExpr{Kind_: pgsql.AexprOPAny},
		&pgsql.AExpr{Kind_: pgsql.AexprLike}, &pgsql.AExpr{Kind_: pgsql.AexprNullif}, &pgsql.RowExpr{},
	} {
		TypeOf(e, scope)
		for p := StoredColumn; p <= PolicyCheck; p++ {
			Judge(e, scope, Context{Place: p})
		}
	}
}
