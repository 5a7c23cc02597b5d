package print

import (
	"bytes"
	"unicode/utf8"

	"github.com/pg2crdb/pg2crdb/lint"
)

// excerpt is the part of a source that a finding is about.
type excerpt struct {
	Lines []excerptLine
	// More is how many lines of the place are left out.
	More int
}

// excerptLine is one line, or the part of it around what is marked. The three
// pieces hold no control characters but tabs.
type excerptLine struct {
	Number              int
	Before, Mark, After string
	CutLeft, CutRight   bool
}

// excerptOf returns at most the given number of lines of a place, each cut to
// about the given number of columns. It looks at no more of a long line than
// it shows. Offsets beyond the text, as from a source that changed since, are
// brought back into it.
func excerptOf(text []byte, start, end lint.Position, width, lines int) excerpt {
	from := clamp(start.Offset, 0, len(text))
	to := clamp(end.Offset, from, len(text))
	if to > from && text[to-1] == '\n' {
		to-- // a place that ends with a line does not reach into the next one
	}
	var e excerpt
	for n := start.Line; ; n++ {
		if len(e.Lines) == lines {
			e.More = bytes.Count(text[from:to], []byte("\n")) + 1
			return e
		}
		stop, next := to, -1
		if i := bytes.IndexByte(text[from:to], '\n'); i >= 0 {
			stop, next = from+i, from+i+1
		}
		l := window(text, from, stop, width)
		l.Number = n
		e.Lines = append(e.Lines, l)
		if next < 0 {
			return e
		}
		from = next
		for n++; from < to && blankLine(text[from:to]); n++ {
			from += bytes.IndexByte(text[from:to], '\n') + 1
		}
		n--
		for from < to && (text[from] == ' ' || text[from] == '\t') {
			from++ // the indentation of a further line is not marked
		}
	}
}

// blankLine reports whether text starts with an empty line.
func blankLine(text []byte) bool {
	return text[0] == '\n' || bytes.HasPrefix(text, []byte("\r\n"))
}

// window returns the line around text[from:to], which holds no line end, cut
// to a width. A third of the width stays for what stands before the mark.
func window(text []byte, from, to, width int) excerptLine {
	first, left, whole := behind(text, from, width)
	last, right, wholeRight := ahead(text, from, width)
	var l excerptLine
	if !whole || !wholeRight || left+right > width {
		first, left, whole = behind(text, from, max(width/3, width-right))
		last, _, wholeRight = ahead(text, from, width-left)
		l.CutLeft, l.CutRight = !whole, !wholeRight
	}
	if wholeRight && last > first && text[last-1] == '\r' {
		last--
	}
	if first == 0 && bytes.HasPrefix(text, byteOrderMark) {
		first = len(byteOrderMark)
	}
	from, last = max(from, first), max(last, first)
	from, to = min(from, last), min(max(to, from), last)
	l.Before, l.Mark, l.After = visible(text[first:from]), visible(text[from:to]), visible(text[to:last])
	return l
}

var byteOrderMark = []byte("\ufeff")

// behind walks back from an offset until the start of the line, or until the
// next character would not fit.
func behind(text []byte, at, width int) (first, used int, whole bool) {
	for at > 0 {
		r, n := utf8.DecodeLastRune(text[:at])
		if r == '\n' {
			return at, used, true
		}
		if used+columns(r) > width {
			return at, used, false
		}
		at -= n
		used += columns(r)
	}
	return 0, used, true
}

// ahead walks on from an offset until the end of the line, or until the next
// character would not fit.
func ahead(text []byte, at, width int) (last, used int, whole bool) {
	for at < len(text) {
		r, n := utf8.DecodeRune(text[at:])
		if r == '\n' {
			return at, used, true
		}
		if used+columns(r) > width {
			return at, used, false
		}
		at += n
		used += columns(r)
	}
	return at, used, true
}

func clamp(off int64, low, high int) int {
	return int(min(max(off, int64(low)), int64(high)))
}
