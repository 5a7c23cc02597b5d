package pgsql

// CockroachDB takes indexes as elements of CREATE TABLE: INDEX i (a), UNIQUE
// INDEX i (a), INVERTED INDEX i (doc). They become IndexStmt nodes among the
// elements, with the table as their relation and true offsets.

// inlineIndex is an index among the elements of a CREATE TABLE.
type inlineIndex struct {
	// first and last are the element's tokens, name is the one of its name (-1 if
	// it has none), open the parenthesis in front of its columns.
	first, last, name, open int
	element                 int // its number among the elements
	unique, inverted        bool
}

// inlineIndexes finds the indexes among the elements of a CREATE TABLE.
func (s *Statement) inlineIndexes() (list int, found []inlineIndex) {
	if !s.Is(0, "create") {
		return 0, nil
	}
	open := s.Find(1, "(")
	if open < 0 || s.Find(1, "table") < 0 || s.Find(1, "table") > 3 {
		return 0, nil
	}
	for n, e := range s.Elements(open) {
		ix := inlineIndex{first: e[0], last: e[1], name: -1, element: n}
		i := e[0]
		switch {
		case s.Words(i, "unique", "index"):
			ix.unique = true
			i += 2
		case s.Words(i, "inverted", "index"):
			ix.inverted = true
			i += 2
		case s.Is(i, "index"):
			i++
		default:
			continue
		}
		if !s.Is(i, "(") {
			ix.name = i
			i++
		}
		// "index TEXT" and "index VARCHAR (10)" are columns that are called index.
		if !s.Is(i, "(") || s.Close(i) < 0 || s.Close(i) > e[1] || s.Tokens[i+1].Kind() == Number {
			continue
		}
		ix.open = i
		found = append(found, ix)
	}
	return open, found
}

// indexColumn reports whether a CREATE TABLE has a column called index with
// columns in the place of its type's numbers: that is how PostgreSQL's grammar
// reads INDEX i (a), and INVERTED INDEX (a) likewise.
func indexColumn(tree Node) bool {
	create, ok := tree.(*CreateStmt)
	if !ok {
		return false
	}
	for _, e := range create.TableElts {
		d, ok := e.(*ColumnDef)
		if !ok || d.TypeName == nil || d.Colname != "index" && !(d.Colname == "inverted" && named(d.TypeName, "index")) {
			continue
		}
		for _, m := range d.TypeName.Typmods {
			if _, number := m.(*AConst); !number {
				return true
			}
		}
	}
	return false
}

func named(tn *TypeName, name string) bool {
	s, ok := tn.Names[len(tn.Names)-1].(*String)
	return ok && s.Sval == name
}

// blankInlineIndexes blanks the indexes out of the text of a CREATE TABLE, each
// with one of the commas beside it.
func (s *Statement) blankInlineIndexes(b []byte, open int, found []inlineIndex) {
	gone := map[int]bool{}
	for _, ix := range found {
		gone[ix.element] = true
	}
	elements := s.Elements(open)
	kept := false // an element in front of this one stays
	for n, e := range elements {
		if !gone[n] {
			if kept {
				continue
			}
			kept = true
			// The first that stays has no comma in front of it.
			if n > 0 {
				s.blank(b, elements[n-1][1]+1)
			}
			continue
		}
		for i := e[0]; i <= e[1]; i++ {
			s.blank(b, i)
		}
		if n > 0 && (kept || gone[n-1]) {
			s.blank(b, elements[n-1][1]+1)
		}
	}
}

func (s *Statement) blank(b []byte, token int) {
	for k := s.Tokens[token].Start(); k < s.Tokens[token].End(); k++ {
		b[k] = ' '
	}
}

// parseInlineIndex parses one of the indexes as a statement of its own: what
// stands in front of its columns becomes CREATE INDEX in a text of the same
// length, so that offsets stay true.
func (s *Statement) parseInlineIndex(ix inlineIndex, table *RangeVar) *IndexStmt {
	head := "CREATE INDEX ON t"
	if ix.unique {
		head = "CREATE UNIQUE INDEX ON t"
	}
	if ix.inverted {
		head += " USING gin"
	}
	at, end := s.Tokens[ix.open].Start(), s.Tokens[ix.last].End()
	if at < len(head)+1 {
		return nil // there is no table that short
	}
	b := []byte(s.Text[:end])
	for i := range b[:at] {
		b[i] = ' '
	}
	copy(b[at-len(head)-1:], head)
	// STORING is PostgreSQL's INCLUDE.
	for i := ix.open; i < ix.last; i++ {
		if s.Is(i, "storing") && s.Is(i+1, "(") {
			copy(b[s.Tokens[i].Start():], "INCLUDE")
		}
	}
	tree, err := Parse(string(b))
	if err != nil {
		return nil
	}
	n, ok := tree.(*IndexStmt)
	if !ok {
		return nil
	}
	if ix.name >= 0 {
		n.Idxname = Fold(s.Str(ix.name))
	}
	relation := *table
	relation.Location = int32(s.Tokens[ix.first].Start())
	n.Relation = &relation
	return n
}

// withInlineIndexes parses a CREATE TABLE that has indexes among its elements,
// text being the statement's without CockroachDB's other spellings. It returns
// nil if that is not what stands in the way.
func (s *Statement) withInlineIndexes(text string) *CreateStmt {
	open, found := s.inlineIndexes()
	if len(found) == 0 {
		return nil
	}
	b := []byte(text)
	s.blankInlineIndexes(b, open, found)
	tree, err := Parse(string(b))
	if err != nil {
		return nil
	}
	create, ok := tree.(*CreateStmt)
	if !ok || create.Relation == nil {
		return nil
	}
	rest := create.TableElts
	create.TableElts = nil
	for n := range s.Elements(open) {
		if len(found) > 0 && found[0].element == n {
			ix := s.parseInlineIndex(found[0], create.Relation)
			if ix == nil {
				return nil
			}
			create.TableElts = append(create.TableElts, ix)
			found = found[1:]
			continue
		}
		if len(rest) == 0 {
			return nil
		}
		create.TableElts = append(create.TableElts, rest[0])
		rest = rest[1:]
	}
	return create
}
