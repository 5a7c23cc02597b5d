package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var viewStatement = &Rule{
	Name:  "view-statement",
	Title: "Statements about views that CockroachDB takes in another form",
	Condition: "`ALTER TABLE` of a materialized view, `DROP VIEW` of a materialized one or the other way round where PostgreSQL takes it, renaming a view's column, `SELECT` without columns in a view, two columns of one name or of the name of a system column, " +
		"a column list that is shorter than the query, `TABLESAMPLE`, `GROUPING SETS`, `ROLLUP`, `CUBE`, `FETCH ... WITH TIES` in a view.",
	Effect:     "Refused (SQLSTATE 42601, 42809, 42701 or 0A000).",
	Workaround: "`ALTER TABLE` becomes `ALTER MATERIALIZED VIEW`, a short column list is completed with the names that the query gives. The rest is left to a person.",
	Versions:   "*",
	Issues:     []int{46280},
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "ALTER TABLE of a materialized view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE MATERIALIZED VIEW m AS SELECT id FROM t;\n",
			Input:  "ALTER TABLE public.m RENAME TO n;\n",
			Output: "ALTER MATERIALIZED VIEW public.m RENAME TO n;\n",
			Want:   []string{"1:7 error exact"},
			Error:  "is a materialized view",
		},
		{
			Name:   "a short column list",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE VIEW v (x) AS SELECT id, a FROM t;\nCREATE VIEW w (x) AS SELECT * FROM t;\nCREATE VIEW u (x) AS VALUES (1, 2);\n",
			Output: "CREATE VIEW v (x, a) AS SELECT id, a FROM t;\nCREATE VIEW w (x, a) AS SELECT * FROM t;\nCREATE VIEW u (x, column2) AS VALUES (1, 2);\n",
			Want:   []string{"1:15 error exact", "2:15 error exact", "3:15 error exact"},
			Error:  "specifies 1 column name, but data source has 2 columns",
		},
		{
			Name:   "a column of a view renamed",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE VIEW v AS SELECT id FROM t;\n",
			Input:  "ALTER VIEW v RENAME COLUMN id TO x;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "grouping sets",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY ROLLUP (a);\n",
			Want:   []string{"1:58 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{
		pgsql.KindViewStmt, pgsql.KindCreateTableAsStmt, pgsql.KindAlterTableStmt, pgsql.KindRenameStmt, pgsql.KindAlterObjectSchemaStmt,
		pgsql.KindRangeTableSample, pgsql.KindGroupingSet, pgsql.KindSelectStmt,
	},
	Check: func(p *Pass, node pgsql.Node) {
		st := p.Stmt
		stop := func(first, last int, message, todo string) {
			f := Finding{Severity: Error, Fidelity: Manual, Message: message, Todo: todo}
			f.at(st, first, last)
			p.Report(f)
		}
		switch n := node.(type) {
		case *pgsql.ViewStmt:
			completeColumns(p, n.View, n.Aliases, n.Query)
			nameColumns(p, n.Aliases, n.Query, stop)
		case *pgsql.CreateTableAsStmt:
			if n.Into != nil && n.Objtype == pgsql.ObjectMatview {
				completeColumns(p, n.Into.Rel, n.Into.ColNames, n.Query)
				nameColumns(p, n.Into.ColNames, n.Query, stop)
			}
		case *pgsql.AlterTableStmt:
			if n.Objtype == pgsql.ObjectTable && len(n.Cmds) == 1 {
				if c, ok := n.Cmds[0].(*pgsql.AlterTableCmd); ok && c.Subtype == pgsql.ATChangeOwner {
					alterMatview(p, n.Relation)
				}
			}
		case *pgsql.RenameStmt:
			t := p.Catalog.Table(n.Relation)
			switch {
			case n.RenameType == pgsql.ObjectTable:
				alterMatview(p, n.Relation)
			case n.RenameType == pgsql.ObjectColumn && t != nil && (t.Kind == catalog.View || t.Kind == catalog.MatView), n.RenameType == pgsql.ObjectColumn && (n.RelationType == pgsql.ObjectView || n.RelationType == pgsql.ObjectMatview):
				p.Report(manual("CockroachDB does not rename a view's column", "Drop the view and make it again with the new name"))
			}
		case *pgsql.AlterObjectSchemaStmt:
			if n.ObjectType == pgsql.ObjectTable {
				alterMatview(p, n.Relation)
			}
		case *pgsql.RangeTableSample:
			if i := st.TokenAt(int(n.Location)); i < len(st.Tokens) {
				stop(i, i, "TABLESAMPLE is a syntax error in CockroachDB", "Filter with random() instead, or take the clause out")
			}
		case *pgsql.GroupingSet:
			if i := st.TokenAt(int(n.Location)); n.Kind_ != pgsql.GroupingSetEmpty && i < len(st.Tokens) {
				stop(i, i, "GROUPING SETS, ROLLUP and CUBE are a syntax error in CockroachDB", "Write one query for each grouping and join them with UNION ALL")
			}
		case *pgsql.SelectStmt:
			if n.LimitOption == pgsql.LimitOptionWithTies {
				if i := st.find(0, "ties"); i > 0 {
					stop(i-1, i, "WITH TIES is a syntax error in CockroachDB", "Use rank() in a subquery")
				}
			}
		}
	},
}

// alterMatview corrects ALTER TABLE of a materialized view, which PostgreSQL
// takes.
func alterMatview(p *Pass, rv *pgsql.RangeVar) {
	t := p.Catalog.Table(rv)
	if t == nil || t.Kind != catalog.MatView || !p.Stmt.Words(0, "alter", "table") {
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%s is a materialized view, and ALTER TABLE refuses it: it becomes ALTER MATERIALIZED VIEW", t.Name)}
	f.at(p.Stmt, 1, 1)
	f.Edits = []Edit{p.Replace(f.Start, f.End, "MATERIALIZED VIEW")}
	p.Report(f)
}

// completeColumns completes a column list that is shorter than the query.
func completeColumns(p *Pass, rv *pgsql.RangeVar, aliases []pgsql.Node, query pgsql.Node) {
	if rv == nil || len(aliases) == 0 {
		return
	}
	names, ok := resultNames(p, query)
	if len(names) <= len(aliases) {
		return
	}
	st := p.Stmt
	i := st.nameEnd(st.TokenAt(int(rv.Location))) + 1
	shut := st.Close(i)
	if shut < 0 {
		return
	}
	text := ""
	for _, name := range names[len(aliases):] {
		text += ", " + QuoteIdent(name)
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB wants a name for each column or for none: the list is completed with the names that the query gives"}
	f.at(st, i, shut)
	f.Edits = []Edit{p.Insert(st.Tokens[shut].Start(), text)}
	if !ok {
		f.Fidelity, f.Edits, f.Todo = Manual, nil, "Name all columns"
		f.Message = "CockroachDB wants a name for each column or for none, and the list has fewer than the query"
	}
	p.Report(f)
}

// systemColumns are names that no column of a view may have; measured on v26.1.
var systemColumns = map[string]bool{"tableoid": true, "crdb_internal_mvcc_timestamp": true, "crdb_internal_origin_id": true, "crdb_internal_origin_timestamp": true}

// nameColumns reports names that CockroachDB does not take.
func nameColumns(p *Pass, aliases []pgsql.Node, query pgsql.Node, stop func(int, int, string, string)) {
	sel, ok := query.(*pgsql.SelectStmt)
	if !ok || sel.Larg != nil || len(sel.ValuesLists) > 0 {
		return
	}
	st := p.Stmt
	if len(sel.TargetList) == 0 {
		i := st.find(st.Find(0, "as"), "select")
		if i >= 0 {
			stop(i, i, "CockroachDB makes no view without columns", "Give it a column")
		}
		return
	}
	if len(aliases) > 0 {
		return
	}
	names, _ := resultNames(p, query)
	if len(names) != len(sel.TargetList) {
		return
	}
	for i, name := range names {
		rt, _ := sel.TargetList[i].(*pgsql.ResTarget)
		if rt == nil || rt.Location < 0 || !systemColumns[name] {
			continue
		}
		k := st.TokenAt(int(rt.Location))
		stop(k, k, fmt.Sprintf("a view's column cannot have the name %s of a system column", name), "Give the column another name")
	}
}

// resultNames returns the names of a query's columns; ok is false if not all of
// them are known.
func resultNames(p *Pass, query pgsql.Node) (names []string, ok bool) {
	columns, ok := expr.ResultColumns(p.Catalog, query)
	for _, c := range columns {
		ok = ok && c.Name != "?column?"
		names = append(names, c.Name)
	}
	return names, ok
}
