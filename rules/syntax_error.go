package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var syntaxError = &Rule{
	Name:       "syntax-error",
	Title:      "Not PostgreSQL",
	Condition:  "A statement that PostgreSQL's own parser (version 16) does not take: a misspelling, an unterminated quote or comment, a byte that is not UTF-8, or a template that was not filled in. Of what later versions have, `NOT NULL` as a constraint with a name (see `not-null-constraint`) and virtual columns are read.",
	Effect:     "Nothing can be said about the statement. It is passed through unchanged.",
	Workaround: "Mend the statement. Text that a tool fills in later (`{{ .Schema }}`, `:variable`) has to be filled in first.",
	Versions:   "*",
	Sources:    []string{"libpg_query 16"},
	Examples: []Example{
		{
			Name:   "a misspelling",
			Input:  "CREATE TABEL t (a TEXT);\nCREATE TABLE u (a TEXT PRIMARY KEY);\n",
			Want:   []string{"1:8 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		err := p.Stmt.Err
		if err == nil {
			return
		}
		f := manual(fmt.Sprintf("this does not parse as PostgreSQL 16: %s", err.Message), "Mend the statement, or write what a later PostgreSQL has as PostgreSQL 16 has it; it is passed through as it stands")
		f.Start = min(max(err.Offset, -len(p.Stmt.Lead)), len(p.Stmt.Text))
		f.End = max(f.Start, 0)
		if i := p.Stmt.TokenAt(f.Start); i < len(p.Stmt.Tokens) && p.Stmt.Form == pgsql.SQL {
			f.End = p.Stmt.Tokens[i].End()
		}
		p.Report(f)
	},
}
