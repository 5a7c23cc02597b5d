package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// mentions reports whether the text of an expression names the column.
func mentions(expr, column string) bool {
	if expr == "" {
		return false
	}
	tree, err := pgsql.Parse("SELECT " + expr)
	if err != nil {
		return true // to be on the safe side
	}
	found := false
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if ref, ok := n.(*pgsql.ColumnRef); ok && len(ref.Fields) > 0 {
			if s, ok := ref.Fields[len(ref.Fields)-1].(*pgsql.String); ok && s.Sval == column {
				found = true
			}
		}
		return !found
	})
	return found
}

// indexUses says how an index depends on a column.
func indexUses(ix *catalog.Index, column string) (key, expr, predicate bool) {
	for _, c := range ix.Columns {
		switch {
		case c.Column == column:
			key = true
		case c.Expr != "":
			expr = expr || mentions(indexExpr(c.Expr), column)
		}
	}
	return key, expr, mentions(ix.Where, column)
}

// indexExpr cuts the ordering off an index element, so that what is left is an
// expression.
func indexExpr(element string) string {
	st := &pgsql.Statement{}
	if s, err := pgsql.Split([]byte(element)); err == nil && len(s) > 0 {
		st = s[0]
	}
	if st.Is(0, "(") {
		if c := st.Close(0); c > 0 {
			return st.Text[:st.Tokens[c].End]
		}
	}
	for i := range st.Tokens {
		if st.Is(i, "(") {
			if c := st.Close(i); c > 0 {
				return st.Text[:st.Tokens[c].End]
			}
		}
	}
	return element
}
