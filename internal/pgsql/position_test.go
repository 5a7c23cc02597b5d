package pgsql

import (
	"math/rand"
	"strings"
	"testing"
)

// Positions in a long text are those that counting from its start gives.
func TestPlaces(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var b strings.Builder
	for b.Len() < 10*stride {
		b.WriteString([]string{"a", "ü", "\n", "漢", "\r\n", "𝔞", "    "}[r.Intn(7)])
	}
	text := b.String() + strings.Repeat("漢", stride) // a line longer than the stride
	start := Position{Offset: 7, Line: 3, Column: 5}
	pl := newPlaces(start, text)
	for off := range text {
		if got, want := pl.at(text, off), start.Advance(text[:off]); off%97 == 0 && got != want {
			t.Fatalf("%d: %+v, want %+v", off, got, want)
		}
	}
	if got, want := pl.at(text, len(text)), start.Advance(text); got != want {
		t.Errorf("end: %+v, want %+v", got, want)
	}
}
