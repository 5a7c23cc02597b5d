package lint_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/conformance"
)

// What steers these tests, beside PG2CRDB_SHARED:
//
//	PG2CRDB_CASES  paths or corpora to look at, with commas: apps/harbor,voyager
//	PG2CRDB_LIST   lists what is behind the numbers: silence, alarm, boundaries,
//	               pairs, manual (what a server refused), output or all, with
//	               commas
//	PG2CRDB_FILE   one more file of PostgreSQL, linted and translated; see
//	               TestConformanceFile
var update = flag.Bool("update", false, "record the rates measured now in testdata/conformance.json")

const recordedRates = "testdata/conformance.json"

// corpus loads the cases that the test is to look at, or skips it.
func corpus(t *testing.T, corpora ...string) []*conformance.Case {
	t.Helper()
	dir, tried := conformance.Find()
	if dir == "" {
		t.Skipf("the conformance corpus is not at hand (looked in %s): set PG2CRDB_SHARED", strings.Join(tried, ", "))
	}
	if env := os.Getenv("PG2CRDB_CASES"); env != "" {
		corpora = strings.Split(env, ",")
	}
	cases, err := conformance.Load(dir, corpora...)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func listed(what string) bool {
	for _, w := range strings.Split(os.Getenv("PG2CRDB_LIST"), ",") {
		if w == what || w == "all" {
			return true
		}
	}
	return false
}

// TestConformance compares what lint says of real files with what a real
// CockroachDB said, and holds the rates against those on record: they may get
// better, not worse.
func TestConformance(t *testing.T) {
	tallies := map[string]conformance.Tally{}
	silence, alarm, cut := conformance.Groups{}, conformance.Groups{}, conformance.Groups{}
	for _, c := range corpus(t) {
		j, err := conformance.Judge(context.Background(), c)
		if err != nil {
			t.Errorf("%s: %v", c.Path(), err)
			continue
		}
		tally := tallies[c.Corpus]
		tally.Add(conformance.Count(j))
		tallies[c.Corpus] = tally
		for i := range j.Outcomes {
			o := &j.Outcomes[i]
			place := fmt.Sprintf("%s:%d", c.Path(), o.Line)
			switch {
			case o.Silent():
				silence.Add(fmt.Sprintf("%s [%s] %s", o.Kind, o.Detail, conformance.Short(o.Message, 160)), place)
			case o.Alarm():
				f := o.Errors[0]
				alarm.Add(fmt.Sprintf("%s [%s] %s: %s", o.Kind, o.Detail, f.Rule, conformance.Short(f.Message, 160)), place)
			}
		}
		for _, v := range j.Boundaries {
			cut.Add(v.Kind, fmt.Sprintf("%s:%d", c.Path(), v.Line))
		}
	}
	t.Logf("target v%s, rates of accepted and rejected statements:\n%s", conformance.Target, conformance.Table(tallies))
	for _, g := range []struct {
		name, title string
		groups      conformance.Groups
	}{
		{"silence", "false silence: rejected without an error", silence},
		{"alarm", "false alarms: accepted, but an error says otherwise", alarm},
		{"boundaries", "statements that are cut elsewhere than the verdicts cut them", cut},
	} {
		if listed(g.name) && len(g.groups) > 0 {
			t.Logf("%s\n%s", g.title, g.groups)
		}
	}
	if os.Getenv("PG2CRDB_CASES") == "" {
		ratchet(t, tallies)
	}
}

// ratchet holds the rates against those on record, or records them.
func ratchet(t *testing.T, tallies map[string]conformance.Tally) {
	t.Helper()
	if *update {
		text, err := json.MarshalIndent(tallies, "", "  ")
		if err == nil {
			err = os.MkdirAll(filepath.Dir(recordedRates), 0o755)
		}
		if err == nil {
			err = os.WriteFile(recordedRates, append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(recordedRates)
	if err != nil {
		t.Fatalf("%v: record the rates with -update", err)
	}
	recorded := map[string]conformance.Tally{}
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatalf("%s: %v", recordedRates, err)
	}
	for name, tally := range tallies {
		for _, worse := range tally.Compare(recorded[name]) {
			t.Errorf("%s: %s (PG2CRDB_LIST=all shows the statements; -update records what is meant)", name, worse)
		}
	}
	for name := range recorded {
		if _, ok := tallies[name]; !ok {
			t.Errorf("%s: recorded, but not in the corpus", name)
		}
	}
}

// TestConformanceApplications predicts how much of each application and dump
// CockroachDB takes once it is translated, and names what is left to a person.
func TestConformanceApplications(t *testing.T) {
	sum := map[string]conformance.Tally{}
	for _, c := range corpus(t, "apps", "ory-postgres", "voyager") {
		j, err := conformance.Judge(context.Background(), c)
		if err != nil {
			t.Errorf("%s: %v", c.Path(), err)
			continue
		}
		tally := conformance.Count(j)
		sum[c.Path()] = tally
		if tally.Translated < tally.DDL {
			t.Logf("%s: %s", c.Path(), left(j))
		}
	}
	t.Logf("DDL that should be accepted after translation for v%s:\n%s", conformance.Target, conformance.Table(sum))
}

// left names the statements of a case that a person has to look at.
func left(j *conformance.Judged) string {
	var b strings.Builder
	tally := conformance.Count(j)
	fmt.Fprintf(&b, "%d of %d DDL statements accepted after translation\n", tally.Translated, tally.DDL)
	for i := range j.Outcomes {
		o := &j.Outcomes[i]
		if !o.DDL() || o.Predicted() {
			continue
		}
		why := ""
		switch {
		case len(o.Left) > 0:
			why = o.Left[0].Rule + ": " + o.Left[0].Message
		case len(o.Waits) > 0:
			if w := o.Waits[0]; w >= 0 {
				why = fmt.Sprintf("waits for line %d", j.Outcomes[w].Line)
			} else {
				why = "waits for what the setup did not make"
			}
		case o.Silent():
			why = "NOT FORETOLD: " + o.Message
		}
		fmt.Fprintf(&b, "  line %d %s [%s] %s\n", o.Line, o.Kind, o.Detail, conformance.Short(why, 200))
	}
	return b.String()
}
