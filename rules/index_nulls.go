package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexNullsOrder = &Rule{
	Name:       "index-nulls-order",
	Title:      "NULLS FIRST and NULLS LAST in an index",
	Condition:  "`CREATE INDEX ... (a ASC NULLS LAST)` or `(a DESC NULLS FIRST)`.",
	Effect:     "These are refused (SQLSTATE 0A000): CockroachDB's indexes have NULL first in ascending and last in descending order. The two other combinations are accepted.",
	Workaround: "The clause goes: it only spells out PostgreSQL's default. NULL sorts first in CockroachDB's queries as well, unless they say otherwise or `null_ordered_last` is set.",
	Versions:   "*",
	Issues:     []int{6224},
	Sources:    []string{"CockroachDB docs, order-by.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "PostgreSQL's default spelled out",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "CREATE INDEX i ON t (a NULLS LAST, b DESC NULLS FIRST);\n",
			Output: "CREATE INDEX i ON t (a, b DESC);\n",
			Want:   []string{"1:24 error exact", "1:43 error exact"},
			Error:  "at or near \"last\": syntax error",
		},
		{
			Name:  "what CockroachDB does anyway",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input: "CREATE INDEX i ON t (a ASC NULLS FIRST, b DESC NULLS LAST);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		elements := catalog.IndexElements(p.Stmt.Statement, n)
		if len(elements) != len(n.IndexParams) {
			return
		}
		for i, e := range n.IndexParams {
			el, ok := e.(*pgsql.IndexElem)
			if !ok {
				continue
			}
			descending := el.Ordering == pgsql.SortbyDesc
			if last := el.NullsOrdering == pgsql.SortbyNullsLast; el.NullsOrdering <= pgsql.SortbyNullsDefault || last == descending {
				continue
			}
			at := elements[i][1] - 1
			if !p.Stmt.Is(at, "nulls") {
				continue
			}
			f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(at, at+1)},
				Message: fmt.Sprintf("CockroachDB's indexes have NULL where it sorts it, which %s is not: the clause goes", p.Stmt.textOf(at, at+1))}
			f.at(p.Stmt, at, at+1)
			p.Report(f)
		}
	},
}
