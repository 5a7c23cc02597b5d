package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var multipleMutations = &Rule{
	Name:      "multiple-mutations",
	Title:     "A statement that changes the same table twice",
	Condition: "A statement with INSERT, UPDATE or DELETE in its WITH clause, two parts of which write to the same table, unless each is an INSERT without `ON CONFLICT`.",
	Effect:    "CockroachDB refuses it: \"multiple mutations of the same table are not supported\" (SQLSTATE 0A000). A function with such a statement is refused when it is made.",
	Workaround: "Manual: two statements in one transaction, with what the first returns kept in a table; or, where no row is changed twice, the setting " +
		"`sql.multiple_modifications_of_table.enabled` of the cluster.",
	Versions: "*",
	Issues:   []int{70731},
	Sources:  []string{"CockroachDB docs, known limitations", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "rows that are replaced",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "WITH gone AS (DELETE FROM t WHERE id = 1 RETURNING a) INSERT INTO t SELECT 2, a FROM gone;\n",
			Want:   []string{"1:67 error manual"},
			Error:  "multiple mutations of the same table",
			Manual: true,
		},
		{
			Name:  "another table, and inserts only",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "WITH gone AS (DELETE FROM t WHERE id = 1 RETURNING a) INSERT INTO u SELECT 2, a FROM gone;\n" +
				"WITH one AS (INSERT INTO t VALUES (1, 'x') RETURNING a) INSERT INTO t SELECT 2, a FROM one;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindWithClause},
	Check: func(p *Pass, node pgsql.Node) {
		statement := p.Parent(0)
		if statement == nil || len(p.Parents) > 1 {
			return // a WITH clause within one, which the outer one covers
		}
		writes := map[string][]write{}
		pgsql.Walk(statement, func(n pgsql.Node, _ []pgsql.Node) bool {
			rv := writtenTo(n)
			if rv == nil {
				return true
			}
			name := rangeText(rv)
			if t := p.Catalog.Table(rv); t != nil {
				name = t.Name.String()
			}
			insert, _ := n.(*pgsql.InsertStmt)
			writes[name] = append(writes[name], write{rv, insert != nil && insert.OnConflictClause == nil})
			return true
		})
		for _, name := range slices.Sorted(maps.Keys(writes)) {
			list, plain := writes[name], 0
			for _, w := range list {
				if w.plain {
					plain++
				}
			}
			if len(list) < 2 || plain == len(list) {
				continue
			}
			last := list[0].table
			for _, w := range list {
				if w.table.Location > last.Location {
					last = w.table
				}
			}
			f := manual(fmt.Sprintf("CockroachDB does not change table %s twice in one statement", name),
				"Split the statement in two, or set sql.multiple_modifications_of_table.enabled where no row is changed twice")
			if at := p.Stmt.tokenOf(last); at >= 0 {
				f.at(p.Stmt, at, p.Stmt.nameEnd(at))
			}
			p.Report(f)
		}
	},
}

// write is a part of a statement that changes a table; plain tells that it is
// an INSERT without ON CONFLICT.
type write struct {
	table *pgsql.RangeVar
	plain bool
}
