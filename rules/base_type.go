package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var baseType = &Rule{
	Name:       "base-type",
	Title:      "Base types and shell types do not exist",
	Condition:  "`CREATE TYPE name`, `CREATE TYPE name (input = ..., output = ...)` and `ALTER TYPE name SET (...)`, and uses of such a type.",
	Effect:     "CockroachDB refuses the statements (SQLSTATE 0A000 or 42601); the functions that they need would be in C.",
	Workaround: "None: the type has to be replaced by a built-in one wherever it is used.",
	Versions:   "*",
	Issues:     []int{27793},
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a shell type",
			Input:  "CREATE TYPE complex;\nCREATE TABLE t (id INT8 PRIMARY KEY, c complex);\n",
			Want:   []string{"1:1 error manual", "2:40 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:  "an enum",
			Input: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nALTER TYPE mood ADD VALUE 'happy';\n",
		},
	},
	Nodes:   append([]pgsql.Kind{pgsql.KindDefineStmt, pgsql.KindAlterTypeStmt}, typeNodes...),
	Unusual: true,
	Check: func(p *Pass, n pgsql.Node) {
		const todo = "Replace the type by a built-in one where it is used, and delete the statement"
		switch n := n.(type) {
		case *pgsql.DefineStmt:
			if n.Kind_ == pgsql.ObjectTypeObjectType {
				p.Report(manual("CockroachDB has no types with functions of their own: "+catalog.ListName(n.Defnames).String()+" cannot be made", todo))
			}
		case *pgsql.AlterTypeStmt:
			p.Report(manual("CockroachDB has no types with functions of their own", todo))
		default:
			typeUses(p, n, func(u *typeUse) {
				if u.User != nil && u.User.Kind == catalog.Base && u.Place != typeSignature {
					u.manual("it has no types with functions of their own", "Replace the type by a built-in one", "")
				}
			})
		}
	},
}
