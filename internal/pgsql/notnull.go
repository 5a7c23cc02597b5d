package pgsql

// PostgreSQL 18 has NOT NULL as a constraint of the table, CONSTRAINT n NOT
// NULL a, among the elements of CREATE TABLE and behind ADD in ALTER TABLE;
// pg_dump 18 writes it. libpg_query's grammar is older. In a text of the same
// length a CHECK stands in its place, and the node that comes of it is made
// into what PostgreSQL 18 makes: a Constraint of type ConstrNotnull with the
// column as its key.

// standIn is as long as the shortest NOT NULL with a column.
const standIn = "CHECK(1>0)"

// notNull is such a constraint: its first token, that of NOT, and that of the
// column.
type notNull struct{ first, not, column int }

// notNulls finds the constraints.
func (s *Statement) notNulls() (found []notNull) {
	var parts [][2]int
	switch {
	case s.Words(0, "alter", "table"), s.Words(0, "alter", "foreign", "table"):
		parts = s.List(0, len(s.Tokens))
	case s.Is(0, "create"):
		if open := s.Find(1, "("); open > 0 && s.Find(1, "table") > 0 && s.Find(1, "table") < open {
			parts = s.Elements(open)
		}
	}
	for n, part := range parts {
		i := part[0]
		if s.Is(0, "alter") {
			if n == 0 {
				i = s.Find(i, "add") // the first command stands behind the table
			}
			if i < 0 || i > part[1] || !s.Is(i, "add") {
				continue
			}
			i++
		}
		first := i
		if s.Is(i, "constraint") {
			i += 2
		}
		if s.Words(i, "not", "null") && i+2 <= part[1] && (s.Tokens[i+2].Kind() == Word || s.Tokens[i+2].Kind() == Quoted) {
			found = append(found, notNull{first, i, i + 2})
		}
	}
	return found
}

// withoutNotNulls writes the stand-ins into the text.
func (s *Statement) withoutNotNulls(text string, found []notNull) string {
	b := []byte(text)
	for _, c := range found {
		at := b[s.Tokens[c.not].Start():s.Tokens[c.column].End()]
		for i := range at {
			at[i] = ' '
		}
		copy(at, standIn)
	}
	return string(b)
}

// putNotNulls makes the nodes of the stand-ins into what they stand for.
func (s *Statement) putNotNulls(tree Node, found []notNull) {
	at := map[int32]notNull{}
	for _, c := range found {
		at[int32(s.Tokens[c.first].Start())] = c
	}
	Walk(tree, func(n Node, _ []Node) bool {
		k, ok := n.(*Constraint)
		if !ok {
			return true
		}
		if c, ok := at[k.Location]; ok && k.Contype == ConstrCheck {
			k.Contype, k.RawExpr = ConstrNotnull, nil
			k.Keys = []Node{&String{Sval: Fold(s.Str(c.column))}}
		}
		return false
	})
}
