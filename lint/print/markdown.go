package print

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// markdownPrinter writes a comment for a pull request. It stays within what a
// code host takes as one comment; the findings that do not fit are counted.
type markdownPrinter struct{ Options }

const (
	markdownLimit     = 60_000 // characters; GitHub takes 65,536
	markdownWidth     = 160
	markdownLines     = 8
	markdownDiffLines = 40
)

// markdownMarker lets a bot find its comment again.
const markdownMarker = "<!-- pg2crdb -->\n"

func (p markdownPrinter) Print(w io.Writer, r *lint.Report) error {
	v := newView(r, p.Options)
	var b strings.Builder
	b.WriteString(markdownMarker)
	markdownHead(&b, r)
	shown := 0
	counted := map[string]int{}
files:
	for _, f := range v.files() {
		head := fmt.Sprintf("\n#### %s\n", codeSpan(fileName(f.Name)))
		for _, n := range f.Findings {
			if p.onlyCounted(n.Finding) {
				counted[n.Rule]++
				shown++
				continue
			}
			text, err := markdownFinding(v, n.Finding)
			if err != nil {
				return err
			}
			if b.Len()+len(head)+len(text) > markdownLimit {
				break files
			}
			b.WriteString(head + text)
			head = ""
			shown++
		}
	}
	if n := len(r.Findings) - shown; n > 0 {
		fmt.Fprintf(&b, "\nAnd %s that this comment has no room for.\n", plural(n, "more finding"))
	}
	if line := notShown(counted); line != "" {
		fmt.Fprintf(&b, "\n%s.\n", markdownText(line))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// markdownHead writes what stands above the findings.
func markdownHead(b *strings.Builder, r *lint.Report) {
	s := r.Summary
	fmt.Fprintf(b, "### pg2crdb: %s\n\n", totals(s))
	fmt.Fprintf(b, "%s for %s.\n\n", plural(s.Statements, "statement"), targetText(r.Target))
	b.WriteString("| Untouched | Exact | Weaker | Changed | Manual |\n| ---: | ---: | ---: | ---: | ---: |\n")
	fmt.Fprintf(b, "| %d | %d | %d | %d | %d |\n", s.Untouched, s.Exact, s.Weaker, s.Changed, s.Manual)
	if line := lossless(r); line != "" {
		fmt.Fprintf(b, "\n%s.\n", markdownText(line))
	}
}

func markdownFinding(v *view, f *lint.Finding) (string, error) {
	var b strings.Builder
	// The summary is a block of HTML: Markdown does not reach into it.
	fmt.Fprintf(&b, "\n<details><summary><b>%s</b> <code>%s</code>", f.Severity, html.EscapeString(f.Rule))
	if f.Fidelity != 0 {
		fmt.Fprintf(&b, " [%s]", f.Fidelity)
	}
	if pl := place(f); pl != "" {
		fmt.Fprintf(&b, " at %s", pl)
	}
	fmt.Fprintf(&b, ": %s</summary>\n", quiet(html.EscapeString(oneLine(f.Message))))

	e, err := v.excerpt(f, markdownWidth, markdownLines)
	if err != nil {
		return "", err
	}
	d, err := v.diff(f, markdownWidth, markdownDiffLines)
	if err != nil {
		return "", err
	}
	if len(e.Lines) > 0 && !d.shows(e) {
		b.WriteString("\n" + fenced("sql", excerptText(e)))
	}
	if len(d.Lines) > 0 {
		b.WriteString("\n" + fenced("diff", diffText(d)))
	}
	for _, s := range []string{fixNote(f), f.Todo, followNote(f)} {
		if s != "" {
			fmt.Fprintf(&b, "\n%s\n", markdownText(sentence(capitalised(s))))
		}
	}
	b.WriteString("\n</details>\n")
	return b.String(), nil
}

func followNote(f *lint.Finding) string {
	if f.Follows {
		return "This only follows from an earlier finding"
	}
	return ""
}

func excerptText(e excerpt) string {
	var b strings.Builder
	for _, l := range e.Lines {
		text := l.Before + l.Mark + l.After
		if l.CutLeft {
			text = "…" + text
		}
		if l.CutRight {
			text += "…"
		}
		b.WriteString(text + "\n")
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "-- %s\n", plural(e.More, "more line"))
	}
	return b.String()
}

func diffText(d diff) string {
	var b strings.Builder
	for _, l := range d.Lines {
		if l.Op == ' ' {
			b.WriteString("@@\n")
			continue
		}
		text := l.Before + l.Mark + l.After
		if l.CutLeft {
			text = "…" + text
		}
		if l.CutRight {
			text += "…"
		}
		b.WriteString(string(l.Op) + " " + text + "\n")
	}
	if d.More > 0 {
		fmt.Fprintf(&b, "@@ %s\n", plural(d.More, "more line"))
	}
	return b.String()
}

// fenced returns a code block whose fence is longer than any in the text.
func fenced(language, text string) string {
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return fence + language + "\n" + text + fence + "\n"
}

// codeSpan returns a text as inline code.
func codeSpan(s string) string {
	s = oneLine(s)
	n := longestRun(s, '`')
	if n == 0 {
		return "`" + s + "`"
	}
	fence := strings.Repeat("`", n+1)
	return fence + " " + s + " " + fence
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

// markdownText escapes a text of one paragraph: nothing in it is markup, names
// nobody and links nowhere.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		switch r {
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '\\', '`', '*', '_', '{', '}', '[', ']', '|', '~', '!':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return quiet(b.String())
}

// markdownCell escapes the bars of a text in a table's cell, code included.
func markdownCell(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '|' && (i == 0 || s[i-1] != '\\') {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// quiet keeps a code host from turning @name and #1 into notifications and
// links, by a space of no width behind the sign. The text is escaped: what
// stands behind & is a character reference.
func quiet(s string) string {
	return mention.ReplaceAllStringFunc(s, func(m string) string {
		if m[0] == '&' {
			return m
		}
		return m[:1] + "&#8203;" + m[1:]
	})
}

var mention = regexp.MustCompile(`&?[@#]\w`)
