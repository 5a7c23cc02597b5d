package catalog

import "testing"

// A column takes along what names it: keys, checks, and indexes by a key, an
// expression, a column beside the key or the condition.
func TestDropColumn(t *testing.T) {
	c := follow(t, "CREATE TABLE t (a INT, b INT, c INT, UNIQUE (a, b), CHECK (a IS NULL OR b IS NULL), CHECK (c > 0));"+
		"CREATE INDEX i1 ON t (c) WHERE a > 1; CREATE INDEX i2 ON t ((a + c)); CREATE INDEX i3 ON t (c) INCLUDE (a); CREATE INDEX i4 ON t (c);"+
		"ALTER TABLE t DROP COLUMN a;")
	table := c.Relation(Name{"public", "t"})
	if k := table.Constraints(); len(k) != 1 || k[0].Expr != "c > 0" {
		t.Errorf("constraints: %+v", k)
	}
	if ix := table.Indexes(); len(ix) != 1 || ix[0].Name.Name != "i4" {
		t.Errorf("indexes: %+v", ix)
	}
}
