package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var grantPrivilege = &Rule{
	Name:      "grant-privilege",
	Title:     "Privileges that CockroachDB does not have",
	Condition: "`GRANT`, `REVOKE` or `ALTER DEFAULT PRIVILEGES` with `REFERENCES`, `TRUNCATE`, `TEMPORARY`, `MAINTAIN` (before v26.2), `TRIGGER` (before v24.3), `SET` or `ALTER SYSTEM`.",
	Effect:    "The whole statement is refused (SQLSTATE 42601), with the privileges that exist.",
	Workaround: "The privilege goes from the list, the others stay; a statement that has no other goes. In CockroachDB a foreign key needs the privilege CREATE on both tables, TRUNCATE needs DROP, " +
		"a trigger before v24.3 did not exist. What a role can no longer do has to be granted in another way, or is not to be done by it.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, security-reference/authorization.md", "release notes v24.3 (TRIGGER) and v26.2 (MAINTAIN)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "one of several",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "GRANT SELECT, REFERENCES, INSERT, TRUNCATE ON t TO public;\n",
			Output: "GRANT SELECT, INSERT ON t TO public;\n",
			Want:   []string{"1:15 error weaker", "1:35 error weaker"},
			Error:  "syntax error",
		},
		{
			Name:   "no other",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "REVOKE TRUNCATE ON t FROM public;\nREVOKE SELECT ON t FROM public;\n",
			Output: "REVOKE SELECT ON t FROM public;\n",
			Want:   []string{"1:8 error exact"},
			Error:  "not a valid privilege",
		},
		{
			Name:   "default privileges",
			Target: ">=24.3",
			Input:  "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, REFERENCES, TRIGGER ON TABLES TO public;\n",
			Output: "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, TRIGGER ON TABLES TO public;\n",
			Want:   []string{"1:57 error weaker"},
			Error:  "at or near \"references\": syntax error",
		},
		{
			Name:  "all privileges are CockroachDB's own",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "GRANT ALL ON t TO public;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindGrantStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.GrantStmt)
		if foreignObject(n) || columnPrivileges(n) {
			return
		}
		list, ok := privilegeList(p.Stmt, n)
		if !ok {
			return
		}
		for i, e := range n.Privileges {
			priv, ok := e.(*pgsql.AccessPriv)
			if !ok || priv.PrivName == "" {
				continue
			}
			since, refused := missingPrivileges[strings.ToLower(priv.PrivName)]
			if !refused || since != "" && p.Target.Within(">="+since) {
				continue
			}
			f := Finding{Severity: Error, Fidelity: Weaker, Until: since, Message: fmt.Sprintf("CockroachDB has no privilege %s: it goes from the list", strings.ToUpper(priv.PrivName))}
			if since != "" {
				f.Message = fmt.Sprintf("CockroachDB has the privilege %s only from v%s on: it goes from the list", strings.ToUpper(priv.PrivName), since)
			}
			if !n.IsGrant {
				f.Fidelity = Exact
			}
			f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
			f.DropElement(list, i)
			p.Report(f)
		}
	},
}

// missingPrivileges are PostgreSQL's privileges that CockroachDB lacks, with
// the version from which on it has them.
var missingPrivileges = map[string]string{
	"references": "", "truncate": "", "temporary": "", "temp": "", "set": "", "alter system": "",
	"trigger": "24.3", "maintain": "26.2",
}

// privilegeList returns the privileges of a GRANT or REVOKE as a list: without
// any the statement goes.
func privilegeList(st *Statement, n *pgsql.GrantStmt) (List, bool) {
	verb := "revoke"
	if n.IsGrant {
		verb = "grant"
	}
	first := st.find(0, verb) + 1
	if st.Words(first, "grant", "option", "for") {
		first += 3
	}
	on := st.Find(first, "on")
	if on < 0 || len(n.Privileges) == 0 {
		return List{}, false
	}
	list := List{Elements: st.List(first, on), Whole: [2]int{0, len(st.Tokens) - 1}}
	return list, len(list.Elements) == len(n.Privileges)
}

func columnPrivileges(n *pgsql.GrantStmt) bool {
	for _, e := range n.Privileges {
		if priv, ok := e.(*pgsql.AccessPriv); ok && len(priv.Cols) > 0 {
			return true
		}
	}
	return false
}
