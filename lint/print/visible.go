package print

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// tabStop is how far apart tab stops are where tabs are shown as spaces.
const tabStop = 4

// visible returns a text in which nothing acts on what shows it: control
// characters become their pictures, bytes that are no UTF-8 and characters
// that change the direction or hide become U+FFFD. Tabs stay.
func visible[T string | []byte](text T) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range string(text) {
		b.WriteRune(picture(r))
	}
	return b.String()
}

// oneLine is visible for texts that must not have more than one line.
func oneLine(text string) string {
	return strings.Join(strings.Fields(visible(strings.NewReplacer("\r", " ", "\n", " ").Replace(text))), " ")
}

func picture(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r < ' ':
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r >= 0x80 && r < 0xa0, // C1
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, // embeddings, overrides, isolates
		r == 0x200e, r == 0x200f, r == 0x061c, // direction marks
		r == 0x200b, r == 0x2060, r == 0xfeff, // no width
		r == 0x2028, r == 0x2029, // line and paragraph separators
		r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // no characters, and no XML
		return utf8.RuneError
	}
	return r
}

// columns returns how wide a character is on a terminal; for tabs, at most.
func columns(r rune) int {
	switch {
	case r == '\t':
		return tabStop
	case r < 0x7f:
		return 1
	}
	return widths().RuneWidth(picture(r))
}

// textColumns returns how wide a text without tabs is on a terminal.
func textColumns(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// expandTabs puts spaces in place of tabs for a text that starts at a column,
// counted from 0. It returns the column behind the text as well.
func expandTabs(s string, col int) (string, int) {
	var b strings.Builder
	for _, r := range s {
		if r == '\t' {
			n := tabStop - col%tabStop
			b.WriteString(strings.Repeat(" ", n))
			col += n
			continue
		}
		b.WriteRune(r)
		col += columns(r)
	}
	return b.String(), col
}

// widths does not follow the locale: the same report looks the same
// everywhere.
func widths() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }
