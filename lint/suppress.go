package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/near"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// SuppressionRule is the name under which the engine reports wrong and unused
// suppressions; package rules documents it.
const SuppressionRule = "suppression"

// suppressions are the comments of a history that silence findings.
type suppressions struct {
	// all and opts are those of the run.
	all  []*rules.Rule
	opts Options
	// known are the names that may be written, running those that can have
	// found something. Most histories suppress nothing: made when first needed.
	known, running map[string]bool

	marks    []*mark
	open     []*mark // regions of the current source without an end
	source   int
	prev     *rules.Statement // in the same source
	problems []Finding
}

// mark is one rule named by a suppression.
type mark struct {
	rule string
	at   Finding // where it stands, for what is said of it
	// The findings it is about: in the same source, starting in [from, to) or,
	// if touch is set, having a part in it.
	from, to int64
	touch    bool
	used     bool
}

func newSuppressions(all []*rules.Rule, opts Options) *suppressions {
	return &suppressions{all: all, opts: opts, source: -1}
}

// names fills known and running.
func (s *suppressions) names() {
	if s.known != nil {
		return
	}
	s.known, s.running = map[string]bool{}, map[string]bool{}
	for _, r := range rules.All() {
		s.known[r.Name] = true
	}
	for _, r := range s.all {
		s.known[r.Name] = true
		sev, set := s.opts.Severity[r.Name]
		s.running[r.Name] = r.Runs(s.opts.Target, s.opts.Layout, s.opts.Advice) && !(set && sev == 0)
	}
}

const endOfSource = int64(1) << 62

// see collects the suppressions of a statement. Statements come in the order of
// the history.
func (s *suppressions) see(st *rules.Statement) {
	if st.Source != s.source {
		s.closeSource()
		s.source, s.prev = st.Source, nil
	}
	all := "" // put together for the first comment that needs it
	for _, c := range st.Comments {
		text := commentText(st, c)
		if !strings.Contains(text, directivePrefix) {
			continue // as nearly all
		}
		d, ok := parseDirective(text)
		if !ok {
			continue
		}
		if all == "" {
			all = st.Lead + st.Text + st.Tail
		}
		pos := st.At(c.Start)
		if behind := c.Start - len(st.Text); behind > 0 {
			pos = pos.Advance(st.Tail[:behind])
		}
		s.add(d, comment{st: st, prev: s.prev, text: text, all: all, start: len(st.Lead) + c.Start, pos: pos})
	}
	s.prev = st
}

func (s *suppressions) add(d directive, c comment) {
	s.names()
	if d.word == "ignore-end" {
		s.end(d, c)
		return
	}
	var m mark
	switch d.word {
	case "ignore":
		m.from, m.to, m.touch = c.scope()
	case "ignore-file":
		m.to = endOfSource
	case "ignore-start":
		m.from, m.to = c.pos.Offset, endOfSource
	default:
		s.problem(c.finding(0, len(c.text)), rules.Error,
			fmt.Sprintf("pg2crdb:%s is no suppression that pg2crdb knows, so it silences nothing", d.word),
			"Write pg2crdb:ignore, ignore-file, ignore-start or ignore-end")
		return
	}
	if len(d.rules) == 0 {
		s.problem(c.finding(0, len(c.text)), rules.Error,
			fmt.Sprintf("pg2crdb:%s names no rule, so it silences nothing", d.word),
			fmt.Sprintf("Name the rules that it is about: -- pg2crdb:%s rule[, rule] -- reason", d.word))
	}
	for _, r := range d.rules {
		m := m
		m.rule, m.at = r.name, c.finding(r.start, r.end)
		if !s.name(r.name, m.at) {
			continue
		}
		s.marks = append(s.marks, &m)
		if d.word == "ignore-start" {
			s.open = append(s.open, &m)
		}
	}
}

// name reports whether a suppression may name the rule.
func (s *suppressions) name(name string, at Finding) bool {
	switch {
	case name == SuppressionRule:
		s.problem(at, rules.Error, "a suppression cannot silence the findings about suppressions", "Correct or remove what they speak of")
	case !s.known[name]:
		s.problem(at, rules.Error, fmt.Sprintf("no rule is named %q, so this silences nothing%s", name, s.hint(name)),
			"Correct the name (`pg2crdb rules` lists them); a reason goes behind --")
	default:
		return true
	}
	return false
}

func (s *suppressions) hint(name string) string {
	names := make([]string, 0, len(s.known))
	for n := range s.known {
		names = append(names, n)
	}
	slices.Sort(names)
	return near.Hint(name, names)
}

// end closes the regions of the named rules, or all.
func (s *suppressions) end(d directive, c comment) {
	if len(s.open) == 0 && len(d.rules) == 0 {
		s.problem(c.finding(0, len(c.text)), rules.Error, "pg2crdb:ignore-end ends nothing: no ignore-start stands in front of it", "Remove it, or write the ignore-start")
		return
	}
	if len(d.rules) == 0 {
		for _, m := range s.open {
			m.to = c.pos.Offset
		}
		s.open = nil
	}
	for _, r := range d.rules {
		at := c.finding(r.start, r.end)
		if !s.name(r.name, at) {
			continue
		}
		i := len(s.open) - 1
		for i >= 0 && s.open[i].rule != r.name {
			i--
		}
		if i < 0 {
			s.problem(at, rules.Error, fmt.Sprintf("pg2crdb:ignore-end ends nothing: no ignore-start of %s stands in front of it", r.name), "Remove it, or write the ignore-start")
			continue
		}
		s.open[i].to = c.pos.Offset
		s.open = slices.Delete(s.open, i, i+1)
	}
}

// closeSource reports the regions that the source ends in.
func (s *suppressions) closeSource() {
	for _, m := range s.open {
		s.problem(m.at, rules.Error, fmt.Sprintf("this ignore-start of %s is never ended: it reaches to the end of the file", m.rule),
			"Write -- pg2crdb:ignore-end where it ends, or ignore-file if the whole file is meant")
	}
	s.open = nil
}

func (s *suppressions) problem(f Finding, sev rules.Severity, message, todo string) {
	f.Rule, f.Severity, f.Message, f.Todo = SuppressionRule, sev, message, todo
	if sev == rules.Error {
		f.Fidelity = rules.Manual // only a person knows what was meant
	}
	s.problems = append(s.problems, f)
}

// apply returns the findings that are not silenced. Afterwards problems holds
// what there is to say of the suppressions themselves.
func (s *suppressions) apply(fs []Finding) []Finding {
	s.closeSource()
	if len(s.marks) == 0 {
		return fs
	}
	marks := indexMarks(s.marks)
	out := fs[:0]
	for i := range fs {
		if !marks.silence(&fs[i]) {
			out = append(out, fs[i])
		}
	}
	for _, m := range s.marks {
		if !m.used && s.running[m.rule] {
			s.problem(m.at, rules.Warning, fmt.Sprintf("this suppression of %s silences nothing", m.rule),
				"Remove it, or move it to the line or in front of the statement that it is about")
		}
	}
	return out
}

func (m *mark) covers(f *Finding) bool {
	if f.Rule != m.rule || f.Start.Line == 0 || f.Start.Offset >= m.to {
		return false
	}
	return f.Start.Offset >= m.from || m.touch && f.End.Offset > m.from
}

// comment is a comment at its place.
type comment struct {
	st    *rules.Statement
	prev  *rules.Statement
	text  string   // with its dashes or stars
	all   string   // lead, text and tail of the statement
	start int      // of the comment in all
	pos   Position // of the comment
}

// commentText returns the text of a statement's comment, with its dashes or
// stars; "" for one within the rows of COPY, which are not kept.
func commentText(st *rules.Statement, c pgsql.Comment) string {
	switch tail := c.Start - len(st.Text); {
	case c.End <= 0:
		return st.Lead[len(st.Lead)+c.Start : len(st.Lead)+c.End]
	case c.Start >= 0 && c.End <= len(st.Text):
		return st.Text[c.Start:c.End]
	case tail >= 0 && tail+c.End-c.Start <= len(st.Tail):
		return st.Tail[tail : tail+c.End-c.Start]
	}
	return ""
}

// finding returns a finding about the bytes [start, end) of the comment.
func (c *comment) finding(start, end int) Finding {
	from := c.pos.Advance(c.text[:start])
	return Finding{
		Source: c.st.Source, File: c.st.File, Statement: c.st.Number, StatementStart: c.st.Start(),
		Start: from, End: from.Advance(c.text[start:end]), Before: strings.Clone(clip(c.text)),
	}
}

// scope returns what a `pg2crdb:ignore` is about, as mark has it.
func (c *comment) scope() (from, to int64, touch bool) {
	end := c.start + len(c.text)
	if c.start >= len(c.st.Lead) { // within a statement, or in front of its semicolon
		base := c.st.Start() - int64(len(c.st.Lead))
		lineStart := strings.LastIndexByte(c.all[:c.start], '\n') + 1
		if strings.TrimSpace(c.all[lineStart:c.start]) == "" && restOfLine(c.all[end:]) == "" {
			// It has its lines to itself: the next line that holds more is meant.
			next := c.st.TokenAt(end - len(c.st.Lead))
			if next < len(c.st.Tokens) {
				lineStart = len(c.st.Lead) + c.st.Tokens[next].Start()
			}
			end = lineStart
		}
		lineEnd := len(c.all)
		if i := strings.IndexByte(c.all[end:], '\n'); i >= 0 {
			lineEnd = end + i
		}
		return base + int64(lineStart), base + int64(lineEnd), true
	}
	behind := strings.IndexByte(c.all[:c.start], '\n') < 0 && c.prev != nil
	if behind && (strings.IndexByte(c.all[end:], '\n') >= 0 || c.st.Form == pgsql.Trailer) {
		return c.prev.Start(), c.pos.Offset, true
	}
	return c.st.Start(), max(c.st.Stop(), c.st.Start()+1), false
}

func restOfLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}

// directive is what a comment asks of pg2crdb.
type directive struct {
	word  string // such as "ignore"
	rules []named
}

// named is a rule's name in the text of a comment.
type named struct {
	name       string
	start, end int
}

const directivePrefix = "pg2crdb:"

// parseDirective reads the text of a comment; ok is false for those that are not
// for pg2crdb.
func parseDirective(text string) (d directive, ok bool) {
	body, at := text, 0
	if rest, isLine := strings.CutPrefix(body, "--"); isLine {
		body, at = rest, 2
	} else {
		body, at = strings.TrimSuffix(strings.TrimPrefix(body, "/*"), "*/"), 2
	}
	trimmed := strings.TrimLeft(body, " \t\r\n*-")
	at += len(body) - len(trimmed)
	rest, ok := strings.CutPrefix(trimmed, directivePrefix)
	if !ok {
		return d, false
	}
	at += len(directivePrefix)
	words := fields(rest)
	if len(words) == 0 || words[0].start > 0 && !strings.HasPrefix(words[0].name, "ignore") {
		return d, false // "pg2crdb: see the README"
	}
	d.word = words[0].name
	if words[0].start > 0 {
		d.word = " " + d.word // the space is the mistake, and is shown
	}
	for _, w := range words[1:] {
		if strings.HasPrefix(w.name, "--") {
			break // the reason
		}
		d.rules = append(d.rules, named{w.name, at + w.start, at + w.end})
	}
	return d, true
}

// fields cuts a text at white space and commas.
func fields(s string) []named {
	var out []named
	start := -1
	for i := 0; i <= len(s); i++ {
		if i < len(s) && !strings.ContainsRune(" \t\r\n,", rune(s[i])) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			out = append(out, named{s[start:i], start, i})
			start = -1
		}
	}
	return out
}
