package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

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
	// prefix is put in front of the names of a tree's files where a person or a
	// code host reads them.
	prefix string

	names []string // of the report's sources
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
		text, err := io.ReadAll(e.stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		in.name, in.text = "<stdin>", nonNil(text)
		return in, nil
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file or directory", arg)
	case err != nil:
		return nil, fmt.Errorf("open the input: %w", err)
	case info.IsDir():
		in.fsys, in.dir, in.prefix = os.DirFS(arg), arg, filepath.ToSlash(filepath.Clean(arg))
		if in.prefix == "." || path.IsAbs(in.prefix) {
			in.prefix = ""
		}
		return in, nil
	case !info.Mode().IsRegular() && info.Mode()&os.ModeNamedPipe == 0:
		return nil, fmt.Errorf("%s: neither a file nor a directory", arg)
	}
	text, err := os.ReadFile(arg)
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	in.name, in.text = filepath.ToSlash(arg), nonNil(text)
	return in, nil
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// source returns the text of a report's source, for printers that show lines.
func (in *input) source(i int) ([]byte, error) {
	if in.fsys == nil {
		return in.text, nil
	}
	if i < 0 || i >= len(in.names) {
		return nil, fmt.Errorf("no source %d", i)
	}
	return fs.ReadFile(in.fsys, in.names[i])
}

// lines tells how many bytes a text has in front of its first difference from
// another; it is for messages.
func same(a, b []byte) bool { return bytes.Equal(a, b) }
