package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var indexTablespace = &Rule{
	Name:       "index-tablespace",
	Title:      "TABLESPACE of an index",
	Condition:  "`CREATE INDEX ... TABLESPACE ts`.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "The clause goes: it says on which disk PostgreSQL keeps the index.",
	Versions:   "*",
	Issues:     []int{54113},
	Sources:    []string{"CockroachDB docs, create-index.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a tablespace",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON t (a) TABLESPACE fast WHERE a <> '';\n",
			Output: "CREATE INDEX i ON t (a) WHERE a <> '';\n",
			Want:   []string{"1:25 error exact"},
			Error:  "at or near \"tablespace\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		at := p.Stmt.Find(afterKeys(p.Stmt, n), "tablespace")
		if n.TableSpace == "" || at < 0 {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(at, at+1)}, Message: "CockroachDB has no tablespaces: the clause goes"}
		f.at(p.Stmt, at, at+1)
		p.Report(f)
	},
}
