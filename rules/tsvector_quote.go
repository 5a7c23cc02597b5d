package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var tsvectorQuote = &Rule{
	Name:      "tsvector-quote",
	Title:     "A doubled quote in a lexeme of a TSVECTOR",
	Condition: "A column of type `tsvector`, which takes texts at run time, with a target that has the type.",
	Effect: "PostgreSQL reads `'it''s'` as one lexeme, it's. CockroachDB takes the doubled quote for an end and a start and stores two, it and s; a text of two quotes alone is " +
		"an empty lexeme there and an error in PostgreSQL. Quotes within a word that does not start with one (it's) mean the same in both.",
	Workaround: "Nothing is changed. Write lexemes with a quote in them without quotes around, or with the quote escaped by a backslash.",
	Versions:   ">=23.1",
	Sources:    []string{"measured on v26.1 against PostgreSQL 15"},
	Examples: []Example{
		{
			Name:   "a computed column",
			Target: ">=23.1",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a JSONB, txt TSVECTOR GENERATED ALWAYS AS ((a->>'txt')::tsvector) STORED);\n",
			Want:   []string{"1:51 info changed"},
		},
		{
			Name:  "where the type is replaced, rule tsvector speaks",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, txt TEXT);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef},
	Types: []string{"tsvector"},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.ColumnDef)
		if builtin(p.plainType(n.TypeName)) != "tsvector" || !p.Target.Within(">=23.1") {
			return
		}
		first, last, ok := p.Stmt.typeSpan(n.TypeName)
		if !ok {
			return
		}
		f := Finding{Severity: Info, Fidelity: Changed, Message: fmt.Sprintf(
			"column %s: of a text such as 'it''s', in quotes with a doubled quote, CockroachDB makes two lexemes where PostgreSQL makes one", n.Colname)}
		f.at(p.Stmt, first, last)
		p.Report(f)
	},
}
