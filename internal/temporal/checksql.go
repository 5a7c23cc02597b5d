package temporal

import (
	"bytes"
	"fmt"
	"io/fs"
	"sort"
	"unicode/utf8"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

const byteOrderMark = "\xef\xbb\xbf"

// sqlCheck checks one file. It takes PostgreSQL's own idea of its statements
// as the truth and holds each era's against it.
type sqlCheck struct {
	file string
	text []byte
	// update tells that update-schema reads the file, not setup-schema.
	update bool
	// statements are those that a server would execute.
	statements []*pgsql.Statement
	// agreed tells that the tool of every era takes the statements for what
	// they are, so that none has to be looked into alone.
	agreed bool
	// shifted tells that the tools lose their place in the text, so that what
	// they make of it says nothing more.
	shifted  bool
	lines    []int // offset of each line, once one is asked for
	problems []Problem
	offsets  []int // of the problems
	last     pgsql.Position
}

// checkFile checks one file. If it cannot be read there is no check, only a
// problem.
func checkFile(fsys fs.FS, file string, update bool, split Split) (*sqlCheck, []Problem) {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, []Problem{{File: file, Constraint: "C4", Eras: Eras(), Message: fmt.Sprintf("cannot be read: %v", reason(err))}}
	}
	c := &sqlCheck{file: file, text: text, update: update}
	pieces, err := split(text)
	if err != nil {
		return nil, []Problem{{File: file, Constraint: "C8", Eras: Eras(), Message: err.Error()}}
	}
	c.bytes()
	c.agreed = allAgree(text, pieces)
	for _, st := range pieces {
		c.piece(st)
	}
	if !c.agreed && !c.shifted {
		for _, e := range Eras() {
			c.era(e)
		}
	}
	return c, nil
}

// add notes a problem at a byte offset of the file.
func (c *sqlCheck) add(constraint string, eras []Era, offset int, format string, args ...any) {
	p := Problem{File: c.file, Constraint: constraint, Eras: eras, Message: fmt.Sprintf(format, args...)}
	p.Line, p.Column = c.place(offset)
	c.problems = append(c.problems, p)
	c.offsets = append(c.offsets, offset)
}

// place returns the line and the column of a byte offset. It counts on from the
// place before where it can, for the sake of files that are one long line.
func (c *sqlCheck) place(offset int) (line, column int) {
	if c.lines == nil {
		c.lines = []int{0}
		for i, b := range c.text {
			if b == '\n' {
				c.lines = append(c.lines, i+1)
			}
		}
	}
	line = sort.SearchInts(c.lines, offset+1)
	from, column := c.lines[line-1], 1
	if c.last.Line == line && int(c.last.Offset) <= offset {
		from, column = int(c.last.Offset), c.last.Column
	}
	column += utf8.RuneCount(c.text[from:offset])
	c.last = pgsql.Position{Offset: int64(offset), Line: line, Column: column}
	return line, column
}

// at notes a problem of all eras at a byte offset of a statement.
func (c *sqlCheck) at(constraint string, st *pgsql.Statement, offset int, format string, args ...any) {
	c.add(constraint, Eras(), int(st.Start())+offset, format, args...)
}

// warn is at for a warning.
func (c *sqlCheck) warn(constraint string, st *pgsql.Statement, offset int, format string, args ...any) {
	c.at(constraint, st, offset, format, args...)
	c.problems[len(c.problems)-1].Warning = true
}

// bytes checks what needs no statements (C8).
func (c *sqlCheck) bytes() {
	if bytes.HasPrefix(c.text, []byte(byteOrderMark)) {
		c.add("C8", Eras(), 0, "starts with a byte order mark, which temporal-sql-tool takes for part of the first statement: save it as UTF-8 without one")
	}
	if at := pgsql.Shifts(c.text); at >= 0 {
		c.shifted = true
		r, n := utf8.DecodeRune(c.text[at:])
		what := fmt.Sprintf("the lower case of %q has another length", r)
		if r == utf8.RuneError && n == 1 {
			what = fmt.Sprintf("byte 0x%02x is not UTF-8", c.text[at])
		}
		c.add("C8", Eras(), at, "%s: temporal-sql-tool loses its place behind it: write the text in ASCII, comments too", what)
	}
	if at := bytes.IndexByte(c.text, 0); at >= 0 {
		c.add("C8", Eras(), at, "a NUL byte, which no server takes: remove it")
	}
}
