package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var primaryKeyAlone = &Rule{
	Name:       "primary-key-alone",
	Title:      "A primary key is replaced by a statement that does nothing else",
	Condition:  "`ALTER TABLE` that drops a primary key, adds the next one, and does something else to the table as well.",
	Effect:     "CockroachDB refuses other changes of the table together with that of its key (SQLSTATE 0A000).",
	Workaround: "The other commands become a statement in front; those that take NOT NULL or a column away, which the old key still needs, become one behind.",
	Versions:   "*",
	Issues:     []int{45510},
	Sources:    []string{"CockroachDB docs, alter-table.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "commands on both sides",
			Target: "25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 NOT NULL, CONSTRAINT c CHECK (a > 0));\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT c, DROP CONSTRAINT t_pkey, ALTER COLUMN id DROP NOT NULL, ADD PRIMARY KEY (a), ADD COLUMN b TEXT;\n",
			Output: "ALTER TABLE t DROP CONSTRAINT c, ADD COLUMN b TEXT;\nALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a);\nALTER TABLE t ALTER COLUMN id DROP NOT NULL;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "other schema changes",
		},
		{
			Name:   "nothing else",
			Target: "25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8 NOT NULL);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey, DROP CONSTRAINT IF EXISTS other, ADD PRIMARY KEY (a);\n",
		},
	},
	After: func(p *Pass, found []Reported) {
		n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt)
		if !ok || len(n.Cmds) < 3 || addsKey(n, false) < 0 {
			return
		}
		t := p.Catalog.Table(n.Relation)
		if t == nil || t.PrimaryKey() == nil {
			return
		}
		for i := range found {
			// What the others make of the statement is looked at in the next round.
			if len(found[i].Edits) > 0 || len(found[i].elements) > 0 {
				return
			}
		}
		separateKey(p, n, t)
	},
}

// separateKey takes the commands that are not about the key out of the
// statement.
func separateKey(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table) {
	adds := addsKey(n, false)
	drops := false
	var front, behind []string
	f := Finding{Severity: Error, Fidelity: Exact}
	alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
		switch {
		case i == adds:
			return
		case cmd.Subtype == pgsql.ATDropConstraint && cmd.Name == t.PrimaryKey().Name:
			drops = true
			return
		case cmd.Subtype == pgsql.ATColumnDefault, cmd.Subtype == pgsql.ATDropConstraint && cmd.MissingOk && t.Constraint(cmd.Name) == nil:
			return // these are taken
		}
		text := p.Stmt.textOf(list.Elements[i][0], list.Elements[i][1])
		if cmd.Subtype == pgsql.ATDropNotNull || cmd.Subtype == pgsql.ATDropColumn {
			behind = append(behind, text)
		} else {
			front = append(front, text)
		}
		f.DropElement(list, i)
	})
	if !drops || len(front)+len(behind) == 0 {
		return
	}
	head := alterHead(p.Stmt, n) + " "
	if len(front) > 0 {
		f.Edits = append(f.Edits, p.Insert(0, head+strings.Join(front, ", ")+";\n"))
	}
	if len(behind) > 0 {
		f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), ";\n"+head+strings.Join(behind, ", ")))
	}
	f.Message = fmt.Sprintf("CockroachDB replaces primary key %s only by a statement that does nothing else: the other commands become statements of their own", t.PrimaryKey().Name)
	p.Report(f)
}
