package translate_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

var updateGolden = flag.Bool("update", false, "write the expected findings anew")

// TestTemporalLint holds the raw lint of Temporal's history, for the portable
// baseline, to a list: each construct that CockroachDB or the tool does not take
// is named once, at its place, and nothing else above info. No two of these
// findings speak of the same text.
func TestTemporalLint(t *testing.T) {
	for _, release := range []string{"v1.30.4", "v1.32.2"} {
		t.Run(release, func(t *testing.T) {
			fsys, err := layout.Release(context.Background(), "temporal@"+release)
			if err != nil {
				t.Skipf("needs go.temporal.io/server@%s in the module cache or from a proxy: %v", release, err)
			}
			report, _, err := translate.Lint(context.Background(), fsys, translate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			golden := "testdata/temporal-lint-" + release + ".golden"
			got := above(t, report)
			if *updateGolden {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// above lists the findings above info, and fails the test where two are about
// the same text.
func above(t *testing.T, r *lint.Report) string {
	t.Helper()
	var b strings.Builder
	last := lint.Finding{Source: -1}
	for _, f := range r.Findings {
		if f.Severity <= rules.Info {
			continue
		}
		if f.Source == last.Source && f.Start.Offset < last.End.Offset {
			t.Errorf("%s:%d:%d: %s and %s speak of the same text", f.File, f.Start.Line, f.Start.Column, last.Rule, f.Rule)
		}
		last = f
		fmt.Fprintf(&b, "%s:%d:%d %s %s\n", f.File, f.Start.Line, f.Start.Column, f.Severity, f.Rule)
	}
	return b.String()
}
