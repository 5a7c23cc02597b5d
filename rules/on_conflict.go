package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var onConflict = &Rule{
	Name:       "on-conflict",
	Title:      "ON CONFLICT on an expression",
	Condition:  "`ON CONFLICT (lower(a))`, or a conflict target with COLLATE or an operator class.",
	Effect:     "A syntax error (SQLSTATE 42601): the target is a list of columns or a constraint.",
	Workaround: "Manual: `ON CONFLICT DO NOTHING` without a target takes every unique index; for `DO UPDATE` make the expression a stored computed column with a unique index.",
	Versions:   "*",
	Issues:     []int{67893},
	Sources:    []string{"CockroachDB docs, insert.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an expression",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "INSERT INTO t VALUES (1, 'a') ON CONFLICT (lower(a)) DO NOTHING;\n",
			Want:   []string{"1:44 error manual"},
			Error:  "at or near \"(\": syntax error",
			Manual: true,
		},
		{
			Name:  "a column",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "INSERT INTO t VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET a = excluded.a;\nINSERT INTO t VALUES (1, 'a') ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindInferClause},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.InferClause)
		for i, e := range n.IndexElems {
			el, ok := e.(*pgsql.IndexElem)
			if !ok || el.Expr == nil && len(el.Collation) == 0 && len(el.Opclass) == 0 {
				continue
			}
			f := manual("CockroachDB's ON CONFLICT takes columns, no expressions, collations or operator classes", "Leave the target out (DO NOTHING), or make the expression a stored computed column with a unique index")
			if at := p.Stmt.tokenOf(n); at >= 0 && p.Stmt.Is(at, "(") {
				if list := p.Stmt.Elements(at); i < len(list) {
					f.at(p.Stmt, list[i][0], list[i][1])
				}
			}
			p.Report(f)
			return
		}
	},
}
