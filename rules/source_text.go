package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// sourceText is a source as a whole, for the rules about tools that read their
// files by lines.
type sourceText struct {
	text       strings.Builder
	statements []*Statement
}

func (s *sourceText) see(st *Statement) {
	s.statements = append(s.statements, st)
	s.text.WriteString(st.Lead)
	s.text.WriteString(st.Text)
	if st.Form == pgsql.CopyData { // its rows are not kept, only how many bytes they are
		s.text.WriteString(strings.Repeat(" ", int(st.Size)))
	}
	s.text.WriteString(st.Tail)
}

// ends reports whether a statement is that of another source.
func (s *sourceText) ends(st *Statement) bool {
	return len(s.statements) > 0 && s.statements[0].Source != st.Source
}

// report reports a range of the source.
func (s *sourceText) report(p *Pass, f Finding, start, end int) {
	for _, st := range s.statements {
		if start < int(st.Stop()) || st == s.statements[len(s.statements)-1] {
			f.Stmt, f.Start, f.End = st, start-int(st.Start()), min(end-int(st.Start()), len(st.Text))
			p.Report(f)
			return
		}
	}
}

// lineAt returns the rest of the line at an offset.
func lineAt(text string, at int) string {
	line, _, _ := strings.Cut(text[min(at, len(text)):], "\n")
	return line
}
