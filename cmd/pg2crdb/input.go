package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pg2crdb/pg2crdb/internal/dirfs"
	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// input is what a command works on: a tree of files, or one text.
type input struct {
	arg string
	// fsys is the tree; nil for one text.
	fsys fs.FS
	// dir is the tree's directory on disk, "" if it is not on disk.
	dir string
	// name and text are those of a single text.
	name string
	text []byte
	// forget, if set, takes parts of the text out of memory for a while.
	forget func(from, to int64)
	// prefix is put in front of the names of a tree's files where a person or a
	// code host reads them.
	prefix string

	sources []lint.Source // of the report, with the texts as they are on disk
	shown   int           // the one of them that was asked for last
	pile    spool.Pile    // holds the texts of a large tree
}

// open finds out what an argument names: a Temporal release, a directory, a
// file, or - for standard input.
func open(ctx context.Context, arg string, e env) (*input, error) {
	in := &input{arg: arg}
	switch {
	case layout.IsRelease(arg):
		fsys, err := layout.Release(ctx, arg)
		if err != nil {
			return nil, err
		}
		in.fsys = fsys
		return in, nil
	case arg == "-":
		in.name = "<stdin>"
		if err := in.read(ctx, e.stdin); err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return in, nil
	}
	info, err := os.Stat(arg)
	switch {
	case arg == "":
		return nil, errors.New("the path is empty: name a directory, a file, or - for standard input")
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file or directory", arg)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", arg, reason(err))
	case info.IsDir():
		if err := searchable(arg); err != nil {
			return nil, fmt.Errorf("open %s: %w", arg, reason(err))
		}
		in.fsys, in.dir, in.prefix = dirfs.New(arg), arg, prefixOf(arg)
		return in, nil
	case !info.Mode().IsRegular() && info.Mode()&os.ModeNamedPipe == 0:
		return nil, fmt.Errorf("%s is %s: name a directory, a file, or - for standard input", arg, kindOf(info.Mode()))
	}
	in.name = filepath.ToSlash(arg)
	if info.Mode().IsRegular() && info.Size() >= spool.Large {
		t, err := spool.Open(arg)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", arg, reason(err))
		}
		in.text, in.forget = t.Bytes(), t.Forget
		return in, nil
	}
	text, err := readFile(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", arg, reason(err))
	}
	in.text = text
	return in, nil
}

// searchable returns why the files of a directory cannot be listed or looked at.
func searchable(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(dir, "."))
	return err
}

// kindOf names what is neither a file nor a directory.
func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "neither a file nor a directory"
}

// prefixOf returns the path of a directory from the working directory, with
// slashes; the path as it is for those outside, and nothing for the working
// directory itself.
func prefixOf(dir string) string {
	dir = filepath.Clean(dir)
	if filepath.IsAbs(dir) {
		if wd, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(wd, dir); err == nil && filepath.IsLocal(rel) {
				dir = rel
			}
		}
	}
	if dir == "." {
		return ""
	}
	return filepath.ToSlash(dir)
}

// readFile is os.ReadFile that can be interrupted: a named pipe may have no
// writer.
func readFile(ctx context.Context, name string) ([]byte, error) {
	return interruptible(ctx, func() ([]byte, error) { return os.ReadFile(name) })
}

// read reads the text. A large one goes to a temporary file.
func (in *input) read(ctx context.Context, r io.Reader) (err error) {
	in.text, err = interruptible(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(r, spool.Large)) })
	if err != nil || len(in.text) < spool.Large {
		return err
	}
	w, err := spool.Create()
	if err != nil {
		return err
	}
	_, err = interruptible(ctx, func() ([]byte, error) {
		_, err := io.Copy(w, io.MultiReader(bytes.NewReader(in.text), r))
		return nil, err
	})
	if err != nil {
		w.Discard()
		return err
	}
	t, err := w.Text()
	if err != nil {
		return err
	}
	in.text, in.forget = t.Bytes(), t.Forget
	return nil
}

func interruptible(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		if text == nil {
			text = []byte{} // what is nil has not been read
		}
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// home is the directory that the input's configuration is looked for from.
func (in *input) home() string {
	switch {
	case in.dir != "":
		return in.dir
	case in.file() != "":
		return filepath.Dir(in.file())
	}
	return "."
}

// file is the path of a single input file, "" if it is none.
func (in *input) file() string {
	if in.fsys != nil || in.arg == "-" {
		return ""
	}
	return in.arg
}

// path is where a source stands on disk.
func (in *input) path(name string) string {
	if in.fsys == nil {
		return in.file()
	}
	return filepath.Join(in.dir, filepath.FromSlash(name))
}

// tree reads the input as a layout; a single text is a history of its own.
func (in *input) tree(name string) (*layout.Tree, error) {
	var tree *layout.Tree
	if in.fsys == nil {
		tree = layout.OpenText(in.name, in.text, name)
		if src := &tree.Histories[0].Sources[0]; len(src.Text) == len(in.text) {
			src.Forget = in.forget
		}
	} else {
		var err error
		if tree, err = layout.OpenPiled(&in.pile, in.fsys, name); err != nil {
			return nil, fmt.Errorf("%s: %w", in.arg, err)
		}
	}
	in.sources, in.shown = nil, 0
	for _, h := range tree.Histories {
		for _, s := range h.Sources {
			s.Text = tree.Restore(s.Name, s.Text)
			in.sources = append(in.sources, s)
		}
	}
	return tree, nil
}

// source returns the text of a report's source, for printers that show lines.
func (in *input) source(i int) ([]byte, error) {
	if i < 0 || i >= len(in.sources) {
		return nil, fmt.Errorf("no source %d", i)
	}
	if s := &in.sources[in.shown]; s.Forget != nil { // what the last finding needed
		s.Forget(0, int64(len(s.Text)))
	}
	in.shown = i
	return in.sources[i].Text, nil
}
