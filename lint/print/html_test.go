package print

import (
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

func TestHTMLStaysText(t *testing.T) {
	f := newFixture(t)
	f.report.Findings[0].Message = `</script><img src=x onerror=alert(1)>`
	f.report.Sources[0] = `"><script>alert(2)</script>.sql`
	for i := range f.report.Findings {
		f.report.Findings[i].File = f.report.Sources[f.report.Findings[i].Source]
	}
	got := string(render(t, "html", f.report, f.options()))
	if n := strings.Count(got, "<script"); n != 1 {
		t.Errorf("%d scripts, want the page's own", n)
	}
	if strings.Contains(got, "<img") {
		t.Error("a message became an element")
	}
}

// Nothing on the page is loaded from elsewhere.
func TestHTMLSelfContained(t *testing.T) {
	f := newFixture(t)
	got := string(render(t, "html", f.report, f.options()))
	for _, bad := range []string{" src=", "@import", "url(", "<link rel=\"stylesheet\""} {
		if strings.Contains(got, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	// The policy allows the page's own script and style, byte for byte.
	for _, s := range []string{htmlScript, htmlStyle} {
		if !strings.Contains(got, ">"+s+"</s") {
			t.Error("a script or style is not on the page as it is in the file")
		}
	}
}

func TestHeatmap(t *testing.T) {
	f := newFixture(t)
	h := newHeatmap(newView(f.report, f.options()))
	row := map[string]heatRow{}
	for _, r := range h.Rows {
		row[r.Rule] = r
	}
	for _, c := range []struct {
		rule, version string
		want          int
	}{
		{"gin", "22.2", 1}, // the other one follows from an earlier finding
		{"gin", "23.1", 0},
		{"citext", "25.2", 1},
		{"citext", "25.3", 0},
		{"syntax", "26.2", 1}, // a rule that the report does not list
		{"serial", "24.3", 1},
	} {
		for _, cell := range row[c.rule].Cells {
			if cell.Version == c.version && cell.Count != c.want {
				t.Errorf("%s on %s: %d findings, want %d", c.rule, c.version, cell.Count, c.want)
			}
		}
	}
	if h.Rows[len(h.Rows)-1].Rule != "literal" {
		t.Errorf("the last row is %s, want that of the mildest rule", h.Rows[len(h.Rows)-1].Rule)
	}
	if _, ok := row["silent"]; ok {
		t.Error("a rule without findings has a row")
	}
}

func TestHeadline(t *testing.T) {
	error := func(rule string, fid rules.Fidelity) lint.Finding {
		f := lint.Finding{Rule: rule, Severity: rules.Error, Fidelity: fid}
		if fid != rules.Manual {
			f.Edits = []rules.Edit{{New: "x"}}
		}
		return f
	}
	for _, c := range []struct {
		target   string
		findings []lint.Finding
		want     string
		outcomes string
	}{
		{"", nil, "All 12 versions of CockroachDB run this schema as it stands.", "v22.2 to v26.2 as it stands"},
		{"", []lint.Finding{{Rule: "serial", Severity: rules.Warning, Fidelity: rules.Manual}}, "All 12 versions of CockroachDB run this schema as it stands.", "v22.2 to v26.2 as it stands"},
		{"", []lint.Finding{error("tsvector", rules.Changed)}, "11 of 12 versions of CockroachDB run this schema as it stands.", "v23.1 to v26.2 as it stands; v22.2 translated, with losses"},
		{"", []lint.Finding{error("serial", rules.Exact)}, "All 12 versions of CockroachDB run this schema once it is translated.", "v22.2 to v26.2 translated"},
		{"", []lint.Finding{error("serial", rules.Exact), error("citext", rules.Manual)}, "4 of 12 versions of CockroachDB run this schema once it is translated.", "v25.3 to v26.2 translated; v22.2 to v25.2 after work by hand"},
		{"", []lint.Finding{error("serial", rules.Manual)}, "No version of CockroachDB runs this schema without work by hand.", "v22.2 to v26.2 after work by hand"},
		{"22.2", []lint.Finding{error("tsvector", rules.Weaker)}, "CockroachDB v22.2 runs this schema once it is translated, with losses.", "v22.2 translated, with losses"},
		{">=26.1", nil, "All 2 versions of CockroachDB run this schema as it stands.", "v26.1, v26.2 as it stands"},
	} {
		target, err := rules.ParseTarget(c.target)
		if err != nil {
			t.Fatal(err)
		}
		r := &lint.Report{Rules: testRules(), Target: target, Findings: c.findings, Summary: lint.Summary{Statements: 3}}
		h := newHeatmap(newView(r, Options{}))
		if got := headline(r, h); got != c.want {
			t.Errorf("headline %q, want %q", got, c.want)
		}
		var outcomes []string
		for _, o := range h.outcomes() {
			outcomes = append(outcomes, o.Versions+" "+o.Verdict.String())
		}
		if got := strings.Join(outcomes, "; "); got != c.outcomes {
			t.Errorf("outcomes %q, want %q", got, c.outcomes)
		}
	}
	if got := headline(&lint.Report{}, newHeatmap(newView(&lint.Report{}, Options{}))); got != "There were no statements to check." {
		t.Errorf("headline of nothing: %q", got)
	}
}
