package pgsql

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// DefaultMaxStatement is the largest statement that a Splitter buffers and that
// is parsed, in bytes.
const DefaultMaxStatement = 256 << 20

// Splitter cuts a source into statements as it reads it, the way psql does:
// at semicolons outside quotes, comments and SQL-standard function bodies. It
// holds one statement at a time, so its memory is bounded by the largest one
// and not by the source; rows behind COPY ... FROM stdin are passed over.
type Splitter struct {
	r    io.Reader
	max  int
	read int // how much is read at once, at least

	buf  []byte // what is left of room
	room []byte // of a reader; statements hold none of it
	eof  bool
	rerr error

	pos      Position // of buf[0]
	copyData bool     // rows come next
	started  bool

	tokens []Token

	// old are statements of the text that this one was made of, anew is how many
	// were cut since one of them was found again; see Resplit.
	old  []*Statement
	anew int

	// forget is told which bytes of a text were read.
	forget    func(from, to int64)
	forgotten int64
}

// forgetEach is how much of a text is read before it is forgotten, forgetBehind
// how much of it is kept, because statements from there are still looked at.
const forgetEach, forgetBehind = 2 << 20, 1 << 19

// Forget makes the splitter tell f, now and then, which bytes of its text were
// read and are not needed for now. It is for texts that are not all in memory
// at once.
func (s *Splitter) Forget(f func(from, to int64)) { s.forget = f }

// str returns bytes of the buffer as a string. A text in memory is not copied.
func (s *Splitter) str(b []byte) string {
	if s.r == nil {
		return bytesString(b)
	}
	return string(b)
}

// NewSplitter returns a Splitter over r.
func NewSplitter(r io.Reader) *Splitter {
	return &Splitter{r: r, max: DefaultMaxStatement, read: 64 << 10, pos: Position{Line: 1, Column: 1}}
}

// NewTextSplitter returns a Splitter over a text in memory. The statements share
// it: it must not change while they live.
func NewTextSplitter(text []byte) *Splitter {
	s := NewSplitter(nil)
	s.buf, s.eof, s.started = text, true, true
	return s
}

// Next returns the next statement, or io.EOF. Text that is no SQL comes out as
// a statement too, with Err set; other errors are those of the reader.
func (s *Splitter) Next() (*Statement, error) {
	if !s.started {
		s.started = true
		if err := s.fill(s.read); err != nil {
			return nil, err
		}
	}
	if s.copyData {
		s.copyData = false
		return s.passCopyData()
	}
	if len(s.old) > 0 {
		if st, used := s.again(); st != nil {
			s.consume(used)
			return st, nil
		}
	}
	for {
		st, used, done := s.scanBounded()
		if done {
			if st == nil {
				return nil, io.EOF
			}
			s.consume(used)
			return st, nil
		}
		if len(s.buf) >= s.max {
			return nil, fmt.Errorf("line %d: %s", s.pos.Line, tooLarge(s.max))
		}
		if err := s.fill(max(2*len(s.buf), s.read)); err != nil {
			return nil, err
		}
	}
}

func tooLarge(limit int) string {
	return fmt.Sprintf("the statement is larger than %d MiB: split it, or take it out of the file", limit>>20)
}

// fill reads until the buffer holds n bytes or the source ends.
func (s *Splitter) fill(n int) error {
	if s.eof {
		return nil // statements of a text in memory share it, so that it stays where it is
	}
	if cap(s.buf) < n {
		const large = 1 << 20 // of one statement: not kept for those behind it
		if c := cap(s.room); c < n || c >= large && n < large/2 {
			s.room = make([]byte, n)
		}
		s.buf = s.room[:copy(s.room, s.buf)]
	}
	for len(s.buf) < n && !s.eof {
		k, err := s.r.Read(s.buf[len(s.buf):n])
		s.buf = s.buf[:len(s.buf)+k]
		switch {
		case errors.Is(err, io.EOF):
			s.eof = true
		case err != nil:
			return err
		}
	}
	return nil
}

// consume drops n bytes from the front of the buffer. The rest is not moved
// until the buffer runs out of room (fill moves it then).
func (s *Splitter) consume(n int) {
	s.pos = s.pos.Advance(bytesString(s.buf[:n]))
	s.buf = s.buf[n:]
	if s.forget != nil && s.pos.Offset-s.forgotten > forgetEach {
		s.forget(s.forgotten, s.pos.Offset-forgetBehind)
		s.forgotten = s.pos.Offset - forgetBehind
	}
}

var bom = []byte("\xef\xbb\xbf")

// scanBounded is scan for texts of any size: it looks no further ahead than the
// offsets of a token reach.
func (s *Splitter) scanBounded() (st *Statement, used int, done bool) {
	if len(s.buf) > math.MaxInt32 {
		buf, eof := s.buf, s.eof
		defer func() { s.buf, s.eof = buf, eof }()
		s.buf, s.eof = buf[:math.MaxInt32], false
	}
	return s.scan()
}

// scan cuts one statement off the front of the buffer. It reports done=false
// if the buffer ends before the statement does and there is more to read.
func (s *Splitter) scan() (st *Statement, used int, done bool) {
	l := lexer{src: s.buf, keep: true}
	if s.pos.Offset == 0 && bytes.HasPrefix(s.buf, bom) {
		l.pos = len(bom)
	}
	l.skipTrivia()
	if l.pos >= len(s.buf) {
		if !s.eof {
			return nil, 0, false
		}
		if len(s.buf) == 0 {
			return nil, 0, true
		}
		st = &Statement{Form: Trailer, Lead: s.str(s.buf), LeadPos: s.pos, Pos: s.pos.Advance(bytesString(s.buf)), Comments: rebase(l.comments, len(s.buf))}
		s.openError(st, &l, len(s.buf))
		return st, len(s.buf), true
	}
	start := l.pos
	if s.buf[start] == '\\' {
		return s.meta(&l, start)
	}

	if s.tokens == nil {
		s.tokens = make([]Token, 0, min(len(s.buf)/6+8, 96))
	}
	s.tokens = s.tokens[:0]
	var body atomicBody
	var seen seen
	end := start // behind the last token
	terminated := false
	for l.pos < len(s.buf) {
		if s.buf[l.pos] == '\\' { // psql sends the statement at \g and its kin
			break
		}
		t := l.next()
		if t.Kind() == Punct && s.buf[t.Start()] == ';' && !body.inside(s.buf[start:], s.tokens) {
			terminated = true
			break
		}
		end = l.pos
		seen.add(s.buf, t)
		t.start -= uint32(start)
		s.tokens = append(s.tokens, t)
		if t.Kind() == Word || t.Kind() == Punct {
			body.see(s.buf[start:], s.tokens)
		}
		l.skipTrivia()
	}
	if l.pos >= len(s.buf) && !terminated && !s.eof {
		return nil, 0, false
	}
	// A token that touches the end of the buffer might go on behind it.
	if !s.eof && l.pos >= len(s.buf)-1 {
		return nil, 0, false
	}

	st = &Statement{
		Form:     SQL,
		Lead:     s.str(s.buf[:start]),
		LeadPos:  s.pos,
		Text:     s.str(s.buf[start:end]),
		Pos:      s.pos.Advance(bytesString(s.buf[:start])),
		Size:     int64(end - start),
		Tokens:   append([]Token(nil), s.tokens...),
		Comments: rebase(l.comments, start),
		seen:     seen,
	}
	if terminated || l.pos < len(s.buf) {
		st.Tail = s.str(s.buf[end:l.pos])
	} else {
		// Behind the last token of the source there is only trivia: it is the
		// trailer's.
		l.pos = end
		if k := len(st.Comments); k > 0 {
			st.Comments = commentsBefore(st.Comments, end-start)
		}
		if l.openAt >= end {
			l.open = "" // an unterminated comment, which is the trailer's too
		}
	}
	s.openError(st, &l, start)
	if terminated && isCopyFromStdin(st) {
		s.copyData = true
	}
	return st, l.pos, true
}

// meta cuts a psql meta command off: it runs to the end of its line.
func (s *Splitter) meta(l *lexer, start int) (*Statement, int, bool) {
	n := bytes.IndexByte(s.buf[start:], '\n')
	if n < 0 {
		if !s.eof {
			return nil, 0, false
		}
		n = len(s.buf) - start
	}
	text := strings.TrimRight(s.str(s.buf[start:start+n]), "\r")
	return &Statement{
		Form:     Meta,
		Lead:     s.str(s.buf[:start]),
		LeadPos:  s.pos,
		Text:     text,
		Pos:      s.pos.Advance(bytesString(s.buf[:start])),
		Size:     int64(len(text)),
		Comments: rebase(l.comments, start),
	}, start + len(text), true
}

// copyStep is how many bytes of rows are looked at at once.
const copyStep = 1 << 20

// passCopyData passes over the rows of a COPY: from behind the statement to the
// line that holds only \., or to the end of the source. However long a line is,
// no more than a step of it is kept.
func (s *Splitter) passCopyData() (*Statement, error) {
	st := &Statement{Form: CopyData, LeadPos: s.pos}
	if err := s.restOfLine(st); err != nil {
		return nil, err
	}
	st.Pos = s.pos
	if none, err := s.noRows(); none || err != nil {
		st.Size = s.pos.Offset - st.Pos.Offset
		return st, err
	}
	for step := copyStep; ; {
		if err := s.fill(min(step, len(s.buf)+s.read)); err != nil {
			return nil, err
		}
		rows := s.buf[:min(step, len(s.buf))]
		last := s.eof && len(rows) == len(s.buf)
		n, closed := copyEnd(rows, last)
		st.Size += int64(n)
		s.consume(n)
		switch {
		case closed, last:
			return st, nil
		case n == 0: // all of it might be the end of the rows
			step *= 2
		default:
			step = copyStep
		}
	}
}

// noRows passes over a line \. that comes first.
func (s *Splitter) noRows() (bool, error) {
	if err := s.fill(min(64, len(s.buf)+s.read)); err != nil {
		return false, err
	}
	if !bytes.HasPrefix(s.buf, []byte(`\.`)) {
		return false, nil
	}
	end := len(`\.`)
	for end < len(s.buf) && s.buf[end] == '\r' {
		end++
	}
	if end < len(s.buf) && s.buf[end] != '\n' {
		return false, nil
	}
	s.consume(end)
	return true, nil
}

// copyEnd looks for the line \. in rows, which start behind a statement or with
// the line feed in front of a line. It returns how many bytes can be passed over:
// with closed set, those in front of that line's end, otherwise those that are no
// part of it.
func copyEnd(rows []byte, last bool) (n int, closed bool) {
	for from := 0; ; {
		i := bytes.Index(rows[from:], []byte("\n\\."))
		if i < 0 {
			break
		}
		end := from + i + len("\n\\.")
		for end < len(rows) && rows[end] == '\r' {
			end++
		}
		switch {
		case end < len(rows) && rows[end] == '\n', end == len(rows) && last:
			return end, true
		case end == len(rows):
			return from + i, false
		}
		from = end
	}
	if last {
		return len(rows), false
	}
	if n := len(rows); bytes.HasSuffix(rows, []byte("\n")) {
		return n - 1, false
	} else if bytes.HasSuffix(rows, []byte("\n\\")) {
		return n - 2, false
	}
	n = len(rows) // less a character that is not whole
	for k := 1; k < utf8.UTFMax && k <= len(rows); k++ {
		if b := rows[len(rows)-k:]; utf8.RuneStart(b[0]) {
			if !utf8.FullRune(b) {
				n -= k
			}
			break
		}
	}
	return n, false
}

// restOfLine makes what stands behind a COPY on its line, such as a comment, the
// lead of its rows.
func (s *Splitter) restOfLine(st *Statement) error {
	nl := bytes.IndexByte(s.buf, '\n')
	for nl < 0 && !s.eof {
		if err := s.fill(len(s.buf) + 64<<10); err != nil {
			return err
		}
		nl = bytes.IndexByte(s.buf, '\n')
	}
	end := len(s.buf)
	if nl >= 0 {
		end = nl + 1
	}
	st.Lead = string(s.buf[:end])
	l := lexer{src: s.buf[:end], keep: true}
	l.skipTrivia()
	st.Comments = rebase(l.comments, end)
	s.consume(end)
	return nil
}

func isCopyFromStdin(st *Statement) bool {
	if !st.Is(0, "copy") {
		return false
	}
	for i := 1; i+1 < len(st.Tokens); i++ {
		if st.Words(i, "from", "stdin") {
			return true
		}
	}
	return false
}

func (s *Splitter) openError(st *Statement, l *lexer, start int) {
	if l.open != "" {
		st.Err = &SyntaxError{Message: "unterminated " + l.open, Offset: l.openAt - start}
	}
}

// atomicBody follows the SQL-standard bodies of functions (BEGIN ATOMIC ...
// END) and the action lists of rules (DO (...; ...)), the only places where a
// semicolon does not end the statement.
type atomicBody struct {
	depth int
	rule  int  // depth of parentheses in CREATE RULE
	plain bool // it is no CREATE RULE
}

func (b *atomicBody) see(text []byte, toks []Token) {
	n := len(toks)
	switch t := toks[n-1]; { // nearly all of them
	case t.Kind() == Punct && (b.plain || text[t.Start()] != '(' && text[t.Start()] != ')'):
		return
	case t.Kind() == Word && b.depth == 0 && t.End()-t.Start() != len("atomic"):
		return
	}
	is := func(i int, w string) bool {
		if i < 0 || i >= n {
			return false
		}
		t := toks[i]
		return t.End()-t.Start() == len(w) && bytes.EqualFold(text[t.Start():t.End()], []byte(w))
	}
	last := n - 1
	if toks[last].Kind() == Punct {
		switch {
		case !isCreate(is, "rule"):
			b.plain = n > 4 // those that make it one have been seen
		case is(last, "("):
			b.rule++
		case b.rule > 0:
			b.rule--
		}
		return
	}
	switch {
	case b.depth == 0:
		if is(last, "atomic") && is(last-1, "begin") && (isCreate(is, "function") || isCreate(is, "procedure")) {
			b.depth = 1
		}
	case is(last, "case"), is(last, "begin"):
		b.depth++
	case is(last, "end"):
		b.depth--
	}
}

func isCreate(is func(int, string) bool, what string) bool {
	return is(0, "create") && (is(1, what) || is(1, "or") && is(2, "replace") && is(3, what))
}

func (b *atomicBody) inside([]byte, []Token) bool { return b.depth > 0 || b.rule > 0 }

func rebase(cs []Comment, start int) []Comment {
	for i := range cs {
		cs[i].Start -= start
		cs[i].End -= start
	}
	return cs
}

func commentsBefore(cs []Comment, end int) []Comment {
	for i, c := range cs {
		if c.Start >= end {
			return cs[:i]
		}
	}
	return cs
}

// Split cuts a whole text into its statements; see Splitter.
func Split(text []byte) ([]*Statement, error) { return NewTextSplitter(text).all() }

// all returns the statements of a text that are left.
func (s *Splitter) all() ([]*Statement, error) {
	var out []*Statement
	for {
		st, err := s.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, st)
	}
}

// CheckText looks for bytes that PostgreSQL takes in no text: NUL and what is
// not UTF-8. It returns nil, or an error at the first of them.
func CheckText(text string) *SyntaxError {
	if utf8.ValidString(text) {
		if i := strings.IndexByte(text, 0); i >= 0 {
			return &SyntaxError{Message: "NUL byte: PostgreSQL and CockroachDB take none in a statement", Offset: i}
		}
		return nil
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return &SyntaxError{Message: fmt.Sprintf("byte 0x%02x is not UTF-8: convert the file (iconv -t UTF-8)", text[i]), Offset: i}
		}
		if r == 0 {
			return &SyntaxError{Message: "NUL byte: PostgreSQL and CockroachDB take none in a statement", Offset: i}
		}
		i += n
	}
	return nil
}
