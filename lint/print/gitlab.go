package print

import (
	"io"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// gitlabPrinter writes a GitLab code quality report.
type gitlabPrinter struct{ Options }

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

func (p gitlabPrinter) Print(w io.Writer, r *lint.Report) error {
	prints, err := Fingerprints(r, p.Source)
	if err != nil {
		return err
	}
	issues := []gitlabIssue{}
	for i := range r.Findings {
		f := &r.Findings[i]
		issue := gitlabIssue{
			Description: oneLine(summaryText(f)),
			CheckName:   f.Rule,
			Fingerprint: prints[i],
			Severity:    gitlabSeverity(f),
			Location:    gitlabLocation{Path: p.repoPath(f.File), Lines: gitlabLines{1, 1}},
		}
		if f.File == "" && len(r.Sources) > 0 { // GitLab shows nothing without a path
			issue.Location.Path = p.repoPath(r.Sources[len(r.Sources)-1])
		}
		if placed(f) {
			issue.Location.Lines = gitlabLines{f.Start.Line, max(f.Start.Line, f.End.Line)}
		}
		issues = append(issues, issue)
	}
	return writeJSON(w, issues)
}

func gitlabSeverity(f *lint.Finding) string {
	switch {
	case f.Severity == rules.Error && !f.Fixed():
		return "critical"
	case f.Severity == rules.Error:
		return "major"
	case f.Severity == rules.Warning:
		return "minor"
	}
	return "info"
}

// summaryText is the message of a finding with what is left to do, for formats
// that have one text for each.
func summaryText(f *lint.Finding) string {
	s := sentence(capitalised(f.Message))
	if note := fixNote(f); note != "" {
		s += " " + sentence(capitalised(note))
	}
	if f.Todo != "" {
		s += " " + sentence(capitalised(f.Todo))
	}
	return s
}
