package temporal

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// piece checks one statement, or what stands between statements.
func (c *sqlCheck) piece(st *pgsql.Statement) {
	for _, m := range st.Comments {
		end := int(st.Start()) + m.End
		switch {
		case m.Block:
			c.at("C8", st, m.Start, "/* */: temporal-sql-tool takes the comment for part of the statement: write -- in front of each line")
		case end == len(c.text):
			c.at("C8", st, m.Start, "the file ends in a comment without a line break, and temporal-sql-tool reads beyond the end: end it with a line break")
		}
	}
	switch st.Form {
	case pgsql.SQL:
		c.statement(st)
	case pgsql.Meta:
		c.at("C8", st, 0, "%s is a command of psql, and temporal-sql-tool takes it for SQL: remove it", firstField(st.Text))
	case pgsql.CopyData:
		c.at("C8", st, 0, "rows of COPY, which temporal-sql-tool takes for SQL: write INSERT statements")
	}
}

func firstField(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return s
}

func (c *sqlCheck) statement(st *pgsql.Statement) {
	c.statements = append(c.statements, st)
	switch {
	case st.Err != nil:
		c.at("C8", st, st.Err.Offset, "%s: close it", st.Err.Message)
		return
	case len(st.Tokens) == 0:
		c.at("C8", st, 0, "an empty statement: remove the semicolon")
		return
	}
	if c.update {
		c.start(st)
		c.actions(st)
	}
	var bad []Era
	if !c.agreed {
		bad = misread(st)
	}
	for i, t := range st.Tokens {
		switch t.Kind() {
		case pgsql.Word:
			c.word(st, i, bad)
		case pgsql.Literal:
			if n := escapedQuote(st.Str(i)); n >= 0 {
				c.at("C8", st, t.Start()+n, `\' in an E'' text ends the text for temporal-sql-tool: double the quote instead ('')`)
			}
		case pgsql.Dollar:
			// A statement around it shows what the tool makes of this text alone.
			if eras := misreadText("CREATE F AS "+st.Str(i), bad); len(eras) > 0 {
				c.add("C8", eras, int(st.Start())+t.Start(), "temporal-sql-tool does not know where this dollar-quoted text ends, or takes its words for its own: quote the text with ' instead")
			}
		case pgsql.Quoted:
			if s := st.Str(i); s != strings.ToLower(s) {
				c.warn("C10", st, t.Start(), "%s has upper-case letters, and Temporal's queries name it without quotes, in lower case: write it so", s)
			}
		}
	}
}

// start checks the first word (C6).
func (c *sqlCheck) start(st *pgsql.Statement) {
	switch word := st.Str(0); strings.ToUpper(word) {
	case "CREATE", "ALTER", "INSERT", "DROP":
		if up := strings.ToUpper(word); word != up {
			c.at("C6", st, 0, "write %s in upper case: temporal-sql-tool compares letter by letter", up)
		}
	case "DO":
		if word == "DO" {
			c.add("C6", []Era{eraA}, int(st.Start()), "DO: temporal-sql-tool executes it only from v1.30.0 on: remove it")
			return
		}
		fallthrough
	default:
		c.at("C6", st, 0, "temporal-sql-tool executes only CREATE, ALTER, INSERT and DROP, not %s: remove it, or run it by itself", word)
	}
}

// actions warns of an ALTER TABLE with several actions (C11, C12). CockroachDB
// makes them in one step, so they are there together or not at all, unless
// another version has made one of them before: that, the files do not tell.
func (c *sqlCheck) actions(st *pgsql.Statement) {
	if !st.Words(0, "alter", "table") {
		return
	}
	actions := alterActions(st)
	if len(actions) < 2 {
		return
	}
	for _, a := range actions {
		if st.Is(a[0], "add") {
			c.warn("C11", st, st.Tokens[a[0]].Start(), "%d actions in one ALTER TABLE: if one of them says \"already exists\" temporal-sql-tool passes over all of them and counts the version as applied: write one ALTER TABLE for each", len(actions))
			return
		}
	}
}

// word checks a word of a statement that the eras in bad misread (C7).
func (c *sqlCheck) word(st *pgsql.Statement, i int, bad []Era) {
	if len(bad) == 0 {
		return
	}
	word := st.Word(i)
	// To the tool a word ends where letters and digits do.
	for _, part := range strings.FieldsFunc(word, func(r rune) bool { return r == '_' || r == '$' }) {
		since, ok := map[string]Era{"begin": eraA, "end": eraA, "if": eraB, "loop": eraC}[part]
		if !ok {
			continue
		}
		var eras []Era
		for _, e := range bad {
			if e >= since {
				eras = append(eras, e)
			}
		}
		if len(eras) == 0 {
			continue
		}
		offset := int(st.Start()) + st.Tokens[i].Start()
		switch {
		case part != word:
			c.add("C7", eras, offset, "temporal-sql-tool takes the %s in %s for a keyword: write the name in quotes, %q", strings.ToUpper(part), st.Str(i), word)
		case st.Words(i, "if", "not", "exists"):
			c.add("C7", eras, offset, "IF NOT EXISTS: temporal-sql-tool waits for an END IF: leave it out, \"already exists\" is passed over anyway")
		case st.Words(i, "if", "exists"):
			c.add("C7", eras, offset, "IF EXISTS: temporal-sql-tool waits for an END IF: leave it out")
		case part == "end" && hasWord(st, "case"):
			c.add("C7", eras, offset, "CASE ... END: temporal-sql-tool misses the BEGIN of this END: write it with COALESCE or NULLIF")
		default:
			c.add("C7", eras, offset, "temporal-sql-tool takes %s for a keyword of a block: write the statement without it, or quote it if it is a name", st.Str(i))
		}
		return
	}
}

func hasWord(st *pgsql.Statement, w string) bool {
	for i := range st.Tokens {
		if st.Is(i, w) {
			return true
		}
	}
	return false
}

// escapedQuote returns the offset of the first \' in an E” literal; -1 if
// there is none or it is another literal.
func escapedQuote(literal string) int {
	if len(literal) < 2 || literal[0]|0x20 != 'e' {
		return -1
	}
	for i := 2; i+1 < len(literal); i++ {
		if literal[i] != '\\' {
			continue
		}
		if literal[i+1] == '\'' {
			return i
		}
		i++ // \\ escapes itself
	}
	return -1
}
