package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var advisoryLock = &Rule{
	Name:       "advisory-lock",
	Title:      "Advisory locks do not lock",
	Condition:  "`pg_advisory_lock()` and its kin.",
	Effect:     "Only `pg_try_advisory_lock(int)` and `pg_advisory_unlock` exist; they lock nothing and say that they did. The others are unknown functions (SQLSTATE 42883).",
	Workaround: "A statement that only locks or unlocks goes: nothing keeps a second run of the migration away then. Elsewhere it is manual: lock a row with `SELECT ... FOR UPDATE`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/sem/builtins/pg_builtins.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a migration's lock",
			Input:  "SELECT pg_advisory_xact_lock(42);\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:8 error weaker"},
			Error:  "unknown function: pg_advisory_xact_lock()",
		},
		{
			Name:  "one that always succeeds",
			Input: "SELECT pg_try_advisory_lock(42);\n",
			Want:  []string{"1:8 warning weaker"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		if !strings.HasPrefix(name.Name, "pg_") || !strings.Contains(name.Name, "advisory_") || len(p.Catalog.Functions(name)) > 0 {
			return
		}
		at := p.Stmt.tokenOf(n)
		if at < 0 {
			return
		}
		f := Finding{Severity: Error, Fidelity: Weaker}
		f.at(p.Stmt, at, p.Stmt.nameEnd(at))
		sel, alone := p.Stmt.Tree.(*pgsql.SelectStmt)
		alone = alone && len(sel.TargetList) == 1 && len(sel.FromClause) == 0 && sel.WhereClause == nil && len(p.Parents) <= 2
		switch {
		case name.Name == "pg_try_advisory_lock" && len(n.Args) == 1, name.Name == "pg_advisory_unlock", name.Name == "pg_advisory_unlock_all":
			f.Severity = Warning
			f.Message = fmt.Sprintf("CockroachDB's %s locks nothing and always says that it did", name.Name)
		case alone:
			f.Message = fmt.Sprintf("CockroachDB has no %s: the statement goes, and nothing keeps a second run away", name.Name)
			f.Edits = p.DropStatement()
		default:
			f.Fidelity, f.Todo = Manual, "Lock a row with SELECT ... FOR UPDATE instead"
			f.Message = fmt.Sprintf("CockroachDB has no %s", name.Name)
		}
		p.Report(f)
	},
}
