// Package lint is the engine: a history of PostgreSQL sources in, a report of
// what CockroachDB would reject or do differently out.
package lint

import (
	"context"
	"fmt"
	"io"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// Source is one SQL text of a history.
type Source struct {
	// Name is how findings call it, such as a path.
	Name string
	// Text is the content. If it is nil, Open is asked for it; that way a large
	// file is never in memory as a whole.
	Text []byte
	Open func() (io.ReadCloser, error)
	// Forget, if set, is told which bytes of Text were read and are not needed for
	// now, for texts that are not all in memory at once.
	Forget func(from, to int64)
	// Unit names what the migration tool applies as one step together with
	// other sources, such as a version; empty if the layout has none.
	Unit string
	// Down tells, for a byte offset, that a statement there belongs to the way
	// back of a migration. Nil means none does.
	Down func(offset int64) bool
	// Transaction tells that the whole source is run in one transaction.
	Transaction bool
	// Batch tells that it is the server's, which gets the source as one text: a BEGIN
	// in it begins the transaction anew. Otherwise it is the tool's, which has begun.
	Batch bool
}

// Options steer a run. The zero value runs all rules for the portable
// baseline.
type Options struct {
	// Target is the set of CockroachDB versions that matter.
	Target rules.Target
	// Layout names the layout of the history, such as "temporal".
	Layout string
	// Rules are those to run; nil means all.
	Rules []*rules.Rule
	// Advice also runs the rules that speak of good practice.
	Advice bool
	// Severity changes the severity of a rule's findings; zero turns the rule's
	// findings off.
	Severity map[string]rules.Severity
	// Ignore, if it is set, tells of a finding that the report need not hold.
	// There are many in a large history.
	Ignore func(*Finding) bool
	// NoCatalog leaves the catalog of the result empty. That of a large history is
	// large.
	NoCatalog bool
	// Workers is how many statements are parsed at once; 0 means one for each
	// processor.
	Workers int
	// Between, if it is set, is called between statements of a large history, now
	// and then: what is done there has the processors for itself. It may be called
	// by several histories at the same time.
	Between func()
	// Cache keeps parse trees between runs over nearly the same text. It may be
	// nil.
	Cache *Cache
}

// Result is a report with what the engine knows beyond it.
type Result struct {
	*Report
	catalog *catalog.Catalog
	starts  []offsets // of the statements, by source
	first   []int     // number of the first statement of each source
}

// StatementAt returns the number of the statement that holds a byte offset of a
// source, or of the last one in front of it.
func (r *Result) StatementAt(source int, offset int64) int {
	starts := &r.starts[source]
	i := sort.Search(starts.len(), func(i int) bool { return starts.at(i) > offset })
	return r.first[source] + max(i-1, 0)
}

// StatementStart returns the byte offset at which that statement's text starts.
func (r *Result) StatementStart(source int, offset int64) int64 {
	if n := r.StatementAt(source, offset) - r.first[source]; n < r.starts[source].len() {
		return r.starts[source].at(n)
	}
	return 0
}

// Release gives up the catalog, which is empty from then on.
func (r *Result) Release() { r.catalog = catalog.New() }

// Catalog returns what exists at the end of the history.
func (r *Result) Catalog() *catalog.Catalog { return r.catalog }

// Run lints a history. Text that is no SQL is a finding, not an error; an
// error is a source that cannot be read, or the context's.
func Run(ctx context.Context, history []Source, opts Options) (*Result, error) {
	all := opts.Rules
	if all == nil {
		all = rules.All()
	}
	plan := opts.Cache.plan(all, opts)
	report := &Report{Target: opts.Target, Rules: plan.Rules()}
	for _, s := range history {
		report.Sources = append(report.Sources, s.Name)
	}

	res := &Result{Report: report, starts: make([]offsets, len(history)), first: make([]int, len(history))}
	run := plan.Run(opts.Cache.judgements())
	silent := newSuppressions(all, opts)
	tally := tally{report: report, texts: texts{}}
	txn := transactions{history: history}
	err := parseAll(ctx, history, opts, func(st *rules.Statement) {
		if res.starts[st.Source].len() == 0 {
			res.first[st.Source] = st.Number
		}
		res.starts[st.Source].add(st.Start())
		if st.Form == pgsql.SQL && st.Text != "" {
			report.Summary.Statements++
			txn.follow(st)
		}
		silent.see(st)
		for _, f := range run.Statement(st) {
			tally.add(f, opts)
		}
	})
	if err != nil {
		return nil, err
	}
	last, err := run.Finish(func(f func(*rules.Statement)) error { return replay(ctx, history, opts, f) })
	if err != nil {
		return nil, err
	}
	for _, f := range last {
		tally.add(f, opts)
	}
	if opts.NoCatalog {
		res.Release()
	} else {
		res.catalog = run.Catalog()
		res.catalog.KeepUnpacked()
	}
	tally.done(silent, opts) // what the rules remember is garbage by now
	return res, nil
}

// replay hands the statements of the history to f once more.
func replay(ctx context.Context, history []Source, opts Options, f func(*rules.Statement)) error {
	txn := transactions{history: history}
	return parseAll(ctx, history, opts, func(st *rules.Statement) {
		if st.Form == pgsql.SQL && st.Text != "" {
			txn.follow(st)
		}
		f(st)
	})
}

// transactions follows which statements are in a transaction. None reaches from
// one source to the next.
type transactions struct {
	history []Source
	source  int
	down    bool
	inside  bool
	// ended tells that a statement has ended the transaction of the tool.
	ended bool
}

func (t *transactions) follow(st *rules.Statement) {
	if st.Source != t.source || st.Down != t.down {
		t.source, t.down, t.inside, t.ended = st.Source, st.Down, false, false
	}
	src := &t.history[st.Source]
	st.InTxn = t.inside || src.Transaction
	st.Begun = t.inside || src.Transaction && !src.Batch && !t.ended
	if n, ok := st.Tree.(*pgsql.TransactionStmt); ok {
		switch n.Kind_ {
		case pgsql.TransStmtBegin, pgsql.TransStmtStart:
			t.inside = true
		case pgsql.TransStmtCommit, pgsql.TransStmtRollback, pgsql.TransStmtPrepare:
			t.inside, t.ended = false, true
		}
	}
}

// open returns a reader over a source that is not in memory.
func (s *Source) open() (io.ReadCloser, error) {
	r, err := s.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.Name, err)
	}
	return r, nil
}
