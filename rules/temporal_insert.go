package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var temporalInsert = &Rule{
	Name:      "temporal-insert",
	Title:     "temporal-sql-tool cannot repeat an INSERT",
	Layout:    "temporal",
	Condition: "An INSERT without ON CONFLICT in a Temporal schema directory.",
	Effect: "The tool applies statement by statement, without a transaction. When a run is interrupted, the next one repeats the whole version; " +
		"a row that is there already raises a duplicate key, which the tool does not tolerate.",
	Workaround: "ON CONFLICT DO NOTHING is added. The first run does the same as before.",
	Versions:   "*",
	Sources:    []string{"temporal: tools/common/schema/updatetask.go"},
	Examples: []Example{
		{
			Name:   "a first row",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input:  "INSERT INTO t VALUES ('x');\n",
			Output: "INSERT INTO t VALUES ('x') ON CONFLICT DO NOTHING;\n",
			Want:   []string{"1:1 warning exact"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindInsertStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.InsertStmt)
		if n.OnConflictClause != nil || len(n.ReturningList) > 0 || p.Stmt.Tree != node {
			return
		}
		p.Report(Finding{Severity: Warning, Fidelity: Exact,
			Message: "an interrupted run of temporal-sql-tool repeats this INSERT, and the tool stops at the duplicate key: ON CONFLICT DO NOTHING lets it pass",
			Edits:   []Edit{p.Insert(len(p.Stmt.Text), " ON CONFLICT DO NOTHING")},
		})
	},
}
