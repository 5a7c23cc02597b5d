package pgsql

import (
	"fmt"
	"strings"
	"testing"
)

// Indexes among the elements of a CREATE TABLE are read as what they are.
func TestInlineIndexes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"CREATE TABLE t (a INT, INDEX i (a))", "a, i(a)"},
		{"CREATE TABLE t(a INT,INDEX(a))", "a, (a)"},
		{"CREATE TABLE t (INDEX i (a), a INT)", "i(a), a"},
		{"CREATE TABLE t (INDEX i (a), UNIQUE INDEX u (a, b), a INT, b INT, PRIMARY KEY (a), INDEX (b))", "i(a), unique u(a b), a, b, constraint, (b)"},
		{"CREATE TABLE IF NOT EXISTS s.t (a JSONB, b INT, INVERTED INDEX \"I\" (b, a) WHERE b > 0)", "a, b, gin I(b a) where"},
		{"CREATE TABLE t (a INT, INDEX i (a DESC, (b + 1)) STORING (c) WHERE a > 0, b INT, c INT) WITH (fillfactor = 1)", "a, i(a expr) where, b, c"},
		{"CREATE TABLE t (\n  a INT, -- a, comment\n  UNIQUE INDEX u (a) -- another\n)", "a, unique u(a)"},
		{"CREATE TABLE t (index TEXT, a INT, INDEX i (index))", "index, a, i(index)"},
		{"CREATE TABLE t (index VARCHAR(10), INDEX i (index))", "index, i(index)"},
		{"CREATE TABLE t (index NUMERIC(5, 2) NOT NULL, b INT)", "index, b"},
		{"CREATE TABLE t (a JSONB, INVERTED INDEX (a))", "a, gin (a)"},
		{"CREATE TABLE t (a INT, INDEX i)", "a, index"}, // a column of type i
		{"CREATE TABLE t (a INT, INDEX i (a) EVERY)", "ERROR"},
		{"CREATE TABLE t (a INT, INDEX i (a)", "ERROR"},
	} {
		stmts, err := Split([]byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		st := stmts[0]
		st.Parse()
		if got := elementsOf(st); got != test.want {
			t.Errorf("%s: %s, want %s (%v)", test.text, got, test.want, st.Err)
		}
		if st.Err != nil {
			continue
		}
		// Offsets are those of the text.
		Walk(st.Tree, func(n Node, _ []Node) bool {
			if c, ok := n.(*ColumnRef); ok {
				name := c.Fields[len(c.Fields)-1].(*String).Sval
				if !strings.HasPrefix(test.text[c.Location:], name) {
					t.Errorf("%s: %s is not at %d", test.text, name, c.Location)
				}
			}
			return true
		})
	}
}

func elementsOf(st *Statement) string {
	n, ok := st.Tree.(*CreateStmt)
	if !ok {
		return "ERROR"
	}
	var out []string
	for _, e := range n.TableElts {
		switch e := e.(type) {
		case *ColumnDef:
			out = append(out, e.Colname)
		case *Constraint:
			out = append(out, "constraint")
		case *IndexStmt:
			var columns []string
			for _, p := range e.IndexParams {
				name := p.(*IndexElem).Name
				if name == "" {
					name = "expr"
				}
				columns = append(columns, name)
			}
			s := fmt.Sprintf("%s(%s)", e.Idxname, strings.Join(columns, " "))
			if e.Unique {
				s = "unique " + s
			}
			if e.AccessMethod == "gin" {
				s = "gin " + s
			}
			if e.WhereClause != nil {
				s += " where"
			}
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}
