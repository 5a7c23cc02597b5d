package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Text returns the text of the tokens [first, last].
func (s *Statement) textOf(first, last int) string {
	if first < 0 || last < first || last >= len(s.Tokens) {
		return ""
	}
	return s.Text[s.Tokens[first].Start():s.Tokens[last].End()]
}

// span returns the byte range of the tokens [first, last].
func (s *Statement) span(first, last int) (start, end int) {
	return s.Tokens[first].Start(), s.Tokens[last].End()
}

// at makes f speak of the tokens [first, last].
func (f *Finding) at(s *Statement, first, last int) {
	f.Start, f.End = s.span(first, last)
}

// tokenOf returns the index of the token at a node's location, or -1.
func (s *Statement) tokenOf(n pgsql.Node) int {
	loc := pgsql.Location(n)
	if loc < 0 {
		return -1
	}
	if i := s.TokenAt(loc); i < len(s.Tokens) {
		return i
	}
	return -1
}

// nameEnd returns the index of the last token of the qualified name that
// starts at token i.
func (s *Statement) nameEnd(i int) int {
	for s.Is(i+1, ".") {
		i += 2
	}
	return i
}

// callEnd returns the index of the closing parenthesis of the function call
// that starts at token i, and the token ranges of its arguments; -1 if it is
// no call.
func (s *Statement) call(i int) (end int, args [][2]int) {
	open := s.nameEnd(i) + 1
	if !s.Is(open, "(") {
		return -1, nil
	}
	return s.Close(open), s.Elements(open)
}

// operandStart returns the index of the first token of the operand that ends at
// token i, for a postfix operator behind it such as a cast: a literal, a
// column, a call, something in parentheses, each perhaps cast or subscripted
// already.
func (s *Statement) operandStart(i int) int {
	for {
		switch {
		case i < 0:
			return 0
		case s.Is(i, "]"):
			o := s.Open(i)
			if o < 0 {
				return i
			}
			if s.Is(o-1, "array") {
				return o - 1
			}
			i = o - 1
			continue
		case s.Is(i, ")"):
			o := s.Open(i)
			if o < 0 {
				return i
			}
			i = o
			if k := o - 1; k >= 0 && (s.Tokens[k].Kind() == pgsql.Quoted || s.Tokens[k].Kind() == pgsql.Word && !operatorWord[s.Word(k)]) {
				i = s.nameStart(k)
			}
		case s.Tokens[i].Kind() == pgsql.Word || s.Tokens[i].Kind() == pgsql.Quoted:
			i = s.nameStart(i)
		}
		// What is left of it may make all this a type name: then the operand
		// is further to the left.
		k := i - 1
		for k > 0 && s.Tokens[k].Kind() == pgsql.Word && typeWord[s.Word(k)] {
			k--
		}
		if !s.Is(k, "::") {
			return i
		}
		i = k - 1
	}
}

func (s *Statement) nameStart(i int) int {
	for s.Is(i-1, ".") {
		i -= 2
	}
	return i
}

// operatorWord are words in front of a parenthesis that is no call.
var operatorWord = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "as": true, "any": true, "all": true, "some": true, "when": true, "then": true,
	"else": true, "case": true, "like": true, "ilike": true, "between": true, "is": true, "distinct": true, "from": true, "select": true,
	"where": true, "default": true, "check": true, "using": true, "on": true, "values": true, "return": true, "set": true,
}

// typeWord are the words within type names of several words.
var typeWord = map[string]bool{"double": true, "timestamp": true, "time": true, "without": true, "with": true, "character": true}

// typeSpan returns the token range of a type name.
func (s *Statement) typeSpan(t *pgsql.TypeName) (first, last int, ok bool) {
	if t == nil || t.Location < 0 {
		return 0, 0, false
	}
	first = s.TokenAt(int(t.Location))
	if first >= len(s.Tokens) {
		return 0, 0, false
	}
	return first, catalog.TypeEnd(s.Statement, first), true
}

// find returns the first token at or behind i, at any depth, that is the word
// or symbol w; -1 if there is none.
func (s *Statement) find(i int, w string) int {
	for ; i < len(s.Tokens); i++ {
		if s.Is(i, w) {
			return i
		}
	}
	return -1
}

// relationName returns the name of a relation as a statement would write it.
func quoteName(n catalog.Name) string {
	if n.Schema == "" || n.Schema == "public" {
		return QuoteIdent(n.Name)
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}

// QuoteIdent quotes an identifier if it needs it.
func QuoteIdent(s string) string { return pgsql.QuoteIdent(s) }

// QuoteString writes a string literal.
func QuoteString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// typeName returns the built-in name of a column's type, or "".
func builtin(t catalog.Type) string {
	if t.Schema != "" || t.Dims > 0 {
		return ""
	}
	return t.Name
}

// indexList returns the key columns of a CREATE INDEX as a list.
func indexList(st *Statement, n *pgsql.IndexStmt) List {
	return List{Elements: catalog.IndexElements(st.Statement, n), Whole: [2]int{-1, -1}}
}

// commandList returns the commands of an ALTER TABLE as a list: without
// commands the statement goes.
func commandList(st *Statement, n *pgsql.AlterTableStmt) List {
	return List{Elements: catalog.CommandTokens(st.Statement, n), Whole: [2]int{0, len(st.Tokens) - 1}}
}
