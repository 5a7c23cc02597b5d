package verify

import (
	"bytes"
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/translate"
)

// history is what is applied to one database, in the units of the migration
// tool.
type history struct {
	*translate.Result
	units      []*unit
	statements int
	// before is how many sources and statements the histories before this one
	// have.
	before struct{ sources, statements int }
}

// unit is what a tool applies as one step: a version, a file.
type unit struct {
	name       string
	statements []*statement
	// transaction tells that the tool runs it in one transaction.
	transaction bool
	// whole tells that the unit is a schema as a whole beside a versioned one,
	// which the tool does not repeat.
	whole bool
}

// statement is one statement of a unit.
type statement struct {
	*pgsql.Statement
	text   *translate.Text
	source int // index in the history
	number int // in the history
	// rows are those of a COPY ... FROM stdin; nil for other statements.
	rows []byte
	// original tells that the statement is PostgreSQL's, not the translation's.
	original bool
}

// place returns where a range of the statement's text is in the original
// source, and where its start is in the translated one.
func (s *statement) place(start, end int) (from, to, translated lint.Position) {
	translated = s.At(start)
	if s.original {
		return translated, s.At(end), translated
	}
	base := s.Start()
	return s.text.Position(s.text.Origin(base + int64(start))), s.text.Position(s.text.Origin(base + int64(end))), translated
}

// where names the statement's place in the original source.
func (s *statement) where() string {
	from, _, _ := s.place(0, 0)
	return fmt.Sprintf("%s:%d", s.text.Name, from.Line)
}

// plan cuts the texts of a translation into units and statements; with
// original, the texts that it was made from. The way back of migrations is left
// out, and so are the commands of psql.
func plan(h *translate.Result, layout string, original bool) (*history, error) {
	out := &history{Result: h}
	for i := range h.Texts {
		t := &h.Texts[i]
		content := t.Content
		if original {
			content = t.Original()
		}
		stmts, err := pgsql.Split(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		name := t.Unit
		if name == "" {
			name = t.Name
		}
		if n := len(out.units); n == 0 || out.units[n-1].name != name {
			out.units = append(out.units, &unit{name: name, transaction: t.Transaction(), whole: layout == "temporal" && name == t.Name})
		}
		u := out.units[len(out.units)-1]
		var last *statement
		for _, st := range stmts {
			if st.Form == pgsql.CopyData && last != nil {
				last.rows = copyRows(content[st.Start():st.End()])
			}
			if st.Form != pgsql.SQL || st.Text == "" || down(t, st.Start(), original) {
				last = nil
				continue
			}
			last = &statement{Statement: st, text: t, source: i, number: out.statements, original: original}
			out.statements++
			u.statements = append(u.statements, last)
			if t.Batch() && (st.Is(0, "begin") || st.Words(0, "start", "transaction")) {
				// The text's own BEGIN begins the transaction.
				u.transaction = false
			}
		}
	}
	return out, nil
}

func down(t *translate.Text, offset int64, original bool) bool {
	if original {
		return t.OriginalDown(offset)
	}
	return t.Down(offset)
}

// copyRows returns the rows of a COPY without the line that ends them.
func copyRows(data []byte) []byte {
	if rows, ok := bytes.CutSuffix(bytes.TrimRight(data, "\r\n"), []byte("\\.")); ok {
		return rows
	}
	return data
}
