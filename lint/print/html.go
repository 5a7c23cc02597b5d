package print

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/yuin/goldmark"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// htmlPrinter writes one page that holds all it needs. It reads without
// scripts; with them, findings can be filtered.
type htmlPrinter struct{ Options }

var (
	//go:embed assets/report.html.tmpl
	htmlTemplate string
	//go:embed assets/report.css
	htmlStyle string
	//go:embed assets/report.js
	htmlScript string
)

const (
	htmlWidth     = 180
	htmlLines     = 12
	htmlDiffLines = 60
)

// page is what the template shows.
type page struct {
	Style     template.CSS
	Script    template.JS
	StyleSum  string
	ScriptSum string

	ToolVersion string
	Target      string
	Title       string
	Headline    string
	Lossless    string
	Counts      string
	Statements  string
	Sources     string
	Outcomes    []outcome
	Shares      []share
	Heatmap     heatmap
	Files       []htmlFile
	Rules       []htmlRule
	Filter      htmlFilter
	Total       int
}

// share is a fidelity's part of the statements.
type share struct {
	Class, Label, Meaning string
	Count                 int
	X, Width              float64 // of 1000
}

type htmlFile struct {
	Key      string // what the filter compares
	Name     string
	Counts   string
	Findings []htmlFinding
}

type htmlFinding struct {
	*lint.Finding
	ID       string
	File     string
	Place    string
	Versions string // empty for all
	Message  string
	Note     string
	Todo     string
	Until    string
	Follows  bool
	Excerpt  excerpt
	Diff     diff
}

type htmlRule struct {
	Name  string
	Title string
	Total int
	Doc   template.HTML
}

// htmlFilter holds what can be chosen: only what occurs.
type htmlFilter struct {
	Files, Rules, Severities, Fidelities, Versions []string
}

func (p htmlPrinter) Print(w io.Writer, r *lint.Report) error {
	tmpl, err := template.New("report").Funcs(template.FuncMap{
		"inc": func(i int) int { return i + 1 },
	}).Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	data, err := p.page(newView(r, p.Options))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := tmpl.Execute(out, data); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (p htmlPrinter) page(v *view) (*page, error) {
	h := newHeatmap(v)
	out := &page{
		Style: template.CSS(htmlStyle), StyleSum: contentSum(htmlStyle),
		Script: template.JS(htmlScript), ScriptSum: contentSum(htmlScript),
		ToolVersion: p.ToolVersion,
		Target:      targetText(v.Target),
		Title:       "pg2crdb: " + totals(v.Summary).String(),
		Headline:    headline(v.Report, h),
		Lossless:    lossless(v.Report),
		Counts:      totals(v.Summary).String(),
		Statements:  plural(v.Summary.Statements, "statement"),
		Sources:     plural(len(v.Sources), "file"),
		Outcomes:    h.outcomes(),
		Shares:      shares(v.Summary),
		Heatmap:     h,
		Total:       len(v.Findings),
		Filter:      htmlFilter{Versions: h.Versions},
	}
	matters := mattering(v, h.Versions)
	for _, f := range v.files() {
		hf := htmlFile{Key: f.Name, Name: fileName(f.Name), Counts: f.count().String()}
		for _, n := range f.Findings {
			one, err := htmlFindingOf(v, n, h.Versions, matters)
			if err != nil {
				return nil, err
			}
			hf.Findings = append(hf.Findings, one)
		}
		out.Files = append(out.Files, hf)
	}
	if err := out.addRules(v); err != nil {
		return nil, err
	}
	out.Filter.fill(v.Report)
	return out, nil
}

func htmlFindingOf(v *view, n numbered, versions []string, matters func(string, int) bool) (htmlFinding, error) {
	f := n.Finding
	one := htmlFinding{
		Finding: f, ID: fmt.Sprintf("f%d", n.Index+1), File: f.File, Place: place(f),
		Message: sentence(capitalised(oneLine(f.Message))), Note: sentence(capitalised(fixNote(f))), Todo: sentence(capitalised(oneLine(f.Todo))),
		Until: f.Until, Follows: f.Follows,
	}
	all := true
	for k, version := range versions {
		if !matters(f.Rule, k) {
			all = false
			continue
		}
		one.Versions += version + " "
	}
	if all {
		one.Versions = ""
	}
	var err error
	if one.Excerpt, err = v.excerpt(f, htmlWidth, htmlLines); err != nil {
		return one, err
	}
	if one.Diff, err = v.diff(f, htmlWidth, htmlDiffLines); err != nil {
		return one, err
	}
	if one.Diff.shows(one.Excerpt) {
		one.Excerpt = excerpt{}
	}
	return one, nil
}

// addRules adds the rules that have findings, in the order of the heat map,
// with their documentation.
func (p *page) addRules(v *view) error {
	for _, row := range p.Heatmap.Rows {
		rule := htmlRule{Name: row.Rule, Title: row.Title, Total: row.Total}
		if r := v.rules[row.Rule]; r != nil {
			// Goldmark leaves raw HTML and scripts in links out.
			var b bytes.Buffer
			if err := goldmark.Convert([]byte(ruleMarkdown(r)), &b); err != nil {
				return fmt.Errorf("write the documentation of rule %s: %w", r.Name, err)
			}
			rule.Doc = template.HTML(b.String())
		}
		p.Rules = append(p.Rules, rule)
	}
	return nil
}

func (f *htmlFilter) fill(r *lint.Report) {
	add := func(list *[]string, value string) {
		if value != "" && !slices.Contains(*list, value) {
			*list = append(*list, value)
		}
	}
	present := map[string]bool{}
	for i := range r.Findings {
		one := &r.Findings[i]
		if !present[one.File] {
			present[one.File] = true
			add(&f.Files, one.File)
		}
		add(&f.Rules, one.Rule)
		present[one.Severity.String()] = true
		present[one.Fidelity.String()] = true
	}
	slices.Sort(f.Rules)
	for s := rules.Error; s >= rules.Info; s-- {
		if present[s.String()] {
			add(&f.Severities, s.String())
		}
	}
	for x := rules.Manual; x >= rules.Exact; x-- {
		if present[x.String()] {
			add(&f.Fidelities, x.String())
		}
	}
}

// shares divides the statements by what becomes of them.
func shares(s lint.Summary) []share {
	all := []share{
		{Class: "untouched", Label: "untouched", Meaning: "CockroachDB takes them as they are", Count: s.Untouched},
		{Class: "exact", Label: "exact", Meaning: "every row and every query means the same", Count: s.Exact},
		{Class: "weaker", Label: "weaker", Meaning: "same data, but a guarantee, an index or a plan is lost", Count: s.Weaker},
		{Class: "changed", Label: "changed", Meaning: "stored values or results can differ", Count: s.Changed},
		{Class: "manual", Label: "manual", Meaning: "no automatic fix, a person decides", Count: s.Manual},
	}
	x := 0.0
	for i := range all {
		all[i].X = x
		if s.Statements > 0 {
			all[i].Width = 1000 * float64(all[i].Count) / float64(s.Statements)
		}
		x += all[i].Width
	}
	return all
}

// headline answers the question that the page is opened with.
func headline(r *lint.Report, h heatmap) string {
	if r.Summary.Statements == 0 && len(r.Findings) == 0 {
		return "There were no statements to check."
	}
	count := map[verdict]int{}
	for _, v := range h.Verdicts {
		count[v]++
	}
	n := len(h.Versions)
	fixed := count[translated] + count[withLosses]
	if n == 1 {
		return fmt.Sprintf("CockroachDB v%s runs this schema %s.", h.Versions[0], [...]string{
			"as it stands", "once it is translated", "once it is translated, with losses", "only after work by hand",
		}[h.Verdicts[0]])
	}
	switch {
	case count[asItStands] == n:
		return fmt.Sprintf("All %d versions of CockroachDB run this schema as it stands.", n)
	case count[asItStands] > 0:
		return fmt.Sprintf("%d of %d versions of CockroachDB run this schema as it stands.", count[asItStands], n)
	case fixed == n:
		return fmt.Sprintf("All %d versions of CockroachDB run this schema once it is translated.", n)
	case fixed > 0:
		return fmt.Sprintf("%d of %d versions of CockroachDB run this schema once it is translated.", fixed, n)
	}
	return "No version of CockroachDB runs this schema without work by hand."
}

// contentSum is what a content security policy wants to see of a text.
func contentSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
