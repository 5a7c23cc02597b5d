package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// writeFile writes a file as a whole or not at all: beside it first, then by a
// rename. What is no regular file, such as /dev/null or a named pipe, is written
// to as it is; a rename would take its place.
func writeFile(name string, fill func(*os.File) error) (err error) {
	if info, err := os.Stat(name); err == nil {
		switch {
		case info.IsDir():
			return fmt.Errorf("write %s: it is a directory: name a file", name)
		case !info.Mode().IsRegular():
			return writeThrough(name, fill)
		}
		if real, err := filepath.EvalSymlinks(name); err == nil {
			name = real // the link stays one
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".tmp-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	return nil
}

func writeThrough(name string, fill func(*os.File) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	if err := fill(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	return nil
}

// reason strips the path of a temporary file from an error.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err
	}
	return err
}

// writeTree writes files into a directory. The directory is made beside its
// final place and renamed at the end, so that an interrupted run leaves the old
// one, or none. What stands in an existing directory and is no part of the
// output is never removed: it is an error. rest is told of each text that is
// written; it may be nil.
func writeTree(ctx context.Context, dir string, files map[string][]byte, rest func(text []byte)) error {
	stale, err := strangers(dir, files)
	if err != nil {
		return err
	}
	if len(stale) > 0 {
		return fmt.Errorf("%s holds files that are no part of the translation: %s; the migration tool would read them: remove them, or name another directory",
			dir, list(stale))
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", parent, reason(err))
	}
	tmp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".tmp-*")
	if err != nil {
		return fmt.Errorf("write %s: it is made beside its place first, in %s: %w", dir, parent, reason(err))
	}
	defer os.RemoveAll(tmp)
	fresh := filepath.Join(tmp, "new")
	for _, name := range sortedNames(files) {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, name), reason(err))
		}
		if err := os.WriteFile(p, files[name], 0o644); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, name), reason(err))
		}
		if rest != nil {
			rest(files[name])
		}
	}
	old := filepath.Join(tmp, "old")
	switch err := os.Rename(dir, old); {
	case errors.Is(err, fs.ErrNotExist):
		old = ""
	case err != nil:
		return fmt.Errorf("replace %s: %w", dir, reason(err))
	}
	if err := os.Rename(fresh, dir); err != nil {
		if old != "" {
			os.Rename(old, dir) // the best that can be done: the old one back
		}
		return fmt.Errorf("write %s: %w", dir, reason(err))
	}
	return nil
}

// strangers returns the files of a directory that are not among those to be
// written.
func strangers(dir string, files map[string][]byte) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		if _, ok := files[filepath.ToSlash(rel)]; !ok {
			out = append(out, rel)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", dir, err)
	}
	return out, nil
}

func list(names []string) string {
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// outdated returns the paths under dir that differ from the files to be
// written: changed, missing, or too many.
func outdated(dir string, files map[string][]byte) ([]string, error) {
	extra, err := strangers(dir, files)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range extra {
		out = append(out, n+" (not part of the translation)")
	}
	for _, n := range sortedNames(files) {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(n)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			out = append(out, n+" (missing)")
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, n), err)
		case string(text) != string(files[n]):
			out = append(out, n)
		}
	}
	return out, nil
}

// apart refuses an output that lies within the input or around it: the next
// run would read what this one wrote, or this one would replace what it reads.
func apart(input, output string) error {
	if input == "" || output == "" {
		return nil
	}
	in, err := realPath(input)
	if err != nil {
		return err
	}
	out, err := realPath(output)
	if err != nil {
		return err
	}
	switch {
	case in == out:
		return fmt.Errorf("the output %s is the input: name another directory (the input is never changed; lint --fix does that)", output)
	case within(in, out):
		return fmt.Errorf("the output %s lies inside the input %s: the next run would take it for input; name a directory outside", output, input)
	case within(out, in):
		return fmt.Errorf("the output %s lies around the input %s and would replace it; name another directory", output, input)
	}
	return nil
}

// sameFile reports whether two paths lead to the same file that exists.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func within(outer, inner string) bool {
	rel, err := filepath.Rel(outer, inner)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// realPath resolves links as far as the path exists.
func realPath(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	rest := ""
	for dir := abs; ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest), nil
		}
		if dir == filepath.Dir(dir) {
			return abs, nil
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
}
