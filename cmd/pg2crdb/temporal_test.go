package main

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

const release = "temporal@v1.30.4"

var temporalRelease = sync.OnceValues(func() (fs.FS, error) {
	return layout.Release(context.Background(), release)
})

// TestTemporalFindings: the raw lint of Temporal's whole history, for the
// portable baseline, names each construct that differs once, at its place, and
// nothing else above info.
func TestTemporalFindings(t *testing.T) {
	fsys, err := temporalRelease()
	if err != nil {
		t.Skipf("needs the Go module of Temporal: %v", err)
	}
	report, _, err := translate.Lint(context.Background(), fsys, translate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	seen := map[string]string{}
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Severity == rules.Info {
			continue
		}
		kind := "schema.sql"
		if strings.Contains(f.File, "/versioned/") {
			kind = "versioned"
		}
		got[fmt.Sprintf("%s: %s %s %s", kind, f.Rule, f.Severity, f.Fidelity)]++
		place := fmt.Sprintf("%s:%d:%d", f.File, f.Start.Line, f.Start.Column)
		if other, twice := seen[place]; twice {
			t.Errorf("%s: both %s and %s speak of this place", place, other, f.Rule)
		}
		seen[place] = f.Rule
		if f.Conflict != "" || !f.Fixed() {
			t.Errorf("%s: %s is not fixed: %s", place, f.Rule, f.Message)
		}
	}
	// The versions and the schema.sql of both stores hold the same constructs,
	// save for what is about the way from one version to the next.
	want := map[string]int{
		"versioned: do-block error exact":           1,  // guards CREATE EXTENSION
		"versioned: text-time-cast error exact":     7,  // convert_ts and its six uses
		"versioned: tsvector error changed":         3,  // Text01 to Text03
		"versioned: tsvector error weaker":          3,  // and their indexes
		"versioned: gin-operator-class error exact": 11, // jsonb_path_ops
		"versioned: serial warning exact":           1,  // buffered_events.id
		"versioned: temporal-insert warning exact":  1,
		"versioned: temporal-resume warning exact":  9,

		"schema.sql: do-block error exact":           1,
		"schema.sql: text-time-cast error exact":     7,
		"schema.sql: tsvector error changed":         3,
		"schema.sql: tsvector error weaker":          3,
		"schema.sql: gin-operator-class error exact": 11,
		"schema.sql: serial warning exact":           1,
		"schema.sql: temporal-insert warning exact":  1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings by rule (-want +got):\n%s", diff)
	}
}
