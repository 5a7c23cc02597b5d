package catalog

import (
	"fmt"
	"strings"
	"testing"
)

// A constraint that is given no name gets the first that is free, as PostgreSQL 15
// does.
func TestNamesOfConstraints(t *testing.T) {
	c := New()
	apply(t, c, `CREATE TABLE t (a INT CHECK (a > 0), CHECK (a < 9), CHECK (a <> 5), CONSTRAINT t_a_check4 CHECK (a <> 6), CONSTRAINT t_a_check02 CHECK (a <> 7));
		ALTER TABLE t ADD CHECK (a <> 1);
		ALTER TABLE t ADD CHECK (a <> 2);
		ALTER TABLE t DROP CONSTRAINT t_a_check1;
		ALTER TABLE t ADD CHECK (a <> 3);`, 0)
	var names []string
	for _, k := range c.Relation(Name{"", "t"}).Constraints() {
		names = append(names, k.Name)
	}
	if got, want := strings.Join(names, " "), "t_a_check t_a_check2 t_a_check4 t_a_check02 t_a_check3 t_a_check5 t_a_check1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// However much a file makes of one name, to follow it comes to an end.
func TestMuchOfOneName(t *testing.T) {
	const n = 2 * maxConstraints
	var b strings.Builder
	b.WriteString("CREATE TABLE t (a INT);\n")
	for i := range n {
		fmt.Fprintf(&b, "ALTER TABLE t ADD CHECK (a <> %d);\nCREATE INDEX ON nowhere (a);\nCREATE FUNCTION f() RETURNS INT LANGUAGE sql AS 'SELECT 1';\n", i)
	}
	c := New()
	apply(t, c, b.String(), 0)
	if got := len(c.Relation(Name{"", "t"}).Constraints()); got != maxConstraints {
		t.Errorf("%d constraints, want %d", got, maxConstraints)
	}
	if got := len(c.Functions(Name{"", "f"})); got != maxOverloads {
		t.Errorf("%d functions, want %d", got, maxOverloads)
	}
	if got := len(c.Indexes(Name{"", "nowhere_a_idx"})); got != n {
		t.Errorf("%d indexes, want %d", got, n)
	}
}
