package rules

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// cleanKeys are expressions in the keys of indexes that CockroachDB takes. A table
// has many indexes over the same expression, one behind the other: between them
// nothing changes that a judgement rests on.
type cleanKeys struct {
	known map[cleanKey]bool
}

// cleanKey is an element of an index, as it is written.
type cleanKey struct{ schema, table, text string }

// follow forgets what may not hold behind a statement.
func (c *cleanKeys) follow(st *Statement) {
	switch st.Tree.(type) {
	case *pgsql.IndexStmt, *pgsql.InsertStmt, *pgsql.CommentStmt:
		if !st.Down && len(c.known) < maxCleanKeys {
			return
		}
	}
	clear(c.known)
}

const maxCleanKeys = 1 << 10

// cleanElements are the elements of one CREATE INDEX. The zero value is for a
// statement that is none.
type cleanElements struct {
	keys   *cleanKeys
	st     *Statement
	index  *pgsql.IndexStmt
	tokens [][2]int // of the elements
}

func (r *Run) cleanKeys(st *Statement) cleanElements {
	n, ok := st.Tree.(*pgsql.IndexStmt)
	if !ok || n.Relation == nil {
		return cleanElements{}
	}
	tokens := catalog.IndexElements(st.Statement, n)
	if len(tokens) != len(n.IndexParams) {
		return cleanElements{}
	}
	return cleanElements{&r.judgedKeys, st, n, tokens}
}

// key returns the key of an element; ok is false for what is none.
func (c cleanElements) key(element pgsql.Node) (_ cleanKey, ok bool) {
	if c.index == nil {
		return cleanKey{}, false
	}
	i := slices.Index(c.index.IndexParams, element)
	if i < 0 {
		return cleanKey{}, false
	}
	first, last := c.st.Tokens[c.tokens[i][0]], c.st.Tokens[c.tokens[i][1]]
	return cleanKey{c.index.Relation.Schemaname, c.index.Relation.Relname, c.st.Text[first.Start():last.End()]}, true
}

func (c cleanElements) known(element pgsql.Node) bool {
	key, ok := c.key(element)
	return ok && c.keys.known[key]
}

func (c cleanElements) note(element pgsql.Node) {
	key, ok := c.key(element)
	if !ok {
		return
	}
	if c.keys.known == nil {
		c.keys.known = map[cleanKey]bool{}
	}
	c.keys.known[key] = true
}
