package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// cutOff is a context that is interrupted after it was looked at n times.
type cutOff struct {
	context.Context
	n int
}

func (c *cutOff) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

// contents returns the files below a directory.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// An interruption at any point leaves the old output, or the new one.
func TestWriteTreeInterrupted(t *testing.T) {
	files := map[string][]byte{"1.sql": []byte("new 1"), "2.sql": []byte("new 2"), "a/3.sql": []byte("new 3")}
	for n := 0; n <= len(files); n++ {
		dir := t.TempDir()
		old := map[string]string{"out/1.sql": "old 1", "out/2.sql": "old 2"}
		put(t, dir, old)
		err := writeTree(&cutOff{context.Background(), n}, filepath.Join(dir, "out"), files, nil)
		want := old
		if n == len(files) {
			want = map[string]string{"out/1.sql": "new 1", "out/2.sql": "new 2", "out/a/3.sql": "new 3"}
		}
		if (err == nil) != (n == len(files)) {
			t.Errorf("after %d: %v", n, err)
		}
		if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
			t.Errorf("after %d (-want +got):\n%s", n, diff)
		}
	}
}

// So it is with files that are changed in place.
func TestReplaceFilesInterrupted(t *testing.T) {
	for n := 0; n <= 2; n++ {
		dir := t.TempDir()
		old := map[string]string{"1.sql": "old 1", "2.sql": "old 2"}
		put(t, dir, old)
		list := []change{
			{filepath.Join(dir, "1.sql"), []byte("old 1"), []byte("new 1")},
			{filepath.Join(dir, "2.sql"), []byte("old 2"), []byte("new 2")},
		}
		err := replaceFiles(&cutOff{context.Background(), n}, list)
		want := old
		if n == 2 {
			want = map[string]string{"1.sql": "new 1", "2.sql": "new 2"}
		}
		if (err == nil) != (n == 2) {
			t.Errorf("after %d: %v", n, err)
		}
		if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
			t.Errorf("after %d (-want +got):\n%s", n, diff)
		}
	}
}

// A file that somebody changed meanwhile is not overwritten, and neither are
// the others.
func TestReplaceFilesChanged(t *testing.T) {
	dir := t.TempDir()
	old := map[string]string{"1.sql": "old 1", "2.sql": "an edit"}
	put(t, dir, old)
	err := replaceFiles(context.Background(), []change{
		{filepath.Join(dir, "1.sql"), []byte("old 1"), []byte("new 1")},
		{filepath.Join(dir, "2.sql"), []byte("old 2"), []byte("new 2")},
	})
	if err == nil || !strings.HasSuffix(err.Error(), "2.sql has changed while it was looked at, so no file was changed: run again") {
		t.Error(err)
	}
	if diff := cmp.Diff(old, contents(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A directory in which no file can be made: /proc is one, for root as well.
func TestReplaceFilesUnwritable(t *testing.T) {
	const name = "/proc/version"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Skip("needs /proc")
	}
	err = replaceFiles(context.Background(), []change{{name, text, []byte("x")}})
	if err == nil || !strings.HasPrefix(err.Error(), "write /proc/version: ") {
		t.Errorf("got %v", err)
	}
}

// Fixes that overlap are refused, with their places.
func TestFixConflicts(t *testing.T) {
	at := lint.Position{Offset: 3, Line: 2, Column: 1}
	edit := []rules.Edit{{Start: 3, End: 5}}
	r := &lint.Report{Findings: []lint.Finding{
		{Rule: "a", File: "1.sql", Start: at, Fidelity: rules.Exact, Conflict: "b", Edits: edit},
		{Rule: "b", File: "1.sql", Start: at, Fidelity: rules.Weaker, Conflict: "a", Edits: edit},
	}}
	x := &fixer{in: &input{prefix: "db"}}
	err := x.conflicts(r)
	want := "fixes are in each other's way, so no file was changed:\n  db/1.sql:2:1: the fix of a overlaps that of b\nchange these statements by hand, or suppress one of the two findings (-- pg2crdb:ignore rule)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	r.Findings = r.Findings[1:]
	if err := x.conflicts(r); err != nil {
		t.Errorf("the fix is not exact and would not be applied: %v", err)
	}
	x.all = true
	if x.conflicts(r) == nil {
		t.Error("--fix=all: no error")
	}
}

// A run that is interrupted while it reads or works says so and exits with 2.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	never, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer never.Close()
	for _, args := range [][]string{{"lint", "-"}, {"translate", "-"}, {"lint", "."}} {
		if args[1] == "." {
			dir := t.TempDir()
			put(t, dir, map[string]string{"1.sql": "CREATE TABLE t (a INT);"})
			args[1] = dir
		}
		var out, errs bytes.Buffer
		code := run(ctx, args, env{stdin: never, stdout: &out, stderr: &errs, getenv: func(string) string { return "" }})
		if code != exitTrouble || errs.String() != "pg2crdb: interrupted; nothing was left half-written\n" {
			t.Errorf("%v: %d, %s", args, code, &errs)
		}
	}
}

func TestWriteFileKeepsOld(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	put(t, filepath.Dir(name), map[string]string{"a": "old"})
	trouble := errors.New("trouble")
	err := writeFile(name, func(f *os.File) error {
		if _, err := f.WriteString("half"); err != nil {
			return err
		}
		return trouble
	})
	if !errors.Is(err, trouble) {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "old"}, contents(t, filepath.Dir(name))); diff != "" {
		t.Error(diff)
	}
}
