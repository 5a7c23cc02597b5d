package catalog

import (
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// What is built on a column goes with it, also where an ordering stands behind an
// expression of it.
func TestDropColumnIndexes(t *testing.T) {
	sts, err := pgsql.Split([]byte(`CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, ab TEXT);
CREATE INDEX i1 ON t (lower(a) DESC NULLS LAST);
CREATE INDEX i2 ON t ((a || 'x') DESC, id);
CREATE INDEX i3 ON t (id) WHERE a IS NOT NULL;
CREATE INDEX i4 ON t (id) INCLUDE (a);
CREATE INDEX kept ON t (lower(ab) DESC);
ALTER TABLE t DROP COLUMN a;`))
	if err != nil {
		t.Fatal(err)
	}
	c := New()
	for _, st := range sts {
		st.Parse()
		c.Apply(st, 0)
	}
	var left []string
	for _, ix := range c.Tables()[0].Indexes() {
		left = append(left, ix.Name.Name)
	}
	if len(left) != 1 || left[0] != "kept" {
		t.Errorf("left are %v, want kept", left)
	}
}
