package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var psqlCommand = &Rule{
	Name:      "psql-command",
	Title:     "Commands of psql",
	Condition: "A line that starts with a backslash, such as `\\connect`, `\\restrict`, `\\set` or `\\i`.",
	Effect: "psql carries it out itself, also against CockroachDB; no other tool knows it (in the files of one, it is an error), and neither does the server (SQLSTATE 42601). " +
		"What `\\i` includes, `\\gexec` makes and `\\if` leaves out is not seen here.",
	Workaround: "Nothing is changed. Apply the file with psql, or take the line out.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, app-psql", "CockroachDB docs, cockroach-sql.md"},
	Examples: []Example{
		{
			Name:  "pg_dump's",
			Input: "\\restrict abc\nCREATE TABLE t (id INT8 PRIMARY KEY);\n\\unrestrict abc\n",
			Want:  []string{"1:1 info", "3:1 info"},
		},
		{
			Name:   "what is not seen here",
			Input:  "\\i other.sql\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 warning manual"},
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		if p.Stmt.Form != pgsql.Meta || p.Layout == "temporal" {
			return
		}
		command := strings.TrimPrefix(p.Stmt.Text, "\\")
		if i := strings.IndexFunc(command, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }); i >= 0 {
			command = command[:i]
		}
		switch p.Layout {
		case "", "plain", "rails":
		default:
			f := manual(fmt.Sprintf("\\%s is a command of psql: %s does not know it and sends it to the server, which refuses it", command, p.Layout), "Take the line out")
			p.Report(f)
			return
		}
		f := Finding{Severity: Info, Message: "\\" + command + " is a command of psql: apply the file with psql, or take the line out"}
		if why, ok := unseen[command]; ok {
			f.Severity, f.Fidelity, f.Message = Warning, Manual, "psql's \\"+command+" "+why+", which is not seen here"
			f.Todo = "Write the statements into the file itself"
		}
		p.Report(f)
	},
}

// unseen are the commands that bring statements in, or leave some out.
var unseen = map[string]string{
	"i": "includes a file", "ir": "includes a file", "include": "includes a file", "include_relative": "includes a file",
	"gexec": "runs what a query returns", "copy": "copies data from or to a file of the client",
	"if": "leaves statements out on a condition", "elif": "leaves statements out on a condition", "else": "leaves statements out on a condition",
	"lo_import": "makes a large object", "crosstabview": "shows a result",
}
