package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionRename = &Rule{
	Name:       "function-rename",
	Title:      "A function's new name is taken in another schema",
	Condition:  "`ALTER FUNCTION` or `PROCEDURE s.f(...) RENAME TO g` where a schema of the search path other than `s` has a `g` with the same types of arguments.",
	Effect:     "CockroachDB looks for the new name in the search path instead of the function's own schema, and refuses the statement (SQLSTATE 42723).",
	Workaround: "A person has to choose: another name, `SET search_path` to the function's schema around the statement, or `DROP FUNCTION` and `CREATE FUNCTION` under the new name.",
	Versions:   ">=22.2",
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/alter_function.go (alterFunctionRenameNode)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a name of another schema's",
			Setup:  "CREATE SCHEMA s;\nCREATE FUNCTION s.f() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION g() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input:  "ALTER FUNCTION s.f() RENAME TO g;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "already exists in schema",
			Manual: true,
		},
		{
			Name:  "other arguments",
			Setup: "CREATE SCHEMA s;\nCREATE FUNCTION s.f() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION g(a TEXT) RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input: "ALTER FUNCTION s.f() RENAME TO g;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindRenameStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.RenameStmt)
		o, ok := n.Object.(*pgsql.ObjectWithArgs)
		if !ok || p.Stmt.Down {
			return
		}
		for _, f := range p.Catalog.Named(o) {
			for _, other := range p.Catalog.Functions(catalog.Name{Name: n.Newname}) {
				if other.Name.Schema != f.Name.Schema && slices.EqualFunc(f.Args, other.Args, sameType) {
					p.Report(manual(fmt.Sprintf("CockroachDB looks for the new name in the search path, where schema %s has such a function", other.Name.Schema),
						"Choose another name, set search_path to the function's schema around the statement, or drop the function and make it under the new name"))
					return
				}
			}
		}
	},
}
