package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// tally collects the findings of a run into a report.
type tally struct {
	report *Report
	texts  texts
	pile   pile
}

// add turns what a rule reported into a finding of the report.
func (t *tally) add(r rules.Reported, opts Options) {
	share := strings.Clone
	if len(t.report.Findings) >= shareFrom {
		share = t.texts.share
	}
	f := Finding{
		Rule: r.Rule.Name, Severity: r.Severity, Fidelity: r.Fidelity,
		Message: share(readable(r.Message)), Todo: share(readable(r.Todo)), Until: r.Until, Follows: r.Follows, Edits: r.Edits,
	}
	if sev, ok := opts.Severity[f.Rule]; ok {
		if sev == 0 {
			return
		}
		f.Severity = sev
	}
	if st := r.Stmt; st != nil {
		f.Source, f.File, f.Statement, f.StatementStart = st.Source, st.File, st.Number, st.Start()
		f.Start, f.End = st.At(r.Start), st.At(r.End)
		before, after := excerpt(st, r.Start, r.End, r.Edits)
		f.Before, f.After = share(before), share(after)
	}
	if opts.Ignore == nil || !opts.Ignore(&f) {
		t.report.Findings = append(t.report.Findings, f)
	}
	if r := t.report; len(r.Findings) == pileFrom {
		t.pile.add(r.Findings)
		clear(r.Findings)
		r.Findings = r.Findings[:0]
	}
}

// readable returns a text for people, who may be told of what is no text.
func readable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// excerptLimit bounds the text that a finding carries of a statement.
const excerptLimit = 2000

// excerpt returns the text that the edits within the statement change, without
// and with them; with no edits, the text of the finding itself.
func excerpt(st *rules.Statement, start, end int, edits []rules.Edit) (before, after string) {
	if st.Form == pgsql.CopyData {
		return "", ""
	}
	if start < 0 { // a comment that nothing follows
		return clip(st.Lead[max(0, len(st.Lead)+start):]), ""
	}
	var own []rules.Edit
	at := st.Start()
	for _, e := range edits {
		if e.Source == st.Source && e.Start >= at && e.Start <= st.Stop() {
			own = append(own, e)
		}
	}
	if len(own) == 0 {
		return clip(st.Text[start:end]), ""
	}
	slices.SortStableFunc(own, func(a, b rules.Edit) int { return cmp.Compare(a.Start, b.Start) })
	from, to := int64(start), int64(end)
	for _, e := range own {
		from, to = min(from, e.Start-at), max(to, e.End-at)
	}
	text := st.Text
	if to > int64(len(text)) {
		text += st.Tail
	}
	from, to = max(from, 0), min(to, int64(len(text)))
	var b strings.Builder
	pos := from
	for _, e := range own {
		if s := e.Start - at; s >= pos && s <= to {
			b.WriteString(text[pos:s])
			b.WriteString(e.New)
			pos = min(e.End-at, to)
		}
	}
	b.WriteString(text[pos:to])
	return clip(text[from:to]), clip(b.String())
}

func clip(s string) string {
	if len(s) <= excerptLimit {
		return s
	}
	return strings.ToValidUTF8(s[:excerptLimit], "") + "…"
}

// done takes out what is suppressed, sorts the findings, settles which fixes can
// be applied together, and counts.
func (t *tally) done(silent *suppressions, opts Options) {
	r := t.report
	if t.pile.n > 0 {
		r.Findings = t.pile.take(t.texts, r.Findings)
	}
	n := len(r.Findings)
	r.Findings = silent.apply(r.Findings)
	r.Summary.Suppressed = n - len(r.Findings)
	sortFindings(r.Findings)
	r.Findings = settle(r.Findings)
	for _, f := range silent.problems {
		f.Message = readable(f.Message)
		if sev, ok := opts.Severity[f.Rule]; ok {
			f.Severity = sev
		}
		if f.Severity != 0 {
			r.Findings = append(r.Findings, f)
		}
	}
	r.Sort()
}
