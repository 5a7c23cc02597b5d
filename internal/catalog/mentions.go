package catalog

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Mentions reports whether the text of an expression names the column. It does
// for one that cannot be read, to be on the safe side.
func Mentions(expr, column string) bool {
	if expr == "" || !mayMention(expr, column) {
		return false
	}
	tree, err := pgsql.Parse("SELECT " + expr)
	if err != nil {
		return true
	}
	return pgsql.Find(tree, func(n pgsql.Node) bool {
		ref, ok := n.(*pgsql.ColumnRef)
		if !ok || len(ref.Fields) == 0 {
			return false
		}
		s, ok := ref.Fields[len(ref.Fields)-1].(*pgsql.String)
		return ok && s.Sval == column
	}) != nil
}

// mayMention reports whether the text can name the column. It spares most
// expressions the parser: a name without quotes stands there as it is.
func mayMention(expr, column string) bool {
	return strings.IndexByte(expr, '"') >= 0 || containsFold(expr, column)
}

// containsFold is strings.Contains without regard to case.
func containsFold(text, part string) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// Uses says how the index depends on a column.
func (ix *Index) Uses(column string) (key, expr, predicate bool) {
	for _, c := range ix.Columns {
		switch {
		case c.Column == column:
			key = true
		case c.Expr != "" && !expr && mayMention(c.Expr, column):
			expr = Mentions(IndexExpr(c.Expr), column)
		}
	}
	return key, expr, Mentions(ix.Where, column)
}

// IndexExpr cuts the ordering off an index element, so that what is left is an
// expression.
func IndexExpr(element string) string {
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
