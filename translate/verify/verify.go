// Package verify runs a translation on a real CockroachDB and maps what it
// answers back to the lines of the source. It can also hold the translation
// against a real PostgreSQL that ran the original.
package verify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// Options steer a verification.
type Options struct {
	// Timeout is how long one statement may take; 0 means five minutes.
	Timeout time.Duration
	// Upgrade also applies each unit of a versioned layout in a session of its
	// own, to the database that the unit before left, and wants it to leave the
	// same schema as in the run from the beginning. An upgrade from any version to
	// the newest is a chain of such steps, so all of them are covered. Where no
	// statement leaves anything to its session, as in Temporal's versions, the
	// chain is the run from the beginning, and there is no other.
	Upgrade bool
	// Twice also applies what the tool repeats a second time, and wants schema
	// and rows to stay as they were: each version of Temporal, with the tolerance
	// of temporal-sql-tool, as it does after an interruption; all files of a
	// directory without versions.
	Twice bool
	// Against is a PostgreSQL: the original is applied there, and what the two
	// databases hold is compared. Rows is how many rows are put into each table of
	// both, to compare what is stored of them.
	Against *Server
	Rows    int
	// Progress is told of every statement before it runs, with how many ran
	// before and how many there are; it may be nil.
	Progress func(done, total int, statement string)
}

// The names that findings of a verification have for their rule.
const (
	// Rejected: the server refuses a statement of the translation.
	Rejected = "verify-rejected"
	// Unrepeatable: a second run changes something, or stops.
	Unrepeatable = "verify-unrepeatable"
	// Upgraded: an upgrade leaves another schema than a run from the beginning.
	Upgraded = "verify-upgraded"
)

// Result is what the server said.
type Result struct {
	// Report holds the rejections, at their place in the source.
	Report *lint.Report
	// Statements is how many statements ran, Elapsed the time that the units took in
	// the run from the beginning.
	Statements int
	Elapsed    time.Duration
	// Notices are what the server remarked, in the order in which it did so first.
	Notices []Notice
	// Compared counts what was held against a PostgreSQL.
	Compared Compared
	// Notes tell of what was not run, and why.
	Notes []string
}

// Notice is a remark of the server.
type Notice struct {
	Text string
	// Count is how often it came, Place the file and the line of the statement
	// that it came for first.
	Count int
	Place string
}

// Run applies every history of a translation to a scratch database of the
// server. What the server refuses is in the result; an error is trouble with the
// server or the context's.
func Run(ctx context.Context, s *Server, out *translate.Output, opts Options) (*Result, error) {
	if opts.Timeout == 0 {
		opts.Timeout = 5 * time.Minute
	}
	v := &verifier{
		server: s, opts: opts, layout: out.Layout,
		result: &Result{Report: &lint.Report{Target: out.Report.Target, Rules: out.Report.Rules}},
	}
	histories, err := v.plan(out)
	if err != nil {
		return nil, err
	}
	for _, h := range histories {
		if err := v.history(ctx, h); err != nil {
			return nil, err
		}
	}
	v.result.Report.Sort()
	// What has become of the statements is the translation's doing: the findings
	// here are the server's.
	of, sum := out.Report.Summary, &v.result.Report.Summary
	sum.Statements, sum.Untouched, sum.Exact, sum.Weaker, sum.Changed, sum.Manual = of.Statements, of.Untouched, of.Exact, of.Weaker, of.Changed, of.Manual
	return v.result, nil
}

// verifier is one verification.
type verifier struct {
	server *Server
	opts   Options
	layout string
	result *Result

	done, total int
	// noticed are the indexes of the notices by text, noted the notes.
	noticed map[string]int
	noted   map[string]bool
	// ran are the statements beyond the scratch database that a disposable
	// server has run already.
	ran map[*statement]bool
}

// plan cuts all histories into statements, and counts what is to be run.
func (v *verifier) plan(out *translate.Output) ([]*history, error) {
	report := v.result.Report
	if v.opts.Upgrade && !v.versioned() {
		v.note("--upgrade: files of layout %s have no versions, so there is nothing to upgrade from", v.layout)
	}
	if v.opts.Twice && !v.repeats() {
		v.note("--twice: %s records what it has applied and repeats nothing", v.layout)
	}
	var all []*history
	for _, t := range out.Histories {
		h, err := plan(t, out.Layout, false)
		if err != nil {
			return nil, err
		}
		h.before.sources, h.before.statements = len(report.Sources), report.Summary.Statements
		report.Sources = append(report.Sources, t.Report.Sources...)
		report.Summary.Statements += h.statements
		for _, p := range v.passes(h) {
			v.total += p.statements(h)
		}
		all = append(all, h)
	}
	return all, nil
}

// versioned reports whether the units of the layout are versions.
func (v *verifier) versioned() bool { return v.layout != "plain" }

// repeats reports whether the layout's tool may apply a unit twice.
func (v *verifier) repeats() bool { return v.layout == "temporal" || v.layout == "plain" }

func (v *verifier) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if v.noted == nil {
		v.noted = map[string]bool{}
	}
	if !v.noted[text] {
		v.noted[text] = true
		v.result.Notes = append(v.result.Notes, text)
	}
}

// history applies one history to databases of its own.
func (v *verifier) history(ctx context.Context, h *history) error {
	if h.statements == 0 {
		return nil
	}
	var first *pass
	for _, p := range v.passes(h) {
		if first != nil && v.refused(h) {
			v.done += p.statements(h) // what was refused once is told once
			continue
		}
		p.v, p.h, p.first = v, h, first
		if err := p.run(ctx); err != nil {
			return err
		}
		if first == nil {
			first = p
			v.result.Elapsed += p.took
		}
	}
	return nil
}

// refused reports whether a statement of a history was refused, or a second run
// or an upgrade of it is not what it has to be.
func (v *verifier) refused(h *history) bool {
	for i := range v.result.Report.Findings {
		f := &v.result.Report.Findings[i]
		if f.Severity == rules.Error && f.Rule != Differs && f.Source >= h.before.sources && f.Source < h.before.sources+len(h.Texts) {
			return true
		}
	}
	return false
}

// passes are the runs that the options ask for. Where the tool repeats versions,
// the run of the upgrades repeats each of them as well: that a version leaves what
// it left before, and nothing else when it comes again, is seen in one run, and on
// CockroachDB a run takes minutes. Where a session holds nothing that a later
// statement could see, the upgrades are the run from the beginning.
func (v *verifier) passes(h *history) []*pass {
	first := &pass{}
	passes := []*pass{first}
	if v.opts.Upgrade && v.versioned() && len(h.units) > 1 {
		if v.layout == "temporal" && h.sessionless() {
			first.upgrade = true
			first.twice = v.opts.Twice && !h.whole()
			return passes
		}
		passes = append(passes, &pass{upgrade: true})
		first.record = true
	}
	if v.opts.Twice && v.repeats() && !h.whole() {
		if !first.record {
			passes = append(passes, &pass{})
		}
		passes[1].twice = true
	}
	return passes
}

// whole reports whether the history is a schema as a whole beside a versioned
// one.
func (h *history) whole() bool { return len(h.units) > 0 && h.units[0].whole }

// sessionless reports whether no statement leaves anything that only its session
// sees: it makes, changes or drops what is there for all, or puts in rows.
func (h *history) sessionless() bool {
	for _, u := range h.units {
		for _, st := range u.statements {
			switch strings.ToLower(st.Str(0)) {
			case "create", "alter", "insert", "drop":
			default:
				return false
			}
			if names(st.Statement, "temp") || names(st.Statement, "temporary") {
				return false
			}
		}
	}
	return true
}
