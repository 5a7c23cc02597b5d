package rules

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var dropTypeCascade = &Rule{
	Name:      "drop-type-cascade",
	Title:     "DROP TYPE has no CASCADE",
	Condition: "`DROP TYPE ... CASCADE`.",
	Effect:    "CockroachDB refuses it (SQLSTATE 0A000), whether something depends on the type or not.",
	Workaround: "CASCADE goes; the columns that it would take along are dropped in front of the statement. " +
		"Where functions or other types depend on the type, a person has to drop them.",
	Versions: "*",
	Issues:   []int{51480},
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "nothing depends on it",
			Input:  "DROP TYPE IF EXISTS mood CASCADE;\n",
			Output: "DROP TYPE IF EXISTS mood;\n",
			Want:   []string{"1:26 error exact"},
			Error:  "DROP TYPE CASCADE is not yet supported",
		},
		{
			Name:   "a column depends on it",
			Setup:  "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id INT8 PRIMARY KEY, m mood);\n",
			Input:  "DROP TYPE mood CASCADE;\n",
			Output: "ALTER TABLE t DROP COLUMN m;\nDROP TYPE mood;\n",
			Want:   []string{"1:16 error exact"},
			Error:  "DROP TYPE CASCADE is not yet supported",
		},
		{
			Name:   "a function depends on it",
			Setup:  "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE FUNCTION f(m mood) RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input:  "DROP TYPE mood CASCADE;\n",
			Want:   []string{"1:16 error manual"},
			Error:  "DROP TYPE CASCADE is not yet supported",
			Manual: true,
		},
		{
			Name:  "without CASCADE",
			Input: "DROP TYPE IF EXISTS mood;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindDropStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.DropStmt)
		st := p.Stmt
		last := len(st.Tokens) - 1
		if n.RemoveType != pgsql.ObjectTypeObjectType || n.Behavior != pgsql.DropCascade || !st.Is(last, "cascade") {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no DROP TYPE ... CASCADE: nothing here depends on the type, so CASCADE goes"}
		f.at(st, last, last)
		var columns strings.Builder
		for _, o := range n.Objects {
			t := p.Catalog.Type(objectName(o))
			if t == nil || t.Kind == catalog.Domain || st.Down {
				continue
			}
			if fs := p.Catalog.TypeFunctions(t); len(fs) > 0 || inComposite(p, t) {
				f.Fidelity, f.Edits = Manual, nil
				f.Message = "CockroachDB has no DROP TYPE ... CASCADE, and functions or other types depend on " + t.Name.String()
				f.Todo = "Drop what depends on the type in front, then the type without CASCADE"
				p.Report(f)
				return
			}
			p.Catalog.TypeColumns(t, func(table *catalog.Table, c *catalog.Column) {
				if table.PartitionOf() == nil {
					columns.WriteString("ALTER TABLE " + relationName(p, table.Name) + " DROP COLUMN " + QuoteIdent(c.Name) + ";\n")
				}
			})
		}
		f.Edits = []Edit{p.Delete(last, last)}
		if columns.Len() > 0 {
			f.Message = "CockroachDB has no DROP TYPE ... CASCADE: the columns of the type are dropped in front"
			f.Edits = append(f.Edits, p.Insert(0, columns.String()))
		}
		p.Report(f)
	},
}

// inComposite reports whether a composite type has an attribute of a type.
func inComposite(p *Pass, t *catalog.TypeDef) bool {
	return p.Catalog.HasType(func(other *catalog.TypeDef) bool {
		return slices.ContainsFunc(other.Columns, func(c *catalog.Column) bool { return c.User.Is(t) })
	})
}
