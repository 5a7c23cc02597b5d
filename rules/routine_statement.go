package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var routineStatement = &Rule{
	Name:       "routine-statement",
	Title:      "ALTER ROUTINE, DROP ROUTINE and their relatives",
	Condition:  "`ALTER ROUTINE`, `DROP ROUTINE`, and `VARIADIC` in the arguments by which `DROP FUNCTION` or `ALTER FUNCTION` names a function.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000).",
	Workaround: "ROUTINE becomes FUNCTION or PROCEDURE, as the history made it (FUNCTION where that is not known). A statement about a function with VARIADIC is left to a person with the function itself.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a procedure",
			Setup:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input:  "ALTER ROUTINE f() RENAME TO g;\nDROP ROUTINE IF EXISTS h();\n",
			Output: "ALTER FUNCTION f() RENAME TO g;\nDROP FUNCTION IF EXISTS h();\n",
			Want:   []string{"1:7 error exact", "2:6 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "by its own name",
			Setup: "CREATE FUNCTION f() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input: "DROP FUNCTION f();\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindDropStmt, pgsql.KindAlterFunctionStmt, pgsql.KindAlterOwnerStmt, pgsql.KindRenameStmt, pgsql.KindAlterObjectSchemaStmt},
	Check: func(p *Pass, node pgsql.Node) {
		var kind pgsql.ObjectType
		var objects []pgsql.Node
		switch n := node.(type) {
		case *pgsql.DropStmt:
			kind, objects = n.RemoveType, n.Objects
		case *pgsql.AlterFunctionStmt:
			kind, objects = n.Objtype, []pgsql.Node{n.Func}
		case *pgsql.AlterOwnerStmt:
			kind, objects = n.ObjectType, []pgsql.Node{n.Object}
		case *pgsql.RenameStmt:
			kind, objects = n.RenameType, []pgsql.Node{n.Object}
		case *pgsql.AlterObjectSchemaStmt:
			kind, objects = n.ObjectType, []pgsql.Node{n.Object}
		}
		if kind != pgsql.ObjectRoutine && kind != pgsql.ObjectFunction && kind != pgsql.ObjectProcedure {
			return
		}
		st := p.Stmt
		if i := st.find(0, "variadic"); i >= 0 {
			f := Finding{Severity: Error, Fidelity: Manual, Follows: true, Message: "VARIADIC is a syntax error in CockroachDB, which has no such functions", Todo: "Write the arguments that the function has there"}
			f.at(st, i, i)
			p.Report(f)
		}
		if kind != pgsql.ObjectRoutine {
			return
		}
		word, mixed := "", false
		for _, o := range objects {
			w := "FUNCTION"
			if f, ok := o.(*pgsql.ObjectWithArgs); ok {
				for _, fn := range p.Catalog.Functions(catalog.ListName(f.Objname)) {
					if fn.Procedure {
						w = "PROCEDURE"
					}
				}
			}
			mixed = mixed || word != "" && word != w
			word = w
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("ROUTINE is a syntax error in CockroachDB: it becomes %s", word)}
		f.at(st, 1, 1)
		if mixed {
			f.Fidelity, f.Message, f.Todo = Manual, "ROUTINE is a syntax error in CockroachDB, and here names functions and procedures", "Write one statement for the functions and one for the procedures"
		} else {
			f.Edits = []Edit{p.Replace(f.Start, f.End, word)}
		}
		p.Report(f)
	},
}
