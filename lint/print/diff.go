package print

import (
	"bytes"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
	"github.com/aymanbagabas/go-udiff/myers"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// diff is a fix as the lines that it takes out and puts in.
type diff struct {
	Lines []diffLine
	// More is how many lines are left out.
	More int
}

// shows reports whether the diff takes out all lines of an excerpt and puts
// nothing in their place, so that it tells all that the excerpt does.
func (d diff) shows(e excerpt) bool {
	for _, l := range d.Lines {
		if l.Op != '-' {
			return false
		}
	}
	return e.More == 0 && len(d.Lines) >= len(e.Lines)
}

// diffLine is one line of a diff. What differs from the line that it replaces,
// or that replaces it, is the mark.
type diffLine struct {
	// Op is '-', '+', or ' ' for a gap between two places.
	Op byte
	excerptLine
}

// Sign is Op as a text.
func (l diffLine) Sign() string { return string(l.Op) }

// Limits on what is compared. Beyond them the diff is that of the excerpts in
// the finding, or says that all lines go.
const (
	maxDiffBytes = 64 << 10
	maxDiffLines = 1000
)

// applied returns the lines around a finding's edits, without and with them.
// Only edits of the finding's own source are looked at. It reports false where
// the text is not at hand or the edits do not fit it.
func applied(text []byte, f *lint.Finding) (before, after string, ok bool) {
	edits := ownEdits(f)
	if len(edits) == 0 || text == nil {
		return "", "", false
	}
	low, high := edits[0].Start, edits[0].End
	for _, e := range edits {
		high = max(high, e.End)
	}
	if low < 0 || high > int64(len(text)) || high-low > maxDiffBytes {
		return "", "", false
	}
	first, okFirst := lineStart(text, int(low))
	last, okLast := lineEnd(text, int(high))
	if !okFirst || !okLast {
		return "", "", false
	}
	var b strings.Builder
	pos := first
	for _, e := range edits {
		start, end := int(e.Start), int(e.End)
		if e.Drop {
			start, end = wholeLines(text[first:last], start-first, end-first)
			start, end = start+first, end+first
		}
		if start < pos || end < start {
			return "", "", false
		}
		b.Write(text[pos:start])
		b.WriteString(e.New)
		pos = end
	}
	b.Write(text[pos:last])
	return string(text[first:last]), b.String(), true
}

// ownEdits returns the edits of the finding's own source, sorted.
func ownEdits(f *lint.Finding) []rules.Edit {
	var own []rules.Edit
	for _, e := range f.Edits {
		if e.Source == f.Source {
			own = append(own, e)
		}
	}
	sort.SliceStable(own, func(i, j int) bool { return own[i].Start < own[j].Start })
	return own
}

// lineStart returns where the line of an offset starts; false if that is too
// far away.
func lineStart(text []byte, at int) (int, bool) {
	low := max(0, at-maxDiffBytes)
	i := bytes.LastIndexByte(text[low:at], '\n')
	return low + i + 1, i >= 0 || low == 0
}

// lineEnd returns where the line of an offset ends, behind its line feed;
// false if that is too far away.
func lineEnd(text []byte, at int) (int, bool) {
	high := min(len(text), at+maxDiffBytes)
	if i := bytes.IndexByte(text[at:high], '\n'); i >= 0 {
		return at + i + 1, true
	}
	return high, high == len(text)
}

// wholeLines widens what a dropped statement takes out to its lines, if
// nothing else stands on them.
func wholeLines(text []byte, start, end int) (int, int) {
	if end > start && text[end-1] == '\n' {
		end--
	}
	first := bytes.LastIndexByte(text[:start], '\n') + 1
	last := len(text)
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		last = end + i + 1
	}
	if len(bytes.TrimSpace(text[first:start])) > 0 || len(bytes.TrimSpace(text[end:last])) > 0 {
		return start, end
	}
	return first, last
}

// diffOf compares two texts line by line.
func diffOf(before, after string, width, lines int) diff {
	before, after = unixLines(before), unixLines(after)
	var all []diffLine
	for _, h := range hunks(before, after) {
		if len(all) > 0 {
			all = append(all, diffLine{Op: ' '})
		}
		all = append(all, h.lines(width)...)
	}
	d := diff{Lines: all}
	if len(all) > lines {
		d.Lines, d.More = all[:lines], len(all)-lines
	}
	return d
}

// unixLines ends every line of a text with a line feed alone.
func unixLines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}

// hunk is a run of lines that go and the lines that come in their place.
type hunk struct{ old, new []string }

func hunks(before, after string) []hunk {
	if strings.Count(before, "\n")+strings.Count(after, "\n") > maxDiffLines {
		return []hunk{{splitLines(before), splitLines(after)}}
	}
	u, err := udiff.ToUnifiedDiff("", "", before, myers.ComputeEdits(before, after), 0)
	if err != nil {
		return []hunk{{splitLines(before), splitLines(after)}}
	}
	var out []hunk
	for _, uh := range u.Hunks {
		var h hunk
		for _, l := range uh.Lines {
			text := strings.TrimSuffix(l.Content, "\n")
			switch l.Kind {
			case udiff.Delete:
				h.old = append(h.old, text)
			case udiff.Insert:
				h.new = append(h.new, text)
			}
		}
		out = append(out, h)
	}
	return out
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// lines returns the old lines, then the new ones. If there are as many of
// each, what differs within a line is marked.
func (h hunk) lines(width int) []diffLine {
	var out []diffLine
	add := func(op byte, texts, others []string) {
		for i, t := range texts {
			from, to := 0, 0
			if len(texts) == len(others) {
				from, to = changed(t, others[i])
			}
			text, to := squeeze(t, from, to, width)
			out = append(out, diffLine{op, window([]byte(text), from, to, width)})
		}
	}
	add('-', h.old, h.new)
	add('+', h.new, h.old)
	return out
}

// squeeze takes out the middle of a change that is wider than a line, so that
// both its ends are seen: a change at the end of a long line often comes with
// another at its start.
func squeeze(line string, from, to, width int) (string, int) {
	const gap = " … "
	if utf8.RuneCountInString(line) <= width || to-from <= width {
		return line, to
	}
	head, tail := from, to
	for n := width / 2; n > 0 && head < tail; n-- {
		_, size := utf8.DecodeRuneInString(line[head:])
		head += size
	}
	for n := width/2 - utf8.RuneCountInString(gap) - min(from, width/3) - min(utf8.RuneCountInString(line[to:]), width/6); n > 0 && tail > head; n-- {
		_, size := utf8.DecodeLastRuneInString(line[:tail])
		tail -= size
	}
	if tail-head <= len(gap) {
		return line, to
	}
	return line[:head] + gap + line[tail:], head + len(gap) + to - tail
}

// changed returns which part of s differs from t, in whole words. If nothing
// but white space is common, no part stands out.
func changed(s, t string) (from, to int) {
	for from < len(s) && from < len(t) {
		r, n := utf8.DecodeRuneInString(s[from:])
		if q, k := utf8.DecodeRuneInString(t[from:]); q != r || k != n {
			break
		}
		from += n
	}
	tail := 0
	for tail < len(s)-from && tail < len(t)-from {
		r, n := utf8.DecodeLastRuneInString(s[:len(s)-tail])
		if q, k := utf8.DecodeLastRuneInString(t[:len(t)-tail]); q != r || k != n || tail+n > min(len(s), len(t))-from {
			break
		}
		tail += n
	}
	// Widen both ends to the bounds of words, in either text.
	for from > 0 && endsInWord(s[:from]) && (startsInWord(s[from:]) || startsInWord(t[from:])) {
		_, n := utf8.DecodeLastRuneInString(s[:from])
		from -= n
	}
	for tail > 0 && startsInWord(s[len(s)-tail:]) && (endsInWord(s[:len(s)-tail]) || endsInWord(t[:len(t)-tail])) {
		_, n := utf8.DecodeRuneInString(s[len(s)-tail:])
		tail -= n
	}
	to = len(s) - tail
	if strings.TrimSpace(s[:from]+s[to:]) == "" {
		return 0, 0
	}
	return from, to
}

func startsInWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return wordy(r)
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return wordy(r)
}

func wordy(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
