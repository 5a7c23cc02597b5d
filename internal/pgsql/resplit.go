package pgsql

import (
	"bytes"
	"slices"
	"strings"
)

// Resplit is Split for a text that was made of another by some changes, whose
// statements are old: those that the changes left alone are not read again, and
// keep their trees.
func Resplit(text []byte, old []*Statement) ([]*Statement, error) {
	s := NewTextSplitter(text)
	s.old = old
	return s.all()
}

// maxAnew bounds how many old statements are compared with a new one.
const maxAnew = 64

// again returns the statement that starts the buffer, if it is an old one, with
// the bytes that it takes; nil if it has to be cut. How a statement is cut does
// not depend on what stands in front of it, nor on what follows its semicolon.
func (s *Splitter) again() (*Statement, int) {
	if bytes.HasPrefix(s.buf, bom) {
		return nil, 0 // white space at the start of a text, and there alone
	}
	// Since the last one that was found again, as many were cut anew as have taken
	// the place of old ones, or come to them. One or two more may be gone.
	const gone = 2
	for i, o := range s.old[:min(len(s.old), s.anew+gone)] {
		size := len(o.Lead) + len(o.Text) + len(o.Tail)
		if o.Form != SQL || o.Err != nil || size > len(s.buf) || !strings.HasSuffix(o.Tail, ";") {
			continue
		}
		lead, text, tail := s.buf[:len(o.Lead)], s.buf[len(o.Lead):size-len(o.Tail)], s.buf[size-len(o.Tail):size]
		if string(text) != o.Text || string(lead) != o.Lead || string(tail) != o.Tail {
			continue
		}
		s.old, s.anew = s.old[i+1:], 0
		st := *o
		st.Lead, st.Text, st.Tail = s.str(lead), s.str(text), s.str(tail)
		st.LeadPos, st.Pos = s.pos, s.pos.Advance(st.Lead)
		st.lists = slices.Clip(o.lists) // what comes to them is each one's own
		st.places = nil
		s.copyData = isCopyFromStdin(&st)
		return &st, size
	}
	if s.anew++; s.anew > maxAnew {
		s.anew--
		s.old = s.old[1:]
	}
	return nil, 0
}
