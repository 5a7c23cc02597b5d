package rules

import (
	"fmt"
	"unicode/utf8"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var longName = &Rule{
	Name:       "long-name",
	Title:      "Names of more than 63 bytes",
	Condition:  "A name that is longer than 63 bytes.",
	Effect:     "PostgreSQL cuts it to 63 bytes, everywhere; CockroachDB keeps all of it. An application that knows the short name, such as that of a constraint in an error, and a dump, which holds the short ones, do not find it.",
	Workaround: "The name is cut as PostgreSQL cuts it.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, sql-syntax-lexical.html (NAMEDATALEN)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an index",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE INDEX an_index_with_a_name_that_says_all_that_there_is_to_say_about_it ON t (a);\n",
			Output: "CREATE INDEX an_index_with_a_name_that_says_all_that_there_is_to_say_about_i ON t (a);\n",
			Want:   []string{"1:14 warning exact"},
		},
		{
			Name:  "63 bytes",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input: "CREATE INDEX an_index_with_a_name_that_says_all_that_is_to_be_said_about_it_ ON t (a);\n",
		},
	},
	Statement: func(p *Pass) {
		if p.Stmt.Tree == nil || p.Stmt.LacksNames(maxName) {
			return
		}
		for i := range p.Stmt.Tokens {
			tok := &p.Stmt.Tokens[i]
			if tok.End()-tok.Start() <= maxName || tok.Kind() != pgsql.Word && tok.Kind() != pgsql.Quoted {
				continue
			}
			name := pgsql.Fold(p.Stmt.Str(i))
			if len(name) <= maxName {
				continue
			}
			cut := name[:maxName]
			for !utf8.ValidString(cut) {
				cut = cut[:len(cut)-1]
			}
			f := Finding{Severity: Warning, Fidelity: Exact, Message: fmt.Sprintf("PostgreSQL cuts this name to %s, CockroachDB keeps all of it: it is cut", cut)}
			f.at(p.Stmt, i, i)
			f.Edits = []Edit{p.Replace(f.Start, f.End, QuoteIdent(cut))}
			p.Report(f)
		}
	},
}

// maxName is how many bytes PostgreSQL keeps of a name.
const maxName = 63
