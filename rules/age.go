package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var ageOfOne = &Rule{
	Name:       "age",
	Title:      "age() of one argument counts from now",
	Condition:  "A call of `age()` with one argument.",
	Effect:     "PostgreSQL counts from the beginning of the current day, CockroachDB from the current time: the result differs by hours.",
	Workaround: "`current_date::TIMESTAMPTZ` becomes the first of two arguments.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, functions-datetime", "CockroachDB docs, functions-and-operators.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "in a view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, born TIMESTAMPTZ);\n",
			Input:  "CREATE VIEW v AS SELECT age(born) AS old FROM t;\n",
			Output: "CREATE VIEW v AS SELECT age(current_date::TIMESTAMPTZ, born) AS old FROM t;\n",
			Want:   []string{"1:25 warning exact"},
		},
		{
			Name:  "two arguments",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, born TIMESTAMPTZ);\n",
			Input: "CREATE VIEW v AS SELECT age(now(), born) AS old FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		if name.Name != "age" || name.Schema != "" && name.Schema != "pg_catalog" || len(n.Args) != 1 || len(p.Catalog.Functions(name)) > 0 {
			return
		}
		at := p.Stmt.tokenOf(n)
		if at < 0 {
			return
		}
		last, args := p.Stmt.call(at)
		if len(args) != 1 {
			return
		}
		f := Finding{Severity: Warning, Fidelity: Exact, Message: "age() counts from now in CockroachDB and from the beginning of the day in PostgreSQL: that becomes the first argument"}
		f.at(p.Stmt, at, last)
		f.Edits = []Edit{p.Insert(p.Stmt.Tokens[args[0][0]].Start(), "current_date::TIMESTAMPTZ, ")}
		p.Report(f)
	},
}
