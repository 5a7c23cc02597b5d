package pgsql

import (
	"fmt"
	"strings"
	"testing"
)

// NOT NULL as a constraint of the table, which PostgreSQL 18 has.
func TestTableNotNull(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"CREATE TABLE t (a INT, CONSTRAINT n NOT NULL a)", "n:a"},
		{"CREATE TABLE t (CONSTRAINT n NOT NULL a, a INT)", "n:a"},
		{"CREATE TABLE t (a INT, NOT NULL a)", ":a"},
		{"CREATE TABLE IF NOT EXISTS s.t (a INT, \"B b\" INT NOT NULL, CONSTRAINT \"N\" NOT NULL \"B b\" NO INHERIT, CONSTRAINT c CHECK (a > 0))", "N:B b"},
		{"CREATE TABLE t (a INT, CONSTRAINT n NOT NULL a, INDEX i (a))", "n:a"},
		{"ALTER TABLE t ADD CONSTRAINT n NOT NULL a", "n:a"},
		{"ALTER TABLE ONLY t ADD COLUMN a INT, ADD CONSTRAINT n NOT NULL a NOT VALID, ADD NOT NULL b", "n:a :b"},
		{"CREATE TABLE t (a INT CONSTRAINT n NOT NULL)", ""}, // of the column, which has no keys
		{"CREATE TABLE t (a INT, CONSTRAINT n NOT NULL)", "ERROR"},
		{"CREATE TABLE t (a INT, CONSTRAINT n NOT NULL a b)", "ERROR"},
		{"ALTER TABLE t ADD CONSTRAINT n NOT NULL (a)", "ERROR"},
	} {
		stmts, err := Split([]byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		st := stmts[0]
		st.Parse()
		var got []string
		if st.Err != nil {
			got = append(got, "ERROR")
		} else {
			Walk(st.Tree, func(n Node, _ []Node) bool {
				if k, ok := n.(*Constraint); ok && k.Contype == ConstrNotnull && len(k.Keys) == 1 {
					got = append(got, fmt.Sprintf("%s:%s", k.Conname, k.Keys[0].(*String).Sval))
				}
				return true
			})
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: %q, want %q (%v)", test.text, s, test.want, st.Err)
		}
	}
}
