package lint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/pg2crdb/pg2crdb/internal/conformance"
	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
)

const recordedLive = "testdata/conformance_live.json"

// liveRate is what is on record of a case that was run on a server.
type liveRate struct {
	DDL        int `json:"ddl"`
	Accepted   int `json:"accepted"`
	Unforetold int `json:"unforetold"`
}

// TestConformanceLive translates the applications and dumps, runs them on a real
// CockroachDB and names what it refuses. What it refuses and lint is silent
// about is written to the file that PG2CRDB_LIVE_REPORT names. Each case has
// PG2CRDB_BUDGET (a duration) to run; with -short only the quick ones do.
func TestConformanceLive(t *testing.T) {
	cases := corpus(t, "apps", "ory-postgres", "voyager")
	if series := crdbtest.Series(t, crdbtest.Database(t)); series != conformance.Target {
		t.Skipf("the verdicts are of v%s, the server is v%s", conformance.Target, series)
	}
	budget := 4 * time.Minute
	if env := os.Getenv("PG2CRDB_BUDGET"); env != "" {
		var err error
		if budget, err = time.ParseDuration(env); err != nil {
			t.Fatalf("PG2CRDB_BUDGET: %v", err)
		}
	}
	sort.SliceStable(cases, func(i, j int) bool { return took(cases[i]) < took(cases[j]) })
	if testing.Short() {
		n := sort.Search(len(cases), func(i int) bool { return took(cases[i]) > 5*time.Second })
		cases = cases[:n]
	}
	ctx, cancel := untilTimeout(t)
	defer cancel()

	url := crdbtest.URL(t)
	lives := make([]*conformance.Live, len(cases))
	slots := make(chan struct{}, 4) // a schema change waits more than it works
	var wg sync.WaitGroup
	for i, c := range cases {
		slots <- struct{}{}
		if ctx.Err() != nil {
			t.Logf("%s: not reached in the time there is", c.Path())
			<-slots
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-slots }()
			start := time.Now()
			l, err := live(ctx, c, url, budget)
			if err != nil {
				t.Errorf("%s: %v", c.Path(), err)
			}
			if l == nil {
				return
			}
			lives[i] = l
			t.Logf("%s: %d of %d accepted, %d refused unforetold, %.0fs", c.Path(), l.Accepted, l.DDL, len(l.Unforetold()), time.Since(start).Seconds())
			if listed("manual") && len(l.Rejections) > 0 {
				t.Logf("%s: refused\n%s", c.Path(), rejections(l))
			}
		}()
	}
	wg.Wait()

	silence, needless := conformance.Groups{}, conformance.Groups{}
	rates := map[string]liveRate{}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "case\tDDL\taccepted\trefused: foretold\tfollow\tnot foretold\tneedless errors\t\t")
	var sum liveRate
	for _, l := range lives {
		if l == nil {
			continue
		}
		foretold, follow := 0, 0
		for i := range l.Rejections {
			switch r := &l.Rejections[i]; {
			case r.Follows > 0:
				follow++
			case r.Foretold():
				foretold++
			}
		}
		unforetold := l.Unforetold()
		for _, r := range unforetold {
			silence.Add(cause(r), fmt.Sprintf("%s:%d", l.Path(), r.Original.Line))
		}
		for _, n := range l.Needless {
			needless.Add(n.Left[0].Rule+": "+nameless(n.Left[0].Message), fmt.Sprintf("%s:%d", l.Path(), n.Line))
		}
		cut := ""
		if l.Cut {
			cut = "cut"
		} else {
			rates[l.Path()] = liveRate{l.DDL, l.Accepted, len(unforetold)}
		}
		sum.DDL, sum.Accepted, sum.Unforetold = sum.DDL+l.DDL, sum.Accepted+l.Accepted, sum.Unforetold+len(unforetold)
		fmt.Fprintf(w, "%s\t%d\t%d %.1f%%\t%d\t%d\t%d\t%d\t%s\t\n", l.Path(), l.DDL, l.Accepted, percent(l.Accepted, l.DDL), foretold, follow, len(unforetold), len(l.Needless), cut)
	}
	fmt.Fprintf(w, "all\t%d\t%d %.1f%%\t\t\t%d\t\t\t\n", sum.DDL, sum.Accepted, percent(sum.Accepted, sum.DDL), sum.Unforetold)
	w.Flush()
	t.Logf("translated and run on CockroachDB v%s:\n%s", conformance.Target, b.String())
	report := fmt.Sprintf("Refused after translation, and lint is silent:\n%s\nAn error is left after translation, but the server takes the statement:\n%s", silence, needless)
	if listed("silence") {
		t.Log(report)
	}
	if path := os.Getenv("PG2CRDB_LIVE_REPORT"); path != "" {
		if err := os.WriteFile(path, []byte(b.String()+"\n"+report), 0o644); err != nil {
			t.Error(err)
		}
	}
	record(t, func(r *liveRecord) {
		for name, now := range rates {
			old, ok := r.Cases[name]
			if ok && !*update && (now.Unforetold > old.Unforetold || now.Accepted < old.Accepted) {
				t.Errorf("%s: %d of %d accepted, %d refused unforetold; recorded %d of %d, %d",
					name, now.Accepted, now.DDL, now.Unforetold, old.Accepted, old.DDL, old.Unforetold)
			}
			r.Cases[name] = now
		}
	})
}

// rejections lists what the server refused of a translation.
func rejections(l *conformance.Live) string {
	var b strings.Builder
	for i := range l.Rejections {
		r := &l.Rejections[i]
		mark := "NOT FORETOLD"
		switch {
		case r.Follows > 0:
			mark = fmt.Sprintf("follows from line %d", r.Follows)
		case r.Foretold():
			mark = "foretold by " + append(r.Left, r.Open...)[0].Rule
		}
		fmt.Fprintf(&b, "  line %d %s [%s] %s (%s): %s\n", r.Original.Line, r.Original.Kind, r.Original.Detail, conformance.Short(r.Message, 160), r.Code, mark)
	}
	return b.String()
}

// liveFile runs a translation in a database of the test's own.
func liveFile(t *testing.T, j *conformance.Judged) *conformance.Live {
	t.Helper()
	l, err := j.Run(context.Background(), crdbtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestConformanceSyntax has a real CockroachDB parse what the translation of
// every case leaves, and counts what its parser refuses and lint is silent
// about.
func TestConformanceSyntax(t *testing.T) {
	cases := corpus(t)
	conn := crdbtest.Database(t)
	if series := crdbtest.Series(t, conn); series != conformance.Target {
		t.Skipf("the verdicts are of v%s, the server is v%s", conformance.Target, series)
	}
	groups := conformance.Groups{}
	rates := map[string]int{}
	for _, c := range cases {
		j, err := conformance.Judge(context.Background(), c)
		if err != nil {
			t.Errorf("%s: %v", c.Path(), err)
			continue
		}
		refused, err := j.Syntax(context.Background(), conn)
		if err != nil {
			t.Fatalf("%s: %v", c.Path(), err)
		}
		rates[c.Corpus] += len(refused)
		for i := range refused {
			groups.Add(cause(&refused[i]), fmt.Sprintf("%s:%d", c.Path(), refused[i].Original.Line))
		}
	}
	t.Logf("not parsed after translation, and lint is silent: %v", rates)
	if listed("silence") {
		t.Logf("%s", groups)
	}
	if os.Getenv("PG2CRDB_CASES") == "" {
		record(t, func(r *liveRecord) {
			for corpus, n := range rates {
				if old, ok := r.Syntax[corpus]; ok && n > old && !*update {
					t.Errorf("%s: %d statements do not parse, recorded %d", corpus, n, old)
				}
				r.Syntax[corpus] = n
			}
		})
	}
}

// live translates a case and runs it in a database of its own.
func live(ctx context.Context, c *conformance.Case, url string, budget time.Duration) (*conformance.Live, error) {
	j, err := conformance.Judge(ctx, c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	conn, drop, err := crdbtest.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	l, err := j.Run(ctx, conn)
	return l, errors.Join(err, drop())
}

// untilTimeout returns a context that ends while there is time to tidy up and
// report before the test binary's -timeout.
func untilTimeout(t *testing.T) (context.Context, context.CancelFunc) {
	end, ok := t.Deadline()
	if !ok {
		return context.WithCancel(context.Background())
	}
	return context.WithDeadline(context.Background(), end.Add(-time.Until(end)/5))
}

// took returns how long a case took when the verdicts were made.
func took(c *conformance.Case) time.Duration {
	sum := 0
	for _, v := range c.Statements {
		sum += v.Millisecond
	}
	return time.Duration(sum) * time.Millisecond
}

// cause groups rejections: what was refused, why, and whether it was taken as it
// stood before it was translated.
func cause(r *conformance.Rejection) string {
	was := ""
	if r.Original.Verdict == conformance.Accepted {
		was = " (ACCEPTED before translation)"
	}
	return fmt.Sprintf("%s [%s] %s %s%s", r.Original.Kind, r.Original.Detail, r.Code, nameless(r.Message), was)
}

var quoted = regexp.MustCompile(`"[^"]*"|\b\d+\b`)

// nameless takes the names out of a message.
func nameless(message string) string {
	return conformance.Short(quoted.ReplaceAllString(message, "…"), 160)
}

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

// liveRecord is what is on record of measurements on a server.
type liveRecord struct {
	// Cases are the cases that were run to their end.
	Cases map[string]liveRate `json:"cases"`
	// Syntax counts by corpus what does not parse and nobody foretold.
	Syntax map[string]int `json:"syntax"`
}

// readLive reads what is on record. What it does not know is an error, so that
// a file of another form does not pass for one without cases. The record is
// never nil.
func readLive() (*liveRecord, error) {
	r := &liveRecord{}
	text, err := os.ReadFile(recordedLive)
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err = d.Decode(r); err != nil {
			err = fmt.Errorf("%s: %w", recordedLive, err)
		}
	}
	if r.Cases == nil {
		r.Cases = map[string]liveRate{}
	}
	if r.Syntax == nil {
		r.Syntax = map[string]int{}
	}
	return r, err
}

// TestConformanceLiveRecord reads the record without a server: it is of the form
// that is written, and has something to say of every case and corpus that it is
// about.
func TestConformanceLiveRecord(t *testing.T) {
	r, err := readLive()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cases) == 0 || len(r.Syntax) == 0 {
		t.Errorf("%s has %d cases and %d corpora: there is nothing to compare with", recordedLive, len(r.Cases), len(r.Syntax))
	}
	for name, rate := range r.Cases {
		if rate.DDL == 0 || rate.Accepted > rate.DDL || rate.Unforetold > rate.DDL-rate.Accepted {
			t.Errorf("%s: %+v cannot be", name, rate)
		}
	}
}

// record hands what is on record to f, which compares it with what was measured
// and changes it to that; with -update the change is kept.
func record(t *testing.T, f func(*liveRecord)) {
	t.Helper()
	r, err := readLive()
	if err != nil && !*update {
		t.Fatalf("%v: record the rates with -update", err)
	}
	f(r)
	if !*update {
		return
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(recordedLive), 0o755)
	}
	if err == nil {
		err = os.WriteFile(recordedLive, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
