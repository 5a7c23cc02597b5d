package lint_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// FuzzLint: every finding lies within its source, whatever does not parse is
// found, and the report does not depend on how many work on it.
func FuzzLint(f *testing.F) {
	for i, text := range fuzztest.Seeds(f) {
		f.Add(text, uint8(i))
	}
	for i, r := range rules.All() {
		for _, ex := range r.Examples {
			f.Add([]byte(ex.Setup+ex.Input), uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, choice uint8) {
		fuzztest.Within(func() {
			opts := fuzztest.Options(choice)
			history := fuzztest.History(text, choice)
			opts.Workers = 1
			report := run(t, history, opts)
			places(t, history, report)
			unparsed(t, history, report)
			opts.Workers, opts.Cache = 3, &lint.Cache{}
			again := run(t, history, opts)
			if diff := cmp.Diff(report.Findings, again.Findings); diff != "" {
				t.Errorf("with three workers (-one +three):\n%s", diff)
			}
			if report.Summary != again.Summary {
				t.Errorf("with three workers: %+v, with one %+v", again.Summary, report.Summary)
			}
		})
	})
}

func run(t *testing.T, history []lint.Source, opts lint.Options) *lint.Report {
	t.Helper()
	res, err := lint.Run(context.Background(), history, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res.Report
}

// places checks the places of the findings and of their edits.
func places(t *testing.T, history []lint.Source, r *lint.Report) {
	t.Helper()
	for i := range r.Findings {
		f := &r.Findings[i]
		text := string(history[f.Source].Text)
		if f.Message == "" || f.Severity == 0 {
			t.Errorf("%s says nothing: %+v", f.Rule, f)
		}
		if f.Fidelity == rules.Manual && f.Todo == "" {
			t.Errorf("%s at %d:%d is manual and does not say what to do", f.Rule, f.Start.Line, f.Start.Column)
		}
		if f.Start.Offset < 0 || f.End.Offset < f.Start.Offset || f.End.Offset > int64(len(text)) {
			t.Fatalf("%s: [%d, %d) of %d", f.Rule, f.Start.Offset, f.End.Offset, len(text))
		}
		top := lint.Position{Line: 1, Column: 1}
		for _, p := range []lint.Position{f.Start, f.End} {
			if want := top.Advance(text[:p.Offset]); p != want {
				t.Errorf("%s: at %+v, counted %+v", f.Rule, p, want)
			}
		}
		for _, e := range f.Edits {
			if e.Source < 0 || e.Source >= len(history) || e.Start < 0 || e.End < e.Start || e.End > int64(len(history[e.Source].Text)) {
				t.Errorf("%s: edit %+v", f.Rule, e)
			}
		}
	}
}

// unparsed checks that a statement that does not parse has a finding.
func unparsed(t *testing.T, history []lint.Source, r *lint.Report) {
	t.Helper()
	found := map[int]bool{}
	for i := range r.Findings {
		found[r.Findings[i].Statement] = true
	}
	number := 0
	for _, src := range history {
		stmts, err := pgsql.Split(src.Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range stmts {
			if st.Parse(); st.Err != nil && !found[number] && !strings.Contains(string(src.Text), "pg2crdb:") {
				t.Errorf("line %d does not parse (%s), and nothing says so: %q", st.Pos.Line, st.Err.Message, st.Text)
			}
			number++
		}
	}
}
