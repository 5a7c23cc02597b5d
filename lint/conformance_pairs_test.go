package lint_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/conformance"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// TestConformancePairs sets our translation beside the one that the authors of
// a history wrote by hand, and prints where they differ (PG2CRDB_LIST=pairs). It
// asserts what can be: whatever the translation changes, a finding speaks of.
func TestConformancePairs(t *testing.T) {
	dir, tried := conformance.Find()
	if dir == "" {
		t.Skipf("the conformance corpus is not at hand (looked in %s): set PG2CRDB_SHARED", strings.Join(tried, ", "))
	}
	projects, err := conformance.LoadPairs(dir)
	if err != nil {
		t.Fatal(err)
	}
	target, err := rules.ParseTarget(conformance.Target)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range projects {
		t.Run(p.Name, func(t *testing.T) {
			var history []lint.Source
			for _, m := range p.Pairs {
				history = append(history, lint.Source{Name: m.Migration, Text: []byte(m.Postgres)})
			}
			res, err := translate.History(context.Background(), history, translate.Options{Options: lint.Options{Target: target}})
			if err != nil {
				t.Fatal(err)
			}
			count := map[string]int{}
			for i := range p.Pairs {
				speaksOfChanges(t, &history[i], res, i)
				kind, diff := compare(t, &p.Pairs[i], string(res.Texts[i].Content))
				count[kind]++
				if diff != "" && listed("pairs") {
					t.Logf("%s: %s\n%s", p.Pairs[i].Migration, kind, diff)
				}
			}
			for kind, n := range count {
				t.Logf("%3d %s", n, kind)
			}
		})
	}
}

// compare tells how our translation stands to the authors' own.
func compare(t *testing.T, p *conformance.Pair, ours string) (kind, diff string) {
	t.Helper()
	split := func(text string) []string {
		s, err := conformance.Statements(text)
		if err != nil {
			t.Fatalf("%s: %v", p.Migration, err)
		}
		return s
	}
	original, mine, theirs := split(p.Postgres), split(ours), split(p.Cockroach)
	var b strings.Builder
	list := func(mark string, stmts []string) {
		for _, s := range stmts {
			fmt.Fprintf(&b, "  %s %s\n", mark, conformance.Short(s, 400))
		}
	}
	list("ours:  ", conformance.Without(mine, theirs))
	list("theirs:", conformance.Without(theirs, mine))
	differ := func(a, b []string) bool { return strings.Join(a, ";") != strings.Join(b, ";") }
	switch {
	case !differ(mine, theirs):
		return "the same", ""
	case len(theirs) == 0:
		return "theirs is empty: squashed into a later one, or nothing to do", ""
	case !differ(mine, original):
		return "ours keeps the original, theirs does not", b.String()
	case !differ(theirs, original):
		return "theirs keeps the original, ours does not", b.String()
	}
	return "both change the original, differently", b.String()
}

// speaksOfChanges asserts that each statement that the translation changed has a
// finding with a fix.
func speaksOfChanges(t *testing.T, src *lint.Source, res *translate.Result, i int) {
	t.Helper()
	stmts, err := pgsql.Split(src.Text)
	if err != nil {
		t.Fatal(err)
	}
	after, err := conformance.Statements(string(res.Texts[i].Content))
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stmts {
		if st.Form != pgsql.SQL {
			continue
		}
		before, err := conformance.Statements(st.Text)
		if err != nil {
			t.Fatal(err)
		}
		if len(conformance.Without(before, after)) == 0 {
			continue
		}
		if !fixedWithin(res.Report, i, st.Start(), st.Stop()) {
			t.Errorf("%s:%d: the statement changed and no finding says so: %s", src.Name, st.Pos.Line, conformance.Short(st.Text, 200))
		}
	}
}

// fixedWithin reports whether a fix that was applied is about the range, or
// changes something in it.
func fixedWithin(r *lint.Report, source int, start, end int64) bool {
	for i := range r.Findings {
		f := &r.Findings[i]
		if !f.Fixed() {
			continue
		}
		if f.Source == source && f.Start.Offset < end && f.End.Offset > start {
			return true
		}
		for _, e := range f.Edits {
			if e.Source == source && e.Start < end && e.End >= start {
				return true
			}
		}
	}
	return false
}

// TestConformanceFile lints and translates the file that PG2CRDB_FILE names for
// the version of the verdicts, prints what is found and left and, where there is
// a server, runs the translation.
func TestConformanceFile(t *testing.T) {
	path := os.Getenv("PG2CRDB_FILE")
	if path == "" {
		t.Skip("PG2CRDB_FILE names no file")
	}
	c, err := conformance.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	j, err := conformance.Judge(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range j.Translation.Report.Findings {
		f := &j.Translation.Report.Findings[i]
		fmt.Fprintf(&b, "  %d:%d %s %s %s: %s\n", f.Start.Line, f.Start.Column, f.Severity, f.Fidelity, f.Rule, conformance.Short(f.Message, 160))
	}
	t.Logf("findings:\n%s", b.String())
	if listed("output") {
		t.Logf("translation:\n%s", j.Translation.Texts[0].Content)
	}
	t.Log(left(j))
	if os.Getenv("PG2CRDB_TEST_URL") != "" || os.Getenv("COCKROACH_BINARY") != "" {
		l := liveFile(t, j)
		t.Logf("run: %d of %d DDL statements accepted\n%s", l.Accepted, l.DDL, rejections(l))
	}
}
