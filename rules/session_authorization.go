package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var sessionAuthorization = &Rule{
	Name:       "session-authorization",
	Title:      "SET SESSION AUTHORIZATION",
	Condition:  "`SET SESSION AUTHORIZATION role`, `RESET SESSION AUTHORIZATION`, `SHOW SESSION AUTHORIZATION`. `... DEFAULT` is accepted.",
	Effect:     "A syntax error (SQLSTATE 0A000 or 42601).",
	Workaround: "It becomes `SET ROLE`, which acts as that role in the same way but leaves `session_user` as it is and needs to be a member of it; `RESET ROLE` takes it back.",
	Versions:   "*",
	Issues:     []int{40283},
	Sources:    []string{"CockroachDB docs, set-vars.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "another role for a while",
			Input:  "SET SESSION AUTHORIZATION root;\nRESET SESSION AUTHORIZATION;\nSET SESSION AUTHORIZATION DEFAULT;\n",
			Output: "SET ROLE root;\nRESET ROLE;\nSET SESSION AUTHORIZATION DEFAULT;\n",
			Want:   []string{"1:5 error weaker", "2:7 error weaker"},
			Error:  "syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindVariableSetStmt, pgsql.KindVariableShowStmt},
	Check: func(p *Pass, node pgsql.Node) {
		st := p.Stmt
		at := st.find(0, "authorization") - 1
		if at < 0 || !st.Is(at, "session") {
			return
		}
		f := Finding{Severity: Error, Fidelity: Weaker}
		f.at(st, at, at+1)
		switch n := node.(type) {
		case *pgsql.VariableShowStmt:
			f.Fidelity, f.Edits, f.Message = Exact, p.DropStatement(), "CockroachDB does not take SHOW SESSION AUTHORIZATION, which changes nothing: it goes"
		case *pgsql.VariableSetStmt:
			if n.Kind_ == pgsql.VarSetDefault {
				return
			}
			f.Message = "CockroachDB has no SESSION AUTHORIZATION: ROLE acts as that role in the same way, but leaves session_user as it is"
			f.Edits = []Edit{p.Replace(f.Start, f.End, "ROLE")}
		}
		p.Report(f)
	},
}
