package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/goose"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var gooseStatement = &Rule{
	Name:   "goose-statement",
	Title:  "goose cuts or refuses the text",
	Layout: "goose",
	Condition: "A statement with a semicolon at the end of a line within it and no `-- +goose StatementBegin` and `StatementEnd` around it; a last statement without a semicolon at the end of its line; " +
		"a block comment that no statement follows; directives that are missing, unknown, indented or out of order.",
	Effect:     "goose reads line by line and takes a line that ends with a semicolon for the end of a statement, also in a function's body: it sends the halves one by one. What no such line ends, a lone comment in /* */ included, it refuses, with the whole file.",
	Workaround: "StatementBegin and StatementEnd are put around the statement, the semicolon is added, the comment becomes one of lines that start with --. Directives are left to a person.",
	Versions:   "*",
	Sources:    []string{"goose: internal/sqlparser/parser.go", "goose docs, SQL migrations and annotations"},
	Examples: []Example{
		{
			Name:   "a function without a block",
			Input:  "-- +goose Up\nCREATE FUNCTION f() RETURNS INT LANGUAGE sql AS $$\n  SELECT 1;\n$$;\n-- +goose Down\nDROP FUNCTION f;\n",
			Output: "-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS INT LANGUAGE sql AS $$\n  SELECT 1;\n$$;\n-- +goose StatementEnd\n-- +goose Down\nDROP FUNCTION f;\n",
			Want:   []string{"3:11 error exact"},
		},
		{
			Name:   "no semicolon",
			Input:  "-- +goose Up\nCREATE TABLE t (id INT8 PRIMARY KEY) -- a table\n",
			Output: "-- +goose Up\nCREATE TABLE t (id INT8 PRIMARY KEY); -- a table\n",
			Want:   []string{"2:1 error exact"},
		},
		{
			Name:   "a comment by itself",
			Input:  "-- +goose Up\nCREATE TABLE t (id INT8 PRIMARY KEY);\n/* nothing\n   more */\n",
			Output: "-- +goose Up\nCREATE TABLE t (id INT8 PRIMARY KEY);\n-- nothing\n-- more\n",
			Want:   []string{"3:1 error exact"},
		},
		{
			Name:   "a directive that goose does not know",
			Input:  "-- +goose Up\n-- +goose Begin\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"2:1 error manual"},
			Manual: true,
		},
		{
			Name:  "a function in a block, two statements on a line",
			Input: "-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS INT LANGUAGE sql AS $$\n  SELECT 1;\n$$;\n-- +goose StatementEnd\nSELECT 1; SELECT 2;\n",
		},
	},
	Statement: func(p *Pass) {
		s := State[gooseSource](p)
		if s.ends(p.Stmt) {
			s.done(p)
		}
		s.see(p.Stmt)
	},
	Finish: func(p *Pass) { State[gooseSource](p).done(p) },
}

// gooseSource is the source that is being read.
type gooseSource struct{ sourceText }

func (s *gooseSource) done(p *Pass) {
	text := s.text.String()
	if strings.TrimSpace(text) == "" {
		*s = gooseSource{}
		return
	}
	pieces, problems := goose.Read(text)
	open := map[int]bool{}
	i := 0
	for _, piece := range pieces {
		for i < len(s.statements) && int(s.statements[i].Stop()) < piece.End {
			i++
		}
		switch {
		case piece.Open:
			open[piece.Start] = true
			s.unfinished(p, piece, text)
		case i < len(s.statements) && !piece.Block:
			s.cut(p, s.statements[i], piece, text)
		}
	}
	for _, problem := range problems {
		if !open[problem.Offset] {
			f := manual("goose refuses this file: "+problem.Message, "Write the directives as goose wants them: -- +goose Up, then -- +goose Down, each at the beginning of a line")
			s.report(p, f, problem.Offset, problem.Offset+len(lineAt(text, problem.Offset)))
		}
	}
	*s = gooseSource{}
}

// cut reports a statement that a piece ends within.
func (s *gooseSource) cut(p *Pass, st *Statement, piece goose.Piece, text string) {
	end := len(strings.TrimRight(text[:piece.End], " \t\r\n"))
	if st.Form != pgsql.SQL || int(st.Start()) >= end || int(st.End()) <= end || int(st.Start()) < piece.Start {
		return // the last: reported by the piece in front of this one
	}
	begin, finish := "-- +goose StatementBegin\n", "\n-- +goose StatementEnd"
	if line := text[strings.LastIndexByte(text[:st.Start()], '\n')+1 : st.Start()]; line != "" {
		begin = "\n" + begin
	}
	if strings.TrimSpace(lineAt(text, int(st.Stop()))) != "" {
		finish += "\n"
	}
	semicolon := strings.LastIndexByte(text[:end], ';')
	p.Report(Finding{
		Stmt: st, Start: semicolon - int(st.Start()), End: semicolon + 1 - int(st.Start()), Severity: Error, Fidelity: Exact,
		Message: "goose ends the statement at the semicolon at the end of this line, in the middle of it: StatementBegin and StatementEnd go around it",
		Edits:   []Edit{st.Replace(0, 0, begin), {Source: st.Source, Start: st.Stop(), End: st.Stop(), New: finish}},
	})
}

// unfinished reports a piece that no semicolon at the end of a line ends.
func (s *gooseSource) unfinished(p *Pass, piece goose.Piece, text string) {
	var last *Statement
	for _, st := range s.statements {
		if st.Form == pgsql.SQL && st.Text != "" && int(st.Start()) >= piece.Start && int(st.Start()) < piece.End {
			last = st
		}
	}
	if last != nil && last.Tail == "" && int(last.End()) <= piece.End {
		f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{last.Replace(int(last.Size), int(last.Size), ";")},
			Message: "goose refuses a file whose last statement has no semicolon"}
		s.report(p, f, int(last.Start()), int(last.End()))
		return
	}
	from := piece.Start
	if last != nil {
		from = int(last.Stop())
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "goose takes a comment in /* */ that no statement follows for a statement without its semicolon, and refuses the file: its lines become comments of their own"}
	at := -1
	for _, st := range s.statements {
		for _, c := range st.Comments {
			start, end := int(st.Start())+c.Start, int(st.Start())+c.End
			if !c.Block || start < from || end > piece.End {
				continue
			}
			if strings.TrimSpace(lineAt(text, end)) != "" {
				f.Edits = nil
				break
			}
			if at < 0 {
				at = start
			}
			f.Edits = append(f.Edits, Edit{Source: st.Source, Start: int64(start), End: int64(end), New: lineComments(text[start:end])})
		}
	}
	if len(f.Edits) == 0 {
		f = manual("goose refuses this file: no semicolon at the end of a line ends the statement", "Put a semicolon at the end of the line, with no comment in /* */ behind it")
		at = piece.Start
	}
	s.report(p, f, at, at+len(strings.TrimRight(lineAt(text, at), "\r")))
}

// lineComments makes comments of lines out of one in /* */.
func lineComments(block string) string {
	body := strings.TrimSuffix(strings.TrimPrefix(block, "/*"), "*/")
	var out []string
	for _, line := range strings.Split(body, "\n") {
		if line = strings.Trim(line, " \t\r*"); line != "" {
			out = append(out, "-- "+line)
		}
	}
	if len(out) == 0 {
		return "--"
	}
	return strings.Join(out, "\n")
}
