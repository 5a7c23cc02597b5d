package print

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// showDiff writes a diff with its marks in brackets.
func showDiff(d diff) string {
	var b strings.Builder
	for _, l := range d.Lines {
		b.WriteString(l.Sign() + l.Before)
		if l.Mark != "" {
			b.WriteString("[" + l.Mark + "]")
		}
		b.WriteString(l.After + "\n")
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"nothing", "a\n", "a\n", ""},
		{"a word", "a INTEGER,", "a INT8,", "-a [INTEGER],\n+a [INT8],\n"},
		{"at the end", "a", "a b", "-a\n+a[ b]\n"},
		{"all of it", "DROP", "", "-DROP\n"},
		{"nothing in common", "xx", "yy", "-xx\n+yy\n"},
		{"the same letters twice", "aa", "aaa", "-aa\n+aaa\n"},
		{"unicode", "die größe int", "die größer int", "-die [größe] int\n+die [größer] int\n"},
		{"line ends", "a\r\nb\r\n", "a\nc\n", "-b\n+c\n"},
		{"two places", "a\nb\nc\nd", "x\nb\nc\ny", "-a\n+x\n \n-d\n+y\n"},
		{"fewer lines", "a\nb\nc", "a\nd", "-b\n-c\n+d\n"},
	} {
		if got := showDiff(diffOf(c.before, c.after, 80, 99)); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
	if d := diffOf("", strings.Repeat("a\n", 10), 80, 4); len(d.Lines) != 4 || d.More != 6 {
		t.Errorf("%d lines and %d more", len(d.Lines), d.More)
	}
	big := strings.Repeat("a\n", maxDiffLines)
	if d := diffOf(big, big+"b\n", 80, 4); len(d.Lines) != 4 {
		t.Errorf("a large text gives %d lines", len(d.Lines))
	}
}

func TestApplied(t *testing.T) {
	text := "a;\n  DO $$ x $$;\nb (\n\tc INT,\n\td INT\n);"
	at := func(s string) int64 { return int64(strings.Index(text, s)) }
	for _, c := range []struct {
		name  string
		edits []rules.Edit
		want  string
	}{
		{"a statement on lines of its own", []rules.Edit{{Start: at("DO"), End: at("b ("), Drop: true}}, "-  DO $$ x $$;\n"},
		{"a statement beside others", []rules.Edit{{Start: at("a;"), End: at("a;") + 1, Drop: true}}, "-[a];\n+;\n"},
		{"two edits", []rules.Edit{{Start: at("d INT") + 2, End: at("d INT") + 5, New: "INT8"}, {Start: at("c INT") + 2, End: at("c INT") + 5, New: "INT4"}},
			"-\tc [INT],\n-\td [INT]\n+\tc [INT4],\n+\td [INT8]\n"},
		{"an insertion", []rules.Edit{{Start: at(");"), End: at(");"), New: ", e INT"}}, "-);\n+[, e INT]);\n"},
		{"lines of its own", []rules.Edit{{Start: at("d INT"), End: at("d INT"), New: "x INT,\n\t"}}, "+\tx INT,\n"},
		{"of another source", []rules.Edit{{Source: 1, Start: 0, End: 1}}, "-before\n+after\n"},
		{"beyond the text", []rules.Edit{{Start: 0, End: 1000}}, "-before\n+after\n"},
		{"over one another", []rules.Edit{{Start: 0, End: 5}, {Start: 2, End: 4}}, "-before\n+after\n"},
	} {
		f := &lint.Finding{Edits: c.edits, Before: "before", After: "after"}
		v := newView(&lint.Report{Sources: []string{"x"}}, Options{Source: func(int) ([]byte, error) { return []byte(text), nil }})
		d, err := v.diff(f, 80, 99)
		if err != nil {
			t.Fatal(err)
		}
		if got := showDiff(d); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// Positions are the same from wherever they are counted.
func TestMove(t *testing.T) {
	text := "äb\ncd数e\r\n\nf"
	for i := range text {
		for j := range text {
			from, want := position(text, i), position(text, j)
			if got := move([]byte(text), from, int64(j)); got != want {
				t.Errorf("from %+v to %d: %+v, want %+v", from, j, got, want)
			}
		}
	}
}

func TestLossless(t *testing.T) {
	r := &lint.Report{}
	for _, until := range []string{"25.1", "23.1", "23.1", "", "99.9"} {
		r.Findings = append(r.Findings, lint.Finding{Until: until, Fidelity: rules.Changed})
	}
	r.Findings = append(r.Findings, lint.Finding{Until: "26.1", Fidelity: rules.Exact})
	var want []string
	for _, c := range []struct {
		v string
		n int
	}{{"23.1", 2}, {"25.1", 3}, {"99.9", 4}} {
		want = append(want, fmt.Sprintf("from CockroachDB v%s on, %d findings would lose nothing (--target '>=%[1]s')", c.v, c.n))
	}
	if got := lossless(r); !strings.EqualFold(got, strings.Join(want, "; ")) {
		t.Errorf("got %q", got)
	}
}
