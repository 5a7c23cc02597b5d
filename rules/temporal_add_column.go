package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var temporalAddColumn = &Rule{
	Name:      "temporal-add-column",
	Title:     "temporal-sql-tool skips a whole ALTER TABLE when one column exists",
	Layout:    "temporal",
	Condition: "An ALTER TABLE of a Temporal schema directory with several ADD COLUMN, at least one of them with IF NOT EXISTS: some of the columns may be there already.",
	Effect: "IF NOT EXISTS cannot stay (see temporal-if-exists). Without it, one existing column makes the whole statement fail; the tool takes the " +
		"error for harmless because it says \"already exists\", goes on, and the other columns are never made although the version says so.",
	Workaround: "One ALTER TABLE for each column.",
	Versions:   "*",
	Sources:    []string{"temporal: tools/common/schema/updatetask.go (error tolerance since v1.22.0)", "visibility v1.13 of v1.30.5 and later on a database of v1.30.0 to v1.30.4"},
	Examples: []Example{
		{
			Name:   "two columns",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input:  "ALTER TABLE t\n  ADD COLUMN IF NOT EXISTS b TEXT,\n  -- the other\n  ADD COLUMN IF NOT EXISTS c TEXT;\n",
			Output: "ALTER TABLE t\n  ADD COLUMN b TEXT;\n  -- the other\n  ALTER TABLE t ADD COLUMN c TEXT;\n",
			Want:   []string{"1:1 error exact"},
		},
		{
			Name:  "columns that cannot exist yet stay in one statement",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input: "ALTER TABLE t ADD COLUMN b TEXT, ADD COLUMN c TEXT;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.AlterTableStmt)
		commands := catalog.CommandTokens(p.Stmt.Statement, n)
		if len(n.Cmds) < 2 || len(commands) != len(n.Cmds) {
			return
		}
		perhaps := false
		for _, c := range n.Cmds {
			cmd, ok := c.(*pgsql.AlterTableCmd)
			if !ok || cmd.Subtype != pgsql.ATAddColumn {
				return
			}
			perhaps = perhaps || cmd.MissingOk
		}
		if !perhaps {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact,
			Message: "some of these columns may exist already, and temporal-sql-tool passes over a statement that says \"already exists\" as a whole: each column gets an ALTER TABLE of its own"}
		st := p.Stmt
		head := st.textOf(0, commands[0][0]-1)
		f.at(st, 0, commands[0][0]-1) // the columns may have findings of their own
		for i := 1; i < len(commands); i++ {
			comma := commands[i-1][1] + 1
			f.Edits = append(f.Edits,
				p.Replace(st.Tokens[comma].Start(), st.Tokens[comma].End(), ";"),
				p.Insert(st.Tokens[commands[i][0]].Start(), head+" "))
		}
		p.Report(f)
	},
}
