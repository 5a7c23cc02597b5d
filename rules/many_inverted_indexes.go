package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

var manyInvertedIndexes = &Rule{
	Name:      "many-inverted-indexes",
	Title:     "A table with many inverted indexes",
	Advice:    true,
	Condition: fmt.Sprintf("A table with more than %d inverted indexes: GIN indexes, and GiST indexes that become such. The first beyond that number is where it is reported.", invertedIndexes),
	Effect: "An inverted index has an entry for each element, path, word or trigram of a value, so one inserted row writes dozens of entries to each of them, in ranges on many nodes, in one transaction. " +
		"PostgreSQL collects such entries and writes them later (fastupdate); CockroachDB writes them at once.",
	Workaround: "Keep those that queries need: `SHOW INDEXES`, `crdb_internal.index_usage_statistics` and the index recommendations of the console tell which are read. One JSONB column with one inverted index can stand for several; " +
		"for single attributes of a document, an index on an expression or a computed column is cheaper. The number is a rule of thumb, not a limit.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, inverted-indexes.md", "CockroachDB docs, schema-design-indexes.md (best practices)", "PostgreSQL docs, gin (fast update)"},
	Examples: []Example{
		{
			Name:  "five documents",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, a JSONB, b JSONB, c JSONB, d JSONB, e JSONB);\n",
			Input: "CREATE INDEX by_a ON t USING gin (a);\nCREATE INDEX by_b ON t USING gin (b);\nCREATE INDEX by_c ON t USING gin (c);\nCREATE INDEX by_d ON t USING gin (d);\nCREATE INDEX by_e ON t USING gin (e);\n",
			Want:  []string{"4:14 warning"},
		},
		{
			Name:  "one that is dropped",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, a JSONB, b JSONB, c JSONB, d JSONB);\n",
			Input: "CREATE INDEX by_a ON t USING gin (a);\nCREATE INDEX by_b ON t USING gin (b);\nCREATE INDEX by_c ON t USING gin (c);\nCREATE INDEX by_d ON t USING gin (d);\nDROP INDEX by_a;\n",
		},
	},
	Trees:     rememberedTrees,
	Statement: remember,
	Finish: func(p *Pass) {
		for _, t := range lastingTables(p) {
			total, beyond := 0, (*catalog.Index)(nil)
			for _, ix := range t.Indexes() {
				total += inverted(t, ix)
				if total > invertedIndexes && beyond == nil {
					beyond = ix
				}
			}
			if beyond != nil {
				adviseName(p, beyond.Def, fmt.Sprintf("table %s has %d inverted indexes: each inserted row writes an entry for each element of each of them, in one transaction", t.Name, total),
					"Keep those that queries use, or index single attributes of a document by an expression")
			}
		}
	},
}

// invertedIndexes is how many inverted indexes of a table nothing is said of.
const invertedIndexes = 3

// inverted returns how many inverted indexes an index becomes in CockroachDB.
func inverted(t *catalog.Table, ix *catalog.Index) int {
	if ix.Method != "gin" && ix.Method != "gist" {
		return 0
	}
	n := 0
	for _, k := range ix.Columns {
		c := t.Column(k.Column)
		switch {
		case k.Opclass == "gin_trgm_ops", k.Opclass == "gist_trgm_ops":
			n++
		case c == nil: // an expression
			if ix.Method == "gin" {
				n++
			}
		case c.Type.Dims > 0, keyClasses[c.Type.Name].inverts(), keyClasses[becomes[c.Type.Name]].inverts():
			n++
		}
	}
	return n
}
