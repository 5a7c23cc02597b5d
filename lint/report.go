package lint

import (
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
	// Source is the index of the source in the history, File its name.
	Source int
	File   string
	// Start and End delimit the place; End is exclusive.
	Start, End Position
	// Statement is the number of the statement in the history, from 0.
	Statement int
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
	// Conflict names the rule whose fix overlaps this one, so that neither is
	// applied.
	Conflict string
	// Moot reports that another finding's fix takes the whole text out.
	Moot bool
	// Follows reports that the finding only follows from an earlier one.
	Follows bool
}

// Fixed reports whether a translation applies the finding's fix.
func (f *Finding) Fixed() bool { return len(f.Edits) > 0 && f.Conflict == "" }

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
}
