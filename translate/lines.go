package translate

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

// lineStride is how far the known positions of a text are from one another.
const lineStride = 64 << 10

// lines knows positions in a text, so that the place of one of its many
// findings is not counted from the start of the text each time.
type lines struct {
	text   []byte
	forget func(from, to int64)
	known  []pgsql.Position
	asked  bool // since rest
}

// rest takes what was needed of the text out of memory for now.
func (l *lines) rest() {
	if l.asked && l.forget != nil {
		l.forget(0, int64(len(l.text)))
	}
	l.asked = false
}

// at returns the position of a byte offset; offsets beyond the text give its
// end.
func (l *lines) at(offset int64) pgsql.Position {
	offset = min(offset, int64(len(l.text)))
	l.asked = true
	if len(l.known) == 0 {
		l.known = []pgsql.Position{{Line: 1, Column: 1}}
	}
	for last := l.known[len(l.known)-1]; last.Offset+lineStride <= offset; last = l.known[len(l.known)-1] {
		l.known = append(l.known, l.from(last, last.Offset+lineStride))
		if l.forget != nil {
			l.forget(last.Offset, last.Offset+lineStride)
		}
	}
	return l.from(l.known[min(offset/lineStride, int64(len(l.known)-1))], offset)
}

// from returns the position of an offset behind a known one. A stride may end
// within a character: its first part counts as the character, the rest as
// nothing.
func (l *lines) from(p pgsql.Position, offset int64) pgsql.Position {
	start := p.Offset
	for start < offset && start > 0 && l.text[start]&0xC0 == 0x80 {
		start++
	}
	end := p.Advance(string(l.text[start:offset]))
	end.Offset = offset
	return end
}
