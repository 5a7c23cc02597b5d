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
	Workaround: "Apply the file with psql, or take the line out. A `\\connect` to `template1`, which CockroachDB does not have, goes where nothing is made behind it; psql would stop there.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, app-psql", "CockroachDB docs, cockroach-sql.md"},
	Examples: []Example{
		{
			Name:  "pg_dump's",
			Input: "\\restrict abc\nCREATE TABLE t (id INT8 PRIMARY KEY);\n\\unrestrict abc\n",
			Want:  []string{"1:1 info", "3:1 info"},
		},
		{
			Name:   "the template in a dump of pg_dumpall's",
			Input:  "\\connect template1\nSET client_encoding = 'UTF8';\n\\connect postgres\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "SET client_encoding = 'UTF8';\n\\connect postgres\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact", "3:1 info"},
		},
		{
			Name:   "what is not seen here",
			Input:  "\\i other.sql\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 warning manual"},
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		if p.Layout == "temporal" {
			return
		}
		s := State[templateSection](p)
		if p.Stmt.Form != pgsql.Meta {
			s.see(p.Stmt)
			return
		}
		command, argument := metaCommand(p.Stmt.Text)
		switch p.Layout {
		case "", "plain", "rails":
		default:
			f := manual(fmt.Sprintf("\\%s is a command of psql: %s does not know it and sends it to the server, which refuses it", command, p.Layout), "Take the line out")
			p.Report(f)
			return
		}
		if command == "connect" || command == "c" {
			s.end(p)
			if template(argument) && !s.made[argument] {
				s.connect = p.Stmt
				return
			}
		}
		f := Finding{Severity: Info, Message: "\\" + command + " is a command of psql: apply the file with psql, or take the line out"}
		if why, ok := unseen[command]; ok {
			f.Severity, f.Fidelity, f.Message = Warning, Manual, "psql's \\"+command+" "+why+", which is not seen here"
			f.Todo = "Write the statements into the file itself"
		}
		p.Report(f)
	},
	Finish: func(p *Pass) { State[templateSection](p).end(p) },
}

// metaCommand cuts a command of psql from its first argument.
func metaCommand(text string) (command, argument string) {
	command = strings.TrimPrefix(text, "\\")
	i := strings.IndexFunc(command, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if i == 0 { // \! and \? have no letters
		i = 1
	}
	if i > 0 {
		command, argument = command[:i], command[i:]
	}
	if words := strings.Fields(argument); len(words) > 0 {
		argument = strings.Trim(words[0], `"'`)
	}
	return command, argument
}

// templateSection is what follows a \connect to a template database, which
// pg_dumpall writes and CockroachDB does not have: psql stops there.
type templateSection struct {
	connect *Statement
	filled  bool            // something is made there
	made    map[string]bool // databases that the history makes
}

func (s *templateSection) see(st *Statement) {
	switch n := st.Tree.(type) {
	case *pgsql.CreatedbStmt:
		if s.made == nil {
			s.made = map[string]bool{}
		}
		s.made[n.Dbname] = true
	case nil, *pgsql.VariableSetStmt, *pgsql.SelectStmt:
	case *pgsql.AlterDatabaseStmt, *pgsql.AlterDatabaseSetStmt, *pgsql.DropdbStmt, *pgsql.CreateRoleStmt, *pgsql.AlterRoleStmt, *pgsql.AlterRoleSetStmt, *pgsql.GrantRoleStmt:
		// about the server, wherever one is connected
	case *pgsql.AlterOwnerStmt:
		s.filled = s.filled || n.ObjectType != pgsql.ObjectDatabase
	default:
		s.filled = true
	}
}

// end reports the section that is at its end.
func (s *templateSection) end(p *Pass) {
	if st := s.connect; st != nil {
		f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{st.Dropped()},
			Message: "CockroachDB has no template databases, and psql stops where it cannot connect: nothing is made there, so the line goes"}
		if s.filled {
			f = manual("CockroachDB has no template databases, and psql stops where it cannot connect", "Make what stands in this section in each database that needs it, and delete the section")
		}
		f.Stmt, f.End = st, len(st.Text)
		p.Report(f)
	}
	s.connect, s.filled = nil, false
}

// unseen are the commands that bring statements in, or leave some out.
var unseen = map[string]string{
	"i": "includes a file", "ir": "includes a file", "include": "includes a file", "include_relative": "includes a file",
	"gexec": "runs what a query returns", "copy": "copies data from or to a file of the client",
	"if": "leaves statements out on a condition", "elif": "leaves statements out on a condition", "else": "leaves statements out on a condition",
	"!": "runs a command of the shell", "lo_import": "makes a large object", "crosstabview": "shows a result",
}
