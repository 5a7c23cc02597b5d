package catalog

import (
	"fmt"
	"strings"
	"testing"
)

const referred = `
CREATE SCHEMA s;
CREATE TABLE s.a (id INT PRIMARY KEY, v INT CONSTRAINT v_u UNIQUE, w INT UNIQUE);
CREATE INDEX a_i ON s.a (w);
CREATE SEQUENCE s.q OWNED BY s.a.v;
CREATE TABLE b (one INT CONSTRAINT one REFERENCES s.a, two INT CONSTRAINT two REFERENCES s.a (v));
`

// What refers to a table goes on doing so under another name, and what belongs to it
// goes along.
func TestRenameIsFollowed(t *testing.T) {
	for _, tt := range []struct{ do, keys, index, sequence string }{
		{"", "one: s.a() two: s.a(v)", "s.a_i", "s.q s.a"},
		{"ALTER TABLE s.a RENAME TO c;", "one: s.c() two: s.c(v)", "s.a_i", "s.q s.c"},
		{"ALTER TABLE s.a RENAME COLUMN v TO x;", "one: s.a() two: s.a(x)", "s.a_i", "s.q s.a"},
		{"ALTER TABLE s.a SET SCHEMA public;", "one: a() two: a(v)", "a_i", "q a"},
		{"ALTER SCHEMA s RENAME TO z;", "one: z.a() two: z.a(v)", "z.a_i", "z.q z.a"},
		{"ALTER TABLE s.a RENAME TO c; CREATE TABLE s.a (id INT); ALTER TABLE s.c RENAME TO d;", "one: s.d() two: s.d(v)", "s.a_i", "s.q s.d"},
		{"ALTER TABLE s.a DROP COLUMN v CASCADE;", "one: s.a()", "s.a_i", "s.q s.a"},
		{"ALTER TABLE s.a DROP COLUMN id CASCADE;", "two: s.a(v)", "s.a_i", "s.q s.a"},
		{"ALTER TABLE s.a DROP CONSTRAINT a_pkey CASCADE;", "two: s.a(v)", "s.a_i", "s.q s.a"},
		{"ALTER TABLE s.a DROP CONSTRAINT a_w_key CASCADE;", "one: s.a() two: s.a(v)", "s.a_i", "s.q s.a"},
		{"DROP INDEX s.v_u CASCADE;", "one: s.a()", "s.a_i", "s.q s.a"},
		{"ALTER TABLE s.a RENAME TO c; DROP TABLE s.c CASCADE; CREATE TABLE s.a (id INT);", "", "", ""},
		{"DROP SCHEMA s CASCADE;", "", "", ""},
		{"ALTER SEQUENCE s.q OWNED BY NONE; DROP TABLE s.a CASCADE;", "", "", "s.q "},
	} {
		c := New()
		apply(t, c, referred+tt.do, 0)
		var keys, indexes, sequences []string
		for _, k := range c.Relation(Name{"public", "b"}).Constraints() {
			keys = append(keys, fmt.Sprintf("%s: %s(%s)", k.Name, k.RefTable, strings.Join(k.RefColumns, ", ")))
		}
		for _, schema := range []string{"s", "z", "public"} {
			for _, ix := range c.Indexes(Name{schema, "a_i"}) {
				indexes = append(indexes, ix.Name.String())
			}
		}
		for _, s := range c.Sequences() {
			sequences = append(sequences, s.Name.String()+" "+s.Table.String())
		}
		if got := strings.Join(keys, " "); got != tt.keys {
			t.Errorf("%s\nforeign keys %q, want %q", tt.do, got, tt.keys)
		}
		if got := strings.Join(indexes, " "); got != tt.index {
			t.Errorf("%s\nindexes %q, want %q", tt.do, got, tt.index)
		}
		if got := strings.Join(sequences, " "); got != tt.sequence {
			t.Errorf("%s\nsequences %q, want %q", tt.do, got, tt.sequence)
		}
	}
}

// A schema's functions have its new name as well.
func TestRenameSchemaOfFunction(t *testing.T) {
	c := New()
	apply(t, c, "CREATE SCHEMA s; CREATE FUNCTION s.f() RETURNS INT LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION s.f(INT) RETURNS INT LANGUAGE sql AS 'SELECT 1'; ALTER SCHEMA s RENAME TO z;", 0)
	if old, now := len(c.Functions(Name{"s", "f"})), len(c.Functions(Name{"z", "f"})); old != 0 || now != 2 {
		t.Errorf("%d functions in the old schema, %d in the new one", old, now)
	}
}
