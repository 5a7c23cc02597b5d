package rules

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// keyMemory is what is known of expressions in the keys of indexes. A table has
// many indexes over the same expression, one behind the other: between them
// nothing changes that this rests on.
type keyMemory struct {
	known map[keyText]*keyFacts
}

// keyFacts are of one expression.
type keyFacts struct {
	// clean: CockroachDB takes it.
	clean bool
	// typ is its type, once typed is set; the zero Type if that is not known.
	typ   catalog.Type
	typed bool
}

// keyText is an element of an index, as it is written.
type keyText struct{ schema, table, text string }

// follow forgets what may not hold behind a statement.
func (m *keyMemory) follow(st *Statement) {
	switch st.Tree.(type) {
	case *pgsql.IndexStmt, *pgsql.InsertStmt, *pgsql.CommentStmt:
		if !st.Down && len(m.known) < maxKeyFacts {
			return
		}
	}
	clear(m.known)
}

const maxKeyFacts = 1 << 10

// of returns what is known of an element of the CREATE INDEX at hand, to be added
// to; nil for what is none.
func (m *keyMemory) of(st *Statement, element pgsql.Node) *keyFacts {
	n, ok := st.Tree.(*pgsql.IndexStmt)
	if !ok || n.Relation == nil {
		return nil
	}
	i := slices.Index(n.IndexParams, element)
	tokens := catalog.IndexElements(st.Statement, n)
	if i < 0 || len(tokens) != len(n.IndexParams) {
		return nil
	}
	first, last := st.Tokens[tokens[i][0]], st.Tokens[tokens[i][1]]
	key := keyText{n.Relation.Schemaname, n.Relation.Relname, st.Text[first.Start():last.End()]}
	facts := m.known[key]
	if facts == nil {
		if m.known == nil {
			m.known = map[keyText]*keyFacts{}
		}
		facts = new(keyFacts)
		m.known[key] = facts
	}
	return facts
}
