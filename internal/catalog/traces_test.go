package catalog

import (
	"fmt"
	"strings"
	"testing"
)

// Who has to do with a name or a type is found without a look into all tables: those
// that have not stay packed.
func TestOthersStayPacked(t *testing.T) {
	c := New()
	var text strings.Builder
	const n = 2 * hotTables
	text.WriteString("CREATE TYPE kind AS ENUM ('a');\nCREATE DOMAIN narrow AS kind;\nCREATE TABLE first (id INT UNIQUE, k narrow);\nCREATE TABLE second (f INT CONSTRAINT fk REFERENCES first (id), s INT CONSTRAINT s_u UNIQUE);\n")
	for i := range n {
		fmt.Fprintf(&text, "CREATE TABLE t%d (id INT PRIMARY KEY, a INT UNIQUE);\nCREATE INDEX same ON t%d (a);\n", i, i)
	}
	apply(t, c, text.String(), 0)

	packed := func() (n int) {
		for _, table := range c.relations {
			if table.content == nil {
				n++
			}
		}
		return n
	}
	kind := c.Type(Name{Name: "kind"})
	tables := func(list []*Table) string {
		s := ""
		for _, table := range list {
			s += " " + table.Name.Name
		}
		return s
	}
	for _, tt := range []struct {
		name string
		do   func() string
		want string
	}{
		{"columns of a type", func() (s string) {
			c.TypeColumns(kind, func(t *Table, col *Column) { s += t.Name.Name + "." + col.Name })
			return s
		}, "first.k"},
		{"tables with a foreign key", func() string { return tables(c.Referrers(Name{"public", "first"})) }, " second"},
		{"a name of a column", func() string { return fmt.Sprint(c.HadColumn("k"), c.HadColumn("nothing")) }, "true false"},
		{"what is no index", func() string { apply(t, c, "DROP INDEX nothing;\n", 0); return "" }, ""},
		{"a unique constraint", func() string {
			apply(t, c, "DROP INDEX s_u CASCADE;\n", 0)
			return fmt.Sprint(c.Relation(Name{Name: "second"}).Constraint("s_u") == nil)
		}, "true"},
		{"an index of a name that many have", func() string {
			apply(t, c, "CREATE INDEX same ON first (id);\n", 0)
			return fmt.Sprint(len(c.Relation(Name{Name: "first"}).Indexes()))
		}, "1"},
	} {
		before := packed()
		if before < n/2 {
			t.Fatalf("%d of %d tables are packed", before, n)
		}
		if got := tt.do(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if after := packed(); before-after > 2 {
			t.Errorf("%s: %d tables were unpacked", tt.name, before-after)
		}
	}
}

// What was noted of a table that is gone, or has changed since, is not taken for true.
func TestTracesOfThePast(t *testing.T) {
	c := New()
	apply(t, c, `CREATE TYPE kind AS ENUM ('a');
CREATE TABLE gone (k kind, x INT CONSTRAINT u UNIQUE);
CREATE TABLE changed (k kind, x INT CONSTRAINT u UNIQUE);
CREATE TABLE renamed (c TEXT, y INT CONSTRAINT was UNIQUE);
ALTER TABLE renamed ALTER COLUMN c TYPE kind USING c::kind;
ALTER TABLE renamed RENAME CONSTRAINT was TO is_now;
ALTER TABLE renamed RENAME COLUMN c TO d;
ALTER TABLE renamed RENAME TO z;
DROP TABLE gone;
ALTER TABLE changed ALTER COLUMN k TYPE TEXT;
`, 0)
	got := ""
	c.TypeColumns(c.Type(Name{Name: "kind"}), func(t *Table, col *Column) { got += " " + t.Name.Name + "." + col.Name })
	if got != " z.d" {
		t.Errorf("columns of the type:%s", got)
	}
	apply(t, c, "DROP INDEX is_now CASCADE;\nDROP INDEX u CASCADE;\n", 0)
	for _, name := range []string{"z", "changed"} {
		if ks := c.Relation(Name{Name: name}).Constraints(); len(ks) != 0 {
			t.Errorf("%s has %v", name, ks[0])
		}
	}
	if !c.HadColumn("d") {
		t.Error("d is not known")
	}
}
