package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var currentRole = &Rule{
	Name:       "current-role",
	Title:      "CURRENT_ROLE as the name of a role",
	Condition:  "`CURRENT_ROLE` where a statement names a role: `GRANT ... TO CURRENT_ROLE`, `OWNER TO CURRENT_ROLE`, `REASSIGN OWNED BY ... TO CURRENT_ROLE`.",
	Effect:     "A syntax error (SQLSTATE 42601); `CURRENT_USER` and `SESSION_USER` are accepted.",
	Workaround: "It becomes `CURRENT_USER`, which is the same.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, functions-info: current_role is equivalent to current_user", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a grant",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "GRANT SELECT ON t TO CURRENT_ROLE;\n",
			Output: "GRANT SELECT ON t TO CURRENT_USER;\n",
			Want:   []string{"1:22 error exact"},
			Error:  "at or near \"current_role\": syntax error",
		},
		{
			Name:  "the current user",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "GRANT SELECT ON t TO CURRENT_USER;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindRoleSpec},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.RoleSpec)
		if n.Roletype != pgsql.RolespecCurrentRole {
			return
		}
		at := p.Stmt.tokenOf(n)
		if !p.Stmt.Is(at, "current_role") {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB does not take CURRENT_ROLE as the name of a role; CURRENT_USER is the same"}
		f.at(p.Stmt, at, at)
		f.Edits = []Edit{p.Replace(f.Start, f.End, "CURRENT_USER")}
		p.Report(f)
	},
}
