package lint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/rules"
)

// batch is a group of statements that one worker parses. Statements are small
// and a hand-over costs as much as parsing one, so they travel in groups.
type batch struct {
	statements []*rules.Statement
	size       int  // of their texts in bytes
	forgotten  bool // their texts can be taken out of memory; see Source.Forget
	parsed     chan struct{}
}

const batchBytes = 8 << 10

func (b *batch) parse(p *pgsql.Parser, cache *Cache) {
	for _, st := range b.statements {
		cache.parse(p, st.Statement, b.forgotten)
	}
}

// parseAll splits the history, parses its statements on several processors and
// hands them to f in order. What waits is bounded, so is the memory.
func parseAll(ctx context.Context, history []Source, opts Options, f func(*rules.Statement)) error {
	workers := opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	pause := pauses{call: opts.Between}
	if workers == 1 { // to hand batches over would only cost time
		parser := pgsql.NewParser()
		return spool.Guard(func() error {
			return batches(ctx, history, opts, func(b *batch) bool {
				pause.behind(b)
				b.parse(parser, opts.Cache)
				for _, st := range b.statements {
					f(st)
				}
				return ctx.Err() == nil
			})
		})
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	work := make(chan *batch, 2*workers)
	order := make(chan *batch, 4*workers)
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			// libpg_query keeps memory for each thread that ever parsed.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			parser := pgsql.NewParser()
			for b := range work {
				b.parse(parser, opts.Cache)
				close(b.parsed)
			}
		}()
	}

	var splitErr error
	go func() {
		defer close(order)
		defer close(work)
		splitErr = spool.Guard(func() error {
			return batches(ctx, history, opts, func(b *batch) bool {
				select {
				case order <- b:
				case <-ctx.Done():
					return false
				}
				work <- b
				return true
			})
		})
	}()

	for b := range order {
		pause.behind(b)
		<-b.parsed
		if ctx.Err() != nil {
			continue // drain
		}
		for _, st := range b.statements {
			f(st)
		}
	}
	wg.Wait()
	if splitErr != nil {
		return splitErr
	}
	return ctx.Err()
}

// pauses calls Options.Between.
type pauses struct {
	call func()
	size int // of the statements since
}

// pauseEach is how many bytes of statements are between two calls.
const pauseEach = 128 << 10

// behind counts the statements of a batch.
func (p *pauses) behind(b *batch) {
	if p.size += b.size; p.call != nil && p.size >= pauseEach {
		p.size = 0
		p.call()
	}
}

// batches cuts the history into batches, each of one source.
func batches(ctx context.Context, history []Source, opts Options, send func(*batch) bool) error {
	b := &batch{parsed: make(chan struct{})}
	flush := func() bool {
		full := b
		b = &batch{parsed: make(chan struct{})}
		return len(full.statements) == 0 || send(full)
	}
	err := splitAll(ctx, history, opts, func(st *rules.Statement) bool {
		if n := len(b.statements); n > 0 && (b.statements[n-1].Source != st.Source || b.size >= batchBytes) && !flush() {
			return false
		}
		b.statements = append(b.statements, st)
		b.forgotten = history[st.Source].Forget != nil
		b.size += len(st.Text)
		return true
	})
	if err == nil && !flush() {
		err = ctx.Err()
	}
	return err
}

// splitAll cuts the history into statements. f reports false to stop, which is
// the error of the context.
func splitAll(ctx context.Context, history []Source, opts Options, f func(*rules.Statement) bool) error {
	number := 0
	read := forgetter{}
	for i := range history {
		src := &history[i]
		next, closer, err := src.statements(opts.Cache)
		if err != nil {
			return err
		}
		for {
			st, err := next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				closer.Close()
				return fmt.Errorf("%s: %w", src.Name, err)
			}
			s := &rules.Statement{Statement: st, Source: i, File: src.Name, Number: number, Unit: src.Unit}
			if src.Down != nil {
				s.Down = src.Down(st.Start())
			}
			number++
			if !f(s) {
				closer.Close()
				return ctx.Err()
			}
		}
		closer.Close()
		read.done(src)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// forgetter takes small sources out of memory some time after they were cut: their
// statements are still to be parsed and looked at. A splitter does that within a
// large one.
type forgetter struct {
	sources []*Source
	size    int
}

// forgetBehind is how many bytes that were cut may still be looked at.
const forgetBehind = 1 << 20

func (f *forgetter) done(s *Source) {
	if s.Forget == nil {
		return
	}
	f.sources = append(f.sources, s)
	f.size += len(s.Text)
	for {
		old := f.sources[0]
		if f.size-len(old.Text) < forgetBehind {
			return
		}
		old.Forget(0, int64(len(old.Text)))
		f.size -= len(old.Text)
		f.sources = f.sources[1:]
	}
}

// statements returns what hands out the statements of the source, one by one up
// to io.EOF, and what is to be closed behind them.
func (s *Source) statements(cache *Cache) (next func() (*pgsql.Statement, error), closer io.Closer, err error) {
	if s.Text != nil || s.Open == nil {
		if s.Forget == nil { // a text that can be forgotten can be unmapped
			if sts, ok := cache.statements(s.Text); ok {
				return handOut(sts), io.NopCloser(nil), nil
			}
		}
		splitter := pgsql.NewTextSplitter(s.Text)
		splitter.Forget(s.Forget)
		return splitter.Next, io.NopCloser(nil), nil
	}
	r, err := s.open()
	if err != nil {
		return nil, nil, err
	}
	return pgsql.NewSplitter(r).Next, r, nil
}

func handOut(sts []*pgsql.Statement) func() (*pgsql.Statement, error) {
	return func() (*pgsql.Statement, error) {
		if len(sts) == 0 {
			return nil, io.EOF
		}
		st := sts[0]
		sts = sts[1:]
		return st, nil
	}
}
