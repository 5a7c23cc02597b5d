package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Trees, Words, Types and Unusual leave nothing out that their rule would speak of: over
// all examples together, as one history, the rules find the same when they see all.
func TestPlanLeavesNothingOut(t *testing.T) {
	for _, layout := range []string{"", "temporal", "goose"} {
		some := NewPlan(All(), Target{}, layout, true).Run(nil)
		every := NewPlan(All(), Target{}, layout, true).Run(nil)
		p := every.plan
		p.byTree, p.statement = [pgsql.KindCount][]planned{}, nil
		p.byKind, p.byType, p.byColumn, p.unusual = [pgsql.KindCount][]planned{}, nil, nil, nil
		for _, rule := range p.all {
			rule.told = false
			if rule.Statement != nil {
				p.statement = append(p.statement, rule)
			}
			for _, k := range rule.Nodes {
				p.byKind[k] = append(p.byKind[k], rule)
			}
		}
		type finding struct {
			Rule, Message string
			Start, End    int
			Edits         []Edit
		}
		plain := func(list []Reported) (out []finding) {
			for _, f := range list {
				out = append(out, finding{f.Rule.Name, f.Message, f.Start, f.End, f.Edits})
			}
			return out
		}
		number, findings := 0, 0
		for source, text := range exampleTexts() {
			sts, err := pgsql.Split([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, st := range sts {
				st.Parse()
				number++
				at := &Statement{Statement: st, Source: source, File: "example.sql", Number: number, Unit: "1"}
				want, got := plain(every.Statement(at)), plain(some.Statement(at))
				findings += len(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("layout %q, %s (-everything +plan):\n%s", layout, st.Text, diff)
				}
			}
		}
		if findings == 0 {
			t.Errorf("layout %q: the examples have no findings", layout)
		}
	}
}

// exampleTexts are the inputs of all examples.
func exampleTexts() (out []string) {
	for _, rule := range All() {
		for _, ex := range rule.Examples {
			out = append(out, ex.Setup+ex.Input)
		}
	}
	return out
}
