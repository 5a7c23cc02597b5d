package pgsql

import (
	"strings"
)

// Form says what a piece of a source is.
type Form uint8

const (
	SQL      Form = iota // one statement, perhaps one that does not parse
	Meta                 // a psql meta command, such as \connect
	CopyData             // the rows behind COPY ... FROM stdin, with the closing \.
	Trailer              // white space and comments behind the last statement
)

// Statement is one statement of a source. Together the statements of a source
// tile it: lead, text and semicolon of each follow one another without a gap.
type Statement struct {
	Form Form
	// Lead is the white space and the comments in front of the text, LeadPos
	// where it starts.
	Lead    string
	LeadPos Position
	// Text runs from the first token to the last one, without the semicolon.
	// The text of CopyData is not kept.
	Text string
	// Pos is where Text starts.
	Pos Position
	// Size is the length of the text in bytes; for CopyData, of the passed rows.
	Size int64
	// Tail is what follows the text and belongs to the statement: white space
	// and comments in front of the semicolon, and the semicolon; empty at the
	// end of a source that does not close its last statement.
	Tail string
	// Tokens are those of Text; nil for forms other than SQL.
	Tokens []Token
	// Comments are those of Lead (at negative offsets), Text and Tail.
	Comments []Comment
	// Tree is the parsed statement; nil if it was not parsed or has an error.
	Tree Node
	// Err says why there is no tree.
	Err *SyntaxError

	// partner holds, for a token that is a parenthesis or bracket, the token
	// that it belongs to, otherwise -1. Many rules ask, so it is made once, for
	// the statement that is asked first.
	partner []int32
	// lists holds what List returned, by its first token.
	lists []cachedList
	// places are known positions in a long text.
	places *places
	// seen is what tokens there are; nothing is known of those of statements that
	// were not cut from a source.
	seen seen
}

type cachedList struct {
	first, end int
	elements   [][2]int
}

// seen tells which tokens a statement does not have, so that those who look for a
// rare one need not go through all.
type seen struct {
	kinds uint16 // bit by bit; 0 if nothing is known
	name  int32  // bytes of the longest word or quoted name
	words Words
}

// add notes a token, which is src[t.Start():t.End()].
func (s *seen) add(src []byte, t Token) {
	s.kinds |= 1 << t.Kind()
	switch t.Kind() {
	case Word:
		word := src[t.Start():t.End()]
		i, bit := wordBit(word[0], word[len(word)-1], len(word))
		s.words[i] |= bit
		fallthrough
	case Quoted:
		s.name = max(s.name, int32(t.Size()))
	}
}

// wordBit returns the bit that stands for a word, and for others like it.
func wordBit(first, last byte, size int) (i int, bit uint64) {
	h := (uint(first|0x20)*5 + uint(last|0x20)*11 + uint(size)*17) % 256
	return int(h / 64), 1 << (h % 64)
}

// Lacks reports that no token is the word, given in lower case. Where it does not,
// there may be none all the same.
func (s *Statement) Lacks(word string) bool {
	i, bit := wordBit(word[0], word[len(word)-1], len(word))
	return s.seen.kinds != 0 && s.seen.words[i]&bit == 0
}

// Words are some words, for LacksAll.
type Words [4]uint64

// WordsOf returns the words, given in lower case.
func WordsOf(words ...string) (w Words) {
	for _, word := range words {
		i, bit := wordBit(word[0], word[len(word)-1], len(word))
		w[i] |= bit
	}
	return w
}

// LacksAll is Lacks for all of some words.
func (s *Statement) LacksAll(w Words) bool {
	return s.seen.kinds != 0 && s.seen.words[0]&w[0]|s.seen.words[1]&w[1]|s.seen.words[2]&w[2]|s.seen.words[3]&w[3] == 0
}

// LacksKind is Lacks for the tokens of a kind.
func (s *Statement) LacksKind(k TokenKind) bool { return s.seen.kinds != 0 && s.seen.kinds&(1<<k) == 0 }

// LacksNames reports that no word or quoted name is longer than so many bytes.
// Where it does not, there may be none all the same.
func (s *Statement) LacksNames(longer int) bool {
	return s.seen.kinds != 0 && int(s.seen.name) <= longer
}

// Start returns the byte offset of the text in its source.
func (s *Statement) Start() int64 { return s.Pos.Offset }

// End returns the byte offset behind the text, in front of the semicolon.
func (s *Statement) End() int64 { return s.Pos.Offset + s.Size }

// Stop returns the byte offset behind the statement and its semicolon.
func (s *Statement) Stop() int64 { return s.End() + int64(len(s.Tail)) }

// At returns the position of a byte offset into the text; negative ones are in
// the lead. Offsets outside of both give their start or end.
func (s *Statement) At(off int) Position {
	switch {
	case off < 0:
		return s.LeadPos.Advance(s.Lead[:max(0, len(s.Lead)+off)])
	case off == 0:
		return s.Pos
	case off > len(s.Text):
		off = len(s.Text)
	}
	if len(s.Text) < 2*stride {
		return s.Pos.Advance(s.Text[:off])
	}
	if s.places == nil {
		s.places = newPlaces(s.Pos, s.Text)
	}
	return s.places.at(s.Text, off)
}

// Word returns token i as a lower-case word, "" if it is none or there is no
// such token.
func (s *Statement) Word(i int) string {
	if i < 0 || i >= len(s.Tokens) || s.Tokens[i].Kind() != Word {
		return ""
	}
	return strings.ToLower(s.Str(i))
}

// Is reports whether token i is the word or the symbol w, given in lower case.
func (s *Statement) Is(i int, w string) bool {
	if i < 0 || i >= len(s.Tokens) {
		return false
	}
	switch t := s.Tokens[i]; t.Kind() {
	case Word:
		if t.Size() != len(w) {
			return false
		}
		// Most words differ in their first letter.
		text := s.Text[t.Start():t.End()]
		return (text[0] == w[0] || text[0]|0x20 == w[0]) && strings.EqualFold(text, w)
	case Punct, Operator:
		return s.Text[t.Start():t.End()] == w
	}
	return false
}

// Words reports whether the words stand at token i, one after the other.
func (s *Statement) Words(i int, words ...string) bool {
	for k, w := range words {
		if !s.Is(i+k, w) {
			return false
		}
	}
	return true
}

// Str returns the text of token i.
func (s *Statement) Str(i int) string {
	if i < 0 || i >= len(s.Tokens) {
		return ""
	}
	return s.Text[s.Tokens[i].Start():s.Tokens[i].End()]
}

// TokenAt returns the index of the token that holds the byte offset, or of the
// first one behind it; len(Tokens) if there is none.
func (s *Statement) TokenAt(off int) int {
	lo, hi := 0, len(s.Tokens)
	for lo < hi {
		if mid := (lo + hi) / 2; s.Tokens[mid].End() <= off {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Find returns the index of the first token at or behind i, outside
// parentheses opened from there on, that is the word or symbol w; -1 if the
// text or the enclosing parentheses end first.
func (s *Statement) Find(i int, w string) int {
	for i >= 0 && i < len(s.Tokens) {
		if s.Is(i, w) {
			return i
		}
		if s.Tokens[i].Kind() == Punct {
			switch s.Text[s.Tokens[i].Start()] {
			case '(', '[':
				if i = s.Close(i); i < 0 {
					return -1
				}
			case ')', ']':
				return -1
			}
		}
		i++
	}
	return -1
}

// Close returns the index of the token that closes the parenthesis or bracket
// at token i; -1 if there is none.
func (s *Statement) Close(i int) int {
	if j := s.other(i); j > i {
		return j
	}
	return -1
}

// Open returns the index of the token that opens the parenthesis or bracket
// closed at token i; -1 if there is none.
func (s *Statement) Open(i int) int {
	if j := s.other(i); j < i {
		return j
	}
	return -1
}

// other returns the partner of the parenthesis at token i, or -1.
func (s *Statement) other(i int) int {
	if i < 0 || i >= len(s.Tokens) || s.Tokens[i].Kind() != Punct {
		return -1
	}
	if s.partner == nil {
		s.pair()
	}
	return int(s.partner[i])
}

// pair finds the partners of all parentheses and brackets. Which of the two
// kinds a token is does not matter: PostgreSQL's grammar lets none close the
// other.
func (s *Statement) pair() {
	s.partner = make([]int32, len(s.Tokens))
	var open []int32
	for i, t := range s.Tokens {
		s.partner[i] = -1
		if t.Kind() != Punct {
			continue
		}
		switch s.Text[t.Start()] {
		case '(', '[':
			open = append(open, int32(i))
		case ')', ']':
			if n := len(open); n > 0 {
				s.partner[i], s.partner[open[n-1]] = open[n-1], int32(i)
				open = open[:n-1]
			}
		}
	}
}

// Elements returns the token ranges [first, last] of the comma-separated
// elements between the parentheses that open at token i.
func (s *Statement) Elements(i int) [][2]int {
	end := s.Close(i)
	if end < 0 || end == i+1 {
		return nil
	}
	return s.List(i+1, end)
}

// List cuts the tokens [first, end) at the commas outside parentheses. The
// result is shared and not to be changed.
func (s *Statement) List(first, end int) [][2]int {
	for _, l := range s.lists {
		if l.first == first && l.end == end {
			return l.elements
		}
	}
	n := 1
	s.commas(first, end, func(int) { n++ })
	out := make([][2]int, 0, n)
	from := first
	s.commas(first, end, func(i int) {
		out = append(out, [2]int{from, i - 1})
		from = i + 1
	})
	out = append(out, [2]int{from, end - 1})
	s.lists = append(s.lists, cachedList{first, end, out})
	return out
}

// commas calls f for the commas among the tokens [first, end) that stand
// outside parentheses.
func (s *Statement) commas(first, end int, f func(int)) {
	for i := first; i < end && i < len(s.Tokens); i++ {
		if s.Tokens[i].Kind() != Punct {
			continue
		}
		switch s.Text[s.Tokens[i].Start()] {
		case '(', '[':
			if c := s.Close(i); c > 0 && c < end {
				i = c
			}
		case ',':
			f(i)
		}
	}
}

// SameTokens reports whether a text holds just the tokens of the statement, in
// the same spelling: only white space and comments tell the two apart.
func (s *Statement) SameTokens(text string) bool {
	l := lexer{src: stringBytes(text)}
	l.skipTrivia()
	for i := range s.Tokens {
		if l.pos >= len(l.src) {
			return false
		}
		if t := l.next(); text[t.Start():t.End()] != s.Str(i) {
			return false
		}
		l.skipTrivia()
	}
	return l.pos >= len(l.src) && l.open == ""
}
