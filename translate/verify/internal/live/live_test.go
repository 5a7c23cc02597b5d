package live

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the table of types anew")

// The published table is the one that the comparison uses.
func TestPublished(t *testing.T) {
	const file = "../../types.md"
	if *update {
		if err := os.WriteFile(file, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Markdown(), string(got)); diff != "" {
		t.Errorf("%s is not up to date (go test ./translate/verify/internal/live -update):\n%s", file, diff)
	}
}

// What both databases write for the same expression. The right ones are what
// CockroachDB v26.1 showed, the left ones what PostgreSQL 15 did.
func TestNormal(t *testing.T) {
	for _, test := range [][2]string{
		{"'x'::character varying", "'x'::STRING"},
		{"((s)::text || 'y'::text)", "s || 'y'::STRING"},
		{"now()", "now()"},
		{"CURRENT_TIMESTAMP", "current_timestamp()"},
		{"nextval('p_id_seq'::regclass)", "nextval('public.p_id_seq'::REGCLASS)"},
		{"((n > (0)::numeric) OR (n = ANY (ARRAY[(1)::numeric, (2)::numeric])))", "(n > 0) OR (n IN (1, 2))"},
		{"((s)::text <> 'bad'::text)", "s != 'bad'::STRING"},
		{"((a >= 1) AND (a <= 5))", "a BETWEEN 1 AND 5"},
		{"((a > 1) AND (b > 1) AND (c > 1))", "((a > 1) AND (b > 1)) AND (c > 1)"},
		{"COALESCE(close_time, '9999-12-31 23:59:59'::timestamp without time zone)", "(COALESCE(close_time, '9999-12-31 23:59:59'))"},
		{"'-1'::integer", "-1"},
		{"'{}'::jsonb", "'{}'::JSONB"},
		{"(((search_attributes -> 'Int01'::text))::bigint)", "(search_attributes->'Int01')::INT8"},
		{"timezone('utc'::text, now())", "timezone('utc', now())"},
		{"true", "true"},
		{"lower((s)::text)", "lower(s)"},
		{"(a IS NOT NULL)", "a IS NOT NULL"},
		{"'ok'::mood", "'ok'::public.mood"},
		{"", ""},
	} {
		if a, b := Normal(test[0]), Normal(test[1]); a != b {
			t.Errorf("%s and %s are not the same:\n%s\n%s", test[0], test[1], a, b)
		}
	}
	for _, test := range [][2]string{
		{"a > 1", "a >= 1"}, {"a = 1 AND b = 1", "a = 1 OR b = 1"}, {"lower(s)", "upper(s)"}, {"a", "b"}, {"1", "2"}, {"'a'", "'b'"},
		{"a IS NULL", "a IS NOT NULL"}, {"a::DATE", "a::TIMESTAMP"}, {"(s)::tsvector", "s"}, {"unique_rowid()", "nextval('s')"}, {"a - b", "b - a"},
	} {
		if Normal(test[0]) == Normal(test[1]) {
			t.Errorf("%s and %s are taken for the same: %s", test[0], test[1], Normal(test[0]))
		}
	}
}

func TestSameType(t *testing.T) {
	for _, test := range []struct {
		postgres, cockroach, rule string
		ok                        bool
	}{
		{"integer", "bigint", "integer-width", true},
		{"integer", "integer", "", true},
		{"integer[]", "bigint[]", "integer-width", true},
		{"integer[]", "bigint", "", false},
		{"numeric(10,2)", "numeric(10,2)", "", true},
		{"numeric(10,2)", "numeric(10,3)", "", false},
		{"character varying(20)", "character varying(20)", "", true},
		{"character varying(20)", "text", "", false},
		{"timestamp(3) without time zone", "timestamp(3) without time zone", "", true},
		{"timestamp without time zone", "timestamp with time zone", "", false},
		{"tsvector", "character varying(4096)", "tsvector", true},
		{"json", "jsonb", "json-type", true},
		{"jsonb", "json", "", false},
		{"mood", "mood", "", true},
		{"mood", "text", "", false},
		{"money", "numeric(19,2)", "money", true},
		{`"char"`, `"char"`, "", true},
	} {
		rule, ok := sameType(test.postgres, test.cockroach)
		if ok != test.ok || ok && rule != test.rule {
			t.Errorf("%s, %s: %q %t", test.postgres, test.cockroach, rule, ok)
		}
	}
}
