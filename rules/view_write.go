package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var viewWrite = &Rule{
	Name:       "view-write",
	Title:      "Views cannot be written to",
	Condition:  "`INSERT`, `UPDATE`, `DELETE` or `MERGE` of a view.",
	Effect:     "Refused (SQLSTATE 42809): PostgreSQL hands the rows of a simple view on to its table, CockroachDB's views are read only.",
	Workaround: "Write to the table behind the view. Which of its columns the view shows, and which rows, a person has to see.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, views.md", "CockroachDB source v26.1, opt/optbuilder/util.go (resolveTable)"},
	Examples: []Example{
		{
			Name:   "rows",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\nCREATE VIEW v AS SELECT id, a FROM t;\n",
			Input:  "INSERT INTO v VALUES (1, 2);\n",
			Want:   []string{"1:13 error manual"},
			Error:  "\"v\" is not a table",
			Manual: true,
		},
		{
			Name:   "a change",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\nCREATE VIEW v AS SELECT id, a FROM t;\n",
			Input:  "UPDATE v SET a = 1 WHERE id = 1;\n",
			Want:   []string{"1:8 error manual"},
			Error:  "\"v\" is not a table",
			Manual: true,
		},
		{
			Name:  "a view that is read",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\nCREATE VIEW v AS SELECT id, a FROM t;\n",
			Input: "INSERT INTO t SELECT id + 1, a FROM v;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindInsertStmt, pgsql.KindUpdateStmt, pgsql.KindDeleteStmt, pgsql.KindMergeStmt},
	Check: func(p *Pass, node pgsql.Node) {
		rv := writtenTo(node)
		t := p.Catalog.Table(rv)
		if t == nil || t.Kind != catalog.View && t.Kind != catalog.MatView {
			return
		}
		f := manual(fmt.Sprintf("CockroachDB writes to no view, and %s is one", rv.Relname), "Write to the table behind the view")
		if i := p.Stmt.tokenOf(rv); i >= 0 {
			f.at(p.Stmt, i, p.Stmt.nameEnd(i))
		}
		p.Report(f)
	},
}

// writtenTo returns the relation that a statement writes to, or nil.
func writtenTo(n pgsql.Node) *pgsql.RangeVar {
	switch n := n.(type) {
	case *pgsql.InsertStmt:
		return n.Relation
	case *pgsql.UpdateStmt:
		return n.Relation
	case *pgsql.DeleteStmt:
		return n.Relation
	case *pgsql.MergeStmt:
		return n.Relation
	}
	return nil
}
