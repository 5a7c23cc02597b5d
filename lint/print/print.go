// Package print renders a lint report. There is one file for each format; the
// rest is what they share: the place of a finding in its source, a fix as a
// diff, the wording of counts, and fingerprints.
//
// Text of a source is data to every printer. What could act on a terminal, in
// a browser or on a CI runner comes out as visible characters.
package print

import (
	"fmt"
	"io"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// Printer writes a report in one format.
type Printer interface {
	Print(w io.Writer, r *lint.Report) error
}

// Options are what a printer may need beyond the report. The zero value works
// for every format.
type Options struct {
	// ToolVersion is the version of pg2crdb.
	ToolVersion string
	// Source returns the text of the source with that index, byte for byte as
	// it was linted. Without it findings are shown without their lines, and
	// fingerprints know less. What it returned last is used until it is asked
	// again.
	Source func(index int) ([]byte, error)
	// Prefix is the path from the root of the repository to the directory that
	// the names of the sources start from. The formats that lead to a place in a
	// file (text, github, gitlab, sarif, junit) put it in front of them.
	Prefix string
	// Color turns on colour in the text format; see UseColor.
	Color bool
	// Width is the width of the terminal in columns; 0 means 100.
	Width int
	// StepSummary is the file that the github format appends its table to: the
	// value of GITHUB_STEP_SUMMARY. Empty means no table.
	StepSummary string
	// Infos makes the formats that a person reads from end to end, text and
	// markdown, show findings of severity info one by one.
	// There are many of them in most schemas, so it counts them otherwise.
	Infos bool
	// Fails tells which findings fail the run, so that the junit format agrees
	// with the exit code and the text format counts none of them only. Nil means
	// those of severity error.
	Fails func(*lint.Finding) bool
}

// New returns the printer of a format.
func New(format string, o Options) (Printer, error) {
	for _, f := range formats() {
		if f.name == format {
			return f.printer(o), nil
		}
	}
	return nil, fmt.Errorf("unknown format %q: it is one of %s", format, strings.Join(Formats(), ", "))
}

// Formats returns the names of the formats, in the order in which help texts
// list them.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

type format struct {
	name    string
	printer func(Options) Printer
}

func formats() []format {
	return []format{
		{"text", func(o Options) Printer { return textPrinter{o} }},
		{"json", func(o Options) Printer { return jsonPrinter{o} }},
		{"sarif", func(o Options) Printer { return sarifPrinter{o} }},
		{"github", func(o Options) Printer { return githubPrinter{o} }},
		{"gitlab", func(o Options) Printer { return gitlabPrinter{o} }},
		{"junit", func(o Options) Printer { return junitPrinter{o} }},
		{"markdown", func(o Options) Printer { return markdownPrinter{o} }},
		{"html", func(o Options) Printer { return htmlPrinter{o} }},
	}
}

// onlyCounted reports whether a finding is not shown by itself, in the formats
// for people: it is worth knowing, nothing has to be done, and a schema may have
// hundreds of its kind.
func (o *Options) onlyCounted(f *lint.Finding) bool {
	return !o.Infos && f.Severity == rules.Info && f.Fidelity != rules.Manual && f.Conflict == "" && (o.Fails == nil || !o.Fails(f))
}
