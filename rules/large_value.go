package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

var largeValue = &Rule{
	Name:      "large-value",
	Title:     "A column for large binary values",
	Advice:    true,
	Condition: "A BYTEA column that is no part of a key and that no CHECK constraint names, so that nothing bounds its values. Reported once for a table, at the first such column.",
	Effect: "CockroachDB keeps a row, or a column family of it, in one piece, writes that piece anew at each update, and sends it through the log of its range. Its documentation recommends values below 1 MB: " +
		"beyond that, writes get slow for the whole range, and a query over many such rows can use up a node's memory. PostgreSQL stores large values apart from the row (TOAST) and leaves them alone when other columns change.",
	Workaround: "Keep large objects in an object store and their address in the table. Otherwise bound them, `CHECK (octet_length(data) <= 1048576)`, and put a column that seldom changes in a column family of its own " +
		"(`FAMILY (id, a), FAMILY (data)` in CREATE TABLE, which PostgreSQL does not read).",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, bytes.md (size)", "CockroachDB docs, column-families.md"},
	Examples: []Example{
		{
			Name:  "a file in a row",
			Input: "CREATE TABLE t (\n  id UUID PRIMARY KEY,\n  data BYTEA,\n  preview BYTEA\n);\n",
			Want:  []string{"3:3 warning"},
		},
		{
			Name:  "with a bound",
			Input: "CREATE TABLE t (id UUID PRIMARY KEY, data BYTEA CHECK (octet_length(data) <= 65536));\n",
		},
		{
			Name:  "a key",
			Input: "CREATE TABLE t (id BYTEA PRIMARY KEY, digest BYTEA UNIQUE);\n",
		},
	},
	Trees:     rememberedTrees,
	Statement: remember,
	Finish: func(p *Pass) {
		for _, t := range lastingTables(p) {
			var names []string
			var first *catalog.Column
			for _, c := range t.Columns() {
				if builtin(c.Type) == "bytea" && !bounded(t, c.Name) {
					names = append(names, c.Name)
					if first == nil {
						first = c
					}
				}
			}
			if first != nil {
				advise(p, first.Def, fmt.Sprintf("nothing bounds the values of %s in %s: CockroachDB writes a row anew at each update and recommends values below 1 MB", strings.Join(names, ", "), t.Name),
					"Bound them by a CHECK on the length, put them in a column family of their own, or keep them in an object store")
			}
		}
	},
}

// bounded reports whether a column is part of a key, which both databases keep
// short, or named by a CHECK.
func bounded(t *catalog.Table, column string) bool {
	for _, k := range t.Constraints() {
		for _, c := range k.Columns {
			if c == column {
				return true
			}
		}
		if k.Kind == catalog.Check && catalog.Mentions(k.Expr, column) {
			return true
		}
	}
	for _, ix := range t.Indexes() {
		if key, _, _ := ix.Uses(column); key {
			return true
		}
	}
	return false
}
