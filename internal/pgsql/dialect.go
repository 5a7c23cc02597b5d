package pgsql

import "strings"

// CockroachDB's own spellings that a translation writes are no PostgreSQL:
// CREATE INVERTED INDEX, indexes within CREATE TABLE, table@index where an index is named, NOT VISIBLE columns, and IF NOT EXISTS
// where PostgreSQL has it not. So that a translation can be parsed again, they
// are blanked out, byte for byte, before the text goes to libpg_query; offsets
// stay true. VIRTUAL columns, which PostgreSQL has from 18 on and the parser
// does not know, pass as STORED.

// cockroach returns the text without those spellings, and whether an inverted
// index was among them. ok is false if the statement holds none.
func (s *Statement) cockroach() (text string, inverted, ok bool) {
	b := []byte(s.Text)
	blank := func(i int) {
		for k := s.Tokens[i].Start(); k < s.Tokens[i].End(); k++ {
			b[k] = ' '
		}
		ok = true
	}
	if s.Is(0, "create") {
		i := 1
		if s.Is(i, "unique") {
			i++
		}
		if s.Words(i, "inverted", "index") {
			blank(i)
			inverted = true
		}
	}
	for i := range s.Tokens {
		// CREATE TYPE, ROLE, USER, VIEW, POLICY IF NOT EXISTS; ADD CONSTRAINT IF NOT EXISTS
		if s.Words(i, "if", "not", "exists") && s.extraGuard(i) {
			blank(i)
			blank(i + 1)
			blank(i + 2)
		}
	}
	if s.Words(0, "drop", "index") || s.Words(0, "alter", "index") || s.Words(0, "comment", "on", "index") {
		for i := 2; i+1 < len(s.Tokens); i++ {
			// The table goes, its schema stays: it is the index's as well.
			if s.Tokens[i].Kind() == Operator && s.Str(i) == "@" {
				blank(i - 1)
				blank(i)
			}
		}
	}
	if s.Words(0, "create") || s.Words(0, "alter", "table") {
		for i := 1; i < len(s.Tokens); i++ {
			if s.Is(i, "virtual") && s.Is(i-1, ")") {
				copy(b[s.Tokens[i].Start():s.Tokens[i].End()], "STORED ")
				ok = true
			}
			// A hidden column; NOT VISIBLE follows its type.
			if s.Words(i, "not", "visible") {
				blank(i)
				blank(i + 1)
			}
		}
	}
	return string(b), inverted, ok
}

// extraGuard reports whether an IF NOT EXISTS at token i stands where
// CockroachDB has it and PostgreSQL has not.
func (s *Statement) extraGuard(i int) bool {
	switch s.Word(i - 1) {
	case "type", "role", "user", "view", "policy":
		return i <= 3 && s.Is(0, "create")
	case "constraint":
		return s.Is(0, "alter") && s.Is(i-2, "add")
	}
	return false
}

// parseCockroach parses a statement that the grammar refused, if only
// CockroachDB's spellings, or those of a later PostgreSQL, stand in the way.
func (s *Statement) parseCockroach(p *Parser) {
	text, inverted, ok := s.cockroach()
	notNulls := s.notNulls()
	if len(notNulls) > 0 {
		text, ok = s.withoutNotNulls(text, notNulls), true
	}
	if create := s.withInlineIndexes(text); create != nil {
		s.putNotNulls(create, notNulls)
		s.Tree, s.Err = create, nil
		return
	}
	if !ok {
		return
	}
	tree, err := p.parse(text, s.Tokens)
	if err != nil {
		return
	}
	s.putNotNulls(tree, notNulls)
	s.Tree, s.Err = tree, nil
	if ix, ok := tree.(*IndexStmt); ok && inverted {
		ix.AccessMethod = "gin"
	}
}

// Inverted reports whether the statement is CockroachDB's CREATE INVERTED
// INDEX.
func (s *Statement) Inverted() bool {
	i := 1
	if s.Is(i, "unique") {
		i++
	}
	return s.Is(0, "create") && s.Words(i, "inverted", "index")
}

// Fold folds an identifier as PostgreSQL does with UTF-8: the ASCII letters of
// unquoted ones to lower case, quoted ones without their quotes.
func Fold(token string) string {
	if n := len(token); n >= 2 && token[0] == '"' && token[n-1] == '"' {
		return strings.ReplaceAll(token[1:n-1], `""`, `"`)
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, token)
}
