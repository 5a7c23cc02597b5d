package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var temporaryView = &Rule{
	Name:       "temporary-view",
	Title:      "Temporary views and sequences",
	Condition:  "`CREATE TEMPORARY VIEW` or `CREATE TEMPORARY SEQUENCE`, or one in the schema `pg_temp`.",
	Effect:     "Refused unless the session has set `experimental_enable_temp_tables` (SQLSTATE XCEXF).",
	Workaround: "The setting is switched on in front of the first of them in a file. Temporary objects are experimental in CockroachDB, and slow to make.",
	Versions:   "*",
	Issues:     []int{46260},
	Sources:    []string{"CockroachDB docs, temporary-tables.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a view and a sequence",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE TEMP VIEW v AS SELECT id FROM t;\nCREATE TEMPORARY SEQUENCE s;\n",
			Output: "SET experimental_enable_temp_tables = 'on';\nCREATE TEMP VIEW v AS SELECT id FROM t;\nCREATE TEMPORARY SEQUENCE s;\n",
			Want:   []string{"1:1 error weaker", "2:1 error weaker"},
			Error:  "temporary tables are only supported experimentally",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindViewStmt, pgsql.KindCreateSeqStmt, pgsql.KindVariableSetStmt},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[tempSources](p)
		var rv *pgsql.RangeVar
		switch n := node.(type) {
		case *pgsql.VariableSetStmt:
			if n.Name == "experimental_enable_temp_tables" {
				mem.set = mapSet(mem.set, p.Stmt.Source, true)
			}
			return
		case *pgsql.ViewStmt:
			rv = n.View
		case *pgsql.CreateSeqStmt:
			rv = n.Sequence
		}
		if rv == nil || rv.Relpersistence != "t" && rv.Schemaname != tempSchema || mem.set[p.Stmt.Source] {
			return
		}
		f := Finding{Severity: Error, Fidelity: Weaker, Message: "temporary objects are experimental in CockroachDB: the session has to set experimental_enable_temp_tables first"}
		if f.Follows = mem.edited[p.Stmt.Source]; !f.Follows {
			f.Edits = []Edit{p.Insert(0, "SET experimental_enable_temp_tables = 'on';\n")}
			mem.edited = mapSet(mem.edited, p.Stmt.Source, true)
		}
		p.Report(f)
	},
}

// tempSources is the rule's memory by source: where the setting is on, and
// where the rule switches it on.
type tempSources struct{ set, edited map[int]bool }
