package pgsql_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// libpg_query can redirect file descriptor 2, which belongs to the whole
// process, around each parse; then what others write to stderr meanwhile is
// lost, and two parses at once may leave it redirected for good. The version
// that pg_query_go brings along is compiled without that. Should another one do
// it again, these tests fail.

const (
	stderrGoroutines = 8
	stderrLines      = 2000
	stderrMarker     = "PG2CRDB_TEST_STDERR"
)

// TestStderr parses on eight goroutines in a process that writes to stderr from
// eight others, as progress and logs do, and counts what arrives.
func TestStderr(t *testing.T) {
	if os.Getenv(stderrMarker) != "" {
		writeWhileParsing()
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestStderr$")
	cmd.Env = append(os.Environ(), stderrMarker+"=1")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if out, err := cmd.Output(); err != nil {
		t.Fatalf("%v: %s%s", err, out, &errs)
	}
	lines := map[string]int{}
	for _, l := range strings.Split(strings.TrimSuffix(errs.String(), "\n"), "\n") {
		lines[l]++
	}
	for g := range stderrGoroutines {
		for i := range stderrLines {
			if l := stderrLine(g, i); lines[l] != 1 {
				t.Fatalf("line %q arrived %d times, of %d lines in all", l, lines[l], len(lines))
			}
		}
	}
	if want := stderrGoroutines*stderrLines + 1; len(lines) != want { // with the one at the end
		t.Errorf("%d different lines, want %d", len(lines), want)
	}
}

func stderrLine(g, i int) string { return fmt.Sprintf("goroutine %d writes line %d", g, i) }

func writeWhileParsing() {
	log.SetFlags(0)
	stop := make(chan struct{})
	var parsers, writers sync.WaitGroup
	for range stderrGoroutines {
		parsers.Add(1)
		go func() {
			defer parsers.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := pgsql.Parse("SELECT a, b FROM t WHERE a = 'x' AND b IN (1, 2, 3)"); err != nil {
					panic(err)
				}
				_, _ = pgsql.Parse("SELECT FROM WHERE")
			}
		}()
	}
	for g := range stderrGoroutines {
		writers.Add(1)
		go func() {
			defer writers.Done()
			for i := range stderrLines {
				if i%2 == 0 {
					fmt.Fprintln(os.Stderr, stderrLine(g, i))
				} else {
					log.Print(stderrLine(g, i))
				}
			}
		}()
	}
	writers.Wait()
	close(stop)
	parsers.Wait()
	fmt.Fprintln(os.Stderr, "stderr is still there")
}

// TestStderrStays watches the descriptor itself: while a text is parsed that
// takes a while, it leads to where it always does.
func TestStderrStays(t *testing.T) {
	before, err := os.Stderr.Stat()
	if err != nil {
		t.Skipf("needs a stderr: %v", err)
	}
	text := "SELECT a" + strings.Repeat(" OR a = 'x'", 50_000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 5 {
			_, _ = pgsql.Parse(text)
		}
	}()
	for n := 0; ; n++ {
		select {
		case <-done:
			t.Logf("looked %d times", n)
			return
		default:
		}
		now, err := os.Stderr.Stat()
		if err != nil || !os.SameFile(before, now) {
			t.Fatalf("while a parse runs, stderr leads elsewhere: %v (%v)", now, err)
		}
	}
}
