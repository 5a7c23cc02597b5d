package bench

import (
	"context"
	"os"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/pg2crdb/pg2crdb/internal/gctune"
	"github.com/pg2crdb/pg2crdb/internal/synth"
)

// between is what the command does between statements.
var between func()

// TestMain sets the garbage collector as the command does, for all that is
// measured.
func TestMain(m *testing.M) {
	between = gctune.Start().Pause
	os.Exit(m.Run())
}

func BenchmarkTemporal(b *testing.B) { measure(b, temporal(b)) }

func BenchmarkHistory10MB(b *testing.B) { measure(b, history(b, 10*mb)) }

func BenchmarkMigrations10MB(b *testing.B) {
	measure(b, tree(b, func(dir string) error { return synth.WriteMigrations(dir, 10*mb, 50_000) }))
}

func BenchmarkFiles10000(b *testing.B) {
	measure(b, tree(b, func(dir string) error { return synth.WriteSteps(dir, 10_000) }))
}

func BenchmarkHistory100MB(b *testing.B) {
	large(b)
	measure(b, history(b, 100*mb))
}

func BenchmarkMigrations100MB(b *testing.B) {
	large(b)
	measure(b, tree(b, func(dir string) error { return synth.WriteMigrations(dir, 100*mb, 50_000) }))
}

func BenchmarkInserts100MB(b *testing.B) {
	large(b)
	measure(b, dump(b, 100*mb, true))
}

// BenchmarkDump1GB has no ratio to speak of: pg_query.Parse gets the statements
// only, and nearly all bytes are rows of COPY. What counts are its MB/s.
func BenchmarkDump1GB(b *testing.B) {
	large(b)
	measure(b, dump(b, 1000*mb, false))
}

// measure runs the three for one input. Beside the time on the clock they report
// the time on all processors (cpu-ns/op): the yardstick uses one, the others as
// many as there are.
func measure(b *testing.B, in input) {
	texts, size, err := in.texts()
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	run(b, "parse", size, func() error {
		for _, t := range texts {
			if _, err := pg_query.Parse(t); err != nil {
				return err
			}
		}
		return nil
	})
	texts = nil // not a burden on those that follow
	run(b, "lint", size, func() error { return in.lint(ctx) })
	run(b, "translate", size, func() error { return in.translate(ctx) })
}

func run(b *testing.B, name string, size int64, f func() error) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(size)
		cpu := cpuTime()
		for range b.N {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		if used := cpuTime() - cpu; used > 0 {
			b.ReportMetric(float64(used)/float64(b.N), "cpu-ns/op")
		}
	})
}
