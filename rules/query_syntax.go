package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var querySyntax = &Rule{
	Name:  "query-syntax",
	Title: "Parts of queries that CockroachDB's grammar lacks",
	Condition: "`TABLESAMPLE`; `ROLLUP`, `CUBE`, `GROUPING SETS` and `GROUPING()`; `FETCH FIRST ... WITH TIES`; `SEARCH` and `CYCLE` of a recursive query; an alias of `JOIN ... USING`; " +
		"`ORDER BY ... USING`; XML and SQL/JSON constructors; `IS NORMALIZED`; arguments by name (`f(a => 1)`) and `VARIADIC`; assignment to an element of an array; strings as `U&'...'`.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000), wherever the query stands: in a view, in INSERT ... SELECT, in a function.",
	Workaround: "Manual: the query has to be written in another way, such as `UNION ALL` of several GROUP BY.",
	Versions:   "*",
	Issues:     []int{46280, 32551},
	Sources:    []string{"CockroachDB docs, sql-grammar.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "grouping sets in a view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE VIEW v AS SELECT a, count(*) FROM t GROUP BY ROLLUP (a);\n",
			Want:   []string{"1:53 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "a sample",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "INSERT INTO t SELECT id + 1, a FROM t TABLESAMPLE SYSTEM (1);\n",
			Want:   []string{"1:51 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "what CockroachDB takes",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "CREATE VIEW v AS SELECT DISTINCT ON (a) a, count(*) OVER () FROM t GROUP BY a, id ORDER BY a FETCH FIRST 1 ROW ONLY;\n",
		},
	},
	Nodes: []pgsql.Kind{
		pgsql.KindRangeTableSample, pgsql.KindGroupingSet, pgsql.KindGroupingFunc, pgsql.KindSelectStmt, pgsql.KindCommonTableExpr, pgsql.KindJoinExpr,
		pgsql.KindSortBy, pgsql.KindXmlExpr, pgsql.KindXmlSerialize, pgsql.KindRangeTableFunc, pgsql.KindJsonObjectConstructor,
		pgsql.KindJsonArrayConstructor, pgsql.KindJsonArrayQueryConstructor, pgsql.KindJsonObjectAgg, pgsql.KindJsonArrayAgg, pgsql.KindFuncCall,
		pgsql.KindNamedArgExpr, pgsql.KindResTarget, pgsql.KindCreateFunctionStmt,
	},
	Check: func(p *Pass, node pgsql.Node) {
		if _, ok := node.(*pgsql.CreateFunctionStmt); ok {
			reportBody(p, aboutSyntax)
			return
		}
		what, todo := querySyntaxOf(node)
		if isPartTarget(node, p.Parent(0)) {
			what, todo = partTarget()
		}
		if what == "" {
			return
		}
		f := manual("CockroachDB has no "+what, todo)
		for n, i := node, 0; n != nil; n, i = p.Parent(i), i+1 {
			if at := p.Stmt.tokenOf(n); at >= 0 {
				f.at(p.Stmt, at, at)
				break
			}
		}
		p.Report(f)
	},
	Statement: func(p *Pass) {
		if p.Stmt.LacksKind(pgsql.Literal) {
			return
		}
		for i, t := range p.Stmt.Tokens {
			if t.Kind() == pgsql.Literal && strings.EqualFold(p.Stmt.Text[t.Start():min(t.Start()+2, t.End())], "u&") {
				f := manual("CockroachDB has no strings with Unicode escapes (U&'...')", "Write the characters themselves, or E'\\u....'")
				f.at(p.Stmt, i, i)
				p.Report(f)
			}
		}
	},
}

// querySyntaxOf names what CockroachDB lacks of a node, or returns "".
func querySyntaxOf(node pgsql.Node) (what, todo string) {
	switch n := node.(type) {
	case *pgsql.RangeTableSample:
		return "TABLESAMPLE", "Write WHERE random() < 0.01, or leave the sample out"
	case *pgsql.GroupingSet:
		if n.Kind_ == pgsql.GroupingSetEmpty {
			return "", ""
		}
		return "ROLLUP, CUBE and GROUPING SETS", "Write UNION ALL of several GROUP BY"
	case *pgsql.GroupingFunc:
		return "GROUPING()", "Write UNION ALL of several GROUP BY"
	case *pgsql.SelectStmt:
		if n.LimitOption == pgsql.LimitOptionWithTies {
			return "FETCH FIRST ... WITH TIES", "Use rank() in a subquery"
		}
	case *pgsql.CommonTableExpr:
		if n.SearchClause != nil || n.CycleClause != nil {
			return "SEARCH and CYCLE in a recursive query", "Collect the path in an array column and compare with it"
		}
	case *pgsql.JoinExpr:
		if n.JoinUsingAlias != nil {
			return "alias of JOIN ... USING", "Name the columns by their tables"
		}
	case *pgsql.SortBy:
		if n.SortbyDir == pgsql.SortbyUsing {
			return "ORDER BY ... USING", "Write ASC or DESC"
		}
	case *pgsql.XmlExpr, *pgsql.XmlSerialize:
		return "XML", "Store the text and parse it in the application"
	case *pgsql.RangeTableFunc:
		return "XMLTABLE", "Parse the XML in the application"
	case *pgsql.JsonObjectConstructor, *pgsql.JsonObjectAgg:
		return "JSON_OBJECT of SQL/JSON", "Use json_build_object or json_object_agg"
	case *pgsql.JsonArrayConstructor, *pgsql.JsonArrayAgg, *pgsql.JsonArrayQueryConstructor:
		return "JSON_ARRAY of SQL/JSON", "Use json_build_array or json_agg"
	case *pgsql.FuncCall:
		if catalog.ListName(n.Funcname).Name == "is_normalized" {
			return "IS NORMALIZED", "Normalise in the application"
		}
		if n.FuncVariadic {
			return "VARIADIC in a call", "Give the elements one by one"
		}
	case *pgsql.NamedArgExpr:
		return "arguments by name", "Give all arguments in the order of the function's parameters"
	}
	return "", ""
}

// isPartTarget reports whether a node is the target of an assignment to an
// element or a field of a column.
func isPartTarget(n, parent pgsql.Node) bool {
	t, ok := n.(*pgsql.ResTarget)
	if !ok || len(t.Indirection) == 0 {
		return false
	}
	switch parent.(type) {
	case *pgsql.UpdateStmt, *pgsql.InsertStmt, *pgsql.OnConflictClause:
		return true
	}
	return false
}

func partTarget() (what, todo string) {
	return "assignment to a part of a column", "Write the column as a whole: SET a = array_cat(...), SET j = jsonb_set(...)"
}
