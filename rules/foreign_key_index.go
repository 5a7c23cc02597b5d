package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

var foreignKeyIndex = &Rule{
	Name:      "foreign-key-index",
	Title:     "A foreign key without an index on its columns",
	Advice:    true,
	Condition: "A foreign key whose columns no primary key, unique constraint or index of its table starts with.",
	Effect: "When a row of the referenced table is deleted or its key is updated, CockroachDB looks for rows that refer to it. Without an index it reads the whole referencing table each time, " +
		"on all nodes that hold a part of it, and a transaction that reads so much is in conflict with every write to it. Joins along the key read the whole table too.",
	Workaround: "Create an index that starts with the columns, in any order. Where rows of the referenced table are never deleted and no query joins along the key, silence the rule: the index would only cost.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, foreign-key.md (performance)"},
	Examples: []Example{
		{
			Name:  "no index",
			Setup: "CREATE TABLE p (id UUID PRIMARY KEY);\n",
			Input: "CREATE TABLE t (\n  id UUID PRIMARY KEY,\n  p UUID REFERENCES p ON DELETE CASCADE\n);\n",
			Want:  []string{"3:3 warning"},
		},
		{
			Name:  "an index that starts with another column",
			Setup: "CREATE TABLE p (id UUID PRIMARY KEY);\n",
			Input: "CREATE TABLE t (id UUID PRIMARY KEY, p UUID, a TEXT);\nCREATE INDEX by_a ON t (a, p);\nALTER TABLE t ADD CONSTRAINT t_p_fkey FOREIGN KEY (p) REFERENCES p (id);\n",
			Want:  []string{"3:15 warning"},
		},
		{
			Name:  "an index that starts with the columns",
			Setup: "CREATE TABLE p (a UUID, b UUID, PRIMARY KEY (a, b));\n",
			Input: "CREATE TABLE t (id UUID PRIMARY KEY, a UUID, b UUID, c TEXT, FOREIGN KEY (a, b) REFERENCES p);\nCREATE INDEX by_b ON t (b, a, c);\n",
		},
		{
			Name:  "the primary key starts with the columns",
			Setup: "CREATE TABLE p (id UUID PRIMARY KEY);\n",
			Input: "CREATE TABLE t (p UUID REFERENCES p (id), n INT8, PRIMARY KEY (p, n));\n",
		},
	},
	Trees:     rememberedTrees,
	Statement: remember,
	Finish: func(p *Pass) {
		for _, t := range lastingTables(p) {
			keys := keysOf(t)
			for _, fk := range t.Constraints() {
				if fk.Kind != catalog.ForeignKey || len(fk.Columns) == 0 || p.Catalog.Relation(fk.RefTable) == nil {
					continue
				}
				if !slices.ContainsFunc(keys, func(k key) bool { return k.leads(fk.Columns) }) {
					columns := columnList(fk.Columns)
					advise(p, fk.Def, fmt.Sprintf("no index of %s starts with the columns %s of this foreign key: a DELETE or an UPDATE of a key in %s reads all of %s", t.Name, columns, fk.RefTable, t.Name),
						fmt.Sprintf("CREATE INDEX ON %s %s", quoteName(t.Name), columns))
				}
			}
		}
	},
}

// leads reports whether a key finds rows by the columns: they are its first
// ones, in any order, and it holds all rows in which they are not NULL.
func (k key) leads(columns []string) bool {
	if len(k.columns) < len(columns) {
		return false
	}
	for _, c := range k.columns[:len(columns)] {
		if c.Column == "" || !slices.Contains(columns, c.Column) {
			return false
		}
	}
	return k.where == "" || len(columns) == 1 && k.where == QuoteIdent(columns[0])+" is not null"
}
