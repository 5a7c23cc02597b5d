// Command synth writes the inputs of the benchmarks to disk, for measurements
// outside of go test; see package internal/synth.
//
//	synth history SIZE FILE      a history as one file
//	synth migrations SIZE DIR    the same as migrations of 50,000 bytes
//	synth steps FILES DIR        the same, each step a file of its own
//	synth dump SIZE FILE         a pg_dump with COPY data
//	synth inserts SIZE FILE      a pg_dump with INSERT statements
//
// SIZE is in bytes.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/synth"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: synth history|migrations|steps|dump|inserts SIZE PATH")
	}
	size, err := strconv.ParseInt(os.Args[2], 10, 64)
	if err != nil || size < 0 {
		log.Fatalf("synth: %q is no size", os.Args[2])
	}
	if err := run(os.Args[1], size, os.Args[3]); err != nil {
		log.Fatalf("synth: %v", err)
	}
}

func run(what string, size int64, path string) error {
	switch what {
	case "history":
		return file(path, func(w io.Writer) error { return synth.WriteHistory(w, size) })
	case "dump", "inserts":
		return file(path, func(w io.Writer) error { return synth.WriteDump(w, size, what == "inserts") })
	case "migrations", "steps":
		if err := os.MkdirAll(path, 0o755); err != nil {
			return fmt.Errorf("write to %s: %w", path, err)
		}
		if what == "steps" {
			return synth.WriteSteps(path, int(size))
		}
		return synth.WriteMigrations(path, size, 50_000)
	}
	return fmt.Errorf("%q is no input: take one of history, migrations, steps, dump, inserts", what)
}

func file(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
