package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var regconfig = &Rule{
	Name:       "regconfig",
	Title:      "A text search configuration is a text",
	Condition:  "A cast to `regconfig`, as pg_dump writes it in `to_tsvector('english'::regconfig, body)`, or a column, parameter or variable of that type.",
	Effect:     "CockroachDB does not know the type (SQLSTATE 42704): its functions take the name of the configuration as a text.",
	Workaround: "The cast goes, and so does the schema pg_catalog in the name; a column or parameter becomes TEXT, where nothing checks that the configuration exists.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, functions-and-operators.md", "measured on v26.1: to_tsvector('english', s) is accepted in computed columns and indexes"},
	Examples: []Example{
		{
			Name:   "an index",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "CREATE INDEX i ON t USING GIN (to_tsvector('pg_catalog.english'::regconfig, s));\n",
			Output: "CREATE INDEX i ON t USING GIN (to_tsvector('english', s));\n",
			Want:   []string{"1:44 error exact"},
			Error:  "type \"regconfig\" does not exist",
		},
		{
			Name:   "a column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, lang regconfig DEFAULT 'simple'::regconfig NOT NULL);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, lang TEXT DEFAULT 'simple' NOT NULL);\n",
			Want:   []string{"1:43 error weaker", "1:61 error exact"},
			Error:  "type \"regconfig\" does not exist",
		},
		{
			Name:   "a text",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "CREATE INDEX i ON t USING GIN (to_tsvector('english', s));\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"regconfig"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() != "regconfig" {
				return
			}
			if u.Place == typeCast && u.Cast != nil && u.Type.Dims == 0 && dropCast(u) {
				return
			}
			u.substitute(substitute{sql: "TEXT", fidelity: Weaker, literal: configName, loss: "nothing checks there that the configuration exists"})
		})
	},
}

// dropCast takes a cast of a literal away.
func dropCast(u *typeUse) bool {
	st := u.p.Stmt
	token, value, ok := literal(st, u.Cast.Arg)
	if !ok {
		return false
	}
	name, _ := configName(value)
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no type REGCONFIG: its text search functions take the configuration's name as a text"}
	switch at := st.TokenAt(int(u.Cast.Location)); {
	case st.Is(at, "::"):
		f.Start, f.End = st.Tokens[token].Start(), u.End
	case st.Is(at, "cast") && st.Is(at+1, "("):
		f.Start, f.End = st.Tokens[at].Start(), st.Tokens[st.Close(at+1)].End()
	case u.NameStart < st.Tokens[token].Start():
		f.Start, f.End = u.NameStart, st.Tokens[token].End()
	default:
		return false
	}
	f.Edits = []Edit{u.p.Replace(f.Start, f.End, QuoteString(name))}
	u.p.Report(f)
	return true
}

// configName is the name of a configuration without PostgreSQL's schema.
func configName(s string) (string, bool) { return strings.TrimPrefix(s, "pg_catalog."), true }
