package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var uuidv7 = &Rule{
	Name:       "uuidv7",
	Title:      "uuidv7() does not exist",
	Condition:  "A call of `uuidv7()`, built in from PostgreSQL 18 on.",
	Effect:     "CockroachDB has no such function (SQLSTATE 42883): the statement is refused.",
	Workaround: "`gen_random_uuid()` takes its place where the call has no argument. The values are as unique, but do not rise with time, so nothing can be ordered by them; on CockroachDB that spreads inserts over the cluster. A call with an interval is left to a person.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1: unknown function: uuidv7()"},
	Examples: []Example{
		{
			Name:   "a default",
			Input:  "CREATE TABLE t (id UUID PRIMARY KEY DEFAULT uuidv7());\n",
			Output: "CREATE TABLE t (id UUID PRIMARY KEY DEFAULT gen_random_uuid());\n",
			Want:   []string{"1:45 error weaker"},
			Error:  "unknown function: uuidv7()",
		},
		{
			Name:   "shifted by an interval",
			Input:  "CREATE TABLE t (id UUID PRIMARY KEY DEFAULT uuidv7('1 hour'::interval));\n",
			Want:   []string{"1:45 error manual"},
			Error:  "unknown function: uuidv7()",
			Manual: true,
		},
		{
			Name:  "a function of one's own",
			Setup: "CREATE FUNCTION uuidv7() RETURNS UUID LANGUAGE sql AS 'SELECT gen_random_uuid()';\n",
			Input: "SELECT uuidv7();\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		if name.Name != "uuidv7" || name.Schema != "" && name.Schema != "pg_catalog" || len(p.Catalog.Functions(catalog.Name{Name: name.Name})) > 0 {
			return
		}
		first := p.Stmt.tokenOf(n)
		if first < 0 {
			return
		}
		last := p.Stmt.nameEnd(first)
		f := Finding{Severity: Error, Fidelity: Weaker, Message: "function uuidv7() does not exist in CockroachDB: gen_random_uuid() gives values as unique, which do not rise with time"}
		f.at(p.Stmt, first, last)
		if len(n.Args) == 0 {
			f.Edits = []Edit{p.Replace(f.Start, f.End, "gen_random_uuid")}
		} else {
			f.Fidelity, f.Message, f.Todo = Manual, "function uuidv7() does not exist in CockroachDB", "Use gen_random_uuid(), or make the value in the application"
		}
		p.Report(f)
	},
}
