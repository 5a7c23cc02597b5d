package print

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
)

func TestSARIFSchema(t *testing.T) {
	s := schemaFile(t, "testdata/sarif-2.1.0.schema.json", nil)
	f := newFixture(t)
	valid(t, s, render(t, "sarif", f.report, f.options()))
	valid(t, s, render(t, "sarif", f.report, Options{}))
	valid(t, s, render(t, "sarif", empty(), f.options()))
	valid(t, s, render(t, "sarif", &lint.Report{}, Options{}))
	valid(t, s, render(t, "sarif", many(t, 30).report, Options{}))
}

type sarifDoc struct {
	Runs []struct {
		ColumnKind string
		Tool       struct {
			Driver struct {
				Rules []struct {
					ID                   string
					DefaultConfiguration struct{ Level string }
					Help                 struct{ Text, Markdown string }
				}
			}
		}
		Results []struct {
			RuleID              string
			RuleIndex           *int
			Level               string
			PartialFingerprints map[string]string
			Locations           []struct{ PhysicalLocation sarifPlace }
			Fixes               []struct {
				ArtifactChanges []struct {
					ArtifactLocation sarifArtifact
					Replacements     []struct {
						DeletedRegion   sarifRegion
						InsertedContent struct{ Text string }
					}
				}
			}
		}
	}
}

type sarifPlace struct {
	ArtifactLocation sarifArtifact
	Region           sarifRegion
}

type sarifArtifact struct{ URI, URIBaseID string }

type sarifRegion struct{ StartLine, StartColumn, EndLine, EndColumn, ByteOffset, ByteLength int }

func TestSARIF(t *testing.T) {
	f := newFixture(t)
	var doc sarifDoc
	if err := json.Unmarshal(render(t, "sarif", f.report, f.options()), &doc); err != nil {
		t.Fatal(err)
	}
	run := doc.Runs[0]
	if run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("column kind %q", run.ColumnKind)
	}
	seen := map[string]bool{}
	for i, result := range run.Results {
		if result.RuleIndex != nil && run.Tool.Driver.Rules[*result.RuleIndex].ID != result.RuleID {
			t.Errorf("result %d: rule index %d is not %s", i, *result.RuleIndex, result.RuleID)
		}
		print := result.PartialFingerprints[sarifFingerprint]
		if print == "" || seen[print] {
			t.Errorf("result %d: fingerprint %q is not its own", i, print)
		}
		seen[print] = true
		at := result.Locations[0].PhysicalLocation.ArtifactLocation
		u, err := url.Parse(at.URI)
		if err != nil || u.IsAbs() || u.Path != f.report.Findings[i].File || at.URIBaseID != sarifRoot {
			t.Errorf("result %d: location %+v (%v)", i, at, err)
		}
		for _, fix := range result.Fixes {
			for _, change := range fix.ArtifactChanges {
				for _, r := range change.Replacements {
					checkRegion(t, f.texts[f.report.Findings[i].Source], r.DeletedRegion)
				}
			}
		}
		if (len(result.Fixes) > 0) != f.report.Findings[i].Fixed() {
			t.Errorf("result %d: %d fixes, but fixed is %v", i, len(result.Fixes), f.report.Findings[i].Fixed())
		}
	}
	levels := map[string]string{}
	for _, rule := range run.Tool.Driver.Rules {
		levels[rule.ID] = rule.DefaultConfiguration.Level
		if rule.Help.Text == "" || rule.Help.Markdown == "" {
			t.Errorf("rule %s has no help", rule.ID)
		}
	}
	if levels["citext"] != "error" || levels["gin"] != "warning" || levels["literal"] != "note" {
		t.Errorf("default levels %v", levels)
	}
}

// checkRegion checks that lines and columns name the same place as the bytes.
func checkRegion(t *testing.T, text string, r sarifRegion) {
	t.Helper()
	start := lint.Position{Line: 1, Column: 1}.Advance(text[:r.ByteOffset])
	end := start.Advance(text[r.ByteOffset : r.ByteOffset+r.ByteLength])
	if start.Line != r.StartLine || start.Column != r.StartColumn || end.Line != r.EndLine || end.Column != r.EndColumn {
		t.Errorf("region %+v, want %+v to %+v", r, start, end)
	}
}

func TestRepoPath(t *testing.T) {
	for _, c := range []struct{ prefix, name, want string }{
		{"", "db/1.sql", "db/1.sql"},
		{"", "./db/1.sql", "db/1.sql"},
		{"services/docs/", "../shared/1.sql", "services/shared/1.sql"},
		{"a", "/abs/1.sql", "/abs/1.sql"},
		{"a", "", ""},
	} {
		if got := (Options{Prefix: c.prefix}).repoPath(c.name); got != c.want {
			t.Errorf("repoPath(%q, %q) = %q, want %q", c.prefix, c.name, got, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	want := []string{"text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"}
	if got := Formats(); !slices.Equal(got, want) {
		t.Errorf("formats %v, want %v", got, want)
	}
	_, err := New("yaml", Options{})
	if err == nil || !strings.Contains(err.Error(), `unknown format "yaml": it is one of text, json`) {
		t.Errorf("error %v", err)
	}
}
