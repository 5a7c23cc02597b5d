package print

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pg2crdb/pg2crdb/lint"
)

func position(text string, at int) lint.Position {
	return lint.Position{Line: 1, Column: 1}.Advance(text[:at])
}

// show writes an excerpt with its marks in brackets.
func show(e excerpt) string {
	var b strings.Builder
	for _, l := range e.Lines {
		if l.CutLeft {
			b.WriteString("…")
		}
		b.WriteString(l.Before + "[" + l.Mark + "]" + l.After)
		if l.CutRight {
			b.WriteString("…")
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		name, text, mark string
		width, lines     int
		want             string
		more             int
	}{
		{"a word", "a\nb cc d\ne", "cc", 80, 1, "b [cc] d", 0},
		{"line feed and carriage return", "a\r\nb cc d\r\ne", "cc", 80, 1, "b [cc] d", 0},
		{"to the end of a line", "a\r\nb cc\r\ne", "cc\r\n", 80, 3, "b [cc]", 0},
		{"byte order mark", "\ufeffabc", "abc", 80, 1, "[abc]", 0},
		{"several lines", "(a\n  b\n\n\tc)\n", "a\n  b\n\n\tc", 80, 9, "([a]\n  [b]\n\t[c])", 0},
		{"too many lines", "a\nb\nc\nd\n", "a\nb\nc\nd", 80, 2, "[a]\n[b]", 2},
		{"nothing in a line", "\n", "", 80, 1, "[]", 0},
		{"long before", strings.Repeat("x", 50) + "mark", "mark", 30, 1, "…" + strings.Repeat("x", 26) + "[mark]", 0},
		{"long after", "mark" + strings.Repeat("x", 50), "mark", 30, 1, "[mark]" + strings.Repeat("x", 26) + "…", 0},
		{"long on both sides", strings.Repeat("x", 50) + "mark" + strings.Repeat("y", 50), "mark", 30, 1,
			"…" + strings.Repeat("x", 10) + "[mark]" + strings.Repeat("y", 16) + "…", 0},
		{"long mark", strings.Repeat("x", 100), strings.Repeat("x", 100), 30, 1, "[" + strings.Repeat("x", 30) + "]…", 0},
		{"wide characters", strings.Repeat("数", 50) + "mark", "mark", 30, 1, "…" + strings.Repeat("数", 13) + "[mark]", 0},
	} {
		at := strings.Index(c.text, c.mark)
		e := excerptOf([]byte(c.text), position(c.text, at), position(c.text, at+len(c.mark)), c.width, c.lines)
		if got := show(e); got != c.want || e.More != c.more {
			t.Errorf("%s: %q and %d more, want %q and %d", c.name, got, e.More, c.want, c.more)
		}
	}
}

// Offsets of a source that has changed since do no harm.
func TestExcerptOutside(t *testing.T) {
	for _, text := range []string{"", "a", "数", "\r\n", "a\nb"} {
		for _, p := range []int64{-5, 0, 1, 2, 99} {
			for _, q := range []int64{-5, 0, 1, 2, 99} {
				excerptOf([]byte(text), lint.Position{Offset: p, Line: 1}, lint.Position{Offset: q, Line: 1}, 10, 3)
			}
		}
	}
}

// A line of 10 MB is not read for each of its findings.
func TestExcerptLongLine(t *testing.T) {
	text := []byte(strings.Repeat("x ", 5<<20))
	start := time.Now()
	for i := 0; i < 10_000; i++ {
		at := lint.Position{Offset: int64(i) * 1000, Line: 1, Column: i*1000 + 1}
		end := at
		end.Offset++
		excerptOf(text, at, end, 100, 3)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("10,000 excerpts of one line took %v", d)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb":                "a\tb",
		"\x1b[31m\x00\x7f":    "␛[31m␀␡",
		"\u202eevil\u2066":    "�evil�",
		"\u009b1m":            "�1m",
		"\xff\xc3":            "��",
		"naïve 数 👩‍💻 e\u0301": "naïve 数 👩‍💻 e\u0301",
	} {
		if got := visible(in); got != want || !utf8.ValidString(got) {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
	if got := oneLine(" a\r\nb\n\n c "); got != "a b c" {
		t.Errorf("oneLine = %q", got)
	}
}

func TestUseColor(t *testing.T) {
	none := func(string) string { return "" }
	if UseColor(&strings.Builder{}, none) {
		t.Error("colour for a buffer")
	}
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if UseColor(file, none) {
		t.Error("colour for a file")
	}
	terminal, err := os.Open("/dev/ptmx")
	if err != nil {
		t.Skip("no terminal can be opened here")
	}
	defer terminal.Close()
	if !UseColor(terminal, none) {
		t.Error("no colour for a terminal")
	}
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		name, value, _ := strings.Cut(env, "=")
		if UseColor(terminal, func(n string) string {
			if n == name {
				return value
			}
			return ""
		}) {
			t.Errorf("colour in spite of %s", env)
		}
	}
}
