package translate_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// A rule that asks for its fix again wherever it was made does not keep the
// others from theirs.
func TestUnsettled(t *testing.T) {
	endless := &rules.Rule{
		Name: "endless", Versions: "*", Nodes: []pgsql.Kind{pgsql.KindCreateStmt},
		Check: func(p *rules.Pass, n pgsql.Node) {
			p.Report(rules.Finding{Severity: rules.Error, Fidelity: rules.Exact, Message: "once more", Edits: []rules.Edit{p.Insert(0, "DROP TABLE x;\n")}})
		},
	}
	other := &rules.Rule{
		Name: "other", Versions: "*", Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
		Check: func(p *rules.Pass, n pgsql.Node) {
			p.Report(rules.Finding{Severity: rules.Error, Fidelity: rules.Exact, Message: "goes", Edits: p.DropStatement()})
		},
	}
	text := "CREATE TABLE a (b INT);\nCREATE INDEX c ON a (b);\nCREATE TABLE d (e INT);\n"
	res, err := translate.Bytes(context.Background(), "a.sql", []byte(text), translate.Options{Options: lint.Options{Rules: []*rules.Rule{endless, other}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(res.Texts[0].Content), "CREATE TABLE a (b INT);\nCREATE TABLE d (e INT);\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var left []string
	for _, f := range res.Report.Findings {
		if f.Rule == "endless" {
			left = append(left, f.Fidelity.String())
			if !strings.Contains(f.Message, "asks for itself again") || f.Todo == "" {
				t.Errorf("message %q, todo %q", f.Message, f.Todo)
			}
		}
	}
	if strings.Join(left, " ") != "manual manual" {
		t.Errorf("the findings of the endless rule are %v", left)
	}
}
