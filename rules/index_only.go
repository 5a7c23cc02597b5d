package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var indexOnly = &Rule{
	Name:       "index-only",
	Title:      "CREATE INDEX ON ONLY",
	Condition:  "`CREATE INDEX ... ON ONLY t`, as pg_dump writes it for partitioned tables.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "ONLY goes: a table of CockroachDB has no partitions that are tables, so the index is on all rows of it.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-index.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "only",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON ONLY public.t USING btree (a);\n",
			Output: "CREATE INDEX i ON public.t USING btree (a);\n",
			Want:   []string{"1:19 error exact"},
			Error:  "at or near \"only\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		on := p.Stmt.Find(0, "on")
		if n.Relation == nil || !p.Stmt.Is(on+1, "only") {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(on+1, on+1)}, Message: "CockroachDB does not take ONLY here, and its tables have no partitions to leave out: it goes"}
		f.at(p.Stmt, on+1, on+1)
		if p.Stmt.Is(on+2, "(") { // ONLY (t)
			f.Edits = append(f.Edits, p.Delete(on+2, on+2), p.Delete(p.Stmt.Close(on+2), p.Stmt.Close(on+2)))
		}
		p.Report(f)
	},
}
