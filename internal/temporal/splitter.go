package temporal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Era is a span of Temporal releases whose temporal-sql-tool cuts SQL into
// statements alike.
type Era uint8

const (
	eraA Era = iota // knows ( ) and BEGIN END
	eraB            // also IF, END IF
	eraC            // also LOOP, END LOOP, $$, and the IF of some IF NOT EXISTS
	eraCount
)

// Eras returns all eras, oldest first.
func Eras() []Era { return []Era{eraA, eraB, eraC} }

// String names the releases of the era.
func (e Era) String() string {
	switch e {
	case eraA:
		return "up to v1.29.7"
	case eraB:
		return "v1.30.0 to v1.30.4 and v1.31.0"
	case eraC:
		return "v1.30.5, v1.31.1 and later"
	}
	return fmt.Sprintf("Era(%d)", uint8(e))
}

// eraNames names the releases of several eras; empty for all or none of them.
func eraNames(eras []Era) string {
	var has [eraCount]bool
	for _, e := range eras {
		has[min(e, eraC)] = true
	}
	switch has {
	case [eraCount]bool{true, true, false}:
		return "up to v1.30.4, and v1.31.0"
	case [eraCount]bool{false, true, true}:
		return "v1.30.0 and later"
	case [eraCount]bool{true, false, true}:
		return "other than " + eraB.String()
	}
	if len(eras) == 1 {
		return eras[0].String()
	}
	return ""
}

// SplitError is a text that the tool of an era cannot cut into statements.
type SplitError struct {
	Era Era
	// Offset is the byte offset of what it stumbles over: for something that
	// is never closed, of what opened it.
	Offset int
	// Answer is what the tool prints, or "panic: " and why it dies.
	Answer string
}

func (e *SplitError) Error() string {
	return fmt.Sprintf("temporal-sql-tool %s cannot read this: %s", e.Era, e.Answer)
}

// Split returns the statements that the era's tool would execute for a file of
// that content: without -- comments, without the white space around them, and
// with their semicolons. An error is a *SplitError.
func (e Era) Split(content []byte) ([]string, error) {
	cuts, err := e.cut(string(content))
	if err != nil {
		return nil, err
	}
	out := make([]string, len(cuts))
	for i, c := range cuts {
		out[i] = c.text
	}
	return out, nil
}

// piece is one statement as a tool cuts it; start is the byte offset in the
// file of its first character.
type piece struct {
	text  string
	start int
}

func (e Era) cut(content string) ([]piece, *SplitError) { return e.cutLower(content, lower(content)) }

// lower returns the copy of a text that the tool walks over. ASCII is left as it is:
// letters of either case are told by fold.
func lower(content string) string {
	for i := 0; i < len(content); i++ {
		if content[i] >= utf8.RuneSelf {
			return strings.ToLower(content)
		}
	}
	return content
}

// fold gives letters of ASCII in lower case.
var fold = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] = byte(i) - 'A' + 'a'
		}
	}
	return t
}()

// cutLower is cut for a text with its lower.
func (e Era) cutLower(content, low string) ([]piece, *SplitError) {
	s := splitter{era: e, raw: content, low: low}
	var out []piece
	for s.pos < len(s.raw) {
		p, err := s.statement()
		if err != nil {
			return nil, err
		}
		if p.text != "" {
			out = append(out, p)
		}
	}
	return out, nil
}

// splitter reads a text the way the tool does. The tool walks over a
// lower-case copy and cuts the original at the same offsets. That is why a
// character whose lower case has another length (U+0130, a byte that is not
// UTF-8) makes it lose its place: the two are kept apart here to go wrong in
// the same way.
type splitter struct {
	era  Era
	raw  string
	low  string // see lower
	pos  int
	open []block
}

// block is something that was opened and waits for its end: "(", or one of the
// keywords begin, if, loop and $$.
type block struct {
	by string
	at int
}

// statement cuts the next statement off. Its text is empty where there is only
// white space left.
func (s *splitter) statement() (piece, *SplitError) {
	// Mostly there is no comment within, and the text need not be put together.
	var text string
	var parts strings.Builder
	from, start, comment := s.pos, -1, s.pos
	keep := func(part string) {
		switch {
		case start < 0:
			if rest := strings.TrimLeftFunc(part, unicode.IsSpace); len(rest) > 0 {
				start = from + len(part) - len(rest)
				text = rest
			}
		case parts.Len() == 0:
			parts.WriteString(text)
			fallthrough
		default:
			parts.WriteString(part)
		}
	}
	low := s.low[:min(len(s.low), len(s.raw))]
scan:
	for ; s.pos < len(s.raw); s.pos++ {
		pos := s.pos
		for pos < len(low) && plain[low[pos]] {
			pos++
		}
		s.pos = pos
		if s.pos >= len(s.raw) {
			break
		}
		if s.pos >= len(s.low) {
			return piece{}, s.outOfRange()
		}
		var err *SplitError
		switch c := s.low[s.pos]; c {
		case ';':
			if len(s.open) == 0 {
				s.pos++
				break scan
			}
		case '(':
			s.push("(")
		case ')':
			err = s.pop("(", "unmatched right parenthesis")
		case '\'', '"':
			err = s.quote(c)
		case '-':
			if !strings.HasPrefix(s.low[s.pos:], "--") {
				continue
			}
			comment = s.pos
			keep(strings.TrimRight(s.raw[from:s.pos], " "))
			err = s.lineComment()
			from = s.pos
		default:
			if s.pos > 0 && latinAlnum(s.low[s.pos-1]) {
				continue // within a word
			}
			err = s.keyword()
		}
		if err != nil {
			return piece{}, err
		}
	}
	if n := len(s.open); n > 0 {
		top := s.open[n-1]
		return piece{}, s.fail(top.at, "error reading contents: unmatched "+unclosed(top.by))
	}
	if s.pos > len(s.raw) {
		// It steps over the last line break, which is not there, and slices
		// one byte too many out of its buffer.
		return piece{}, s.fail(comment, "panic: slice bounds out of range, or a statement with a stray byte at its end")
	}
	keep(s.raw[from:s.pos])
	if parts.Len() > 0 {
		text = parts.String()
	}
	return piece{strings.TrimSpace(text), start}, nil
}

// plain are the bytes that mean nothing to a tool of any era.
var plain = func() (t [256]bool) {
	for i := range t {
		t[i] = strings.IndexByte(";()'\"-beilBEIL$", byte(i)) < 0
	}
	return t
}()

func (s *splitter) fail(at int, answer string) *SplitError {
	return &SplitError{s.era, at, answer}
}

// outOfRange is the end of a tool whose lower-case copy is shorter than the
// text: it points at the first character that shrank.
func (s *splitter) outOfRange() *SplitError {
	at := 0
	for _, r := range s.raw {
		n := len(string(r))
		if len(string(unicode.ToLower(r))) < n {
			break
		}
		at += n
	}
	return s.fail(min(at, len(s.raw)), "panic: index out of range")
}

func unclosed(by string) string {
	switch by {
	case "(":
		return "left parenthesis"
	case "begin":
		return "`BEGIN` keyword"
	}
	return "`" + by[:1] + "`"
}

func (s *splitter) push(by string) { s.open = append(s.open, block{by, s.pos}) }

// pop closes what by opened; anything else on top is an error.
func (s *splitter) pop(by, otherwise string) *SplitError {
	if n := len(s.open); n > 0 && s.open[n-1].by == by {
		s.open = s.open[:n-1]
		return nil
	}
	return s.fail(s.pos, "error reading contents: "+otherwise)
}

// quote moves to the closing quote. It knows no escapes: a doubled quote is
// two quoted texts in a row, and a backslash is a backslash.
func (s *splitter) quote(q byte) *SplitError {
	opened := s.pos
	for s.pos++; s.pos < len(s.raw); s.pos++ {
		if s.pos >= len(s.low) {
			return s.outOfRange()
		}
		if s.low[s.pos] == q {
			return nil
		}
	}
	return s.fail(opened, "error reading contents: unmatched quotes")
}

// lineComment moves to the line break behind a comment, or to the end.
func (s *splitter) lineComment() *SplitError {
	for ; s.pos < len(s.raw); s.pos++ {
		if s.pos >= len(s.low) {
			return s.outOfRange()
		}
		if s.low[s.pos] == '\n' {
			break
		}
	}
	return nil
}

// keyword opens or closes a block if a keyword of the era starts here, and
// moves to its last character.
func (s *splitter) keyword() *SplitError {
	switch c := fold[s.low[s.pos]]; {
	case c == 'b' && s.wordAt("begin", s.pos):
		s.push("begin")
		s.pos += len("begin") - 1
	case c == 'e' && s.wordAt("end", s.pos):
		return s.end()
	case c == 'i' && s.era >= eraB && s.wordAt("if", s.pos) && !s.ifNotExists():
		s.push("if")
		s.pos += len("if") - 1
	case c == 'l' && s.era >= eraC && s.wordAt("loop", s.pos):
		s.push("loop")
		s.pos += len("loop") - 1
	case c == '$' && s.era >= eraC && s.wordAt("$$", s.pos):
		if s.pop("$$", "") != nil {
			s.push("$$")
		}
		s.pos += len("$$") - 1
	}
	return nil
}

// end closes a block at the word END: that of the word behind it if the era
// knows it, else that of BEGIN.
func (s *splitter) end() *SplitError {
	behind := s.pos + len("end")
	next := behind
	for next < len(s.low) && latinSpace(s.low[next]) {
		next++
	}
	for _, w := range []struct {
		word  string
		since Era
	}{{"if", eraB}, {"loop", eraC}} {
		if next > behind && s.era >= w.since && s.wordAt(w.word, next) {
			err := s.pop(w.word, "unmatched `END "+strings.ToUpper(w.word)+"` keyword")
			s.pos = next + len(w.word) - 1
			return err
		}
	}
	err := s.pop("begin", "unmatched `END` keyword")
	s.pos = behind - 1
	return err
}

// ifNotExists reports whether the IF at pos is one that era C takes for part
// of an IF NOT EXISTS, by the words in front of it.
func (s *splitter) ifNotExists() bool {
	if s.era < eraC || s.pos < 2 || !latinSpace(s.low[s.pos-1]) {
		return false
	}
	for _, words := range [][]string{
		{"add", "column"},
		{"create", "index"},
		{"create", "index", "concurrently"},
		{"create", "table"},
	} {
		if s.endsWith(s.pos-1, words) {
			return true
		}
	}
	return false
}

// endsWith reports whether the text up to and with offset at ends with the
// words. The tool does not look closely: one character that is no space may
// stand behind each word, nothing need stand between two, and comments,
// quotes and semicolons are text like any other.
func (s *splitter) endsWith(at int, words []string) bool {
	for i := len(words) - 1; i >= 0; i-- {
		for at >= 0 && latinSpace(s.low[at]) {
			at--
		}
		for at > 0 && latinAlnum(s.low[at-1]) {
			at--
		}
		if at < 0 || !s.wordAt(words[i], at) {
			return false
		}
		at--
	}
	return true
}

// wordAt reports whether the word stands at offset at, with neither a letter
// nor a digit on either side. To the tool _ is neither.
func (s *splitter) wordAt(word string, at int) bool { return wordAt(s.low, word, at) }

func wordAt(low, word string, at int) bool {
	end := at + len(word)
	if end > len(low) {
		return false
	}
	for i := range word {
		if fold[low[at+i]] != word[i] {
			return false
		}
	}
	return (at == 0 || !latinAlnum(low[at-1])) && (end >= len(low) || !latinAlnum(low[end]))
}

// The tool takes each byte for a character: one beyond ASCII is what it is in
// Latin-1.
func latinAlnum(c byte) bool { return alnum[c] }

var alnum = func() (t [256]bool) {
	for i := range t {
		t[i] = unicode.IsLetter(rune(i)) || unicode.IsDigit(rune(i))
	}
	return t
}()

func latinSpace(c byte) bool { return unicode.IsSpace(rune(c)) }
