package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var revokeSuperuser = &Rule{
	Name:      "revoke-superuser",
	Title:     "REVOKE from the user who runs the migration, or from an administrator",
	Condition: "`REVOKE` of privileges on a table, sequence, schema, type, function or database `FROM CURRENT_USER`, `SESSION_USER`, `root` or `admin`. (`REVOKE GRANT OPTION FOR` is accepted.)",
	Effect: "`root` and `admin` have all privileges on every object, and CockroachDB refuses to take one from them (SQLSTATE 42501). Whether `CURRENT_USER` is one of the two is only known when the statement runs; " +
		"for any other owner the statement is accepted and takes nothing away, since an owner has all privileges there.",
	Workaround: "The role goes from the list, a statement that names no other goes: the owner and the administrators keep the privilege, which PostgreSQL takes from an owner until he grants it to himself again.",
	Versions:   "*",
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/catalog/catpb/privilege.go (ValidateSuperuserPrivileges)", "CockroachDB docs, security-reference/authorization.md (Object ownership)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the current user",
			Setup:  "CREATE SEQUENCE s;\n",
			Input:  "REVOKE UPDATE ON SEQUENCE s FROM CURRENT_USER;\nREVOKE UPDATE ON SEQUENCE s FROM public;\n",
			Output: "REVOKE UPDATE ON SEQUENCE s FROM public;\n",
			Want:   []string{"1:34 error weaker"},
			Error:  "must have exactly",
		},
		{
			Name:   "one of several",
			Setup:  "CREATE SCHEMA s;\n",
			Input:  "REVOKE CREATE ON SCHEMA s FROM public, root;\n",
			Output: "REVOKE CREATE ON SCHEMA s FROM public;\n",
			Want:   []string{"1:40 error weaker"},
			Error:  "must have exactly",
		},
		{
			Name:  "the right to grant",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "REVOKE GRANT OPTION FOR ALL PRIVILEGES ON t FROM CURRENT_USER;\nREVOKE ALL ON t FROM public;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindGrantStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.GrantStmt)
		if n.IsGrant || n.GrantOption || n.Targtype != pgsql.AclTargetObject || foreignObject(n) || columnPrivileges(n) {
			return
		}
		list, ok := granteeList(p.Stmt, n)
		if !ok {
			return
		}
		for i, g := range n.Grantees {
			who := superuser(g)
			if who == "" {
				continue
			}
			f := Finding{Severity: Error, Fidelity: Weaker, Message: fmt.Sprintf("CockroachDB takes no privilege from root and admin, and an owner has all of them: %s goes from the REVOKE", who)}
			f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
			f.DropElement(list, i)
			p.Report(f)
		}
	},
}

// superuser writes a role that has, or may have, all privileges; "" for others.
func superuser(n pgsql.Node) string {
	r, ok := n.(*pgsql.RoleSpec)
	if !ok {
		return ""
	}
	switch r.Roletype {
	case pgsql.RolespecCurrentRole, pgsql.RolespecCurrentUser:
		return "CURRENT_USER"
	case pgsql.RolespecSessionUser:
		return "SESSION_USER"
	case pgsql.RolespecCstring:
		if name := strings.ToLower(r.Rolename); name == "root" || name == "admin" {
			return name
		}
	}
	return ""
}

// granteeList returns the roles of a REVOKE as a list: without any the
// statement goes.
func granteeList(st *Statement, n *pgsql.GrantStmt) (List, bool) {
	on := st.Find(0, "on")
	from := st.Find(on+1, "from")
	if on < 0 || from < 0 {
		return List{}, false
	}
	end := len(st.Tokens)
	for _, w := range []string{"granted", "cascade", "restrict"} {
		if at := st.Find(from, w); at > 0 {
			end = min(end, at)
		}
	}
	list := List{Elements: st.List(from+1, end), Whole: [2]int{0, len(st.Tokens) - 1}}
	return list, len(list.Elements) == len(n.Grantees)
}
