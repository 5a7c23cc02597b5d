package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var temporalSplitter = &Rule{
	Name:   "temporal-splitter",
	Title:  "temporal-sql-tool cuts or refuses the text",
	Layout: "temporal",
	Condition: "Text of a Temporal schema directory that the tool's own splitter misreads in at least one of its three eras (up to v1.29.7; v1.30.0 to v1.30.4 and v1.31.0; " +
		"v1.30.5, v1.31.1 and later): unquoted names with BEGIN, END, IF or LOOP between underscores, CASE ... END, dollar quotes around a semicolon, E'' strings with \\', block comments, a byte order mark, letters whose lower case has another length.",
	Effect:     "The tool stops with an error before the first statement, cuts a statement in two, or crashes.",
	Workaround: "Names are quoted, dollar quotes become plain ones, E'' strings plain ones, block comments line comments; a byte order mark goes. CASE has no spelling that the tool reads: a person has to write the expression without it.",
	Versions:   "*",
	Sources:    []string{"temporal: common/persistence/query_util.go in v1.29.7, v1.30.4, v1.32.0, measured"},
	Examples: []Example{
		{
			Name:   "a name with END in it",
			Input:  "CREATE TABLE t (a TEXT PRIMARY KEY, End_Time TIMESTAMP);\n",
			Output: "CREATE TABLE t (a TEXT PRIMARY KEY, \"end_time\" TIMESTAMP);\n",
			Want:   []string{"1:37 error exact"},
		},
		{
			Name:   "a block comment",
			Input:  "/* it's\n   old */\nCREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Output: "-- it's\n-- old\nCREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Want:   []string{"3:1 error exact"},
		},
		{
			Name:   "a block comment behind an operator",
			Input:  "CREATE TABLE t (a INT8 PRIMARY KEY CHECK (a > 9-/* nine */1));\n",
			Output: "CREATE TABLE t (a INT8 PRIMARY KEY CHECK (a > 9- -- nine\n1));\n",
			Want:   []string{"1:1 error exact"},
		},
		{
			Name:   "a comment at the end without a line break",
			Input:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n-- the end",
			Output: "CREATE TABLE t (a TEXT PRIMARY KEY);\n-- the end\n",
			Want:   []string{"2:11 error exact"},
		},
		{
			Name:   "CASE",
			Input:  "CREATE TABLE t (a INT8 PRIMARY KEY, b INT8 DEFAULT CASE WHEN true THEN 1 ELSE 2 END);\n",
			Want:   []string{"1:52 error manual"},
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		st := p.Stmt
		splitterComments(p)
		if pgsql.Shifts(st.Lead) >= 0 || pgsql.Shifts(st.Text) >= 0 || pgsql.Shifts(st.Tail) >= 0 {
			p.Report(manual("temporal-sql-tool loses its place behind a letter whose lower case has another length, and behind bytes that are not UTF-8", "Write the text, comments included, in ASCII"))
		}
		if st.Form != pgsql.SQL {
			return
		}
		if st.Err != nil {
			return // nobody knows what an edit would do to it
		}
		for i, t := range st.Tokens {
			if t.Kind() == pgsql.Punct {
				continue
			}
			text := st.Str(i)
			switch t.Kind() {
			case pgsql.Word:
				splitterWord(p, i, text)
			case pgsql.Dollar:
				if strings.Contains(text, ";") || !strings.HasPrefix(text, "$$") {
					splitterLiteral(p, i, dollarBody(text), "a dollar quote with a tag or around a semicolon")
				}
			case pgsql.Literal:
				if (text[0] == 'E' || text[0] == 'e') && strings.Contains(text, `\'`) {
					if body, ok := unescape(text[2 : len(text)-1]); ok {
						splitterLiteral(p, i, body, `\' in a string`)
					} else {
						f := manual(`temporal-sql-tool does not know \' in a string`, "Write the string without backslashes")
						f.at(st, i, i)
						p.Report(f)
					}
				}
			}
		}
	},
}

// splitterWord deals with the words that the splitter takes for the start or
// the end of a block. To it, an underscore ends a word.
func splitterWord(p *Pass, token int, text string) {
	if len(text) == len("case") && p.Stmt.Is(token, "case") {
		f := manual("temporal-sql-tool refuses CASE ... END: it takes END for the end of a block", "Write the expression without CASE, such as with COALESCE or NULLIF")
		f.at(p.Stmt, token, token)
		p.Report(f)
		return
	}
	from := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] != '_' && text[i] != '$' {
			continue
		}
		part := text[from:i]
		from = i + 1
		if len(part) == len(text) {
			return // the word itself is none of a name
		}
		if blockWord(part) {
			f := Finding{Severity: Error, Fidelity: Exact,
				Message: fmt.Sprintf("temporal-sql-tool takes %s in the name %s for a keyword: the name is quoted", strings.ToUpper(part), text)}
			f.at(p.Stmt, token, token)
			f.Edits = []Edit{p.Replace(f.Start, f.End, `"`+pgsql.Fold(text)+`"`)}
			p.Report(f)
			return
		}
	}
}

// blockWord reports a word that starts or ends a block in some era.
func blockWord(word string) bool {
	switch len(word) {
	case 2:
		return strings.EqualFold(word, "if")
	case 3:
		return strings.EqualFold(word, "end")
	case 4:
		return strings.EqualFold(word, "loop")
	case 5:
		return strings.EqualFold(word, "begin")
	}
	return false
}

func splitterLiteral(p *Pass, i int, body, what string) {
	f := Finding{Severity: Error, Fidelity: Exact, Message: "temporal-sql-tool misreads " + what + ": it becomes a plain literal"}
	f.at(p.Stmt, i, i)
	f.Edits = []Edit{p.Replace(f.Start, f.End, QuoteString(body))}
	p.Report(f)
}

func dollarBody(text string) string {
	tag := strings.IndexByte(text[1:], '$') + 2
	return text[tag : len(text)-tag]
}

// unescape decodes the simple escapes of an E” string.
func unescape(body string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] == '\\' && i+1 < len(body):
			i++
			switch c := body[i]; c {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '\'', '\\', '"':
				b.WriteByte(c)
			default:
				return "", false
			}
		case body[i] == '\'' && i+1 < len(body) && body[i+1] == '\'':
			i++
			b.WriteByte('\'')
		default:
			b.WriteByte(body[i])
		}
	}
	return b.String(), true
}

// splitterComments turns block comments into line comments and takes a byte
// order mark out. A comment within a statement is rewritten as well: the line
// comment ends with its line.
func splitterComments(p *Pass) {
	st := p.Stmt
	if strings.HasPrefix(st.Lead, "\uFEFF") && st.Start() == int64(len(st.Lead)) {
		p.Report(Finding{Severity: Error, Fidelity: Exact, Message: "temporal-sql-tool takes a byte order mark for the start of a statement: it goes",
			Edits: []Edit{{Source: st.Source, Start: 0, End: int64(len("\uFEFF"))}}})
	}
	if n := len(st.Comments); st.Form == pgsql.Trailer && n > 0 && !st.Comments[n-1].Block && !strings.HasSuffix(st.Lead, "\n") {
		p.Report(Finding{Severity: Error, Fidelity: Exact, Message: "temporal-sql-tool reads beyond the end of a file that ends in a comment without a line break: one is added",
			Edits: []Edit{{Source: st.Source, Start: st.Start(), End: st.Start(), New: "\n"}}})
	}
	var edits []Edit
	for _, c := range st.Comments {
		if !c.Block || st.Err != nil && (c.Start >= 0 || st.Form == pgsql.Trailer) { // the trailer's has no end
			continue
		}
		start, end := st.Start()+int64(c.Start), st.Start()+int64(c.End)
		before, text, rest := commentText(st, c)
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			l = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l), "* "))
			lines[i] = strings.TrimRight("-- "+l, " ")
		}
		out := strings.Join(lines, "\n")
		if !strings.HasPrefix(rest, "\n") && !strings.HasPrefix(rest, "\r\n") && rest != "" {
			out += "\n"
		}
		if strings.HasSuffix(before, "-") || before == "" && start > 0 {
			out = " " + out // or else the comment would start with the operator
		}
		edits = append(edits, Edit{Source: st.Source, Start: start, End: end, New: out})
	}
	if len(edits) > 0 {
		p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: edits,
			Message: "temporal-sql-tool does not know block comments and stumbles over quotes and parentheses in them: they become line comments"})
	}
}

// commentText returns the inside of a block comment and what stands in front of it and
// behind it within the statement.
func commentText(st *Statement, c pgsql.Comment) (before, text, rest string) {
	whole := st.Lead + st.Text + st.Tail
	start, end := c.Start+len(st.Lead), c.End+len(st.Lead)
	if start < 0 || end > len(whole) || end-start < 4 {
		return "", "", ""
	}
	return whole[:start], strings.TrimSpace(whole[start+2 : end-2]), whole[end:]
}
