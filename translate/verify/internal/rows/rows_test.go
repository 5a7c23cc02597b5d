package rows

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/translate/verify/internal/live"
)

// What means the same is the same, however it is shown, and nothing else is.
func TestValue(t *testing.T) {
	for _, test := range []struct {
		typ, a, b string
		same      bool
	}{
		{"jsonb", `{"b": 1, "aa": 2}`, `{"aa": 2, "b": 1.0}`, true},
		{"jsonb", `[1, 2]`, `[2, 1]`, false},
		{"jsonb", `1e3`, `1000`, true},
		{"jsonb", `"1"`, `1`, false},
		{"numeric(10,2)", "1.50", "1.5", true},
		{"numeric", "-0.001", "-1E-3", true},
		{"numeric", "1.5", "1.51", false},
		{"double precision", "1e+10", "10000000000", true},
		{"character(5)", "ab   ", "ab", true},
		{"text", "ab ", "ab", false},
		{"tsvector", "'b' 'a'", "'a' 'b'", true},
		{"tsvector", "'a':1", "'a'", false},
		{"boolean", "t", "true", true},
		{"timestamp without time zone", "2024-01-01 00:00:00.123456", "2024-01-01 00:00:00.123457", false},
		{"text", Null, "", false},
	} {
		if same := value(test.a, test.typ) == value(test.b, test.typ); same != test.same {
			t.Errorf("%s: %s and %s", test.typ, test.a, test.b)
		}
	}
}

func TestCompare(t *testing.T) {
	table := &live.Table{Name: "t", Columns: []*live.Column{{Name: "id", Type: "bigint"}, {Name: "a", Type: "text"}},
		Indexes: []*live.Index{{Primary: true, Columns: []live.IndexColumn{{Expr: "id"}}}}}
	pg := Stored{{"id": "1", "a": "x"}, {"id": "2", "a": "y"}, {"id": "3", "a": Null}}
	crdb := Stored{{"id": "3", "a": Null}, {"id": "1", "a": "X"}, {"id": "4", "a": "z"}}
	want := []Mismatch{{"", 2, `row "2",`, ""}, {"a", 1, "x", "X"}}
	if diff := cmp.Diff(want, Compare(table, pg, crdb)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Compare(table, pg, pg); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// The rows of a key differ, the values fit their columns, and the members that
// computed columns read are there.
func TestPlan(t *testing.T) {
	table := &live.Table{
		Schema: "public", Name: "t",
		Columns: []*live.Column{
			{Name: "id", Type: "character varying(4)", NotNull: true}, {Name: "v", Type: "character varying(3)", NotNull: true},
			{Name: "doc", Type: "jsonb"}, {Name: "at", Type: "timestamp without time zone", Generated: "((doc ->> 'At'::text))::timestamptz"},
			{Name: "parent", Type: "bigint"}, {Name: "n", Type: "bigint", Identity: "a"}, {Name: "odd", Type: "point"},
		},
		Indexes:     []*live.Index{{Primary: true, Unique: true, Columns: []live.IndexColumn{{Expr: "id"}}}},
		ForeignKeys: []*live.ForeignKey{{Columns: []string{"parent"}, RefTable: "p", RefColumns: []string{"id"}}},
	}
	plan := NewPlan(table, nil)
	if len(plan.Columns) != 4 || len(plan.Unprobed) != 1 || plan.Unprobed[0].Name != "odd" {
		t.Fatalf("%d columns, %d without values", len(plan.Columns), len(plan.Unprobed))
	}
	ids, offsets, nulls := map[string]bool{}, 0, 0
	for i := range 200 {
		values, ok := plan.Row(i, map[string][]map[string]string{"p": {{"id": "7"}}})
		if !ok {
			t.Fatal("no row")
		}
		if ids[values[0]] {
			t.Errorf("%q comes twice", values[0])
		}
		ids[values[0]] = true
		if n := len([]rune(values[1])); n > 3 {
			t.Errorf("%q is too long", values[1])
		}
		if strings.Contains(values[2], "+05:30") {
			offsets++
		}
		if values[3] == Null {
			nulls++
		} else if values[3] != "7" {
			t.Errorf("%q refers to nothing", values[3])
		}
	}
	if offsets == 0 || nulls == 0 {
		t.Errorf("%d instants with an offset, %d NULLs", offsets, nulls)
	}
	got := plan.Insert([]string{"it's", Null, "{}", "-7"})
	if want := `INSERT INTO "public"."t" ("id", "v", "doc", "parent") VALUES ('it''s', NULL, '{}', (-7))`; got != want {
		t.Errorf("%s", got)
	}
}

// Every probe of a type differs from the others, so that none is wasted.
func TestProbes(t *testing.T) {
	for _, m := range live.Mappings() {
		probes := probesOf(m.Postgres, nil)
		seen := map[string]bool{}
		for _, p := range probes {
			if seen[p] {
				t.Errorf("%s: %q comes twice", m.Postgres, p)
			}
			seen[p] = true
		}
		if len(probes) == 0 {
			switch m.Postgres {
			case `"char"`, "macaddr8", "tsquery", "hstore", "ltree", "vector", "halfvec", "pg_lsn", "xid8", "geometry", "geography":
			default:
				t.Errorf("%s has no probes", m.Postgres)
			}
		}
	}
	for typ, want := range map[string]string{"numeric(5,2)": "999.99", "bit(4)": "1111", "integer[]": `{"0"}`} {
		if got := fmt.Sprint(probesOf(typ, nil)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", typ, got)
		}
	}
}
