package print

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

func TestJUnit(t *testing.T) {
	f := newFixture(t)
	// Everything that XML does not take, and what would end its sections.
	f.report.Findings[0].Message = "\x00\x0b\ufffe]]>&<\xff"
	f.report.Findings[1].Todo = "]]>"
	for _, r := range []*lint.Report{f.report, empty(), {}} {
		text := render(t, "junit", r, f.options())
		if err := wellFormed(text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		var doc junitSuites
		if err := xml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		tests, failures := 0, 0
		for _, s := range doc.Suites {
			tests += len(s.Cases)
			for _, c := range s.Cases {
				if c.Failure != nil {
					failures++
				}
			}
		}
		if len(doc.Suites) != len(r.Sources) || tests != doc.Tests || failures != doc.Failures || failures != r.Summary.Errors {
			t.Errorf("%d suites, %d of %d tests, %d of %d failures", len(doc.Suites), tests, doc.Tests, failures, doc.Failures)
		}
	}
}

func wellFormed(text []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestJUnitFails(t *testing.T) {
	f := newFixture(t)
	o := f.options()
	o.Fails = func(f *lint.Finding) bool { return f.Fidelity == rules.Manual }
	var doc junitSuites
	if err := xml.Unmarshal(render(t, "junit", f.report, o), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Failures != 2 {
		t.Errorf("%d failures, want the 2 manual ones", doc.Failures)
	}
}

func TestGitLab(t *testing.T) {
	f := newFixture(t)
	var issues []gitlabIssue
	if err := json.Unmarshal(render(t, "gitlab", f.report, f.options()), &issues); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, issue := range issues {
		if seen[issue.Fingerprint] {
			t.Errorf("fingerprint %s twice", issue.Fingerprint)
		}
		seen[issue.Fingerprint] = true
		if issue.Location.Path != f.report.Findings[i].File || issue.Location.Lines.Begin != f.report.Findings[i].Start.Line {
			t.Errorf("issue %d at %+v", i, issue.Location)
		}
	}
	if len(issues) != len(f.report.Findings) {
		t.Errorf("%d issues, want %d", len(issues), len(f.report.Findings))
	}
}

// A comment stays within what GitHub takes, and counts what does not fit.
func TestMarkdownLimit(t *testing.T) {
	f := many(t, 400)
	opts := f.options()
	opts.Infos = true
	got := string(render(t, "markdown", f.report, opts))
	if len(got) > 65_536 {
		t.Errorf("%d bytes", len(got))
	}
	shown := strings.Count(got, "<details>")
	if want := plural(1200-shown, "more finding"); !strings.Contains(got, "And "+want+" that this comment has no room for.") {
		t.Errorf("does not count the rest: %q", got[len(got)-100:])
	}
	if strings.Count(got, "</details>") != shown {
		t.Error("a block is left open")
	}
}

func TestMarkdownEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"a|b `c` *d* <e> @f #1 &":  "a\\|b \\`c\\` \\*d\\* &lt;e&gt; @&#8203;f #&#8203;1 &amp;",
		"it's \"x\"":               "it's \"x\"",
		"snake_case [x](y) ![z] ~": "snake\\_case \\[x\\](y) \\!\\[z\\] \\~",
	} {
		if got := markdownText(in); got != want {
			t.Errorf("markdownText(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a": "`a`", "a`b": "`` a`b ``", "``": "``` `` ```"} {
		if got := codeSpan(in); got != want {
			t.Errorf("codeSpan(%q) = %q, want %q", in, got, want)
		}
	}
	if got := fenced("sql", "````\n"); got != "`````sql\n````\n`````\n" {
		t.Errorf("fenced = %q", got)
	}
}

// A source that cannot be read is an error, not a report with holes.
func TestSourceError(t *testing.T) {
	f := newFixture(t)
	gone := errors.New("gone")
	o := Options{Source: func(int) ([]byte, error) { return nil, gone }}
	for _, name := range Formats() {
		if name == "github" {
			continue // shows no lines
		}
		p, err := New(name, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Print(io.Discard, f.report); !errors.Is(err, gone) || !strings.Contains(err.Error(), "db/0001_init.up.sql") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A writer's error comes back from every format.
func TestWriteError(t *testing.T) {
	f := newFixture(t)
	for _, name := range Formats() {
		p, err := New(name, f.options())
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Print(full{}, f.report); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }
