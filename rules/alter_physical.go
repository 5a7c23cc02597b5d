package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var alterPhysical = &Rule{
	Name:  "alter-table-physical",
	Title: "ALTER TABLE commands about PostgreSQL's storage, statistics and replication",
	Condition: "`ALTER COLUMN ... SET STATISTICS`, `SET STORAGE`, `SET COMPRESSION`, `SET (n_distinct = ...)`, `CLUSTER ON`, `SET WITHOUT CLUSTER`, `SET WITHOUT OIDS`, " +
		"`REPLICA IDENTITY`, `OF type`, `NOT OF`, `ENABLE` and `DISABLE TRIGGER`, `ENABLE` and `DISABLE RULE`.",
	Effect: "They are a syntax error in CockroachDB (SQLSTATE 42601).",
	Workaround: "What tunes a storage, a planner or a replication that CockroachDB does not have goes. So does `ENABLE TRIGGER`: triggers are always enabled. `DISABLE TRIGGER` goes where the table has no " +
		"triggers (foreign keys stay checked while rows are loaded); on a table with triggers it is left to a person, since they would fire.",
	Versions: "*",
	Sources:  []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "statistics and storage",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "ALTER TABLE ONLY t ALTER COLUMN a SET STATISTICS 500, ALTER COLUMN a SET NOT NULL;\nALTER TABLE ONLY t REPLICA IDENTITY FULL;\n",
			Output: "ALTER TABLE ONLY t ALTER COLUMN a SET NOT NULL;\n",
			Want:   []string{"1:20 error exact", "2:20 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "triggers around a load of data",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "ALTER TABLE t DISABLE TRIGGER ALL;\nINSERT INTO t VALUES (1, 'a');\nALTER TABLE t ENABLE TRIGGER ALL;\n",
			Output: "INSERT INTO t VALUES (1, 'a');\n",
			Want:   []string{"1:15 error weaker", "3:15 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "triggers that would fire",
			Target: ">=24.3",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n" +
				"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Input:  "ALTER TABLE t DISABLE TRIGGER g;\n",
			Want:   []string{"1:15 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "ALTER COLUMN that CockroachDB takes",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x', ALTER COLUMN a SET NOT NULL;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		if n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt); ok && n.Objtype == pgsql.ObjectIndex {
			return // alter-index
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if message, ok := physical[cmd.Subtype]; ok {
				fid := Exact
				if cmd.Subtype == pgsql.ATAddOf {
					fid = Weaker
				}
				goes(p, list, i, fid, message)
				return
			}
			switch cmd.Subtype {
			case pgsql.ATDisableTrig, pgsql.ATDisableTrigAll, pgsql.ATDisableTrigUser, pgsql.ATEnableReplicaTrig:
				disableTrigger(p, list, i)
			}
		})
	},
}

// physical are the commands that go, with the reason.
var physical = map[pgsql.AlterTableType]string{
	pgsql.ATSetStatistics:     "CockroachDB collects its histograms by itself: SET STATISTICS goes",
	pgsql.ATSetStorage:        "CockroachDB has no TOAST: SET STORAGE goes",
	pgsql.ATSetCompression:    "CockroachDB compresses blocks, not columns: SET COMPRESSION goes",
	pgsql.ATSetOptions:        "CockroachDB's columns have no such options: the command goes",
	pgsql.ATResetOptions:      "CockroachDB's columns have no such options: the command goes",
	pgsql.ATClusterOn:         "CockroachDB keeps rows in the order of the primary key: CLUSTER ON goes",
	pgsql.ATDropCluster:       "CockroachDB keeps rows in the order of the primary key: SET WITHOUT CLUSTER goes",
	pgsql.ATDropOids:          "no table has OIDs: SET WITHOUT OIDS goes",
	pgsql.ATReplicaIdentity:   "CockroachDB's changefeeds need no replica identity: the command goes",
	pgsql.ATAddOf:             "CockroachDB has no typed tables: OF goes, and with it the check that the table follows the type",
	pgsql.ATDropOf:            "CockroachDB has no typed tables: NOT OF goes",
	pgsql.ATEnableTrig:        "triggers are always enabled: the command goes",
	pgsql.ATEnableTrigAll:     "triggers are always enabled: the command goes",
	pgsql.ATEnableTrigUser:    "triggers are always enabled: the command goes",
	pgsql.ATEnableAlwaysTrig:  "triggers are always enabled, in every session: the command goes",
	pgsql.ATEnableRule:        "CockroachDB has no rules: the command goes",
	pgsql.ATEnableAlwaysRule:  "CockroachDB has no rules: the command goes",
	pgsql.ATEnableReplicaRule: "CockroachDB has no rules: the command goes",
	pgsql.ATDisableRule:       "CockroachDB has no rules: the command goes",
}

func disableTrigger(p *Pass, list List, i int) {
	n := p.Stmt.Tree.(*pgsql.AlterTableStmt)
	if t := p.Catalog.Table(n.Relation); t != nil && len(t.Triggers()) == 0 {
		goes(p, list, i, Weaker, "triggers cannot be disabled; the table has none of its own, but its foreign keys stay checked: the command goes")
		return
	}
	f := manual("triggers cannot be disabled in CockroachDB: they fire for every row", "Drop the trigger and create it again afterwards, or let its function return early")
	f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
	p.Report(f)
}
