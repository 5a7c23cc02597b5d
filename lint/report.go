package lint

import (
	"slices"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// SchemaVersion is the version of the JSON report's form. It rises by one
// when a field changes its meaning or goes; new fields do not count.
const SchemaVersion = 1

// Position is a place in a source: the byte offset from 0, the line from 1 and
// the column from 1, in code points.
type Position = pgsql.Position

// Report is what a run found, ready for a printer.
type Report struct {
	// Target is the range of CockroachDB versions that was asked for; empty for
	// the portable baseline.
	Target rules.Target
	// Rules are the rules that ran, sorted by name.
	Rules []*rules.Rule
	// Sources are the names of the sources, in the order of the history.
	Sources []string
	// Findings are sorted by source, place and rule.
	Findings []Finding
	// Summary counts statements and findings.
	Summary Summary
}

// Finding is one difference at one place.
type Finding struct {
	// Rule is the name of the rule.
	Rule string
	// Severity and Fidelity as in the rules package. Fidelity is zero where
	// nothing is lost and nothing needs to change.
	Severity rules.Severity
	Fidelity rules.Fidelity
	// Follows reports that the finding only follows from an earlier one.
	Follows bool
	// Later tells that only a translation found this, after other fixes were
	// applied, and fixed it as well: there are no edits of the source for it.
	Later bool
	// Source is the index of the source in the history, File its name.
	Source int
	File   string
	// Start and End delimit the place; End is exclusive.
	Start, End Position
	// Statement is the number of the statement in the history, from 0, and
	// StatementStart the byte offset in its source at which its text starts.
	Statement      int
	StatementStart int64
	// Message says what differs and why; Todo what a person can do, where
	// something is left to do.
	Message, Todo string
	// Until names the version from which on the fix would lose nothing, such as
	// "23.1"; empty where there is none or nothing is lost.
	Until string
	// Before and After are the text around the fix, without and with it. After
	// is empty when the text goes; Fixed tells the two cases apart.
	Before, After string
	// Edits are the fix: none if there is none.
	Edits []rules.Edit
	// Elsewhere are the places of the sources that the fix changed once other
	// fixes were applied: of such a finding, and of one whose own edits were not
	// the end of it.
	Elsewhere []Span
	// Conflict names the rule whose fix overlaps this one, so that neither is
	// applied.
	Conflict string
}

// Span is a place in a source: the bytes [Start, End).
type Span struct {
	Source     int
	Start, End int64
}

// Fixed reports whether a translation applies the finding's fix.
func (f *Finding) Fixed() bool { return (len(f.Edits) > 0 || f.Later) && f.Conflict == "" }

// Summary counts what a run saw. A statement counts once, under the worst
// fidelity of its findings.
type Summary struct {
	Statements int
	Untouched  int
	Exact      int
	Weaker     int
	Changed    int
	Manual     int

	Errors   int
	Warnings int
	Infos    int

	// Suppressed counts the findings that a comment in the source silenced;
	// they are not among the findings.
	Suppressed int
	// Known counts the findings that were left out because a baseline has them.
	Known int
}

// Sort puts the findings in order and counts them again. Whoever adds findings
// to a report calls it.
func (r *Report) Sort() {
	sortFindings(r.Findings)
	r.count()
}

func sortFindings(fs []Finding) {
	sort.SliceStable(fs, func(i, j int) bool {
		a, b := &fs[i], &fs[j]
		switch {
		case a.Source != b.Source:
			return a.Source < b.Source
		case a.Start.Offset != b.Start.Offset:
			return a.Start.Offset < b.Start.Offset
		case a.End.Offset != b.End.Offset:
			return a.End.Offset < b.End.Offset
		}
		return a.Rule < b.Rule
	})
}

// count fills in the summary; the numbers of statements and of findings
// that are left out are known already.
func (r *Report) count() {
	sum := Summary{Statements: r.Summary.Statements, Suppressed: r.Summary.Suppressed, Known: r.Summary.Known}
	worst := map[int]rules.Fidelity{} // by statement
	for i := range r.Findings {
		f := &r.Findings[i]
		switch f.Severity {
		case rules.Error:
			sum.Errors++
		case rules.Warning:
			sum.Warnings++
		case rules.Info:
			sum.Infos++
		}
		fid := f.Fidelity
		if f.Conflict != "" {
			fid = rules.Manual
		}
		if len(f.Edits) == 0 && !f.Later && f.Severity < rules.Warning && fid != rules.Manual {
			continue // worth knowing, but the statement stays as it is
		}
		if fid > worst[f.Statement] {
			worst[f.Statement] = fid
		}
	}
	for _, w := range worst {
		switch w {
		case rules.Exact:
			sum.Exact++
		case rules.Weaker:
			sum.Weaker++
		case rules.Changed:
			sum.Changed++
		case rules.Manual:
			sum.Manual++
		}
	}
	// A finding may be about what is no statement, such as a comment at the end.
	sum.Untouched = max(0, sum.Statements-sum.Exact-sum.Weaker-sum.Changed-sum.Manual)
	r.Summary = sum
}

// Append adds the report of another history, whose sources come behind those
// of r.
func (r *Report) Append(other *Report) {
	offset, numbers := len(r.Sources), r.Summary.Statements
	r.Findings = slices.Grow(r.Findings, len(other.Findings))
	for _, f := range other.Findings {
		f.Source += offset
		f.Statement += numbers
		f.Edits = append([]rules.Edit(nil), f.Edits...)
		for i := range f.Edits {
			f.Edits[i].Source += offset
		}
		f.Elsewhere = append([]Span(nil), f.Elsewhere...)
		for i := range f.Elsewhere {
			f.Elsewhere[i].Source += offset
		}
		r.Findings = append(r.Findings, f)
	}
	r.Sources = append(r.Sources, other.Sources...)
	r.Rules = other.Rules
	r.Summary.Statements += other.Summary.Statements
	r.Summary.Suppressed += other.Summary.Suppressed
	r.count()
}
