// Package baseline keeps a list of findings that are known, so that a report
// shows the others only.
package baseline

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/print"
)

// Version is the version of the file's form.
const Version = 1

// Baseline is a list of known findings.
type Baseline struct {
	Version  int     `json:"version"`
	Findings []Entry `json:"findings"`
}

// Entry is a known finding. The fingerprint is what it is recognised by; the
// rest is for those who read the file.
type Entry struct {
	File        string `json:"file"`
	Rule        string `json:"rule"`
	Severity    string `json:"severity"`
	Message     string `json:"message"`
	Fingerprint string `json:"fingerprint"`
}

// Of returns the baseline that holds all findings of a report. The source
// function is that of print.Options.
func Of(r *lint.Report, source func(int) ([]byte, error)) (*Baseline, error) {
	prints, err := print.Fingerprints(r, source)
	if err != nil {
		return nil, err
	}
	b := &Baseline{Version: Version, Findings: []Entry{}}
	for i := range r.Findings {
		f := &r.Findings[i]
		b.Findings = append(b.Findings, Entry{f.File, f.Rule, f.Severity.String(), f.Message, prints[i]})
	}
	// Not by place: a file in which lines moved has the same baseline.
	sort.SliceStable(b.Findings, func(i, j int) bool {
		x, y := b.Findings[i], b.Findings[j]
		switch {
		case x.File != y.File:
			return x.File < y.File
		case x.Rule != y.Rule:
			return x.Rule < y.Rule
		}
		return x.Fingerprint < y.Fingerprint
	})
	return b, nil
}

// Read reads a baseline.
func Read(r io.Reader) (*Baseline, error) {
	var b Baseline
	if err := json.NewDecoder(r).Decode(&b); err != nil {
		return nil, fmt.Errorf("this is no baseline of pg2crdb (%w): write it anew with --write-baseline", err)
	}
	if b.Version != Version {
		return nil, fmt.Errorf("the baseline has version %d, this pg2crdb reads version %d: write it anew with --write-baseline", b.Version, Version)
	}
	return &b, nil
}

// Write writes the baseline.
func (b *Baseline) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(b); err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	return nil
}

// Filter leaves out of a report what the baseline knows. It returns how many
// findings those are, and how many entries of the baseline match nothing any
// more.
func (b *Baseline) Filter(r *lint.Report, source func(int) ([]byte, error)) (known, stale int, err error) {
	prints, err := print.Fingerprints(r, source)
	if err != nil {
		return 0, 0, err
	}
	left := map[string]bool{}
	for _, e := range b.Findings {
		left[e.Fingerprint] = true
	}
	entries := len(left)
	r.Filter(func(i int, _ *lint.Finding) bool {
		if left[prints[i]] {
			known++
			return false
		}
		return true
	})
	r.Summary.Known += known
	return known, entries - known, nil
}
