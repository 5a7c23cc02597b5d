package temporal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// allAgree reports whether the tool of every era cuts a file into just its
// statements. Most files are such, and then a statement's tokens are compared
// once and not once for each era.
func allAgree(text []byte, pieces []*pgsql.Statement) bool {
	var statements []*pgsql.Statement
	for _, p := range pieces {
		switch {
		case p.Form == pgsql.Trailer:
		case p.Form != pgsql.SQL || p.Err != nil || len(p.Tokens) == 0:
			return false
		default:
			statements = append(statements, p)
		}
	}
	sent := make([]string, len(statements)) // what is known to be the statement
	content := string(text)
	low := lower(content)
	eras := Eras()
	if alike(low) {
		eras = eras[:1]
	}
	for _, e := range eras {
		cuts, err := e.cutLower(content, low)
		if err != nil || len(cuts) != len(statements) {
			return false
		}
		for i, st := range statements {
			switch {
			case int64(cuts[i].start) != st.Start():
				return false
			case cuts[i].text == sent[i]:
			case !sameTokens(st, cuts[i].text):
				return false
			}
			sent[i] = cuts[i].text
		}
	}
	return true
}

// alike reports whether a text, see lower, holds nothing that the tool of one era
// knows and that of another does not, so that all cut it alike.
func alike(low string) bool {
	for i := range len(low) {
		if startsLater[low[i]] && (wordAt(low, "if", i) || wordAt(low, "loop", i) || wordAt(low, "$$", i)) {
			return false
		}
	}
	return true
}

// startsLater are the bytes that the words start with which not all eras know.
var startsLater = [256]bool{'i': true, 'I': true, 'l': true, 'L': true, '$': true}

// misread returns the eras that do not take the statement for what it is.
func misread(st *pgsql.Statement) []Era {
	var bad []Era
	for _, e := range Eras() {
		cuts, err := e.cut(st.Text + ";")
		if err != nil || len(cuts) != 1 || !sameTokens(st, cuts[0].text) {
			bad = append(bad, e)
		}
	}
	return bad
}

// misreadText is misread for a text that is one statement.
func misreadText(text string, among []Era) []Era {
	if len(among) == 0 {
		return nil
	}
	sts, err := pgsql.Split([]byte(text))
	if err != nil || len(sts) == 0 {
		return nil
	}
	return misread(sts[0])
}

// sameTokens reports whether the text that a tool would send is the statement.
// Comments and white space do not count.
func sameTokens(st *pgsql.Statement, text string) bool {
	text = strings.TrimSuffix(text, ";")
	// Mostly it is the very text, or that without its comments.
	return text == st.Text || st.SameTokens(text) || slices.Equal(appendTokens(nil, text, 0), appendTokensOf(nil, st, 0))
}

// maxDollarDepth is how deep dollar quotes within dollar quotes are looked
// into; beyond, their comments count.
const maxDollarDepth = 4

// appendTokens appends the tokens of a text, semicolons among them, and in
// place of dollar-quoted text the tokens within: a tool takes the comments out
// of that too, which changes nothing.
func appendTokens(out []string, text string, depth int) []string {
	pieces, err := pgsql.Split([]byte(text))
	if err != nil {
		return append(out, text)
	}
	for _, p := range pieces {
		out = appendTokensOf(out, p, depth)
		if strings.HasSuffix(p.Tail, ";") {
			out = append(out, ";")
		}
	}
	return out
}

func appendTokensOf(out []string, p *pgsql.Statement, depth int) []string {
	if p.Form == pgsql.Meta {
		out = append(out, p.Text)
	}
	for i, t := range p.Tokens {
		token := p.Str(i)
		if t.Kind() != pgsql.Dollar || depth == maxDollarDepth {
			out = append(out, token)
			continue
		}
		tag := token[:strings.IndexByte(token[1:], '$')+2]
		out = append(out, tag)
		out = appendTokens(out, token[len(tag):len(token)-len(tag)], depth+1)
		out = append(out, tag)
	}
	return out
}

// era compares the statements of an era's tool with PostgreSQL's. What is
// found here that no check above has spoken of is something nobody thought of.
func (c *sqlCheck) era(e Era) {
	cuts, err := e.cut(string(c.text))
	if err != nil {
		if !c.explained(e, err.Offset) {
			constraint := "C7"
			if strings.HasPrefix(err.Answer, "panic") || strings.HasSuffix(err.Answer, "quotes") {
				constraint = "C8"
			}
			c.addEra(constraint, e, err.Offset, fmt.Sprintf("temporal-sql-tool answers %q: rewrite the statement", err.Answer))
		}
		return
	}
	for i := 0; i < len(cuts) || i < len(c.statements); i++ {
		offset := len(c.text)
		if i < len(cuts) {
			offset = cuts[i].start
		}
		if i < len(c.statements) {
			st := c.statements[i]
			if i < len(cuts) && int64(cuts[i].start) == st.Start() && sameTokens(st, cuts[i].text) {
				continue
			}
			offset = min(offset, int(st.Start()))
		}
		end := len(c.text)
		if i < len(cuts) {
			end = cuts[i].start + len(cuts[i].text)
		}
		if !c.explained(e, end) {
			c.addEra("C7", e, offset, "temporal-sql-tool does not end the statement here where PostgreSQL does: rewrite it without quotes, comments or words that it takes for its own")
		}
		return
	}
}

// explained reports whether a problem of the era up to the offset is known.
func (c *sqlCheck) explained(e Era, offset int) bool {
	for i, p := range c.problems {
		if p.Warning || c.offsets[i] > offset || p.Constraint != "C7" && p.Constraint != "C8" {
			continue
		}
		if slices.Contains(p.Eras, e) {
			return true
		}
	}
	return false
}

// addEra notes a problem of one era; the same one of several is one.
func (c *sqlCheck) addEra(constraint string, e Era, offset int, message string) {
	for i := range c.problems {
		if c.offsets[i] == offset && c.problems[i].Message == message {
			c.problems[i].Eras = append(c.problems[i].Eras, e)
			return
		}
	}
	c.add(constraint, []Era{e}, offset, "%s", message)
}
