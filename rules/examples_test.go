package rules_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// TestExamples runs every example of every rule: it is detected where it says,
// fixed to what it shows, and what comes out lints clean and stays as it is.
func TestExamples(t *testing.T) {
	for _, rule := range rules.All() {
		if len(rule.Examples) == 0 {
			t.Errorf("%s: no example", rule.Name)
		}
		for _, ex := range rule.Examples {
			t.Run(rule.Name+"/"+ex.Name, func(t *testing.T) {
				t.Parallel()
				runExample(t, rule, ex)
			})
		}
	}
}

func runExample(t *testing.T, rule *rules.Rule, ex rules.Example) {
	ctx := context.Background()
	target, err := rules.ParseTarget(ex.Target)
	if err != nil {
		t.Fatal(err)
	}
	opts := translate.Options{Options: lint.Options{Target: target, Layout: rule.Layout, Advice: rule.Advice}}
	history := func(input string) []lint.Source {
		return []lint.Source{{Name: "setup.sql", Text: []byte(ex.Setup), Unit: "1"}, {Name: "input.sql", Text: []byte(input), Unit: "2"}}
	}
	res, err := translate.History(ctx, history(ex.Input), opts)
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, f := range res.Report.Findings {
		if f.Source == 0 && f.Severity == rules.Error {
			t.Errorf("the setup is not clean: %s: %s", f.Rule, f.Message)
		}
		if f.Source != 1 {
			continue
		}
		if f.Conflict != "" {
			t.Errorf("%s conflicts with %s", f.Rule, f.Conflict)
		}
		if f.Rule == rule.Name {
			fidelity := ""
			if f.Fidelity != 0 {
				fidelity = " " + f.Fidelity.String()
			}
			got = append(got, fmt.Sprintf("%d:%d %s%s", f.Start.Line, f.Start.Column, f.Severity, fidelity))
			if f.Fidelity == rules.Manual && f.Todo == "" {
				t.Errorf("manual, but it does not say what to do: %s", f.Message)
			}
		}
	}
	if diff := cmp.Diff(ex.Want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}

	want := ex.Output
	if want == "" {
		want = ex.Input
	}
	output := string(res.Texts[1].Content)
	if diff := cmp.Diff(want, output); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	for _, f := range res.Final.Findings {
		if f.Severity == rules.Error && !ex.Manual {
			t.Errorf("the output does not lint clean: %s at %s:%d: %s", f.Rule, f.File, f.Start.Line, f.Message)
		}
	}
	again, err := translate.History(ctx, history(output), opts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(output, string(again.Texts[1].Content)); diff != "" {
		t.Errorf("translating the translation changes it (-first +second):\n%s", diff)
	}
}
