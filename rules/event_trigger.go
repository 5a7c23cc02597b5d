package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var eventTrigger = &Rule{
	Name:       "event-trigger",
	Title:      "Event triggers do not exist",
	Condition:  "`CREATE`, `ALTER` or `DROP EVENT TRIGGER`.",
	Effect:     "A syntax error (SQLSTATE 42601): nothing can run when the schema changes.",
	Workaround: "What the trigger does has to move to whoever changes the schema. `ALTER` and `DROP` of one go.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, triggers.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an event trigger",
			Input:  "CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION f();\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"event\": syntax error",
			Manual: true,
		},
		{
			Name:   "dropping one",
			Input:  "DROP EVENT TRIGGER IF EXISTS et;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "at or near \"event\": syntax error",
		},
	},
	Nodes: withObjects(pgsql.KindCreateEventTrigStmt, pgsql.KindAlterEventTrigStmt),
	Check: func(p *Pass, n pgsql.Node) {
		switch n.(type) {
		case *pgsql.CreateEventTrigStmt:
			p.Report(manual("CockroachDB has no event triggers", "Move what the function does to the migrations themselves, then delete the statement"))
		case *pgsql.AlterEventTrigStmt:
			p.drop(Exact, "CockroachDB has no event triggers: there is nothing to change, the statement goes")
		default:
			if isObject(n, pgsql.ObjectEventTrigger) {
				p.drop(Exact, "CockroachDB has no event triggers: there is nothing to change, the statement goes")
			}
		}
	},
}
