package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var policy = &Rule{
	Name:       "policy",
	Title:      "Row-level security exists from v25.2 on, without subqueries",
	Condition:  "`CREATE`, `ALTER` or `DROP POLICY` with a target that holds versions before v25.2; a policy whose condition has a subquery.",
	Effect:     "Before v25.2 these are syntax errors. From then on a condition cannot have a subquery (SQLSTATE 42601: variable sub-expressions are not allowed in POLICY). Without the policy, whoever may read the table reads all of its rows.",
	Workaround: "Manual: a policy protects data, so it does not go by itself. A subquery can move into a function that the condition calls (from v25.3 on). Without row-level security, views and privileges on them can take its place.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs v25.2, row-level-security.md and create-policy.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "portable",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE POLICY p ON t USING (a = current_user);\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
		{
			Name:   "kept from v25.2 on",
			Target: ">=25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON t USING (a = current_user);\n",
		},
		{
			Name:   "a subquery",
			Target: ">=25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE POLICY p ON t USING (EXISTS (SELECT 1 FROM u));\n",
			Want:   []string{"1:29 error manual"},
			Error:  "variable sub-expressions are not allowed in POLICY",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreatePolicyStmt, pgsql.KindAlterPolicyStmt, pgsql.KindDropStmt, pgsql.KindSubLink, pgsql.KindRenameStmt},
	Check: func(p *Pass, node pgsql.Node) {
		const todo = "Set the target to \">=25.2\", or protect the rows by views and privileges on them"
		early := !p.Target.Within(">=25.2")
		report := func(message string, first, last int) {
			f := manual(message, todo)
			f.Until = "25.2"
			f.at(p.Stmt, first, last)
			p.Report(f)
		}
		switch n := node.(type) {
		case *pgsql.SubLink:
			switch p.Parents[0].(type) {
			case *pgsql.CreatePolicyStmt, *pgsql.AlterPolicyStmt:
				if at := p.Stmt.tokenOf(n); !early && at >= 0 {
					f := manual("CockroachDB takes no subquery in a policy", "Move the subquery into a function that the policy calls")
					f.at(p.Stmt, at, at)
					p.Report(f)
				}
			}
		case *pgsql.DropStmt:
			if early && n.RemoveType == pgsql.ObjectPolicy {
				f := Finding{Severity: Error, Fidelity: Exact, Until: "25.2", Edits: p.DropStatement(), Message: "policies do not exist before v25.2: there is none to drop"}
				p.Report(f)
			}
		case *pgsql.RenameStmt:
			if early && n.RenameType == pgsql.ObjectPolicy {
				report("policies do not exist before v25.2", 0, len(p.Stmt.Tokens)-1)
			}
		default:
			if early {
				report("policies do not exist before v25.2: all rows of the table would be seen", 0, len(p.Stmt.Tokens)-1)
			}
		}
	},
}
