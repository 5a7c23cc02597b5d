// Package rules holds the differences between PostgreSQL and CockroachDB that
// pg2crdb knows: one file a rule, with its documentation, its versions, its
// examples and its check. A rule reads a statement, the catalog and the target
// and reports findings; it never prints, writes or decides an exit code.
package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Rule is one difference between PostgreSQL and CockroachDB.
type Rule struct {
	// Name is the rule's identifier, in lower case with hyphens. It is stable:
	// suppressions and configurations name it.
	Name string
	// Title is one line for tables, without a full stop.
	Title string
	// Condition says when the rule speaks, Effect what CockroachDB does there,
	// Workaround what the fix does or a person can do. Markdown paragraphs.
	Condition, Effect, Workaround string
	// Versions is the range of CockroachDB versions in which the difference
	// exists, such as "*" or "<23.1". A rule is not run when the range and the
	// target have no version in common.
	Versions string
	// Issues are CockroachDB's tracking issues (numbers of
	// github.com/cockroachdb/cockroach), most telling first.
	Issues []int
	// Sources say where the facts come from: a page of CockroachDB's
	// documentation, a release note, or "measured on v26.1".
	Sources []string
	// Layout restricts the rule to histories of one layout, such as
	// "temporal"; empty for all.
	Layout string
	// Advice marks a rule that speaks of good practice, not of a difference;
	// those run only when asked for.
	Advice bool
	// Examples are executed by the tests and shown in the documentation.
	Examples []Example

	// Nodes are the kinds of node that Check wants to see.
	Nodes []pgsql.Kind
	// Types narrows down which of the columns and type names among them these are,
	// by the names that the grammar gives the types, such as bpchar; nil means all.
	Types []string
	// Unusual leaves out of the type names those that nearly every column has, such
	// as TEXT: the rule is about others, or about arrays of arrays.
	Unusual bool
	// Check is called for each node of those kinds, parents before children.
	Check func(*Pass, pgsql.Node)
	// Trees are the kinds of statement that Statement wants to see; nil means
	// every statement, of any form.
	Trees []pgsql.Kind
	// Words are those of which a statement has at least one, in lower case, if
	// Statement has to do with it; nil means that no word tells.
	Words []string
	// Statement is called once for each such statement, before Check.
	Statement func(*Pass)
	// After is called once for each statement, when all rules have seen it, with
	// what they found there.
	After func(*Pass, []Reported)
	// Finish is called once, behind the last statement of the history, for what
	// only the whole history tells. Pass.Stmt is nil then.
	Finish func(*Pass)
}

// Runs reports whether a run for the target, over a history of the layout,
// includes the rule.
func (r *Rule) Runs(target Target, layout string, advice bool) bool {
	return target.Meets(r.Versions) && (r.Layout == "" || r.Layout == layout) && (!r.Advice || advice)
}

// Example shows a rule at work. The input is a whole history of its own.
type Example struct {
	// Name says what the example shows, in a few words.
	Name string
	// Target is the target of the run; empty for the portable baseline.
	Target string
	// Input is the PostgreSQL text.
	Input string
	// Output is the text after translation; empty if it equals Input.
	Output string
	// Want lists what the rule reports on Input, each as "LINE:COLUMN severity
	// fidelity"; empty if the rule must stay silent.
	Want []string
	// Setup is run before Input where a server is asked, and is part of the
	// catalog; it is no part of what is compared.
	Setup string
	// Error is a part of the message that CockroachDB answers to Input as it
	// stands; empty if it accepts it (or where that cannot be shown in one
	// statement).
	Error string
	// Accepted reports that the output as a whole runs on every version of the
	// target. False only for manual findings.
	Manual bool
}

// Severity ranks a finding.
type Severity uint8

const (
	// Info is worth knowing.
	Info Severity = iota + 1
	// Warning is accepted by the target, but means or costs something else.
	Warning
	// Error is rejected by the target as it stands.
	Error
)

var severityNames = []string{"", "info", "warning", "error"}

func (s Severity) String() string { return name(severityNames, int(s)) }

// ParseSeverity is the inverse of String; ok is false for other words.
func ParseSeverity(s string) (sev Severity, ok bool) {
	i := index(severityNames, s)
	return Severity(i), i > 0
}

// Fidelity says how much of the original's meaning the translation keeps.
type Fidelity uint8

const (
	// Exact: every row and every query means the same.
	Exact Fidelity = iota + 1
	// Weaker: accepted, same data, but a guarantee, an index or a plan is lost.
	Weaker
	// Changed: stored values or results can differ.
	Changed
	// Manual: there is no automatic fix; a person decides.
	Manual
)

var fidelityNames = []string{"", "exact", "weaker", "changed", "manual"}

func (f Fidelity) String() string { return name(fidelityNames, int(f)) }

// ParseFidelity is the inverse of String; ok is false for other words.
func ParseFidelity(s string) (fid Fidelity, ok bool) {
	i := index(fidelityNames, s)
	return Fidelity(i), i > 0
}

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "?"
}

func index(names []string, s string) int {
	for i := 1; i < len(names); i++ {
		if names[i] == s {
			return i
		}
	}
	return 0
}
