package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var recordColumn = &Rule{
	Name:  "record-column",
	Title: "Rows as values in what is stored",
	Condition: "A view or a `CREATE TABLE AS` with a column that is a row: `ROW(a, b)`, or a table as a whole (`SELECT t FROM t`); " +
		"a cast to the type of a table's rows in a view, a default or a CHECK, such as `jsonb_populate_record(NULL::t, j)`.",
	Effect: "CockroachDB refuses the statement: \"cannot use anonymous record type as table column\" (SQLSTATE 42P16), \"cannot modify table record type\" (2BP01) or \"cannot use table record type as table column\" (0A000). " +
		"Queries and functions take both.",
	Workaround: "Manual: write the columns out, or make JSON of the row; in place of the table's type use one of `CREATE TYPE ... AS`.",
	Versions:   "*",
	Issues:     []int{70099},
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a table as a whole, and a row",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE VIEW v AS SELECT t AS r FROM t;\nCREATE TABLE u AS SELECT ROW(1, 2) AS r;\n",
			Want:   []string{"1:25 error manual", "2:26 error manual"},
			Error:  "cannot use anonymous record type as table column",
			Manual: true,
		},
		{
			Name:   "the type of a table",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\n",
			Input:  "CREATE VIEW v AS SELECT r.id FROM t, jsonb_populate_record(NULL::t, t.j) AS r;\n",
			Want:   []string{"1:66 error manual"},
			Error:  "cannot modify table record type \"t\"",
			Manual: true,
		},
		{
			Name:   "rows that are not stored",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\nCREATE TYPE c AS (x INT8);\n",
			Input:  "CREATE VIEW v AS SELECT to_jsonb(t) AS r, (t).id AS id, t.j AS t FROM t WHERE ROW(1, 2) = (1, t.id);\nCREATE VIEW w AS SELECT NULL::c AS x;\nSELECT NULL::t, t FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindViewStmt, pgsql.KindCreateTableAsStmt, pgsql.KindTypeCast},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.ViewStmt:
			rowsOf(p, n.Query)
		case *pgsql.CreateTableAsStmt:
			rowsOf(p, n.Query)
		case *pgsql.TypeCast:
			name := catalog.ListName(n.TypeName.Names)
			if !isStored(p) || p.Catalog.Type(name) != nil || p.Catalog.Relation(name) == nil {
				return
			}
			f := manual(fmt.Sprintf("CockroachDB stores nothing that depends on the type of table %s's rows", name),
				"Make a type with CREATE TYPE ... AS and cast to that, or write the columns out")
			if at := p.Stmt.tokenOf(n.TypeName); at >= 0 {
				f.at(p.Stmt, at, p.Stmt.nameEnd(at))
			}
			p.Report(f)
		}
	},
}

// rowsOf reports the columns of a query that are rows.
func rowsOf(p *Pass, query pgsql.Node) {
	sel, ok := query.(*pgsql.SelectStmt)
	if !ok {
		return
	}
	for sel.Larg != nil {
		sel = sel.Larg
	}
	for _, e := range sel.TargetList {
		t, ok := e.(*pgsql.ResTarget)
		if !ok || !isRow(p, sel, t.Val) {
			continue
		}
		f := manual("CockroachDB has no columns that are rows", "Write the columns of the row out, or make JSON of it with to_jsonb()")
		if at := p.Stmt.tokenOf(t.Val); at >= 0 {
			f.at(p.Stmt, at, at)
		}
		p.Report(f)
	}
}

// isRow reports whether an element of a select list is a row for certain.
func isRow(p *Pass, sel *pgsql.SelectStmt, e pgsql.Node) bool {
	switch e := e.(type) {
	case *pgsql.RowExpr:
		return true
	case *pgsql.ColumnRef:
		if len(e.Fields) != 1 {
			return false
		}
		name := catalog.ListName(e.Fields).Name
		whole, column := false, false
		for _, from := range sel.FromClause {
			pgsql.Walk(from, func(n pgsql.Node, _ []pgsql.Node) bool {
				switch n := n.(type) {
				case *pgsql.RangeVar:
					t := p.Catalog.Table(n)
					if t == nil || len(t.Columns()) == 0 {
						column = true // it may have one of that name
						break
					}
					column = column || t.Column(name) != nil
					whole = whole || n.Alias == nil && n.Relname == name || n.Alias != nil && n.Alias.Aliasname == name
				case *pgsql.RangeSubselect, *pgsql.RangeFunction:
					column = true
					return false
				}
				return true
			})
		}
		return whole && !column
	}
	return false
}

// isStored reports whether the checked node is a part of a view, or of a default
// or a CHECK of a table.
func isStored(p *Pass) bool {
	for _, n := range p.Parents {
		switch n.(type) {
		case *pgsql.ViewStmt, *pgsql.Constraint:
			return true
		}
	}
	return false
}
