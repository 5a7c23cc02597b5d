// Package pgsql turns PostgreSQL text into statements: split, tokens, parse
// trees, spans and positions. It is the only package that knows libpg_query,
// and it knows nothing of CockroachDB.
package pgsql

import (
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/pganalyze/pg_query_go/v5/parser"
)

//go:generate go run gen_ast.go

// SyntaxError says why a text is no statement. Offset is the byte offset of
// the place within the text.
type SyntaxError struct {
	Message string
	Offset  int
}

func (e *SyntaxError) Error() string { return e.Message }

// Node is a node of a parse tree: a pointer to one of the generated structs.
type Node interface {
	Kind() Kind
	decode(*treeReader)
	// children calls visit for each node directly below, in the order of the
	// message's fields.
	children(visit func(Node))
}

// Unknown stands for a node that this package has no struct for.
type Unknown struct{ Name string }

// Kind returns KindUnknown.
func (*Unknown) Kind() Kind { return KindUnknown }

func (*Unknown) decode(r *treeReader) { r.skip() }

func (*Unknown) children(func(Node)) {}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint16(k))
}

// Parse fills in the tree or the error of st. It does nothing for forms other
// than SQL and for statements that have an error already.
func (s *Statement) Parse() { new(Parser).Parse(s) }

// Parse parses the text of one statement.
//
// Two things that PostgreSQL's tree holds are lost on the way, because
// libpg_query's JSON leaves negative integers out: the value of a constant
// such as -1 and the bounds of an array type without a size read 0.
func Parse(text string) (Node, *SyntaxError) {
	var tokens []Token
	if len(text) > MaxDepth { // a shorter one cannot be too deep
		tokens = Lex(text).Tokens
	}
	return new(Parser).parse(text, tokens)
}

func parseJSON(text string) (string, *SyntaxError) {
	tree, err := parser.ParseToJSON(text)
	if err == nil {
		return tree, nil
	}
	return "", syntaxError(text, err)
}

// longestMessage bounds libpg_query's messages, which quote a token as a whole,
// be it megabytes long.
const longestMessage = 200

// syntaxError maps libpg_query's error, whose position counts code points from
// 1, to a byte offset.
func syntaxError(text string, err error) *SyntaxError {
	e := &SyntaxError{Message: err.Error()}
	switch {
	case strings.HasPrefix(e.Message, "memory exhausted"): // the grammar's stack, not the machine's memory
		e.Message = "nested too deeply for PostgreSQL's grammar: no server takes this"
	case len(e.Message) > longestMessage:
		e.Message = strings.ToValidUTF8(e.Message[:longestMessage], "") + "…"
	}
	if pe, ok := err.(*parser.Error); ok && pe.Cursorpos > 0 {
		for n := pe.Cursorpos - 1; n > 0 && e.Offset < len(text); n-- {
			_, size := utf8.DecodeRuneInString(text[e.Offset:])
			e.Offset += size
		}
	}
	return e
}

// bytesString views b as a string without a copy; b must not change while the
// string lives.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// stringBytes returns the bytes of a string, which must not be changed.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Walk calls f for n and all nodes below it, parents before children. Where f
// returns false, the children are left out. parents holds the nodes above,
// outermost first; it is reused between calls.
func Walk(n Node, f func(n Node, parents []Node) bool) { new(Walker).Walk(n, f) }

// Find returns the first node of n and those below it, parents before children,
// for which f returns true; nil if there is none.
func Find(n Node, f func(Node) bool) Node {
	if n == nil {
		return nil
	}
	s := finder{f: f}
	s.visit = s.node
	s.node(n)
	return s.found
}

// finder is a search under way.
type finder struct {
	f     func(Node) bool
	found Node
	visit func(Node)
}

func (s *finder) node(n Node) {
	switch {
	case s.found != nil:
	case s.f(n):
		s.found = n
	default:
		n.children(s.visit)
	}
}

// Walker walks over trees, one after the other, with less memory than Walk. The
// zero value is ready.
type Walker struct {
	parents []Node
	f       func(n Node, parents []Node) bool
	visit   func(Node)
}

// Walk is the function Walk. It must not be called while it runs.
func (w *Walker) Walk(n Node, f func(n Node, parents []Node) bool) {
	if n == nil {
		return
	}
	if w.visit == nil {
		w.visit = w.node
		w.parents = make([]Node, 0, 8)
	}
	w.f = f
	w.node(n)
	w.f = nil
}

func (w *Walker) node(n Node) {
	if !w.f(n, w.parents) {
		return
	}
	switch n.(type) {
	case *String, *AConst, *Integer: // most nodes, with nothing below
		return
	}
	w.parents = append(w.parents, n)
	n.children(w.visit)
	last := len(w.parents) - 1
	w.parents[last] = nil
	w.parents = w.parents[:last]
}
