package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

var redundantIndex = &Rule{
	Name:      "redundant-index",
	Title:     "An index that another one holds already",
	Advice:    true,
	Condition: "An index whose columns are the first columns of the primary key, of a unique constraint or of another index, in the same order; or a unique constraint over the columns of another one. What differs in the access method (hash, BRIN) or the operator class (`text_pattern_ops`) alone is the same index in CockroachDB.",
	Effect: "Each index is a copy of its columns in ranges of its own, and each write of the table is a distributed write to all of them. The longer index answers what the shorter one does; " +
		"CockroachDB also holds the columns of the primary key behind those of each index.",
	Workaround: "Drop the shorter index. Where a query reads the whole of it and the longer one is much wider, measure first.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, schema-design-indexes.md (best practices)", "CockroachDB docs, indexes.md", "measured on v26.1: an index by an operator class for patterns is the plain index"},
	Examples: []Example{
		{
			Name:  "the beginning of another index",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, a TEXT, b TEXT);\n",
			Input: "CREATE INDEX by_a ON t (a);\nCREATE INDEX by_ab ON t (a, b);\n",
			Want:  []string{"1:14 warning"},
		},
		{
			Name:  "the beginning of the primary key",
			Input: "CREATE TABLE t (a UUID, b UUID, PRIMARY KEY (a, b));\nCREATE INDEX by_a ON t (a);\n",
			Want:  []string{"2:14 warning"},
		},
		{
			Name:  "twice the same",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, a TEXT UNIQUE);\n",
			Input: "CREATE UNIQUE INDEX by_a ON t (a);\n",
			Want:  []string{"1:21 warning"},
		},
		{
			Name:   "an index for patterns beside a plain one",
			Setup:  "CREATE TABLE t (id UUID PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX by_a ON t (a);\nCREATE INDEX by_a_like ON t (a text_pattern_ops);\n",
			Output: "CREATE INDEX by_a ON t (a);\nCREATE INDEX by_a_like ON t (a);\n",
			Want:   []string{"2:14 warning"},
			Error:  "operator classes are only allowed for the last column of an inverted or vector index",
		},
		{
			Name:  "another order, other rows, a unique one, more columns beside the key",
			Setup: "CREATE TABLE t (id UUID PRIMARY KEY, a TEXT, b TEXT);\nCREATE INDEX by_ab ON t (a, b);\n",
			Input: "CREATE INDEX by_a_desc ON t (a, b DESC);\nCREATE INDEX by_a_some ON t (a) WHERE b IS NULL;\nCREATE UNIQUE INDEX by_a_unique ON t (a);\nCREATE INDEX by_b ON t (b);\n",
		},
	},
	Trees:     rememberedTrees,
	Statement: remember,
	Finish: func(p *Pass) {
		for _, t := range lastingTables(p) {
			keys := keysOf(t)
			for i := range keys {
				if by := heldBy(keys, i); by >= 0 {
					short, long := keys[i], keys[by]
					how := "starts with the same columns"
					if len(short.columns) == len(long.columns) {
						how = "holds the same columns"
					}
					message := fmt.Sprintf("%s of %s is not needed: %s %s", short.what, t.Name, long.what, how)
					if short.index != nil {
						adviseName(p, short.def, message, "Drop the index")
					} else {
						advise(p, short.def, message, "Drop the constraint")
					}
				}
			}
		}
	},
}

// heldBy returns the index of a key that makes keys[i] superfluous, -1 if none
// does. Of two equal ones the later is superfluous.
func heldBy(keys []key, i int) int {
	for j := range keys {
		if i == j || !keys[j].holds(keys[i]) {
			continue
		}
		if keys[i].holds(keys[j]) && rank(keys, i) < rank(keys, j) {
			continue
		}
		return j
	}
	return -1
}

// rank orders equal keys: a primary key and a constraint stay rather than an
// index, an earlier one rather than a later one.
func rank(keys []key, i int) int {
	switch {
	case keys[i].primary:
		return -1
	case keys[i].index == nil:
		return i
	}
	return len(keys) + i
}

// holds reports whether a query that the index of the other key serves is
// served by that of k as well, and what the other makes sure of is.
func (k key) holds(other key) bool {
	if len(other.columns) == 0 || len(k.columns) < len(other.columns) || k.where != other.where {
		return false
	}
	if other.unique && !(k.unique && len(k.columns) == len(other.columns)) {
		return false
	}
	turned := k.columns[0].Descending != other.columns[0].Descending
	for i, c := range other.columns {
		if !sameKey(c, k.columns[i]) || (c.Descending != k.columns[i].Descending) != turned {
			return false
		}
	}
	if k.primary {
		return true // it holds all columns
	}
	for _, name := range other.include {
		if !slices.Contains(k.include, name) && !slices.ContainsFunc(k.columns, func(c catalog.IndexColumn) bool { return c.Column == name }) {
			return false
		}
	}
	return true
}

func sameKey(a, b catalog.IndexColumn) bool {
	return a.Column == b.Column && a.Collation == b.Collation && normalText(catalog.IndexExpr(a.Expr)) == normalText(catalog.IndexExpr(b.Expr))
}
