package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var checkName = &Rule{
	Name:       "check-name",
	Title:      "A CHECK constraint that is called by the name PostgreSQL made up",
	Condition:  "`DROP CONSTRAINT`, `VALIDATE CONSTRAINT`, `RENAME CONSTRAINT` or `COMMENT ON CONSTRAINT` of a CHECK that was written without a name.",
	Effect:     "PostgreSQL names it table_column_check, CockroachDB check_column: under PostgreSQL's name it does not exist (SQLSTATE 42704).",
	Workaround: "The check gets PostgreSQL's name where it is made.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a check that is dropped later",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 CHECK (a > 0));\nALTER TABLE t DROP CONSTRAINT t_a_check;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 CONSTRAINT t_a_check CHECK (a > 0));\nALTER TABLE t DROP CONSTRAINT t_a_check;\n",
			Want:   []string{"2:15 error exact"},
			Error:  "does not exist",
		},
		{
			Name:  "a check with a name",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 CONSTRAINT c CHECK (a > 0));\nALTER TABLE t DROP CONSTRAINT c;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt, pgsql.KindRenameStmt, pgsql.KindCommentStmt},
	Statement: func(p *Pass) {
		st := p.Stmt
		switch n := st.Tree.(type) {
		case *pgsql.AlterTableStmt:
			t := p.Catalog.Table(n.Relation)
			alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
				if cmd.Subtype == pgsql.ATDropConstraint || cmd.Subtype == pgsql.ATValidateConstraint {
					nameCheck(p, t, cmd.Name, list.Elements[i], cmd.MissingOk)
				}
			})
		case *pgsql.RenameStmt:
			if n.RenameType == pgsql.ObjectTabconstraint {
				nameCheck(p, p.Catalog.Table(n.Relation), n.Subname, [2]int{0, len(st.Tokens) - 1}, false)
			}
		case *pgsql.CommentStmt:
			if l, ok := n.Object.(*pgsql.List); ok && n.Objtype == pgsql.ObjectTabconstraint && len(l.Items) > 1 {
				if s, ok := l.Items[len(l.Items)-1].(*pgsql.String); ok {
					nameCheck(p, p.Catalog.Relation(catalog.ListName(l.Items[:len(l.Items)-1])), s.Sval, [2]int{0, len(st.Tokens) - 1}, false)
				}
			}
		}
	},
}

// nameCheck names the check where it is made.
func nameCheck(p *Pass, t *catalog.Table, name string, r [2]int, ifExists bool) {
	k := t.Constraint(name)
	if k == nil || k.Kind != catalog.Check || k.Unnamed == 0 || k.Def.Source < 0 || p.Stmt.Down {
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB does not call the check %s: it gets the name where it is made", name),
		Edits: []Edit{{Source: k.Def.Source, Start: k.Unnamed, End: k.Unnamed, New: "CONSTRAINT " + QuoteIdent(name) + " "}}}
	if ifExists {
		f.Severity = Warning // nothing is refused, and nothing is dropped
	}
	f.at(p.Stmt, r[0], r[1])
	p.Report(f)
}
