package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// mentions reports whether the text of an expression names the column.
func mentions(expr, column string) bool {
	if expr == "" {
		return false
	}
	if !mayMention(expr, column) {
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

// mayMention reports whether the text can name the column. It spares most
// expressions the parser: a name without quotes stands there as it is.
func mayMention(expr, column string) bool {
	return strings.IndexByte(expr, '"') >= 0 || strings.Contains(strings.ToLower(expr), column)
}

// indexUses says how an index depends on a column.
func indexUses(ix *catalog.Index, column string) (key, expr, predicate bool) {
	for _, c := range ix.Columns {
		switch {
		case c.Column == column:
			key = true
		case c.Expr != "" && !expr && mayMention(c.Expr, column):
			expr = mentions(indexExpr(c.Expr), column)
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
			return st.Text[:st.Tokens[c].End()]
		}
	}
	for i := range st.Tokens {
		if st.Is(i, "(") {
			if c := st.Close(i); c > 0 {
				return st.Text[:st.Tokens[c].End()]
			}
		}
	}
	return element
}
