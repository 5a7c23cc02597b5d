// Command pg2crdb translates PostgreSQL DDL to CockroachDB and lints it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pg2crdb/pg2crdb/internal/gctune"
	"github.com/pg2crdb/pg2crdb/translate/verify"
)

// Exit codes.
const (
	exitFindings = 1 // findings at or above --fail-on, or an output that is not up to date
	exitTrouble  = 2 // usage, configuration, input or output
)

func main() { os.Exit(process()) }

func process() int {
	collector := gctune.Start()
	ctx, stop := signal.NotifyContext(context.Background(), interruptions()...)
	defer stop()
	return run(ctx, os.Args[1:], env{os.Stdin, os.Stdout, os.Stderr, os.Getenv, collector.Pause})
}

// interruptions are the signals that end a run in order. A terminal that goes
// away is one of them, unless the run was told to survive that (nohup).
func interruptions() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// env is what a run has of the world outside.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	between        func() // see lint.Options; may be nil
}

// errFindings makes a run end with exit code 1. What is to be said has been
// said.
var errFindings = errors.New("findings")

// run is main without the process around it.
func run(ctx context.Context, args []string, e env) int {
	root := newRoot(e)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return exitFindings
	case ctx.Err() != nil:
		var left *verify.Leftover
		if errors.As(err, &left) {
			fmt.Fprintf(e.stderr, "pg2crdb: interrupted; %v\n", left)
			return exitTrouble
		}
		fmt.Fprintln(e.stderr, "pg2crdb: interrupted; nothing was left half-written")
		return exitTrouble
	}
	fmt.Fprintf(e.stderr, "pg2crdb: %v\n", err)
	return exitTrouble
}
