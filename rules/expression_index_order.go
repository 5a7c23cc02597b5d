package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var expressionIndexOrder = &Rule{
	Name:   "expression-index-order",
	Title:  "An expression index that no ORDER BY uses",
	Advice: true,
	Condition: "An index that is not unique and has a key that is an expression with an order written behind it (ASC, DESC, NULLS FIRST or LAST), or a COALESCE, GREATEST or LEAST: " +
		"keys that are there for the order of a list.",
	Effect: "CockroachDB uses an expression index to find rows, for conditions on the same expression, but not for their order: `ORDER BY COALESCE(closed_at, 'infinity') DESC LIMIT 20` " +
		"reads and sorts all rows that the conditions leave, where PostgreSQL reads twenty out of the index.",
	Workaround: "Add a STORED computed column with the expression, index that, and let the queries name the column in ORDER BY. Where the queries cannot be changed, the index only costs, unless conditions use the expression.",
	Versions:   "*",
	Issues:     []int{162504, 115250},
	Sources: []string{
		"measured on v26.1 with Temporal's visibility store: ORDER BY COALESCE(close_time, ...) DESC is served by no index, and 198 of 202 list statements read and sort all matches",
		"measured on v26.1: ORDER BY lower(s), a + b, GREATEST(a, b) and COALESCE(a, b), each with an index of that expression, read and sort the table; WHERE lower(s) = 'x' reads the index",
		"CockroachDB docs, expression-indexes.md", "CockroachDB source v26.1, pkg/sql/opt: expressions of indexes are matched with filters and joins, not with orderings",
	},
	Examples: []Example{
		{
			Name:  "an order by COALESCE",
			Setup: "CREATE TABLE t (ns TEXT, id UUID, closed_at TIMESTAMP, PRIMARY KEY (ns, id));\n",
			Input: "CREATE INDEX by_end ON t (ns, (COALESCE(closed_at, '9999-12-31 23:59:59')) DESC, id);\n",
			Want:  []string{"1:31 warning"},
		},
		{
			Name:  "a key to find rows by",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, email TEXT);\n",
			Input: "CREATE INDEX by_email ON t (lower(email));\n",
		},
		{
			Name:  "a computed column in its place",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, closed_at TIMESTAMP, ended TIMESTAMP GENERATED ALWAYS AS (COALESCE(closed_at, '9999-12-31 23:59:59')) STORED, ns TEXT);\n",
			Input: "CREATE INDEX by_end ON t (ns, ended DESC);\n",
		},
	},
	Trees:     rememberedTrees,
	Statement: remember,
	Finish: func(p *Pass) {
		for _, t := range lastingTables(p) {
			for _, ix := range t.Indexes() {
				if ix.Unique || ix.Method != "btree" {
					continue
				}
				for _, c := range ix.Columns {
					if c.Expr != "" && (c.Ordered || picksValue(catalog.IndexExpr(c.Expr))) {
						advise(p, c.Def, fmt.Sprintf("CockroachDB orders no query by the expression of index %s: ORDER BY %s reads and sorts all rows that the conditions leave", ix.Name.Name, outerText(c)),
							"Index a STORED computed column instead, and order by it")
					}
				}
			}
		}
	},
}

// outerText returns the expression of a key as a query would write it.
func outerText(c catalog.IndexColumn) string {
	text := catalog.IndexExpr(c.Expr)
	if s, err := pgsql.Split([]byte(text)); err == nil && len(s) > 0 && s[0].Is(0, "(") && s[0].Close(0) == len(s[0].Tokens)-1 {
		return s[0].Text[s[0].Tokens[1].Start():s[0].Tokens[len(s[0].Tokens)-2].End()]
	}
	return text
}

// picksValue reports whether an expression is a COALESCE, GREATEST or LEAST.
func picksValue(text string) bool {
	tree, err := pgsql.Parse("SELECT " + text)
	sel, ok := tree.(*pgsql.SelectStmt)
	if err != nil || !ok || len(sel.TargetList) != 1 {
		return false
	}
	if target, ok := sel.TargetList[0].(*pgsql.ResTarget); ok {
		switch target.Val.(type) {
		case *pgsql.CoalesceExpr, *pgsql.MinMaxExpr:
			return true
		}
	}
	return false
}
