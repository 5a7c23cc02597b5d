package print

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"path"
	"strconv"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// sarifPrinter writes SARIF 2.1.0.
type sarifPrinter struct{ Options }

const (
	sarifRoot = "%SRCROOT%"
	// sarifFingerprint names the kind of the fingerprints, with its version.
	sarifFingerprint = "pg2crdb/v1"
)

func (p sarifPrinter) Print(w io.Writer, r *lint.Report) error {
	prints, err := Fingerprints(r, p.Source)
	if err != nil {
		return err
	}
	doc, err := sarif.New(sarif.Version210)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	run := sarif.NewRunWithInformationURI("pg2crdb", projectURL)
	if p.ToolVersion != "" {
		run.Tool.Driver.Version = &p.ToolVersion
	}
	run.ColumnKind = "unicodeCodePoints"
	run.OriginalUriBaseIDs = map[string]*sarif.ArtifactLocation{
		sarifRoot: sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage("The root of the repository.")),
	}
	index := map[string]int{}
	for i, rule := range r.Rules {
		index[rule.Name] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule(rule))
	}
	v := newView(r, p.Options)
	for i := range r.Findings {
		f := &r.Findings[i]
		result, err := p.result(v, f)
		if err != nil {
			return err
		}
		if at, ok := index[f.Rule]; ok {
			result.WithRuleIndex(at)
		}
		result.PartialFingerprints = map[string]any{sarifFingerprint: prints[i]}
		run.Results = append(run.Results, result)
	}
	doc.AddRun(run)
	return writeJSON(w, doc)
}

func sarifRule(r *rules.Rule) *sarif.ReportingDescriptor {
	d := sarif.NewRule(r.Name).
		WithShortDescription(sarif.NewMultiformatMessageString(sentence(r.Title))).
		WithHelpURI(r.URL()).
		WithHelp(sarif.NewMultiformatMessageString(ruleText(r)).WithMarkdown(ruleMarkdown(r))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(usualSeverity(r))))
	if r.Effect != "" {
		d.WithFullDescription(sarif.NewMultiformatMessageString(r.Effect))
	}
	return d.WithProperties(sarif.Properties{
		"tags":             []string{"compatibility", "cockroachdb", "postgresql"},
		"precision":        "high",
		"problem.severity": problemSeverity(usualSeverity(r)),
		"versions":         r.Versions,
	})
}

func sarifLevel(s rules.Severity) string {
	switch s {
	case rules.Error:
		return "error"
	case rules.Warning:
		return "warning"
	}
	return "note"
}

// problemSeverity is GitHub's word for a level.
func problemSeverity(s rules.Severity) string {
	if s == rules.Info {
		return "recommendation"
	}
	return s.String()
}

func (p sarifPrinter) result(v *view, f *lint.Finding) (*sarif.Result, error) {
	result := sarif.NewRuleResult(f.Rule).
		WithLevel(sarifLevel(f.Severity)).
		WithMessage(sarif.NewTextMessage(summaryText(f)))
	if f.File != "" {
		place := sarif.NewPhysicalLocation().WithArtifactLocation(p.artifact(f.File))
		if placed(f) {
			place.WithRegion(region(f.Start, f.End))
		}
		result.AddLocation(sarif.NewLocationWithPhysicalLocation(place))
	}
	result.Properties = sarif.Properties{}
	if f.Fidelity != 0 {
		result.Properties["fidelity"] = f.Fidelity.String()
	}
	if f.Until != "" {
		result.Properties["until"] = f.Until
	}
	if f.Follows {
		result.Properties["follows"] = true
	}
	if !f.Fixed() {
		return result, nil
	}
	fix, err := p.fix(v, f)
	if err != nil {
		return nil, err
	}
	result.Fixes = append(result.Fixes, fix)
	return result, nil
}

// fix returns the edits of a finding as replacements, by source.
func (p sarifPrinter) fix(v *view, f *lint.Finding) (*sarif.Fix, error) {
	description := "Translate for CockroachDB"
	if f.Fidelity != 0 {
		description += "; fidelity: " + f.Fidelity.String()
	}
	fix := sarif.NewFix().WithDescription(sarif.NewTextMessage(description + "."))
	changes := map[int]*sarif.ArtifactChange{}
	for _, e := range f.Edits {
		change := changes[e.Source]
		if change == nil {
			change = sarif.NewArtifactChange(p.artifact(sourceName(v.Report, e.Source)))
			changes[e.Source] = change
			fix.ArtifactChanges = append(fix.ArtifactChanges, change)
		}
		text, err := v.source(e.Source)
		if err != nil {
			return nil, err
		}
		replacement := sarif.NewReplacement(editRegion(text, f, e))
		if e.New != "" {
			replacement.WithInsertedContent(sarif.NewArtifactContent().WithText(e.New))
		}
		change.WithReplacement(replacement)
	}
	return fix, nil
}

// editRegion returns the place of an edit: with lines and columns where the
// source is at hand, in bytes otherwise.
func editRegion(text []byte, f *lint.Finding, e rules.Edit) *sarif.Region {
	if text == nil || e.Start < 0 || e.End > int64(len(text)) || e.End < e.Start {
		start, length := int(e.Start), int(e.End-e.Start)
		return &sarif.Region{ByteOffset: &start, ByteLength: &length}
	}
	from := lint.Position{Line: 1, Column: 1}
	if e.Source == f.Source && placed(f) && f.Start.Offset <= int64(len(text)) {
		from = f.Start
	}
	start := move(text, from, e.Start)
	return region(start, move(text, start, e.End))
}

// move returns the position of an offset from that of another one, which is
// near it more often than the start of the source.
func move(text []byte, from lint.Position, to int64) lint.Position {
	if to >= from.Offset {
		return from.Advance(string(text[from.Offset:to]))
	}
	between := text[to:from.Offset]
	lines := bytes.Count(between, []byte("\n"))
	column := from.Column - utf8.RuneCount(between)
	if lines > 0 {
		column = 1 + utf8.RuneCount(text[bytes.LastIndexByte(text[:to], '\n')+1:to])
	}
	return lint.Position{Offset: to, Line: from.Line - lines, Column: column}
}

func region(start, end lint.Position) *sarif.Region {
	offset, length := int(start.Offset), int(end.Offset-start.Offset)
	r := sarif.NewRegion().WithStartLine(start.Line).WithStartColumn(start.Column)
	if end.Line > 0 {
		r.WithEndLine(end.Line).WithEndColumn(end.Column)
	}
	r.ByteOffset, r.ByteLength = &offset, &length
	return r
}

// artifact returns where a file is: relative to the root of the repository,
// unless its name is absolute.
func (p sarifPrinter) artifact(name string) *sarif.ArtifactLocation {
	name = p.repoPath(name)
	if path.IsAbs(name) {
		u := url.URL{Scheme: "file", Path: name}
		return sarif.NewSimpleArtifactLocation(u.String())
	}
	u := url.URL{Path: name}
	return sarif.NewSimpleArtifactLocation(u.String()).WithUriBaseId(sarifRoot)
}

const projectURL = "https://github.com/pg2crdb/pg2crdb"

// issueURL returns the address of a tracking issue of CockroachDB.
func issueURL(number int) string {
	return "https://github.com/cockroachdb/cockroach/issues/" + strconv.Itoa(number)
}
