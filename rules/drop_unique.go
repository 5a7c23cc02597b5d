package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var dropUniqueConstraint = &Rule{
	Name:       "drop-unique-constraint",
	Title:      "DROP CONSTRAINT of a unique constraint",
	Condition:  "`ALTER TABLE ... DROP CONSTRAINT` of a UNIQUE constraint.",
	Effect:     "Up to v26.1 CockroachDB refuses it and wants DROP INDEX ... CASCADE (SQLSTATE 0A000).",
	Workaround: "It becomes `DROP INDEX name CASCADE`. CASCADE is required there and drops a foreign key that rests on the constraint; PostgreSQL would have refused to drop it then.",
	Versions:   "<26.2",
	Issues:     []int{42840},
	Sources:    []string{"release note v26.2.0-alpha.1 (#162345)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a constraint with a name that PostgreSQL made",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT UNIQUE);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT IF EXISTS t_a_key;\n",
			Output: "DROP INDEX IF EXISTS t_a_key CASCADE;\n",
			Want:   []string{"1:15 error exact"},
			Error:  "cannot drop UNIQUE constraint",
		},
		{
			Name:   "among other commands",
			Setup:  "CREATE SCHEMA s;\nCREATE TABLE s.t (id INT8 PRIMARY KEY, a TEXT, CONSTRAINT u UNIQUE (a));\n",
			Input:  "ALTER TABLE s.t DROP CONSTRAINT u, ADD COLUMN b TEXT;\n",
			Output: "DROP INDEX s.u CASCADE;\nALTER TABLE s.t ADD COLUMN b TEXT;\n",
			Want:   []string{"1:17 error exact"},
			Error:  "cannot drop UNIQUE constraint",
		},
		{
			Name:   "kept where the target takes it",
			Target: ">=26.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT UNIQUE);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_a_key;\n",
		},
		{
			Name:  "a check",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT CONSTRAINT c CHECK (a <> ''));\n",
			Input: "ALTER TABLE t DROP CONSTRAINT c;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt)
		if !ok {
			return
		}
		t := p.Catalog.Table(n.Relation)
		if t == nil {
			return
		}
		var out []Finding
		statements := ""
		list := commandList(p.Stmt, n)
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if cmd.Subtype != pgsql.ATDropConstraint || !isUnique(p, t, cmd.Name) {
				return
			}
			f := Finding{Severity: Error, Fidelity: Exact, Until: "26.2", Message: fmt.Sprintf("CockroachDB drops unique constraint %s as an index only", cmd.Name)}
			f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
			ifExists := ""
			if cmd.MissingOk {
				ifExists = "IF EXISTS "
			}
			name := catalog.Name{Schema: t.Name.Schema, Name: cmd.Name}
			if n.Relation.Schemaname == "" {
				name.Schema = ""
			}
			statements += fmt.Sprintf("DROP INDEX %s%s CASCADE;\n", ifExists, qualified(name))
			if len(list.Elements) > 1 {
				f.DropElement(list, i)
			}
			out = append(out, f)
		})
		switch {
		case len(out) == 0:
			return
		case len(out) == len(list.Elements):
			// Nothing is left of the statement.
			for i := range out {
				out[i].elements = nil
				out[i].Edits = []Edit{p.Replace(0, len(p.Stmt.Text), statements[:len(statements)-len(";\n")])}
			}
		default:
			out[0].Edits = append(out[0].Edits, p.Insert(0, statements))
		}
		for _, f := range out {
			p.Report(f)
		}
	},
}

// isUnique reports whether a table has a unique constraint of that name, or a
// unique index that took the place of one.
func isUnique(p *Pass, t *catalog.Table, name string) bool {
	if k := t.Constraint(name); k != nil {
		return k.Kind == catalog.Unique
	}
	for _, ix := range t.Indexes() {
		if ix.Name.Name == name && ix.Unique {
			return true
		}
	}
	return false
}

// qualified writes a name with its schema, if it has one.
func qualified(n catalog.Name) string {
	if n.Schema == "" {
		return QuoteIdent(n.Name)
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}
