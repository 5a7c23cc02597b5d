package temporal

import (
	"errors"
	"fmt"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Problem is something about a schema directory that temporal-sql-tool cannot
// read, or would read as something else. It is an error.
type Problem struct {
	// File is the path within the file system that was read; a directory where
	// the problem is no file's.
	File string
	// Line and Column count from 1, columns in code points. Both are 0 if the
	// problem is not at one place of the file.
	Line, Column int
	// Constraint is the number of the constraint, "C1" to "C12"; see Check.
	Constraint string
	// Eras are those whose tool stumbles, oldest first.
	Eras []Era
	// Warning tells that the tool reads it all the same.
	Warning bool
	// Message says what is wrong and what to do.
	Message string
}

// Error gives the problem in one line, with its place and, where it is not one
// of every tool, the releases that stumble.
func (p Problem) Error() string {
	if name := eraNames(p.Eras); name != "" {
		return p.place() + ": " + p.Message + " (temporal-sql-tool " + name + ")"
	}
	return p.place() + ": " + p.Message
}

func (p Problem) place() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// asError joins problems to one error, one line for each; nil if there are
// none.
func asError(ps []Problem) error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// sortByPlace sorts the problems of one file.
func sortByPlace(ps []Problem) {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
}

// lineColumn returns the line and the column of a byte offset into the text.
func lineColumn(text []byte, offset int) (line, column int) {
	p := pgsql.Position{Line: 1, Column: 1}.Advance(string(text[:offset]))
	return p.Line, p.Column
}
