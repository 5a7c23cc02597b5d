package print

import (
	"fmt"
	"path"
	"path/filepath"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// view is a report with access to its sources and rules.
type view struct {
	*lint.Report
	opts Options

	rules map[string]*rules.Rule
	// The source that was read last. Findings come sorted by source, so one is
	// enough, however large the history is.
	index int
	text  []byte
	shown int
}

func newView(r *lint.Report, o Options) *view {
	v := &view{Report: r, opts: o, index: -1, rules: make(map[string]*rules.Rule, len(r.Rules))}
	for _, rule := range r.Rules {
		v.rules[rule.Name] = rule
	}
	return v
}

// source returns the text of a source, nil if it cannot be had.
func (v *view) source(index int) ([]byte, error) {
	if v.opts.Source == nil || index < 0 || index >= len(v.Sources) {
		return nil, nil
	}
	// It is asked again now and then, so that who holds a large text can take
	// what was shown out of memory.
	if v.shown++; index != v.index || v.shown%1024 == 0 {
		text, err := v.opts.Source(index)
		if err != nil {
			return nil, fmt.Errorf("read %s again to show its findings: %w", v.Sources[index], err)
		}
		v.index, v.text = index, text
	}
	return v.text, nil
}

// excerpt returns the lines of a finding's place.
func (v *view) excerpt(f *lint.Finding, width, lines int) (excerpt, error) {
	if !placed(f) {
		return excerpt{}, nil
	}
	text, err := v.source(f.Source)
	if err != nil || text == nil {
		return excerpt{}, err
	}
	return excerptOf(text, f.Start, f.End, width, lines), nil
}

// diff returns the fix of a finding as the lines that it changes.
func (v *view) diff(f *lint.Finding, width, lines int) (diff, error) {
	if len(f.Edits) == 0 {
		return diff{}, nil
	}
	text, err := v.source(f.Source)
	if err != nil {
		return diff{}, err
	}
	before, after, ok := applied(text, f)
	if !ok {
		before, after = f.Before, f.After
	}
	return diffOf(before, after, width, lines), nil
}

// files groups the findings by file, in the order of the report.
func (v *view) files() []file {
	var out []file
	for i := range v.Findings {
		f := &v.Findings[i]
		if n := len(out); n == 0 || out[n-1].Name != f.File {
			out = append(out, file{Name: f.File})
		}
		last := &out[len(out)-1]
		last.Findings = append(last.Findings, numbered{i, f})
	}
	return out
}

// file is a source that has findings. Its name is empty for findings about the
// history as a whole.
type file struct {
	Name     string
	Findings []numbered
}

// numbered is a finding with its index in the report.
type numbered struct {
	Index int
	*lint.Finding
}

func (f file) count() severities {
	var c severities
	for _, n := range f.Findings {
		c.add(n.Severity)
	}
	return c
}

// placed reports whether a finding is about a place, and not about the history
// as a whole.
func placed(f *lint.Finding) bool { return f.Start.Line > 0 }

// repoPath returns the slash-separated path of a file from the root of the
// repository.
func (o Options) repoPath(name string) string {
	name = filepath.ToSlash(name)
	if name == "" || path.IsAbs(name) || filepath.IsAbs(name) {
		return name
	}
	return path.Join(filepath.ToSlash(o.Prefix), name)
}
