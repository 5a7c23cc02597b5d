package print

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// textPrinter writes a report for people at a terminal.
type textPrinter struct{ Options }

const (
	defaultWidth  = 100
	textDiffLines = 16
)

func (p textPrinter) Print(w io.Writer, r *lint.Report) error {
	out := bufio.NewWriter(w)
	t := text{Writer: out, view: newView(r, p.Options), paint: paint(p.Color), width: p.Width}
	if t.width <= 0 {
		t.width = defaultWidth
	}
	if err := t.report(); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// writeText writes one finding, without colour.
func writeText(w io.Writer, v *view, f *lint.Finding) error {
	out := bufio.NewWriter(w)
	if err := (text{Writer: out, view: v, width: defaultWidth}).finding(f); err != nil {
		return err
	}
	return out.Flush()
}

// text is one report on its way out. The writer keeps the first error until it
// is flushed, so single writes are not checked.
type text struct {
	*bufio.Writer
	*view
	paint
	width int
}

func (t text) report() error {
	counted := map[string]int{}
	for _, f := range t.files() {
		titled := false
		for _, n := range f.Findings {
			if t.opts.onlyCounted(n.Finding) {
				counted[n.Rule]++
				continue
			}
			if !titled {
				fmt.Fprintf(t, "%s %s\n\n", t.in(bold, fileName(t.opts.repoPath(f.Name))+":"), t.in(faint, f.count().String()))
				titled = true
			}
			if err := t.finding(n.Finding); err != nil {
				return err
			}
			fmt.Fprintln(t)
		}
	}
	fmt.Fprintln(t, statementLine(t.Summary))
	fmt.Fprintln(t, findingLine(t.Report))
	if line := notShown(counted); line != "" {
		fmt.Fprintln(t, line)
	}
	if line := lossless(t.Report); line != "" {
		fmt.Fprintln(t, t.in(bold, line))
	}
	return nil
}

// notShown says how many findings of which rules are only counted.
func notShown(counted map[string]int) string {
	if len(counted) == 0 {
		return ""
	}
	var names []string
	n := 0
	for name, k := range counted {
		names = append(names, name)
		n += k
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := counted[b] - counted[a]; c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", counted[name], name)
	}
	return fmt.Sprintf("%s not shown, --infos shows them: %s", plural(n, "info"), strings.Join(names, ", "))
}

func (t text) finding(f *lint.Finding) error {
	t.head(f)
	e, err := t.excerpt(f, t.width-8, 1)
	if err != nil {
		return err
	}
	if len(e.Lines) > 0 {
		t.place(f, e)
	}
	d, err := t.diff(f, t.width-8, textDiffLines)
	if err != nil {
		return err
	}
	t.fix(d)
	if note := fixNote(f); note != "" {
		t.note("note", note)
	}
	if f.Todo != "" {
		t.note("do", f.Todo)
	}
	return nil
}

// head writes "file:line:column severity rule [fidelity] message".
func (t text) head(f *lint.Finding) {
	if f.File != "" {
		at := oneLine(t.opts.repoPath(f.File))
		if p := place(f); p != "" {
			at += ":" + p
		}
		fmt.Fprint(t, t.in(bold, at), " ")
	}
	fmt.Fprint(t, t.in(severityStyle(f.Severity), f.Severity.String()), " ", f.Rule)
	if f.Fidelity != 0 {
		fmt.Fprint(t, " ", t.in(faint, "["+f.Fidelity.String()+"]"))
	}
	fmt.Fprint(t, " ", oneLine(f.Message))
	if f.Follows {
		fmt.Fprint(t, t.in(faint, " (follows from an earlier finding)"))
	}
	fmt.Fprintln(t)
}

// place writes the line of a finding with its part underlined.
func (t text) place(f *lint.Finding, e excerpt) {
	l := e.Lines[0]
	if l.CutLeft {
		l.Before = "…" + l.Before
	}
	before, col := expandTabs(l.Before, 0)
	mark, behind := expandTabs(l.Mark, col)
	after, _ := expandTabs(l.After, behind)
	if l.CutRight {
		after += "…"
	}
	fmt.Fprintf(t, "%s %s%s%s\n", t.in(faint, fmt.Sprintf("%5d |", l.Number)), before, mark, strings.TrimRight(after, " "))
	carets := strings.Repeat("^", max(1, behind-col))
	if e.More > 0 {
		carets += fmt.Sprintf(" to %d:%d", f.End.Line, f.End.Column)
	}
	fmt.Fprintf(t, "%s %s%s\n", t.in(faint, "      |"), strings.Repeat(" ", col), t.in(severityStyle(f.Severity), carets))
}

func (t text) fix(d diff) {
	for _, l := range d.Lines {
		if l.CutLeft {
			l.Before = "…" + l.Before
		}
		if l.CutRight {
			l.After += "…"
		}
		before, col := expandTabs(l.Before, 0)
		mark, behind := expandTabs(l.Mark, col)
		after, _ := expandTabs(l.After, behind)
		all, marked := plain, plain
		switch l.Op {
		case '-':
			all, marked = red, redMark
		case '+':
			all, marked = green, newMark
		default:
			before = "..."
		}
		line := t.in(all, string(l.Op)+" "+before) + t.in(marked, mark) + t.in(all, after)
		fmt.Fprintln(t, "      "+strings.TrimRight(line, " "))
	}
	if d.More > 0 {
		fmt.Fprintln(t, t.in(faint, fmt.Sprintf("      ... and %s", plural(d.More, "more line"))))
	}
}

func (t text) note(label, s string) {
	fmt.Fprintf(t, "      %s %s\n", t.in(bold, "= "+label+":"), sentence(capitalised(oneLine(s))))
}
