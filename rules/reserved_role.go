package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var reservedRole = &Rule{
	Name:       "reserved-role",
	Title:      "Roles that CockroachDB has itself",
	Condition:  "`CREATE ROLE` or `CREATE USER` of `admin`, `root`, `node` or a name that starts with `crdb_internal_`; `ALTER ROLE` of `admin` or `node`.",
	Effect:     "The roles exist, or are reserved (SQLSTATE 42710, 42939, 42501): `admin` may do everything, `root` is its first member.",
	Workaround: "Manual: give the role another name, and grant it what it needs.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, security-reference/authorization.md (Reserved identities)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an administrator",
			Input:  "CREATE ROLE admin;\nALTER ROLE admin SET search_path = public;\n",
			Want:   []string{"1:13 error manual", "2:12 error manual"},
			Error:  "a role/user named admin already exists",
			Manual: true,
		},
		{
			Name:  "another name",
			Input: "CREATE ROLE administrator;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateRoleStmt, pgsql.KindAlterRoleStmt, pgsql.KindAlterRoleSetStmt},
	Check: func(p *Pass, node pgsql.Node) {
		name, made := "", false
		switch n := node.(type) {
		case *pgsql.CreateRoleStmt:
			name, made = n.Role, true
		case *pgsql.AlterRoleStmt:
			if n.Role != nil && defElem(n.Options, "rolemembers") == nil {
				name = n.Role.Rolename
			}
		case *pgsql.AlterRoleSetStmt:
			if n.Role != nil {
				name = n.Role.Rolename
			}
		}
		switch {
		case name == "admin" || name == "node":
		case made && (name == "root" || strings.HasPrefix(name, "crdb_internal_")):
		default:
			return
		}
		f := manual(fmt.Sprintf("%s is a role of CockroachDB's own, which is neither made nor changed", name), "Give the role another name wherever it stands, and grant it what it needs")
		f.at(p.Stmt, 2, 2)
		p.Report(f)
	},
}
