package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var columnDefinition = &Rule{
	Name:  "column-definition",
	Title: "The columns of a function that returns records",
	Condition: "A function in FROM with the names and types of its columns, such as `jsonb_to_recordset(j) AS r (a INT, b TEXT)`: behind `LATERAL`, without a name (`AS (a INT)`), " +
		"or in `ROWS FROM (...)`.",
	Effect: "CockroachDB refuses it: a syntax error at the first type, or \"a column definition list is required\" (SQLSTATE 42601). Without `LATERAL` and with a name it takes it.",
	Workaround: "`LATERAL` goes: a function in FROM can name what stands in front of it with or without the word. The function's name becomes the name, as it is in PostgreSQL. " +
		"`ROWS FROM` is a person's.",
	Versions: "*",
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "LATERAL",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\n",
			Input:  "CREATE VIEW v AS SELECT t.id, r.a FROM t LEFT JOIN LATERAL jsonb_to_recordset(t.j) AS r (a INT8, b TEXT) ON true;\n",
			Output: "CREATE VIEW v AS SELECT t.id, r.a FROM t LEFT JOIN jsonb_to_recordset(t.j) AS r (a INT8, b TEXT) ON true;\n",
			Want:   []string{"1:52 error exact"},
			Error:  "at or near \"int8\": syntax error",
		},
		{
			Name:   "no name",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\n",
			Input:  "CREATE VIEW v AS SELECT t.id, a FROM t, jsonb_to_record(t.j) AS (a INT8);\n",
			Output: "CREATE VIEW v AS SELECT t.id, a FROM t, jsonb_to_record(t.j) AS jsonb_to_record (a INT8);\n",
			Want:   []string{"1:65 error exact"},
			Error:  "a column definition list is required",
		},
		{
			Name:   "ROWS FROM",
			Input:  "CREATE VIEW v AS SELECT a FROM ROWS FROM (jsonb_to_record('{}') AS (a INT8)) AS r;\n",
			Want:   []string{"1:43 error manual"},
			Error:  "a column definition list is required",
			Manual: true,
		},
		{
			Name:  "with a name",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\n",
			Input: "CREATE VIEW v AS SELECT t.id, r.a FROM t, jsonb_to_recordset(t.j) AS r (a INT8), LATERAL jsonb_each(t.j) AS e;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindRangeFunction},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.RangeFunction)
		for _, e := range n.Functions {
			l, ok := e.(*pgsql.List)
			if !ok || len(l.Items) == 0 {
				continue
			}
			call, ok := l.Items[0].(*pgsql.FuncCall)
			if !ok {
				continue
			}
			at := p.Stmt.tokenOf(call)
			if at < 0 {
				continue
			}
			if len(l.Items) > 1 && n.IsRowsfrom {
				if _, none := l.Items[1].(*pgsql.List); none || l.Items[1] == nil {
					f := manual("CockroachDB takes no definitions of columns in ROWS FROM", "Name the function in FROM alone, with its columns behind it")
					f.at(p.Stmt, at, p.Stmt.nameEnd(at))
					p.Report(f)
				}
				continue
			}
			if len(n.Coldeflist) == 0 {
				continue
			}
			if n.Lateral && p.Stmt.Is(at-1, "lateral") {
				f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Replace(p.Stmt.Tokens[at-1].Start(), p.Stmt.Tokens[at].Start(), "")},
					Message: "CockroachDB takes no definitions of columns behind LATERAL, and does without the word: it goes"}
				f.at(p.Stmt, at-1, at-1)
				p.Report(f)
			}
			if open := p.Stmt.tokenOf(n.Coldeflist[0]) - 1; n.Alias == nil && p.Stmt.Is(open, "(") {
				name := catalog.ListName(call.Funcname).Name
				f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Insert(p.Stmt.Tokens[open].Start(), QuoteIdent(name)+" ")},
					Message: "CockroachDB takes definitions of columns behind a name only: that of the function, which it has without one, is written out"}
				f.at(p.Stmt, open, open)
				p.Report(f)
			}
		}
	},
}
