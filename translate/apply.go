package translate

import (
	"bytes"
	"sort"

	"github.com/pg2crdb/pg2crdb/rules"
)

// piece says that the bytes [out, out+n) of a translated text are the bytes
// from in on of the original. What lies between two pieces was put in or taken
// out.
type piece struct{ out, in, n int64 }

// apply makes the edits of one source. Edits must not overlap, save that those
// with equal range and text are made once.
func apply(text []byte, edits []rules.Edit) ([]byte, []piece) {
	size := len(text)
	for _, e := range edits {
		size += len(e.New)
	}
	var out buffer
	out.Grow(size) // not to grow step by step: a text may be large
	pieces := applyTo(&out, text, edits, nil)
	return out.Bytes(), pieces
}

// sink is what apply writes to. What fails on the way is told at the end.
type sink interface {
	Write([]byte) (int, error)
	WriteString(string) (int, error)
	Size() int64
}

type buffer struct{ bytes.Buffer }

func (b *buffer) Size() int64 { return int64(b.Len()) }

// applyTo makes the edits of one source and writes the result. read is told how
// far the source has been read; it may be nil.
func applyTo(out sink, text []byte, edits []rules.Edit, read func(from, to int64)) []piece {
	edits = append([]rules.Edit(nil), edits...)
	for i := range edits {
		if edits[i].Drop && edits[i].New == "" {
			edits[i] = widen(text, edits[i])
		}
	}
	sort.SliceStable(edits, func(i, j int) bool {
		a, b := edits[i], edits[j]
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		return a.End < b.End // insertions first
	})
	pieces := make([]piece, 0, len(edits)+1)
	var pos, told int64
	keep := func(end int64) {
		if end <= pos {
			return
		}
		pieces = append(pieces, piece{out.Size(), pos, end - pos})
		const step = 1 << 20
		for from := pos; from < end; from += step {
			to := min(from+step, end)
			out.Write(text[from:to])
			if read != nil && to-told >= step { // a piece may be a few bytes
				read(told, to)
				told = to
			}
		}
	}
	once := map[rules.Edit]bool{}
	for i, e := range edits {
		if i > 0 && e == edits[i-1] && e.Start != e.End || once[e] {
			continue
		}
		if e.Once {
			once[e] = true
		}
		if e.End <= pos && e.Start < pos && e.Start != e.End { // within a drop that was widened
			continue
		}
		keep(e.Start) // nothing, if a widened drop has passed it already
		out.WriteString(e.New)
		pos = max(pos, e.End)
	}
	keep(int64(len(text)))
	if read != nil {
		read(told, int64(len(text)))
	}
	return pieces
}

// widen makes the drop of a whole statement, or of a line of psql's, take its
// line along, if nothing
// else stands on it, and one of the empty lines if it stood between two.
func widen(text []byte, e rules.Edit) rules.Edit {
	if e.End == 0 || int(e.End) > len(text) || e.End-e.Start == 0 || (text[e.End-1] != ';' && text[e.Start] != '\\' && int(e.End) != len(text)) {
		return e
	}
	start, end := int(e.Start), int(e.End)
	lineStart := start
	for lineStart > 0 && (text[lineStart-1] == ' ' || text[lineStart-1] == '\t') {
		lineStart--
	}
	if lineStart > 0 && text[lineStart-1] != '\n' {
		return e
	}
	lineEnd, ok := blankTo(text, end)
	if !ok {
		return e
	}
	e.Start, e.End = int64(lineStart), int64(lineEnd)
	if before, ok := blankBefore(text, lineStart); ok && before < lineStart || lineStart == 0 {
		if next, ok := blankTo(text, lineEnd); ok && next > lineEnd && lineEnd < len(text) {
			e.End = int64(next)
		}
	}
	return e
}

// blankTo returns the offset behind the end of the line at i, and whether only
// white space stands in between.
func blankTo(text []byte, i int) (int, bool) {
	for i < len(text) {
		switch text[i] {
		case ' ', '\t', '\r':
			i++
		case '\n':
			return i + 1, true
		default:
			return i, false
		}
	}
	return i, true
}

// blankBefore returns the start of the line that ends in front of i, and
// whether it is empty.
func blankBefore(text []byte, i int) (int, bool) {
	if i == 0 {
		return 0, false
	}
	j := i - 1 // the line feed
	for j > 0 && text[j-1] != '\n' {
		switch text[j-1] {
		case ' ', '\t', '\r':
			j--
		default:
			return i, false
		}
	}
	return j, true
}

// origin maps an offset of the translated text to the original: the same byte
// where it was kept, otherwise the place where the edit was made.
func origin(pieces []piece, out int64) int64 {
	i := sort.Search(len(pieces), func(i int) bool { return pieces[i].out > out })
	if i == 0 {
		if len(pieces) > 0 {
			return pieces[0].in
		}
		return 0
	}
	p := pieces[i-1]
	if out < p.out+p.n {
		return p.in + out - p.out
	}
	return p.in + p.n
}
