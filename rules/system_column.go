package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var systemColumn = &Rule{
	Name:       "system-column",
	Title:      "System columns of PostgreSQL",
	Condition:  "`ctid`, `xmin`, `xmax`, `cmin` or `cmax` in a query or in the body of a function; `tableoid` exists.",
	Effect:     "\"column does not exist\" (SQLSTATE 42703).",
	Workaround: "Manual: use the primary key (or `rowid`, where a table has none) instead of ctid, and `crdb_internal_mvcc_timestamp` instead of xmin.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, crdb-internal.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "rows that are there twice",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "DELETE FROM t WHERE ctid = '(0,1)';\n",
			Want:   []string{"1:21 error manual"},
			Error:  "column \"ctid\" does not exist",
			Manual: true,
		},
		{
			Name:   "in a function",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE FUNCTION f(i INT8) RETURNS BOOL LANGUAGE sql AS 'INSERT INTO t VALUES (i) ON CONFLICT (id) DO UPDATE SET a = NULL RETURNING xmax = 0';\n",
			Want:   []string{"1:132 error manual"},
			Error:  "column \"xmax\" does not exist",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnRef},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.ColumnRef)
		s, ok := n.Fields[len(n.Fields)-1].(*pgsql.String)
		if !ok {
			return
		}
		todo := hiddenColumns[s.Sval]
		if todo == "" {
			return
		}
		at := p.Stmt.tokenOf(n)
		if at < 0 {
			return
		}
		for _, parent := range p.Parents {
			if _, ok := parent.(*pgsql.CreateFunctionStmt); ok {
				return
			}
		}
		f := manual(fmt.Sprintf("CockroachDB has no system column %s", s.Sval), todo)
		f.at(p.Stmt, at, p.Stmt.nameEnd(at))
		p.Report(f)
	},
}

// hiddenColumns are those of PostgreSQL, with what to do without them.
var hiddenColumns = map[string]string{
	"ctid": "Name the primary key instead, or rowid where the table has none",
	"xmin": "Use crdb_internal_mvcc_timestamp", "xmax": "Leave it out", "cmin": "Leave it out", "cmax": "Leave it out",
}
