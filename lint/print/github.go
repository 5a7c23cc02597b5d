package print

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// githubPrinter writes workflow commands, which GitHub shows as annotations of
// the changed lines, and a table into the summary of the step. GitHub shows
// ten annotations of each kind for a step; the findings beyond that are listed
// in the log.
type githubPrinter struct{ Options }

const (
	githubAnnotations = 10  // of each kind
	githubTableRows   = 500 // a step summary has at most 1 MiB
)

func (p githubPrinter) Print(w io.Writer, r *lint.Report) error {
	out := bufio.NewWriter(w)
	shown := map[rules.Severity]int{}
	var rest []*lint.Finding
	for _, f := range worstFirst(r) {
		if shown[f.Severity]++; shown[f.Severity] > githubAnnotations {
			rest = append(rest, f)
			continue
		}
		fmt.Fprintln(out, p.command(f))
	}
	if len(rest) > 0 {
		var c severities
		for _, f := range rest {
			c.add(f.Severity)
		}
		fmt.Fprintf(out, "::group::%s beyond GitHub's limit of %d annotations of each kind: %s\n", plural(len(rest), "finding"), githubAnnotations, c)
		for _, f := range rest {
			fmt.Fprintln(out, logLine(p.line(f)))
		}
		fmt.Fprintln(out, "::endgroup::")
	}
	fmt.Fprintln(out, logLine(statementLine(r.Summary)))
	fmt.Fprintln(out, logLine(findingLine(r)))
	if line := lossless(r); line != "" {
		fmt.Fprintln(out, logLine(line))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if p.StepSummary == "" {
		return nil
	}
	return p.appendSummary(r)
}

// worstFirst returns the findings by severity and, within each, those that only
// follow from others last.
func worstFirst(r *lint.Report) []*lint.Finding {
	fs := make([]*lint.Finding, len(r.Findings))
	for i := range r.Findings {
		fs[i] = &r.Findings[i]
	}
	slices.SortStableFunc(fs, func(a, b *lint.Finding) int {
		switch {
		case a.Severity != b.Severity:
			return cmp.Compare(b.Severity, a.Severity)
		case a.Follows != b.Follows && a.Follows:
			return 1
		case a.Follows != b.Follows:
			return -1
		}
		return 0
	})
	return fs
}

// command returns a finding as a workflow command.
func (p githubPrinter) command(f *lint.Finding) string {
	var props []string
	add := func(key, value string) { props = append(props, key+"="+escapeProperty(value)) }
	if f.File != "" {
		add("file", p.repoPath(f.File))
	}
	if placed(f) {
		add("line", strconv.Itoa(f.Start.Line))
		if f.End.Line > f.Start.Line {
			add("endLine", strconv.Itoa(f.End.Line)) // columns are for one line only
		} else {
			add("endLine", strconv.Itoa(f.Start.Line))
			add("col", strconv.Itoa(f.Start.Column))
			add("endColumn", strconv.Itoa(max(f.Start.Column, f.End.Column-1)))
		}
	}
	add("title", title(f))
	name := map[rules.Severity]string{rules.Error: "error", rules.Warning: "warning"}[f.Severity]
	if name == "" {
		name = "notice"
	}
	return "::" + name + " " + strings.Join(props, ",") + "::" + escapeData(visibleLines(summaryText(f)))
}

// title returns the rule with the fidelity.
func title(f *lint.Finding) string {
	if f.Fidelity == 0 {
		return f.Rule
	}
	return f.Rule + " [" + f.Fidelity.String() + "]"
}

func (p githubPrinter) line(f *lint.Finding) string {
	at := p.repoPath(f.File)
	if pl := place(f); pl != "" {
		at += ":" + pl
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", at, f.Severity, title(f), summaryText(f)))
}

// escapeData and escapeProperty escape as the runner's toolkit does.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// visibleLines is visible for a text that may have several lines.
func visibleLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}

// logLine returns a line that the runner does not take for a command: neither
// "::name::" at its start nor "##[name]" anywhere.
func logLine(s string) string {
	s = strings.ReplaceAll(oneLine(s), "##[", "## [")
	if strings.HasPrefix(s, "::") {
		s = "\\" + s
	}
	return s
}

// appendSummary adds the report to the step summary.
func (p githubPrinter) appendSummary(r *lint.Report) (err error) {
	f, err := os.OpenFile(p.StepSummary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the step summary: %w", err)
	}
	if _, err = io.WriteString(f, p.summary(r)); err != nil {
		f.Close()
		return fmt.Errorf("write the step summary: %w", err)
	}
	if err = f.Close(); err != nil {
		return fmt.Errorf("write the step summary: %w", err)
	}
	return nil
}

// summary returns the step summary: counts, then a table with a row for each
// finding.
func (p githubPrinter) summary(r *lint.Report) string {
	var b strings.Builder
	markdownHead(&b, r)
	if len(r.Findings) == 0 {
		return b.String() + "\n"
	}
	b.WriteString("\n| Severity | Rule | Fidelity | Place | Message |\n| --- | --- | --- | --- | --- |\n")
	for i, f := range worstFirst(r) {
		if i == githubTableRows {
			fmt.Fprintf(&b, "\nAnd %s.\n", plural(len(r.Findings)-i, "more finding"))
			break
		}
		at := p.repoPath(f.File)
		if pl := place(f); pl != "" {
			at += ":" + pl
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", f.Severity, markdownCell(codeSpan(f.Rule)), f.Fidelity,
			markdownCell(codeSpan(at)), markdownCell(markdownText(summaryText(f))))
	}
	b.WriteString("\n")
	return b.String()
}
