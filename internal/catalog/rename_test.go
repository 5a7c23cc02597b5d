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

// Expressions name a column or a table by its name of the moment, and an index knows
// whether its statement does.
func TestRenameInExpressions(t *testing.T) {
	const made = `
CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2 + length('a')) STORED, CONSTRAINT k CHECK (t.a > a(1) AND public.t . a < 9));
CREATE INDEX i ON t ((lower(a::TEXT)) DESC) WHERE "a" > 3;
CREATE INDEX j ON t (b) INCLUDE (a);
CREATE INDEX l ON t (b);
`
	for _, tt := range []struct{ do, want string }{
		{"", "a * 2 + length('a') | t.a > a(1) AND public.t . a < 9 | (lower(a::TEXT)) DESC, \"a\" > 3 |"},
		{"ALTER TABLE t RENAME COLUMN a TO c;", "c * 2 + length('a') | t.c > a(1) AND public.t . c < 9 | (lower(c::TEXT)) DESC, c > 3 | i j"},
		{`ALTER TABLE t RENAME COLUMN a TO "A b";`, `"A b" * 2 + length('a') | t."A b" > a(1) AND public.t . "A b" < 9 | (lower("A b"::TEXT)) DESC, "A b" > 3 | i j`},
		{"ALTER TABLE t RENAME COLUMN b TO c;", "a * 2 + length('a') | t.a > a(1) AND public.t . a < 9 | (lower(a::TEXT)) DESC, \"a\" > 3 | j l"},
		{"ALTER TABLE t RENAME TO a;", "a * 2 + length('a') | a.a > a(1) AND public.a . a < 9 | (lower(a::TEXT)) DESC, \"a\" > 3 | i j l"},
		{"ALTER INDEX l RENAME TO m;", "a * 2 + length('a') | t.a > a(1) AND public.t . a < 9 | (lower(a::TEXT)) DESC, \"a\" > 3 | m"},
	} {
		c := New()
		apply(t, c, made+tt.do, 0)
		table := c.Tables()[0]
		table.packed, table.content = c.pack(table), nil
		ix := table.Indexes()
		got := fmt.Sprintf("%s | %s | %s, %s |", table.Columns()[1].Generated, table.Constraint("k").Expr, ix[0].Columns[0].Expr, ix[0].Where)
		for _, ix := range ix {
			if ix.Renamed {
				got += " " + ix.Name.Name
			}
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.do, got, tt.want)
		}
	}
}

// Partitions have the columns of their table.
func TestRenameColumnOfPartition(t *testing.T) {
	c := New()
	apply(t, c, "CREATE TABLE t (a INT) PARTITION BY RANGE (a); CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (2); ALTER TABLE t RENAME COLUMN a TO c;", 0)
	if p := c.Relation(Name{Name: "p"}); p.Column("c") == nil || p.Column("a") != nil {
		t.Errorf("columns %v", p.Columns())
	}
}
