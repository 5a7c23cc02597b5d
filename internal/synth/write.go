package synth

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// seed is that of all inputs.
const seed = 1

// WriteHistory writes a history of at least size bytes as one text.
func WriteHistory(w io.Writer, size int64) error {
	b := bufio.NewWriterSize(w, 1<<16)
	h := NewHistory(seed)
	for n := int64(0); n < size; {
		k, err := b.WriteString(h.Next().SQL + "\n")
		if err != nil {
			return fmt.Errorf("write a history: %w", err)
		}
		n += int64(k)
	}
	return b.Flush()
}

// WriteMigrations writes a history of at least size bytes into a directory, as
// files of about perFile bytes whose names give their order. The statements are
// those of WriteHistory.
func WriteMigrations(dir string, size, perFile int64) error {
	h := NewHistory(seed)
	for file, n := 1, int64(0); n < size; file++ {
		text := ""
		for int64(len(text)) < perFile && n < size {
			sql := h.Next().SQL + "\n"
			text += sql
			n += int64(len(sql))
		}
		if err := write(dir, fmt.Sprintf("%06d_release.sql", file), text); err != nil {
			return err
		}
	}
	return nil
}

// WriteSteps writes the first steps of a history into a directory, each as a
// file of its own.
func WriteSteps(dir string, files int) error {
	h := NewHistory(seed)
	for i := range files {
		s := h.Next()
		if err := write(dir, fmt.Sprintf("%06d_%s.sql", i+1, s.Title), s.SQL); err != nil {
			return err
		}
	}
	return nil
}

func write(dir, name, text string) error {
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write a migration: %w", err)
	}
	return nil
}
