package print

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

func TestGitHubLimits(t *testing.T) {
	f := many(t, 14)
	kinds := map[string]int{}
	var order []string
	lines := bufio.NewScanner(bytes.NewReader(render(t, "github", f.report, f.options())))
	rest := 0
	for lines.Scan() {
		line := lines.Text()
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "::"), " "); strings.HasPrefix(line, "::") && ok && !strings.HasPrefix(line, "::group") {
			kinds[name]++
			if len(order) == 0 || order[len(order)-1] != name {
				order = append(order, name)
			}
		}
		if strings.HasPrefix(line, "many.sql:") {
			rest++
		}
		if strings.HasPrefix(line, "::group::") && line != "::group::12 findings beyond GitHub's limit of 10 annotations of each kind: 4 errors, 4 warnings, 4 infos" {
			t.Errorf("group %q", line)
		}
	}
	if kinds["error"] != 10 || kinds["warning"] != 10 || kinds["notice"] != 10 || strings.Join(order, " ") != "error warning notice" {
		t.Errorf("annotations %v in the order %v", kinds, order)
	}
	if rest != 12 {
		t.Errorf("%d findings in the log, want 12", rest)
	}
}

func TestGitHubEscapes(t *testing.T) {
	r := &lint.Report{Sources: []string{"a,b:c%.sql"}, Findings: []lint.Finding{{
		Rule: "x", Severity: rules.Error, File: "a,b:c%.sql", Start: lint.Position{Line: 2, Column: 3}, End: lint.Position{Line: 2, Column: 3},
		Message: "100%\r\n::error::injected\n##[add-mask]x",
	}}}
	got := string(render(t, "github", r, Options{}))
	want := "::error file=a%2Cb%3Ac%25.sql,line=2,endLine=2,col=3,endColumn=3,title=x::100%25%0A::error::injected%0A##[add-mask]x.\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for in, want := range map[string]string{"::error::x": `\::error::x`, "\n ::error::x": `\::error::x`, "a ##[add-mask]b": "a ## [add-mask]b"} {
		if got := logLine(in); got != want {
			t.Errorf("logLine(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStepSummary(t *testing.T) {
	f := newFixture(t)
	o := f.options()
	o.StepSummary = filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(o.StepSummary, []byte("before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	render(t, "github", f.report, o)
	got, err := os.ReadFile(o.StepSummary)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "github-summary", got)

	o.StepSummary = t.TempDir()
	p, err := New("github", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Print(&bytes.Buffer{}, f.report); err == nil || !strings.Contains(err.Error(), "step summary") {
		t.Errorf("error %v for a summary that is a directory", err)
	}
}

func TestStepSummaryRows(t *testing.T) {
	f := many(t, 400)
	p := githubPrinter{f.options()}
	got := p.summary(f.report)
	if len(got) > 1<<20 || !strings.Contains(got, "And 700 more findings.") {
		t.Errorf("%d bytes, ends with %q", len(got), got[len(got)-60:])
	}
}
