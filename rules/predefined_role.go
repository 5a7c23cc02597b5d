package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var predefinedRole = &Rule{
	Name:       "predefined-role",
	Title:      "PostgreSQL's predefined roles do not exist",
	Condition:  "A role whose name starts with `pg_`, such as `pg_read_all_data`, `pg_monitor` or `pg_database_owner`.",
	Effect:     "\"role/user does not exist\" (SQLSTATE 42704).",
	Workaround: "A statement that only grants or names an owner goes: what the role may do in addition is a system privilege in CockroachDB (`GRANT SYSTEM VIEWACTIVITY TO ...`). Elsewhere it is manual.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, security-reference/authorization.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "membership",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "GRANT pg_monitor TO root;\nGRANT SELECT ON t TO root;\n",
			Output: "GRANT SELECT ON t TO root;\n",
			Want:   []string{"1:1 error weaker"},
			Error:  "does not exist",
		},
		{
			Name:   "owner of a schema",
			Input:  "ALTER SCHEMA public OWNER TO pg_database_owner;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error weaker"},
			Error:  "does not exist",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindGrantRoleStmt, pgsql.KindGrantStmt, pgsql.KindAlterOwnerStmt, pgsql.KindReassignOwnedStmt, pgsql.KindCreatePolicyStmt},
	Check: func(p *Pass, node pgsql.Node) {
		var roles []pgsql.Node
		switch n := node.(type) {
		case *pgsql.GrantRoleStmt:
			roles = append(append(roles, n.GrantedRoles...), n.GranteeRoles...)
		case *pgsql.GrantStmt:
			roles = n.Grantees
			if foreignObject(n) {
				return
			}
		case *pgsql.AlterOwnerStmt:
			roles = []pgsql.Node{n.Newowner}
		case *pgsql.ReassignOwnedStmt:
			roles = append(append(roles, n.Roles...), n.Newrole)
		case *pgsql.CreatePolicyStmt:
			roles = n.Roles
		}
		for _, r := range roles {
			name := ""
			switch r := r.(type) {
			case *pgsql.RoleSpec:
				if r != nil {
					name = r.Rolename
				}
			case *pgsql.AccessPriv:
				name = r.PrivName
			}
			if !strings.HasPrefix(name, "pg_") {
				continue
			}
			if _, policy := node.(*pgsql.CreatePolicyStmt); policy || len(roles) > 2 {
				p.Report(manual(fmt.Sprintf("CockroachDB has no role %s", name), "Take the role out of the list, or name one that exists"))
				return
			}
			p.drop(Weaker, fmt.Sprintf("CockroachDB has no role %s: the statement goes; what the role may do is a system privilege there", name))
			return
		}
	},
}
