package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var ownerRole = &Rule{
	Name:       "owner-role",
	Title:      "OWNER TO needs the role",
	Condition:  "`ALTER TABLE ... OWNER TO` a role that the history does not make, as pg_dump writes it for every object.",
	Effect:     "Roles belong to the cluster, not to the database. CockroachDB refuses an owner that does not exist (SQLSTATE 42704), as PostgreSQL does; but the role postgres, which every PostgreSQL has, it does not have.",
	Workaround: "Nothing is changed. Create the role before, or dump with `--no-owner`. It is said once for each role.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:  "the role postgres",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input: "ALTER TABLE t OWNER TO postgres;\nALTER TABLE u OWNER TO postgres;\n",
			Want:  []string{"1:24 info"},
			Error: "does not exist",
		},
		{
			Name:  "the user itself",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "ALTER TABLE t OWNER TO CURRENT_USER;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateRoleStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		known := State[map[string]bool](p)
		if *known == nil {
			*known = map[string]bool{"root": true, "admin": true, "": true}
		}
		if n, ok := p.Stmt.Tree.(*pgsql.CreateRoleStmt); ok {
			(*known)[n.Role] = true
		}
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype != pgsql.ATChangeOwner || cmd.Newowner == nil || (*known)[cmd.Newowner.Rolename] {
				return
			}
			(*known)[cmd.Newowner.Rolename] = true
			f := Finding{Severity: Info, Message: fmt.Sprintf("role %s has to exist in CockroachDB before, with CREATE on the schema or as a member of admin: the history does not make it", cmd.Newowner.Rolename)}
			f.at(p.Stmt, list.Elements[i][1], list.Elements[i][1])
			p.Report(f)
		})
	},
}
