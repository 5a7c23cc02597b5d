package catalog

import (
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// PostgreSQL allows one index of a name in a schema, but a history may say what
// it will: all of them are found, in the order in which they were made.
func TestIndexesOfOneName(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "a b c"},
		{"DROP TABLE a", "b c"},
		{"DROP TABLE b", "a c"},
		{"DROP TABLE a; DROP TABLE c; DROP TABLE b", ""},
		{"DROP TABLE b; CREATE TABLE d (x INT); CREATE INDEX i ON d (x)", "a c d"},
		{"CREATE INDEX i ON a (y)", "a b c"},
		{"CREATE SCHEMA s; SET search_path = s, public", "a b c"},
		{"CREATE SCHEMA s; SET search_path = s, public; CREATE TABLE d (x INT); CREATE INDEX i ON d (x)", "d"},
	} {
		c := New()
		setup := "CREATE TABLE a (x INT, y INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT);" +
			"CREATE INDEX i ON a (x); CREATE INDEX i ON b (x); CREATE INDEX i ON c (x);"
		apply := func(text string) {
			sts, err := pgsql.Split([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, st := range sts {
				st.Parse()
				c.Apply(st, 0)
			}
		}
		tables := func() string {
			var names []string
			for _, ix := range c.Indexes(Name{"", "i"}) {
				names = append(names, ix.Table.Name.Name)
			}
			return strings.Join(names, " ")
		}
		apply(setup)
		c.Begin(1)
		apply(tt.text)
		if got := tables(); got != tt.want {
			t.Errorf("%q: indexes of %s, want %s", tt.text, got, tt.want)
		}
		c.Rollback()
		if got := tables(); got != "a b c" {
			t.Errorf("%q: indexes of %s behind its undoing", tt.text, got)
		}
	}
}
