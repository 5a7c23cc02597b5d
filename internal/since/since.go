// Package since finds out which statements of a directory's files are new since
// a commit.
package since

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// File is a file as it is now. Its name is the path from the directory.
type File struct {
	Name string
	Text []byte
}

// Changes are the parts of files that are new.
type Changes struct {
	files [][]part // by file
}

type part struct{ from, to int64 }

// Has reports whether a byte of a file, given by its index, is new.
func (c *Changes) Has(file int, offset int64) bool {
	parts := c.files[file]
	i := sort.Search(len(parts), func(i int) bool { return parts[i].to > offset })
	return i < len(parts) && parts[i].from <= offset
}

// Statements returns what is new in the files of a directory since the branch
// that is checked out left the given commit: everything in files that did not
// exist there, and in the others the statements that did not stand in them.
// Layout and comments make no statement new. What is not committed counts.
func Statements(ctx context.Context, dir, ref string, files []File) (*Changes, error) {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	c := &Changes{files: make([][]part, len(files))}
	err := oldTexts(ctx, dir, ref, names, func(i int, old []byte, existed bool) error {
		switch {
		case !existed:
			c.files[i] = []part{{0, int64(len(files[i].Text)) + 1}}
			return nil
		case bytes.Equal(old, files[i].Text):
			return nil
		}
		var err error
		c.files[i], err = compare(old, files[i].Text)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// compare returns where the statements of text stand that old does not hold.
func compare(old, text []byte) ([]part, error) {
	left := map[string]int{}
	if err := each(old, func(st *pgsql.Statement) { left[key(st)]++ }); err != nil {
		return nil, err
	}
	var parts []part
	err := each(text, func(st *pgsql.Statement) {
		k := key(st)
		if left[k] > 0 {
			left[k]--
			return
		}
		// The comments in front of a statement are its own; behind the last
		// statement there is one more place, the end of the file.
		p := part{st.Start() - int64(len(st.Lead)), st.Stop()}
		if p.to == int64(len(text)) {
			p.to++
		}
		if n := len(parts); n > 0 && parts[n-1].to == p.from {
			parts[n-1].to = p.to
			return
		}
		parts = append(parts, p)
	})
	return parts, err
}

func key(st *pgsql.Statement) string {
	if st.Form == pgsql.Trailer {
		return st.Lead
	}
	return st.Normal()
}

func each(text []byte, f func(*pgsql.Statement)) error {
	for split := pgsql.NewTextSplitter(text); ; {
		st, err := split.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f(st)
	}
}
