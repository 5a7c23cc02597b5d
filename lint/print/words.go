package print

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// severities counts findings by severity.
type severities struct{ Errors, Warnings, Infos int }

func (c *severities) add(s rules.Severity) {
	switch s {
	case rules.Error:
		c.Errors++
	case rules.Warning:
		c.Warnings++
	case rules.Info:
		c.Infos++
	}
}

// String returns such as "2 errors, 1 info"; "no findings" for none.
func (c severities) String() string {
	var parts []string
	if c.Errors > 0 {
		parts = append(parts, plural(c.Errors, "error"))
	}
	if c.Warnings > 0 {
		parts = append(parts, plural(c.Warnings, "warning"))
	}
	if c.Infos > 0 {
		parts = append(parts, plural(c.Infos, "info"))
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

func totals(s lint.Summary) severities { return severities{s.Errors, s.Warnings, s.Infos} }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// statementLine says what becomes of the statements.
func statementLine(s lint.Summary) string {
	return fmt.Sprintf("%s: %d untouched, %d exact, %d weaker, %d changed, %d manual",
		plural(s.Statements, "statement"), s.Untouched, s.Exact, s.Weaker, s.Changed, s.Manual)
}

// findingLine counts the findings.
func findingLine(r *lint.Report) string {
	n := len(r.Findings)
	if n == 0 {
		return "no findings" + leftOut(r.Summary)
	}
	line := plural(n, "finding") + ": " + totals(r.Summary).String()
	follows := 0
	for i := range r.Findings {
		if r.Findings[i].Follows {
			follows++
		}
	}
	switch follows {
	case 0:
	case 1:
		line += "; 1 of them only follows from an earlier one"
	default:
		line += fmt.Sprintf("; %d of them only follow from earlier ones", follows)
	}
	return line + leftOut(r.Summary)
}

// leftOut counts what a report does not list.
func leftOut(s lint.Summary) string {
	text := ""
	if s.Suppressed > 0 {
		text += fmt.Sprintf("; %d suppressed by comments", s.Suppressed)
	}
	if s.Known > 0 {
		text += fmt.Sprintf("; %d in the baseline", s.Known)
	}
	return text
}

// targetText names the versions that a report is about.
func targetText(t rules.Target) string {
	vs := t.Versions()
	switch {
	case len(vs) == 0:
		return "CockroachDB"
	case len(vs) == 1:
		return "CockroachDB v" + vs[0]
	}
	text := fmt.Sprintf("CockroachDB v%s to v%s", vs[0], vs[len(vs)-1])
	if t.Portable() {
		text += ", every version that pg2crdb knows"
	}
	return text
}

// lossless says from which version on the fidelity that the target costs would
// not be lost; empty if it costs none.
func lossless(r *lint.Report) string {
	count := map[string]int{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Until != "" && f.Fidelity > rules.Exact {
			count[f.Until]++
		}
	}
	if len(count) == 0 {
		return ""
	}
	var versions []string
	for v := range count {
		versions = append(versions, v)
	}
	slices.SortFunc(versions, func(a, b string) int {
		if i, j := series(a), series(b); i != j {
			return i - j
		}
		return strings.Compare(a, b)
	})
	var parts []string
	n := 0
	for _, v := range versions {
		n += count[v]
		parts = append(parts, fmt.Sprintf("from CockroachDB v%s on, %s would lose nothing (--target '>=%s')", v, plural(n, "finding"), v))
	}
	return capitalised(strings.Join(parts, "; "))
}

// series returns the place of a version among those that the rules know.
// Unknown ones stand behind all others.
func series(version string) int {
	known := rules.Known()
	if i := slices.Index(known, version); i >= 0 {
		return i
	}
	return len(known)
}

// place returns "line:column", or nothing for a finding without a place.
func place(f *lint.Finding) string {
	if !placed(f) {
		return ""
	}
	return fmt.Sprintf("%d:%d", f.Start.Line, f.Start.Column)
}

// fileName returns how a file is called where people read it.
func fileName(name string) string {
	if name == "" {
		return "(the whole history)"
	}
	return oneLine(name)
}

// fixNote says why the fix of a finding is not applied; empty if it is, or if
// there is none.
func fixNote(f *lint.Finding) string {
	if len(f.Edits) > 0 && f.Conflict != "" {
		return fmt.Sprintf("the fix is not applied, it overlaps that of %s", f.Conflict)
	}
	return ""
}

// sentence closes a text with a full stop, where it ends without one.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if !strings.ContainsAny(s[len(s)-1:], ".!?:") {
		s += "."
	}
	return s
}

// capitalised starts a text with a capital, unless its first word may be the
// name of something.
func capitalised(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if first == "" || strings.ContainsFunc(first, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
