package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var uuidv7 = &Rule{
	Name:      "uuidv7",
	Title:     "uuidv7() and uuidv4() of PostgreSQL 18",
	Condition: "A call of `uuidv7()` or `uuidv4()`.",
	Effect:    "\"unknown function\" (SQLSTATE 42883).",
	Workaround: "Both become `gen_random_uuid()`. For uuidv4() that is the same. UUIDs of version 7 are in the order in which they were made, random ones are not: what sorts by them, or reads the time out of them, needs a column for the time. " +
		"(In CockroachDB keys that rise with the time gather all inserts in one range, so random ones are what one wants there.)",
	Versions: "*",
	Sources:  []string{"PostgreSQL 18 release notes", "CockroachDB docs, uuid.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "two defaults",
			Input:  "CREATE TABLE t (id UUID DEFAULT uuidv7() PRIMARY KEY, k UUID DEFAULT uuidv4());\n",
			Output: "CREATE TABLE t (id UUID DEFAULT gen_random_uuid() PRIMARY KEY, k UUID DEFAULT gen_random_uuid());\n",
			Want:   []string{"1:33 error changed", "1:70 error exact"},
			Error:  "unknown function: uuidv7()",
		},
		{
			Name:  "a function of the history's own",
			Setup: "CREATE FUNCTION uuidv7() RETURNS UUID LANGUAGE sql AS 'SELECT gen_random_uuid()';\n",
			Input: "SELECT uuidv7();\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		at := p.Stmt.tokenOf(n)
		if name.Name != "uuidv7" && name.Name != "uuidv4" || name.Schema != "" && name.Schema != "pg_catalog" || len(p.Catalog.Functions(name)) > 0 || at < 0 {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no uuidv4(): gen_random_uuid() is the same"}
		f.at(p.Stmt, at, p.Stmt.nameEnd(at))
		f.Edits = []Edit{p.Replace(f.Start, f.End, "gen_random_uuid")}
		switch {
		case name.Name == "uuidv7" && len(n.Args) == 0:
			f.Fidelity = Changed
			f.Message = "CockroachDB has no uuidv7(): the UUIDs become random ones, which are not in the order in which they were made"
		case len(n.Args) > 0:
			f.Fidelity, f.Edits, f.Todo = Manual, nil, "Write gen_random_uuid(), or make the UUID in the application"
			f.Message = fmt.Sprintf("CockroachDB has no %s()", name.Name)
		}
		p.Report(f)
	},
}
