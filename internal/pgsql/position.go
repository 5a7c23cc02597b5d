package pgsql

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Position is a place in a source: the byte offset from 0, the line from 1 and
// the column from 1, in code points.
type Position struct {
	Offset int64
	Line   int
	Column int
}

// Advance returns the position behind text, which starts at p.
func (p Position) Advance(text string) Position {
	p.Offset += int64(len(text))
	if n := strings.Count(text, "\n"); n > 0 {
		p.Line += n
		p.Column = 1
		text = text[strings.LastIndexByte(text, '\n')+1:]
	}
	p.Column += utf8.RuneCountInString(text)
	return p
}

// stride is how far the known positions in a long text are from one another.
const stride = 4096

// places are known positions in a long text, so that the place of one of its
// many findings is not counted from the start of the text each time.
type places struct {
	offsets   []int
	positions []Position
}

// newPlaces goes through a text that starts at p.
func newPlaces(p Position, text string) *places {
	pl := &places{}
	for off := 0; ; {
		pl.offsets, pl.positions = append(pl.offsets, off), append(pl.positions, p)
		next := off + stride
		if next >= len(text) {
			return pl
		}
		for next > off+1 && !utf8.RuneStart(text[next]) {
			next--
		}
		p = p.Advance(text[off:next])
		off = next
	}
}

// at returns the position of an offset into the text.
func (pl *places) at(text string, off int) Position {
	i := sort.SearchInts(pl.offsets, off+1) - 1
	return pl.positions[i].Advance(text[pl.offsets[i]:off])
}
