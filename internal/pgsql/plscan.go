package pgsql

import (
	"fmt"
	"strings"
)

// PLSource is a PL/pgSQL body with the place of every statement in it, which
// edits within a body and findings that point into one need. libpg_query's tree
// of a body knows no more than lines, and its reader ends the process on some
// texts (SIGABRT for a function without a body), so it is not used.
type PLSource struct {
	// Statement holds the text and the tokens of the body.
	*Statement
	// Block is the outermost block.
	Block *PLNode
	// Options are the tokens of #option lines in front of it; empty if Last is
	// less than First.
	Options PLSpan
}

// PLSpan is a range of tokens, both included.
type PLSpan struct{ First, Last int }

// Empty reports whether the span holds no token.
func (s PLSpan) Empty() bool { return s.Last < s.First }

// PLKind says what a PL/pgSQL statement is.
type PLKind uint8

const (
	PLBlock PLKind = iota
	PLAssign
	PLIf
	PLCase
	PLLoop
	PLWhile
	PLForInt     // FOR i IN 1..10
	PLForQuery   // FOR r IN SELECT ..., or over a cursor
	PLForExecute // FOR r IN EXECUTE ...
	PLForEach
	PLExit
	PLContinue
	PLReturn
	PLReturnNext
	PLReturnQuery
	PLReturnExecute // RETURN QUERY EXECUTE
	PLRaise
	PLAssert
	PLPerform
	PLExecute
	PLGetDiagnostics
	PLOpen
	PLFetch
	PLMove
	PLClose
	PLCall
	PLNull
	PLCommit
	PLRollback
	PLSQL
)

// PLNode is a statement of a PL/pgSQL body.
type PLNode struct {
	Kind PLKind
	// PLSpan runs from the label or the first word to the semicolon.
	PLSpan
	// Label is the label in front of a block or a loop.
	Label string
	// Exprs are the expressions and queries directly in the statement.
	Exprs []PLSpan
	// Target is what an assignment, INTO, FETCH or FOR sets; of RAISE, its USING
	// options.
	Target PLSpan
	// Lists are the statement lists within: the body of a block or loop, the
	// branches of IF and CASE, the handlers of a block.
	Lists [][]*PLNode
	// Decls are the declarations of a block.
	Decls []PLDecl
	// Conditions are the spans of a block's WHEN ... conditions.
	Conditions []PLSpan
}

// PLDecl is a declaration of a block.
type PLDecl struct {
	PLSpan
	Name string
	// Alias is set for name ALIAS FOR x, Cursor for a bound cursor.
	Alias, Cursor bool
	// Type is the data type's tokens; Default the expression's.
	Type, Default PLSpan
	// Constant and NotNull are token indexes of the words, -1 if they are not
	// there; of NOT NULL, the first.
	Constant, NotNull int
	// Collate is the COLLATE clause, CursorArgs the parentheses of a cursor's
	// arguments, Query a cursor's query.
	Collate, CursorArgs, Query PLSpan
	// Scroll is the token of SCROLL, -1 if it is not there.
	Scroll int
}

// none is the span of what is not there.
var none = PLSpan{0, -1}

// Lex cuts a text into tokens without looking for statements in it.
func Lex(text string) *Statement {
	l := lexer{src: []byte(text), keep: true}
	st := &Statement{Form: SQL, Text: text, Size: int64(len(text)), Pos: Position{Line: 1, Column: 1}}
	for l.skipTrivia(); l.pos < len(l.src); l.skipTrivia() {
		st.Tokens = append(st.Tokens, l.next())
	}
	st.Comments = l.comments
	return st
}

// ScanPL reads the text of a PL/pgSQL body.
func ScanPL(text string) (*PLSource, error) {
	src := &PLSource{Statement: Lex(text), Options: none}
	s := &plScanner{Statement: src.Statement}
	for s.Str(s.pos) == "#" { // #variable_conflict use_column
		line := s.line(s.pos)
		if src.Options.Empty() {
			src.Options.First = s.pos
		}
		for s.pos < len(s.Tokens) && s.line(s.pos) == line {
			src.Options.Last = s.pos
			s.pos++
		}
	}
	label, first := s.label()
	if !s.Is(s.pos, "declare") && !s.Is(s.pos, "begin") {
		return nil, s.unexpected()
	}
	src.Block = s.block(label, first)
	if s.err == nil && s.pos < len(s.Tokens) {
		return nil, s.unexpected()
	}
	return src, s.err
}

// Walk calls f for every statement of the body, outer ones first.
func (src *PLSource) Walk(f func(*PLNode)) { src.Block.walk(f) }

func (n *PLNode) walk(f func(*PLNode)) {
	f(n)
	for _, l := range n.Lists {
		for _, c := range l {
			c.walk(f)
		}
	}
}

// Expressions returns the spans of all expressions and queries of the body.
func (src *PLSource) Expressions() []PLSpan {
	var out []PLSpan
	src.Walk(func(n *PLNode) {
		out = append(out, n.Exprs...)
		for _, d := range n.Decls {
			for _, s := range []PLSpan{d.Default, d.Query} {
				if !s.Empty() {
					out = append(out, s)
				}
			}
		}
	})
	return out
}

// Span returns the text of a span.
func (src *PLSource) Span(s PLSpan) string {
	if s.Empty() || s.Last >= len(src.Tokens) {
		return ""
	}
	return src.Text[src.Tokens[s.First].Start():src.Tokens[s.Last].End()]
}

// Line returns the line of token i within the body, from 1.
func (src *PLSource) Line(i int) int {
	if i >= len(src.Tokens) {
		i = len(src.Tokens) - 1
	}
	return src.At(src.Tokens[i].Start()).Line
}

type plScanner struct {
	*Statement
	pos int
	err error
}

func (s *plScanner) line(i int) int { return s.At(s.Tokens[i].Start()).Line }

func (s *plScanner) unexpected() error {
	if s.err != nil {
		return s.err
	}
	if s.pos >= len(s.Tokens) {
		return fmt.Errorf("the PL/pgSQL body ends too early")
	}
	return fmt.Errorf("line %d of the PL/pgSQL body: unexpected %q", s.line(s.pos), s.Str(s.pos))
}

func (s *plScanner) fail() {
	if s.err == nil {
		s.err = s.unexpected()
	}
	s.pos = len(s.Tokens)
}

// accept passes over the words if they come next.
func (s *plScanner) accept(words ...string) bool {
	if !s.Words(s.pos, words...) {
		return false
	}
	s.pos += len(words)
	return true
}

func (s *plScanner) expect(words ...string) {
	if !s.accept(words...) {
		s.fail()
	}
}

// label reads <<name>> and returns it with the token at which the labelled
// statement starts.
func (s *plScanner) label() (name string, first int) {
	first = s.pos
	if s.Is(s.pos, "<<") && s.Is(s.pos+2, ">>") {
		name = Fold(s.Str(s.pos + 1))
		s.pos += 3
	}
	return name, first
}

// until reads up to, and not over, the first of the words outside parentheses.
func (s *plScanner) until(words ...string) PLSpan {
	out := PLSpan{s.pos, s.pos - 1}
	for s.pos < len(s.Tokens) {
		for _, w := range words {
			if s.Is(s.pos, w) {
				return out
			}
		}
		end := s.pos
		if s.Is(s.pos, "(") || s.Is(s.pos, "[") {
			if c := s.Close(s.pos); c > 0 {
				end = c
			}
		}
		out.Last = end
		s.pos = end + 1
	}
	s.fail()
	return out
}

// semicolon ends a simple statement.
func (s *plScanner) semicolon(n *PLNode) *PLNode {
	s.expect(";")
	n.Last = s.pos - 1
	return n
}

func (s *plScanner) block(label string, first int) *PLNode {
	n := &PLNode{Kind: PLBlock, Label: label, PLSpan: PLSpan{first, first}, Target: none}
	for s.accept("declare") {
		for s.err == nil && !s.Is(s.pos, "begin") && !s.Is(s.pos, "declare") {
			n.Decls = append(n.Decls, s.declaration())
		}
	}
	s.expect("begin")
	n.Lists = append(n.Lists, s.statements())
	if s.accept("exception") {
		for s.accept("when") {
			n.Conditions = append(n.Conditions, s.until("then"))
			s.expect("then")
			n.Lists = append(n.Lists, s.statements())
		}
	}
	s.expect("end")
	return s.endLabel(n)
}

// endLabel passes over the label behind END and the semicolon, which the
// outermost block may lack.
func (s *plScanner) endLabel(n *PLNode) *PLNode {
	if s.pos < len(s.Tokens) && !s.Is(s.pos, ";") {
		s.pos++
	}
	if s.pos < len(s.Tokens) {
		s.expect(";")
	}
	n.Last = s.pos - 1
	return n
}

func (s *plScanner) declaration() PLDecl {
	d := PLDecl{
		PLSpan: PLSpan{s.pos, s.pos}, Name: Fold(s.Str(s.pos)), Constant: -1, NotNull: -1, Scroll: -1,
		Type: none, Default: none, Collate: none, CursorArgs: none, Query: none,
	}
	s.pos++
	scroll := s.pos
	if s.Is(scroll, "no") {
		scroll++
	}
	switch {
	case s.accept("alias"):
		d.Alias = true
		s.until(";")
	case s.Is(s.pos, "cursor"), s.Is(scroll, "scroll") && s.Is(scroll+1, "cursor"):
		d.Cursor = true
		if s.Is(scroll, "scroll") {
			d.Scroll = scroll
			s.pos = scroll + 1
		}
		s.pos++
		if s.Is(s.pos, "(") {
			end := s.Close(s.pos)
			if end < 0 {
				s.fail()
				break
			}
			d.CursorArgs = PLSpan{s.pos, end}
			s.pos = end + 1
		}
		if !s.accept("for") {
			s.expect("is")
		}
		d.Query = s.until(";")
	default:
		if s.Is(s.pos, "constant") {
			d.Constant = s.pos
			s.pos++
		}
		d.Type = s.until("collate", "not", "default", ":=", "=", ";")
		if s.Is(s.pos, "collate") {
			d.Collate = PLSpan{s.pos, s.nameEnd(s.pos + 1)}
			s.pos = d.Collate.Last + 1
		}
		if s.Words(s.pos, "not", "null") {
			d.NotNull = s.pos
			s.pos += 2
		}
		if s.accept("default") || s.accept(":=") || s.accept("=") {
			d.Default = s.until(";")
		}
	}
	s.expect(";")
	d.Last = s.pos - 1
	return d
}

func (s *plScanner) nameEnd(i int) int {
	for s.Is(i+1, ".") {
		i += 2
	}
	return i
}

// statements reads statements until a word that ends a list of them.
func (s *plScanner) statements() []*PLNode {
	var out []*PLNode
	for s.err == nil {
		switch s.Word(s.pos) {
		case "end", "else", "elsif", "elseif", "when":
			return out
		case "exception":
			if s.Is(s.pos+1, "when") {
				return out
			}
		}
		if s.pos >= len(s.Tokens) {
			s.fail()
			return out
		}
		out = append(out, s.statement())
	}
	return out
}

func (s *plScanner) statement() *PLNode {
	label, first := s.label()
	n := &PLNode{PLSpan: PLSpan{first, first}, Label: label, Target: none}
	word := s.Word(s.pos)
	if s.isAssignment() {
		word = ""
	}
	switch word {
	case "declare", "begin":
		return s.block(label, first)
	case "if":
		n.Kind = PLIf
		s.pos++
		for {
			n.Exprs = append(n.Exprs, s.until("then"))
			s.expect("then")
			n.Lists = append(n.Lists, s.statements())
			if !s.accept("elsif") && !s.accept("elseif") {
				break
			}
		}
		if s.accept("else") {
			n.Lists = append(n.Lists, s.statements())
		}
		s.expect("end", "if")
	case "case":
		n.Kind = PLCase
		s.pos++
		if !s.Is(s.pos, "when") {
			n.Target = s.until("when")
			n.Exprs = append(n.Exprs, n.Target)
		}
		for s.accept("when") {
			n.Exprs = append(n.Exprs, s.until("then"))
			s.expect("then")
			n.Lists = append(n.Lists, s.statements())
		}
		if s.accept("else") {
			n.Lists = append(n.Lists, s.statements())
		}
		s.expect("end", "case")
	case "loop":
		n.Kind = PLLoop
		return s.loop(n)
	case "while":
		n.Kind = PLWhile
		s.pos++
		n.Exprs = append(n.Exprs, s.until("loop"))
		return s.loop(n)
	case "for":
		s.pos++
		n.Target = s.until("in")
		s.expect("in")
		return s.forLoop(n)
	case "foreach":
		n.Kind = PLForEach
		s.pos++
		n.Target = s.until("in")
		s.accept("in")
		s.accept("array")
		n.Exprs = append(n.Exprs, s.until("loop"))
		return s.loop(n)
	default:
		return s.simple(n, word)
	}
	return s.semicolon(n)
}

func (s *plScanner) loop(n *PLNode) *PLNode {
	s.expect("loop")
	n.Lists = append(n.Lists, s.statements())
	s.expect("end", "loop")
	return s.endLabel(n)
}

func (s *plScanner) forLoop(n *PLNode) *PLNode {
	n.Kind = PLForQuery
	if s.accept("execute") {
		n.Kind = PLForExecute
		n.Exprs = append(n.Exprs, s.until("loop"))
		return s.loop(n)
	}
	s.accept("reverse")
	span := s.until("loop")
	for i := span.First; i < span.Last; i++ {
		if s.Is(i, "(") || s.Is(i, "[") {
			if c := s.Close(i); c > 0 {
				i = c
				continue
			}
		}
		// 1..3 is three tokens: the number after the dots starts with one.
		if next := s.Str(i + 1); s.Is(i, ".") && strings.HasPrefix(next, ".") {
			n.Kind = PLForInt
			n.Exprs = append(n.Exprs, PLSpan{span.First, i - 1})
			span.First = i + 1
			if next == "." {
				span.First++
			}
			break
		}
	}
	if n.Kind == PLForInt {
		for i := span.First; i <= span.Last; i++ {
			if s.Is(i, "by") {
				n.Exprs = append(n.Exprs, PLSpan{span.First, i - 1})
				span.First = i + 1
				break
			}
		}
	}
	n.Exprs = append(n.Exprs, span)
	return s.loop(n)
}

// isAssignment looks for name := or name =, with fields and subscripts.
func (s *plScanner) isAssignment() bool { return s.assignOp() >= 0 }

// assignOp returns the token of the := or = of an assignment that starts here,
// or -1.
func (s *plScanner) assignOp() int {
	if k := s.kind(s.pos); k != Word && k != Quoted && k != Param {
		return -1
	}
	i := s.pos + 1
	for {
		switch {
		case s.Is(i, "."):
			i += 2
			continue
		case s.Is(i, "["):
			if c := s.Close(i); c > 0 {
				i = c + 1
				continue
			}
		}
		if s.Is(i, ":=") || s.Is(i, "=") {
			return i
		}
		return -1
	}
}

func (s *plScanner) kind(i int) TokenKind {
	if i >= 0 && i < len(s.Tokens) {
		return s.Tokens[i].Kind()
	}
	return Invalid
}

// simple reads a statement that runs to its semicolon.
func (s *plScanner) simple(n *PLNode, word string) *PLNode {
	expr := func(kind PLKind, skip int) *PLNode {
		n.Kind = kind
		s.pos += skip
		if e := s.until(";"); !e.Empty() {
			n.Exprs = append(n.Exprs, e)
		}
		return s.semicolon(n)
	}
	plain := func(kind PLKind) *PLNode {
		n.Kind = kind
		s.until(";")
		return s.semicolon(n)
	}
	switch word {
	case "":
		op := s.assignOp()
		if op < 0 {
			break
		}
		n.Target = PLSpan{s.pos, op - 1}
		s.pos = op
		return expr(PLAssign, 1)
	case "exit", "continue":
		n.Kind = PLExit
		if word == "continue" {
			n.Kind = PLContinue
		}
		s.until("when", ";")
		if s.accept("when") {
			n.Exprs = append(n.Exprs, s.until(";"))
		}
		return s.semicolon(n)
	case "return":
		switch {
		case s.Is(s.pos+1, "next"):
			return expr(PLReturnNext, 2)
		case s.Is(s.pos+1, "query") && s.Is(s.pos+2, "execute"):
			return expr(PLReturnExecute, 3)
		case s.Is(s.pos+1, "query"):
			return expr(PLReturnQuery, 2)
		}
		return expr(PLReturn, 1)
	case "raise":
		return s.raise(n)
	case "assert":
		return expr(PLAssert, 1)
	case "perform":
		return expr(PLPerform, 1)
	case "execute":
		return expr(PLExecute, 1)
	case "get":
		return plain(PLGetDiagnostics)
	case "open":
		n.Kind = PLOpen
		s.until("for", ";")
		if s.accept("for") {
			n.Exprs = append(n.Exprs, s.until(";"))
		}
		return s.semicolon(n)
	case "fetch":
		n.Kind = PLFetch
		s.until("into", ";")
		if s.accept("into") {
			n.Target = s.until(";")
		}
		return s.semicolon(n)
	case "move":
		return plain(PLMove)
	case "close":
		return plain(PLClose)
	case "call":
		return expr(PLCall, 0)
	case "null":
		return plain(PLNull)
	case "commit":
		return plain(PLCommit)
	case "rollback":
		return plain(PLRollback)
	}
	n.Kind = PLSQL
	span := s.until(";")
	if span.Empty() {
		s.fail()
		return n
	}
	n.Exprs = append(n.Exprs, span)
	n.Target = s.into(span)
	return s.semicolon(n)
}

// raise reads RAISE [level] ['format' [, expression ...] | name | SQLSTATE
// 'code'] [USING option = expression, ...].
func (s *plScanner) raise(n *PLNode) *PLNode {
	n.Kind = PLRaise
	s.pos++
	switch s.Word(s.pos) {
	case "debug", "log", "info", "notice", "warning", "exception":
		s.pos++
	}
	format := s.kind(s.pos) == Literal || s.kind(s.pos) == Dollar
	if args := s.until("using", ";"); format && !args.Empty() {
		for _, e := range s.List(args.First, args.Last+1)[1:] {
			n.Exprs = append(n.Exprs, PLSpan{e[0], e[1]})
		}
	}
	if s.accept("using") {
		n.Target = s.until(";")
		for _, e := range s.List(n.Target.First, n.Target.Last+1) {
			if s.Is(e[0]+1, "=") || s.Is(e[0]+1, ":=") {
				n.Exprs = append(n.Exprs, PLSpan{e[0] + 2, e[1]})
			}
		}
	}
	return s.semicolon(n)
}

// into returns the targets of a query's INTO.
func (s *plScanner) into(q PLSpan) PLSpan {
	for i := q.First + 1; i <= q.Last; i++ {
		if s.Is(i, "(") {
			if c := s.Close(i); c > 0 {
				i = c
				continue
			}
		}
		if !s.Is(i, "into") || s.Is(i-1, "insert") || s.Is(i-1, "merge") {
			continue
		}
		first := i + 1
		if s.Is(first, "strict") {
			first++
		}
		last := s.nameEnd(first)
		for s.Is(last+1, ",") {
			last = s.nameEnd(last + 2)
		}
		return PLSpan{first, min(last, q.Last)}
	}
	return none
}
