package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var temporalIfExists = &Rule{
	Name:      "temporal-if-exists",
	Title:     "temporal-sql-tool stumbles over the word IF",
	Layout:    "temporal",
	Condition: "The unquoted word IF in a statement of a Temporal schema directory.",
	Effect: "The tool splits files on its own. In v1.30.0 to v1.30.4 and v1.31.0 it takes every IF for the start of an IF ... END IF block " +
		"and refuses the file (\"unmatched `i`\"); before, it refuses END IF, and since, IF in all places but CREATE TABLE, CREATE INDEX and ADD COLUMN.",
	Workaround: "IF NOT EXISTS goes: the tool itself passes over errors that say \"already exists\", which is how CockroachDB words them. IF EXISTS goes " +
		"where the history shows that the object exists.",
	Versions: "*",
	Sources:  []string{"temporal: common/persistence/query_util.go in v1.29.7, v1.30.4, v1.32.0, measured"},
	Examples: []Example{
		{
			Name:   "an index",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input:  "CREATE INDEX IF NOT EXISTS by_a ON t (a);\n",
			Output: "CREATE INDEX by_a ON t (a);\n",
			Want:   []string{"1:14 error exact"},
		},
		{
			Name:   "a drop of what the history made",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\nCREATE INDEX by_a ON t (a);\n",
			Input:  "DROP INDEX IF EXISTS by_a;\n",
			Output: resumeComment + "CREATE INDEX by_a ON t (a) WHERE false;\nDROP INDEX by_a;\n",
			Want:   []string{"1:12 error exact"},
		},
		{
			Name:   "a drop of something unknown",
			Input:  "DROP TABLE IF EXISTS t;\n",
			Want:   []string{"1:12 error manual"},
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		st := p.Stmt
		if st.Tree == nil || st.Lacks("if") {
			return
		}
		for i, t := range st.Tokens {
			if t.End()-t.Start() != len("if") {
				continue
			}
			switch {
			case st.Words(i, "if", "not", "exists"):
				f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(i, i+2)},
					Message: "temporal-sql-tool v1.30.0 to v1.30.4 and v1.31.0 cannot read a file with the word IF; the tool passes over \"already exists\" by itself, so IF NOT EXISTS goes"}
				f.at(st, i, i+2)
				p.Report(f)
			case st.Words(i, "if", "exists"):
				f := manual("temporal-sql-tool cannot read a file with IF EXISTS, and stops at \"does not exist\"", "Drop the object in a version that surely has it, without IF EXISTS")
				f.at(st, i, i+1)
				if p.objectExists() {
					f.Fidelity, f.Todo, f.Edits = Exact, "", []Edit{p.Delete(i, i+1)}
					f.Message = "temporal-sql-tool cannot read a file with IF EXISTS; the history shows that the object exists, so the words go"
				}
				p.Report(f)
			}
		}
	},
}

// objectExists reports whether the catalog knows every object that the
// statement drops or alters.
func (p *Pass) objectExists() bool {
	switch n := p.Stmt.Tree.(type) {
	case *pgsql.DropStmt:
		for _, name := range dropNames(n) {
			switch n.RemoveType {
			case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview:
				if p.Catalog.Relation(name) == nil {
					return false
				}
			case pgsql.ObjectIndex:
				if len(p.Catalog.Indexes(name)) == 0 {
					return false
				}
			default:
				return false
			}
		}
		return true
	case *pgsql.AlterTableStmt:
		t := p.Catalog.Table(n.Relation)
		if t == nil {
			return false
		}
		for _, c := range n.Cmds {
			if cmd, ok := c.(*pgsql.AlterTableCmd); ok && cmd.Subtype == pgsql.ATDropColumn && t.Column(cmd.Name) == nil {
				return false
			}
		}
		return true
	}
	return false
}
