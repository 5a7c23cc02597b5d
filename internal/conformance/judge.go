package conformance

import (
	"context"
	"fmt"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// Judged is a case with what pg2crdb makes of it.
type Judged struct {
	*Case
	// Report is what lint says of the text as it stands.
	Report *lint.Result
	// Translation is the text with its fixes, and what lint says of that.
	Translation *translate.Result
	// Outcomes are parallel to Case.Statements.
	Outcomes []Outcome
	// Boundaries are the statements that the splitter cuts elsewhere than the
	// verdicts do.
	Boundaries []*Verdict
	// Output are the statements of the translated text, in order.
	Output []Translated

	main int // index of the case in the history, behind the setup
}

// Outcome is what pg2crdb makes of one statement.
type Outcome struct {
	*Verdict
	// Errors are the error-level findings on the statement as it stands.
	Errors []*lint.Finding
	// Edited tells that a fix touches the statement.
	Edited bool
	// Left are the error-level findings that are still there once the text is
	// translated; empty for a statement that translates.
	Left []*lint.Finding
	// Output are the statements of the translated text that come from it; none
	// if the translation takes it out.
	Output []int
	// Waits are statements that it needs and that are not accepted.
	Waits []int
}

// Silent reports a false silence: CockroachDB rejects it and no error says so.
func (o *Outcome) Silent() bool {
	return o.Judged() && o.Verdict.Verdict == Rejected && len(o.Errors) == 0
}

// Alarm reports a false alarm: CockroachDB takes it and an error is reported.
func (o *Outcome) Alarm() bool {
	return o.Judged() && o.Verdict.Verdict == Accepted && len(o.Errors) > 0
}

// Fixed reports that it is rejected as it stands and its translation should not
// be. The edit that does it may be in another statement, such as the function
// that a trigger runs.
func (o *Outcome) Fixed() bool {
	return o.Judged() && o.Verdict.Verdict == Rejected && len(o.Left) == 0 && len(o.Errors) > 0
}

// Manual reports that it is rejected, that pg2crdb says so, and that a person
// has to do something about it.
func (o *Outcome) Manual() bool {
	return o.Judged() && o.Verdict.Verdict == Rejected && len(o.Errors) > 0 && !o.Fixed()
}

// Predicted reports that, going by the verdicts, it is accepted once the text
// is translated.
func (o *Outcome) Predicted() bool {
	if o.Verdict.Verdict == Accepted && !o.Edited {
		return true
	}
	return len(o.Left) == 0 && len(o.Waits) == 0 && !o.Silent()
}

// Translated is a statement of the translated text.
type Translated struct {
	*pgsql.Statement
	// From is the statement of the case that it comes from; -1 if there is none,
	// such as one that the parser of the verdicts did not take.
	From int
	// Line is the line of the original that it comes from.
	Line int
	// Left are the error-level findings on it, Open the warnings about what a
	// person has to see to.
	Left, Open []*lint.Finding
}

// Judge lints and translates a case for the version of the verdicts.
func Judge(ctx context.Context, c *Case) (*Judged, error) {
	target, err := rules.ParseTarget(Target)
	if err != nil {
		return nil, err
	}
	opts := translate.Options{Options: lint.Options{Target: target, Cache: &lint.Cache{}}}
	var history []lint.Source
	if c.Setup != nil {
		history = append(history, lint.Source{Name: c.Corpus + "/_setup.sql", Text: c.Setup})
	}
	j := &Judged{Case: c, main: len(history)}
	history = append(history, lint.Source{Name: c.Path() + ".sql", Text: c.Text})
	if j.Report, err = lint.Run(ctx, history, opts.Options); err != nil {
		return nil, err
	}
	if j.Translation, err = translate.History(ctx, history, opts); err != nil {
		return nil, err
	}
	j.Outcomes = make([]Outcome, len(c.Statements))
	for i := range c.Statements {
		j.Outcomes[i].Verdict = &c.Statements[i]
	}
	if err := j.boundaries(); err != nil {
		return nil, err
	}
	j.findings()
	if err := j.trace(); err != nil {
		return nil, err
	}
	j.wait()
	return j, nil
}

// boundaries compares where the splitter cuts with where the verdicts do.
func (j *Judged) boundaries() error {
	stmts, err := pgsql.Split(j.Text)
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	ours := map[int64]*pgsql.Statement{}
	for _, st := range stmts {
		if st.Form == pgsql.SQL {
			ours[st.Start()] = st
		}
	}
	for i := range j.Statements {
		v := &j.Statements[i]
		// Comments in front of the semicolon are text there and none here.
		if st := ours[v.Start]; st == nil || v.End < st.End() || v.End > st.Stop() {
			j.Boundaries = append(j.Boundaries, v)
		}
	}
	return nil
}

// findings hands the error-level findings and the edits of the text as it
// stands to the statements that they overlap.
func (j *Judged) findings() {
	for i := range j.Report.Findings {
		f := &j.Report.Findings[i]
		if f.Source == j.main && f.Severity == rules.Error {
			for _, o := range j.overlap(f.Start.Offset, f.End.Offset) {
				o.Errors = append(o.Errors, f)
			}
		}
	}
	for i := range j.Translation.Report.Findings {
		f := &j.Translation.Report.Findings[i]
		if !f.Fixed() {
			continue
		}
		if f.Source == j.main {
			for _, o := range j.overlap(f.Start.Offset, f.End.Offset) {
				o.Edited = true
			}
		}
	}
}

// overlap returns the statements that have a byte in common with the range; a
// range without bytes has those on its place in common.
func (j *Judged) overlap(start, end int64) []*Outcome {
	if start == end {
		end++
	}
	i := sort.Search(len(j.Outcomes), func(i int) bool { return j.Outcomes[i].End >= start })
	var out []*Outcome
	for ; i < len(j.Outcomes) && j.Outcomes[i].Start < end; i++ {
		if o := &j.Outcomes[i]; o.End > start || start == end-1 && o.End == start {
			out = append(out, o)
		}
	}
	return out
}
