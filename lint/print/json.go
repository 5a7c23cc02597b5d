package print

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/pg2crdb/pg2crdb/lint"
)

// jsonPrinter writes the report for programs. Its form is published as
// schema/report-v1.schema.json.
type jsonPrinter struct{ Options }

type jsonReport struct {
	SchemaVersion int           `json:"schema_version"`
	ToolVersion   string        `json:"tool_version"`
	Target        string        `json:"target"`
	Versions      []string      `json:"versions"`
	Summary       jsonSummary   `json:"summary"`
	Findings      []jsonFinding `json:"findings"`
}

type jsonSummary struct {
	Statements int `json:"statements"`
	Untouched  int `json:"untouched"`
	Exact      int `json:"exact"`
	Weaker     int `json:"weaker"`
	Changed    int `json:"changed"`
	Manual     int `json:"manual"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Suppressed int `json:"suppressed"`
	Known      int `json:"known"`
}

type jsonFinding struct {
	File        string     `json:"file"`
	Line        int        `json:"line"`
	Column      int        `json:"column"`
	EndLine     int        `json:"end_line"`
	EndColumn   int        `json:"end_column"`
	Offset      int64      `json:"offset"`
	EndOffset   int64      `json:"end_offset"`
	Rule        string     `json:"rule"`
	Severity    string     `json:"severity"`
	Fidelity    string     `json:"fidelity"`
	Message     string     `json:"message"`
	Todo        string     `json:"todo,omitempty"`
	Until       string     `json:"until,omitempty"`
	Before      string     `json:"before"`
	After       string     `json:"after"`
	Fixed       bool       `json:"fixed"`
	Edits       []jsonEdit `json:"edits,omitempty"`
	Elsewhere   []jsonSpan `json:"elsewhere,omitempty"`
	Conflict    string     `json:"conflict,omitempty"`
	Follows     bool       `json:"follows,omitempty"`
	Fingerprint string     `json:"fingerprint"`
}

type jsonEdit struct {
	File      string `json:"file"`
	Offset    int64  `json:"offset"`
	EndOffset int64  `json:"end_offset"`
	Text      string `json:"text"`
}

type jsonSpan struct {
	File      string `json:"file"`
	Offset    int64  `json:"offset"`
	EndOffset int64  `json:"end_offset"`
}

func (p jsonPrinter) Print(w io.Writer, r *lint.Report) error {
	prints, err := Fingerprints(r, p.Source)
	if err != nil {
		return err
	}
	s := r.Summary
	out := jsonReport{
		SchemaVersion: lint.SchemaVersion,
		ToolVersion:   p.ToolVersion,
		Target:        r.Target.String(),
		Versions:      r.Target.Versions(),
		Summary:       jsonSummary{s.Statements, s.Untouched, s.Exact, s.Weaker, s.Changed, s.Manual, s.Errors, s.Warnings, s.Infos, s.Suppressed, s.Known},
		Findings:      []jsonFinding{},
	}
	if out.Target == "" {
		out.Target = "*"
	}
	return p.print(w, r, out, prints)
}

// print writes the report one finding at a time: there may be so many that
// their text as a whole is too much for memory.
func (p jsonPrinter) print(w io.Writer, r *lint.Report, head jsonReport, prints []string) error {
	if len(r.Findings) == 0 {
		return writeJSON(w, head)
	}
	var b bytes.Buffer
	if err := writeJSON(&b, head); err != nil {
		return err
	}
	before, after, ok := bytes.Cut(b.Bytes(), []byte("\"findings\": []"))
	if !ok {
		return errors.New("write the report: its head has no list of findings")
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.Write(before)
	out.WriteString("\"findings\": [")
	var one bytes.Buffer
	enc := json.NewEncoder(&one)
	enc.SetIndent("    ", "  ")
	enc.SetEscapeHTML(false)
	for i := range r.Findings {
		one.Reset()
		if err := enc.Encode(jsonFindingOf(r, &r.Findings[i], prints[i])); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    ")
		out.Write(bytes.TrimRight(one.Bytes(), "\n"))
	}
	out.WriteString("\n  ]")
	out.Write(after)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func jsonFindingOf(r *lint.Report, f *lint.Finding, fingerprint string) jsonFinding {
	j := jsonFinding{
		File: f.File,
		Line: f.Start.Line, Column: f.Start.Column, EndLine: f.End.Line, EndColumn: f.End.Column,
		Offset: f.Start.Offset, EndOffset: f.End.Offset,
		Rule: f.Rule, Severity: f.Severity.String(), Fidelity: f.Fidelity.String(),
		Message: f.Message, Todo: f.Todo, Until: f.Until,
		Before: f.Before, After: f.After,
		Fixed: f.Fixed(), Conflict: f.Conflict, Follows: f.Follows,
		Fingerprint: fingerprint,
	}
	for _, e := range f.Edits {
		j.Edits = append(j.Edits, jsonEdit{sourceName(r, e.Source), e.Start, e.End, e.New})
	}
	for _, s := range f.Elsewhere {
		j.Elsewhere = append(j.Elsewhere, jsonSpan{sourceName(r, s.Source), s.Start, s.End})
	}
	return j
}

// sourceName returns the name of a source.
func sourceName(r *lint.Report, source int) string {
	if source < 0 || source >= len(r.Sources) {
		return ""
	}
	return r.Sources[source]
}

func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
