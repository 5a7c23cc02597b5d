package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var selectInto = &Rule{
	Name:       "select-into",
	Title:      "SELECT ... INTO a new table",
	Condition:  "`SELECT ... INTO [TABLE] t FROM ...`.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "It becomes `CREATE TABLE t AS SELECT ...`.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, sql-selectinto: CREATE TABLE AS is the same", "CockroachDB docs, create-table-as.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a copy",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "SELECT id, a INTO TABLE s FROM t WHERE a <> '';\n",
			Output: "CREATE TABLE s AS SELECT id, a FROM t WHERE a <> '';\n",
			Want:   []string{"1:14 error exact"},
			Error:  "at or near \"into\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindSelectStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.SelectStmt)
		st := p.Stmt
		if n.IntoClause == nil || n.IntoClause.Rel == nil {
			return
		}
		name := st.tokenOf(n.IntoClause.Rel)
		into := name
		for into > 0 && !st.Is(into, "into") {
			into--
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB's SELECT makes no table: CREATE TABLE ... AS does the same"}
		if name < 0 || !st.Is(into, "into") || st.Tree != pgsql.Node(n) || n.Op > pgsql.SetopNone || n.IntoClause.Rel.Relpersistence != "p" {
			f.Fidelity, f.Todo = Manual, "Write CREATE TABLE ... AS"
			p.Report(f)
			return
		}
		last := st.nameEnd(name)
		f.at(st, into, last)
		f.Edits = []Edit{p.Insert(0, "CREATE TABLE "+st.textOf(name, last)+" AS "), p.Delete(into, last)}
		p.Report(f)
	},
}
