package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionStandardBody = &Rule{
	Name:       "function-standard-body",
	Title:      "A function's body in the SQL standard's form",
	Condition:  "`CREATE FUNCTION ... RETURN expression` or `BEGIN ATOMIC ... END`.",
	Effect:     "CockroachDB parses it and refuses it (SQLSTATE 0A000).",
	Workaround: "The body is put in dollar quotes: the same statements as `LANGUAGE SQL`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB source v26.1, pkg/sql/opt/optbuilder/create_function.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "RETURN",
			Input:  "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql IMMUTABLE RETURN a + 1;\n",
			Output: "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql IMMUTABLE AS $$SELECT a + 1$$;\n",
			Want:   []string{"1:63 error exact"},
			Error:  "sql_body unimplemented",
		},
		{
			Name:   "BEGIN ATOMIC",
			Input:  "CREATE FUNCTION f(a INT8) RETURNS INT8\nBEGIN ATOMIC\n  SELECT a;\n  SELECT a + 1;\nEND;\n",
			Output: "CREATE FUNCTION f(a INT8) RETURNS INT8\nLANGUAGE SQL AS $$\n  SELECT a;\n  SELECT a + 1;\n$$;\n",
			Want:   []string{"2:1 error exact"},
			Error:  "sql_body unimplemented",
		},
		{
			Name:  "a body in quotes",
			Input: "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql AS $$ SELECT a + 1 $$;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, r := node.(*pgsql.CreateFunctionStmt), routineOf(p)
		if n.SqlBody == nil || r.language != "" && r.language != "sql" {
			return
		}
		st := p.Stmt
		quote := "$$"
		for strings.Contains(st.Text, quote) {
			quote = quote[:len(quote)-1] + "body$"
		}
		open := "AS " + quote
		if r.language == "" {
			open = "LANGUAGE SQL " + open
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB takes a function's body in quotes only: it is put in dollar quotes"}
		last := len(st.Tokens) - 1
		for i := range st.Tokens {
			switch {
			case st.Words(i, "begin", "atomic"):
				start, end := st.span(i, i+1)
				f.Start, f.End = start, st.Tokens[last].End()
				f.Edits = []Edit{p.Replace(start, end, open), p.Replace(st.Tokens[last].Start(), st.Tokens[last].End(), quote)}
				p.Report(f)
				return
			case st.Is(i, "return"):
				start, end := st.span(i, i)
				f.Start, f.End = start, st.Tokens[last].End()
				f.Edits = []Edit{p.Replace(start, end, open+"SELECT"), p.Insert(st.Tokens[last].End(), quote)}
				p.Report(f)
				return
			}
		}
	},
}
