package pgsql_test

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Whatever is done to a text, it is cut as if nothing were known of it.
func TestResplit(t *testing.T) {
	parts := []string{
		"CREATE TABLE t (a INT);\n", "\n-- it's\nDROP TABLE t;", "/* ; */ SELECT ';';\r\n", "\ufeffSELECT 1;\n",
		"COPY t FROM stdin;\n1\n2;\n\\.\n", "\\connect d\n", "SELECT 2 \\g\n", "CREATE FUNCTION f() RETURNS INT AS $$ BEGIN; END; $$;\n",
		"CREATE FUNCTION g() RETURNS INT BEGIN ATOMIC SELECT 1; SELECT 2; END;\n", "SELECT 'open;\n", ";", "\n\n", "DROP TABLE t;\nDROP TABLE t;\n", "SELECT 3",
	}
	r := rand.New(rand.NewSource(1))
	for range 3000 {
		var text strings.Builder
		for range 1 + r.Intn(9) {
			text.WriteString(parts[r.Intn(len(parts))])
		}
		before := []byte(text.String())
		after := slices.Clone(before)
		for range r.Intn(4) {
			from := r.Intn(len(after) + 1)
			after = without(after, from, from+r.Intn(12))
			part := parts[r.Intn(len(parts))]
			after = slices.Insert(after, min(from, len(after)), []byte(part[:r.Intn(len(part)+1)])...)
		}
		same(t, "after a change of "+string(before), split(t, pgsql.NewTextSplitter(after)), resplit(t, after, split(t, pgsql.NewTextSplitter(before))))
	}
}

// A byte order mark is one at the start of a text only.
func TestResplitByteOrderMark(t *testing.T) {
	first, second := "\ufeffSELECT 1;\n", "DROP TABLE t;\ufeffSELECT 1;\n"
	for before, after := range map[string]string{first: second, second: first} {
		same(t, "behind "+before, split(t, pgsql.NewTextSplitter([]byte(after))), resplit(t, []byte(after), split(t, pgsql.NewTextSplitter([]byte(before)))))
	}
}

// What a change leaves alone keeps its tree, wherever it stands now.
func TestResplitKeepsTrees(t *testing.T) {
	old := split(t, pgsql.NewTextSplitter([]byte("SELECT 1;\nSELECT 2;\nSELECT 3;\nSELECT 4;\nSELECT 5;\nSELECT 6;\n")))
	for _, st := range old {
		st.Parse()
	}
	text := "SELECT 0;\nSELECT 00;\nSELECT 000;SELECT 1;\nSELECT 3;\nSELECT 4.0;\nSELECT 5.0;\nSELECT 5.5;\nSELECT 6;\n"
	var kept []string
	for _, st := range resplit(t, []byte(text), old) {
		if st.Tree == nil {
			continue
		}
		kept = append(kept, st.Text)
		if !slices.ContainsFunc(old, func(o *pgsql.Statement) bool { return o.Tree == st.Tree && o.Text == st.Text }) {
			t.Errorf("%s has a tree that is none of the old ones", st.Text)
		}
	}
	if got, want := strings.Join(kept, ", "), "SELECT 1, SELECT 3, SELECT 6"; got != want {
		t.Errorf("%s have trees, want %s", got, want)
	}
}
