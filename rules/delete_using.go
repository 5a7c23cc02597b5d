package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var deleteUsing = &Rule{
	Name:       "delete-using",
	Title:      "DELETE ... USING exists from v23.1 on",
	Condition:  "`DELETE FROM t USING u WHERE ...` with a target that holds v22.2.",
	Effect:     "A syntax error (SQLSTATE 0A000).",
	Workaround: "Write `DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE ...)`.",
	Versions:   "<23.1",
	Issues:     []int{40963},
	Sources:    []string{"release note v23.1"},
	Examples: []Example{
		{
			Name:   "portable",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "DELETE FROM t USING u WHERE t.id = u.id;\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
		{
			Name:   "kept from v23.1 on",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "DELETE FROM t USING u WHERE t.id = u.id;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindDeleteStmt},
	Check: func(p *Pass, node pgsql.Node) {
		if len(node.(*pgsql.DeleteStmt).UsingClause) == 0 {
			return
		}
		f := manual("DELETE ... USING is a syntax error before v23.1", "Write DELETE ... WHERE EXISTS (SELECT ...), or set the target to \">=23.1\"")
		f.Until = "23.1"
		p.Report(f)
	},
}
