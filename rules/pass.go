package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Statement is a statement at its place in the history.
type Statement struct {
	*pgsql.Statement
	// Source is the index of its source in the history, File the source's name.
	Source int
	File   string
	// Number counts the statements of the history from 0.
	Number int
	// Unit names what the migration tool applies as one step, such as a version
	// directory; empty where the layout has none.
	Unit string
	// Down tells that the statement belongs to the way back of a migration. The
	// catalog does not follow it.
	Down bool
	// InTxn tells that the statement stands between BEGIN and COMMIT, or that
	// the layout's tool runs the file in one transaction.
	InTxn bool
	// Begun tells that a BEGIN, of the text or of the tool, has begun a transaction
	// that goes on.
	Begun bool
}

// Edit replaces the bytes [Start, End) of a source.
type Edit struct {
	Source     int
	Start, End int64
	New        string
	// Drop marks an edit that takes a statement or a list element out as a
	// whole: whatever else would be edited within it is moot.
	Drop bool
	// Once marks an insertion that several findings share: what is equal to it
	// is made once.
	Once bool
}

// Finding is what a rule reports of one place.
type Finding struct {
	// Start and End are byte offsets into the text of the pass's statement. If
	// both are zero, the finding is about the whole statement.
	Start, End int
	// Stmt is the statement that Start and End belong to; nil for that of the
	// pass. Rules that speak at the end of the history set it.
	Stmt *Statement
	// Severity and Fidelity as documented there.
	Severity Severity
	Fidelity Fidelity
	// Message says what differs and why, in one or two sentences without a full
	// stop at the end. Todo says what a person can do; it is required for
	// Manual.
	Message, Todo string
	// Until names the version from which on the fix would lose nothing.
	Until string
	// Follows reports that the finding only follows from an earlier one, such as
	// a trigger whose function could not be made.
	Follows bool
	// Edits are the fix.
	Edits []Edit
	// elements are list elements that the fix takes out; see Pass.DropElement.
	elements []element
}

// Pass is one statement as one rule sees it.
type Pass struct {
	Rule   *Rule
	Target Target
	Layout string
	// Stmt is the statement; nil in Finish.
	Stmt *Statement
	// Catalog is what exists in front of the statement; in Finish, at the end.
	Catalog *catalog.Catalog
	// Parents are the nodes above the checked one, outermost first. Valid
	// during Check only.
	Parents []pgsql.Node

	run    *Run
	memory *any // of the rule
}

// Report adds a finding.
func (p *Pass) Report(f Finding) {
	if f.Stmt == nil {
		f.Stmt = p.Stmt
	}
	if f.Start == 0 && f.End == 0 && f.Stmt != nil {
		f.End = int(f.Stmt.Size)
	}
	p.run.add(p.Rule, f)
}

// Parent returns the n-th node above the checked one, 0 for the nearest; nil
// beyond the statement.
func (p *Pass) Parent(n int) pgsql.Node {
	if i := len(p.Parents) - 1 - n; i >= 0 {
		return p.Parents[i]
	}
	return nil
}

// Replay calls f for each statement of the history once more, with the catalog
// as it was in front of it. It is for Finish alone, and for what cannot be kept
// of every statement: it costs as much as reading the history.
func (p *Pass) Replay(f func(*Pass)) { p.run.again(p.Rule, f) }

// State returns the rule's own memory over one run, made by zero value on the
// first call. A rule holds nothing between runs.
func State[T any](p *Pass) *T {
	return remembered[T](p.memory)
}

// plainType is catalog.PlainType. Half a dozen rules ask about each column, one
// after the other.
func (p *Pass) plainType(t *pgsql.TypeName) catalog.Type {
	memo := &p.run.plainType
	if memo.node != t || t == nil {
		memo.node, memo.typ = t, catalog.PlainType(t)
	}
	return memo.typ
}

// Replace returns an edit of the bytes [start, end) of the statement's text.
func (p *Pass) Replace(start, end int, text string) Edit {
	return p.Stmt.Replace(start, end, text)
}

// Replace returns an edit of the bytes [start, end) of the statement's text.
func (s *Statement) Replace(start, end int, text string) Edit {
	at := s.Start()
	return Edit{Source: s.Source, Start: at + int64(start), End: at + int64(end), New: text}
}

// Insert returns an edit that puts text at a byte offset of the statement.
func (p *Pass) Insert(at int, text string) Edit { return p.Replace(at, at, text) }

// Delete returns an edit that takes the tokens [first, last] out, with the
// white space in front of them.
func (p *Pass) Delete(first, last int) Edit { return p.Stmt.Delete(first, last) }

// Delete returns an edit that takes the tokens [first, last] out, with the
// white space in front of them. Where that would join two words, a space
// stays.
func (s *Statement) Delete(first, last int) Edit {
	start, end := s.Tokens[first].Start(), s.Tokens[last].End()
	text := ""
	if first > 0 {
		start = s.Tokens[first-1].End()
		if k := s.Text[start:s.Tokens[first].Start()]; containsComment(k) {
			start = s.Tokens[first].Start() // the comment stays
		} else if last+1 < len(s.Tokens) && s.Tokens[last+1].Start() == end && wordy(s.Text[start-1]) && wordy(s.Text[end]) {
			text = " "
		}
	} else if last+1 < len(s.Tokens) {
		end = s.Tokens[last+1].Start()
	}
	return s.Replace(start, end, text)
}

func containsComment(trivia string) bool {
	for i := 0; i+1 < len(trivia); i++ {
		if trivia[i:i+2] == "--" || trivia[i:i+2] == "/*" {
			return true
		}
	}
	return false
}

func wordy(c byte) bool {
	return c == '_' || c == '"' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// DropStatement returns the edit that takes the statement out, with its
// semicolon and, where nothing else stands on its lines, their ends. Comments
// in front of it stay.
func (p *Pass) DropStatement() []Edit { return []Edit{p.Stmt.Dropped()} }

// Dropped is DropStatement for any statement of the history.
func (s *Statement) Dropped() Edit {
	return Edit{Source: s.Source, Start: s.Start(), End: s.Stop(), Drop: true}
}

// List is a comma-separated list in a statement, of which elements can go.
type List struct {
	// Elements are token ranges [first, last].
	Elements [][2]int
	// Whole is the token range that goes when no element is left; the whole
	// statement if it is {0, len(tokens)-1}. {-1, -1} if an empty list may stay.
	Whole [2]int
}

type element struct {
	list List
	i    int
}

// DropElement makes f take element i out of a list, together with its comma.
// Several findings may each take elements out of the same list.
func (f *Finding) DropElement(list List, i int) {
	f.elements = append(f.elements, element{list, i})
}
