// Package spool holds texts that are too large for memory in files, as bytes.
// What has been read can be forgotten: it is read from the file again when it
// is needed again.
package spool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
)

// Large is the size in bytes from which on a text is worth a file.
const Large = 4 << 20

// Text is a text in a file. The zero value is an empty one.
type Text struct {
	bytes []byte
	file  *os.File // of its own, to be removed; nil for a file of the user's
}

// Bytes returns the text. It must not be changed, nor used once the text is
// closed.
func (t *Text) Bytes() []byte { return t.bytes }

// Close gives the memory back, and removes the file if it was made here.
func (t *Text) Close() error {
	err := unmap(t.bytes)
	t.bytes = nil
	if t.file != nil {
		t.file.Close()
		os.Remove(t.file.Name())
		t.file = nil
	}
	return err
}

// Forget says that the bytes [from, to) are not needed for now. They can be
// used again at any time.
func (t *Text) Forget(from, to int64) {
	page := int64(os.Getpagesize())
	from = (from + page - 1) / page * page
	to = min(to, int64(len(t.bytes))) / page * page
	if from < to {
		forget(t.bytes[from:to])
	}
}

// WriteTo writes the text, and forgets it on the way.
func (t *Text) WriteTo(w io.Writer) (int64, error) {
	const step = 1 << 20
	var done int64
	for done < int64(len(t.bytes)) {
		end := min(done+step, int64(len(t.bytes)))
		n, err := w.Write(t.bytes[done:end])
		done += int64(n)
		if err != nil {
			return done, err
		}
		t.Forget(end-step, end)
	}
	return done, nil
}

// Open returns the text of a regular file, which must not be changed as long as
// it is used.
func Open(name string) (*Text, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	b, err := mapFile(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("map %s into memory: %w", name, err)
	}
	return &Text{bytes: b}, nil
}

// Writer makes a text.
type Writer struct {
	file *os.File
	buf  *bufio.Writer
	n    int64
}

// Create returns a writer of a text in the directory for temporary files.
func Create() (*Writer, error) {
	f, err := os.CreateTemp("", "pg2crdb-*.sql")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	return &Writer{file: f, buf: bufio.NewWriterSize(f, 1<<16)}, nil
}

// Write appends to the text.
func (w *Writer) Write(b []byte) (int, error) {
	n, err := w.buf.Write(b)
	w.n += int64(n)
	return n, err
}

// WriteString appends to the text.
func (w *Writer) WriteString(s string) (int, error) {
	n, err := w.buf.WriteString(s)
	w.n += int64(n)
	return n, err
}

// Size is how many bytes were written.
func (w *Writer) Size() int64 { return w.n }

// Text ends the writing and returns the text.
func (w *Writer) Text() (*Text, error) {
	err := w.buf.Flush()
	var b []byte
	if err == nil {
		b, err = mapFile(w.file, w.n)
	}
	if err != nil {
		w.Discard()
		return nil, fmt.Errorf("write %s: %w", filepath.Dir(w.file.Name()), err)
	}
	t := &Text{bytes: b, file: w.file}
	if unlinkOpen {
		// Whatever ends the process, the file goes with it.
		os.Remove(w.file.Name())
	}
	return t, nil
}

// Guard calls f, which reads texts. If another program cuts a file short
// meanwhile, that is an error and not the end of the process.
func Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(interface{ Addr() uintptr }); !ok {
				panic(r)
			}
			err = errors.New("the file became shorter while it was read: run again")
		}
	}()
	return f()
}

// Discard ends the writing and removes the file.
func (w *Writer) Discard() {
	w.file.Close()
	os.Remove(w.file.Name())
}
