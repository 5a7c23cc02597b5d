package print

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// junitPrinter writes JUnit XML: a suite for each file, a case for each
// finding. Findings that do not fail the run are cases that pass and carry
// their text as output; a file without findings is one case that passes.
type junitPrinter struct{ Options }

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Out     *junitText    `xml:"system-out"`
}

type junitText struct {
	Text string `xml:",cdata"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

func (p junitPrinter) Print(w io.Writer, r *lint.Report) error {
	v := newView(r, p.Options)
	out := junitSuites{Name: "pg2crdb"}
	suites := map[string]int{}
	suite := func(name string) *junitSuite {
		i, ok := suites[name]
		if !ok {
			i = len(out.Suites)
			suites[name] = i
			out.Suites = append(out.Suites, junitSuite{Name: fileName(name)})
		}
		return &out.Suites[i]
	}
	for _, name := range r.Sources {
		suite(p.repoPath(name))
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		s := suite(p.repoPath(f.File))
		c, err := p.testcase(v, f)
		if err != nil {
			return err
		}
		if c.Failure != nil {
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	for i := range out.Suites {
		s := &out.Suites[i]
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Name: "no findings", Class: s.Name, File: s.Name}}
		}
		s.Tests = len(s.Cases)
		out.Tests += s.Tests
		out.Failures += s.Failures
	}
	return writeXML(w, out)
}

func (p junitPrinter) testcase(v *view, f *lint.Finding) (junitCase, error) {
	name := p.repoPath(f.File)
	c := junitCase{Name: strings.TrimSpace(f.Rule + " " + place(f)), Class: fileName(name), File: oneLine(name), Line: f.Start.Line}
	text, err := p.text(v, f)
	if err != nil {
		return c, err
	}
	if !p.fails(f) {
		c.Out = &junitText{text}
		return c, nil
	}
	c.Failure = &junitFailure{Message: oneLine(f.Message), Type: f.Rule, Text: text}
	return c, nil
}

func (p junitPrinter) fails(f *lint.Finding) bool {
	if p.Fails != nil {
		return p.Fails(f)
	}
	return f.Severity == rules.Error
}

// text is a finding as the text format shows it, without colour.
func (p junitPrinter) text(v *view, f *lint.Finding) (string, error) {
	var b strings.Builder
	if err := writeText(&b, v, f); err != nil {
		return "", err
	}
	return "\n" + b.String(), nil
}

func writeXML(w io.Writer, value any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
