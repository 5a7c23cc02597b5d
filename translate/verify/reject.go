package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// rejected reports a statement that failed; how says under what circumstances.
// It returns an error if the server is gone rather than of another opinion.
func (p *pass) rejected(ctx context.Context, st *statement, err error, how string) error {
	pe := serverError(err)
	if pe == nil || pe.Code == "57P01" || pe.Code == "57P02" { // the server is being shut down
		return p.lost(ctx, st, err)
	}
	start, end := errorAt(st.Statement, pe)
	_, _, at := st.place(start, end)
	message := fmt.Sprintf("%s%s rejects the translated statement: %s (SQLSTATE %s)", how, p.v.server.name(), pe.Message, pe.Code)
	if pe.Hint != "" {
		message += "; hint: " + strings.Join(strings.Fields(pe.Hint), " ")
	}
	if from, _, _ := st.place(start, end); from.Line != at.Line || from.Column != at.Column {
		message += fmt.Sprintf("; at %d:%d of the translation", at.Line, at.Column)
	}
	cause := p.cause(pe)
	p.failed(st)
	if cause == nil {
		message += "; " + p.knower(st, pe)
	}
	p.reportAt(st, start, end, Rejected, strings.ToUpper(message[:1])+message[1:], cause)
	return nil
}

// lost makes an error out of one that is not the server's word on a statement.
func (p *pass) lost(ctx context.Context, st *statement, err error) error {
	s := p.v.server
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: the statement takes longer than %s: raise --timeout, or look at the jobs of the server", st.where(), p.v.opts.Timeout)
	}
	return s.fail(ctx, err, "%s: the server at %s went away during this statement", st.where(), s.Address())
}

// reportAt notes what the server said of a part of a statement; cause is the
// statement whose failure led to it, nil if it stands by itself.
func (p *pass) reportAt(st *statement, start, end int, rule, message string, cause *statement) {
	from, to, _ := st.place(start, end)
	f := lint.Finding{
		Rule: rule, Severity: rules.Error, Fidelity: rules.Manual, Source: p.h.before.sources + st.source, File: st.text.Name,
		Start: from, End: to, Statement: p.h.before.statements + st.number, Message: message, Before: st.Text,
		Todo: "Mend the statement in the source, or report the case with the statement to pg2crdb",
	}
	if cause != nil {
		f.Follows = true
		f.Message += "; it follows from " + cause.where()
		f.Todo = ""
	}
	p.finding(f)
}

// errorAt returns the range of the statement's text that an error is about: the
// token that the server points to, or the name that it speaks of if the
// statement holds it once; otherwise all of it.
func errorAt(st *pgsql.Statement, pe *pgconn.PgError) (start, end int) {
	at := -1
	if pe.Position > 0 { // PostgreSQL counts characters from 1
		at = runeOffset(st.Text, int(pe.Position)-1)
	} else {
		at = caret(st.Text, pe.Detail)
	}
	if i := st.TokenAt(at); at >= 0 && i < len(st.Tokens) {
		return st.Tokens[i].Start(), st.Tokens[i].End()
	}
	switch pe.Code {
	case "42P01", "42703", "42704", "42883", "42701", "42P07", "42710", "42723": // not there, or there already
		for _, name := range mentioned(pe.Message) {
			if i := onlyToken(st, name); i >= 0 {
				return st.Tokens[i].Start(), st.Tokens[i].End()
			}
		}
	}
	return 0, len(st.Text)
}

// onlyToken returns the index of the one token that is a name, -1 if there is
// none or more than one.
func onlyToken(st *pgsql.Statement, name string) int {
	at := -1
	for i, t := range st.Tokens {
		if (t.Kind() == pgsql.Word || t.Kind() == pgsql.Quoted) && pgsql.Fold(st.Str(i)) == name {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return -1
}

// caret reads where CockroachDB says a syntax error is: its detail repeats the
// statement up to the line with the error, and a caret stands under the column.
// It returns the byte offset, -1 if there is none.
func caret(text, detail string) int {
	source, ok := strings.CutPrefix(detail, "source SQL:\n")
	if !ok {
		return -1
	}
	last := strings.LastIndexByte(source, '\n')
	if last < 0 {
		return -1
	}
	column, ok := strings.CutSuffix(strings.TrimRight(source[last+1:], "\n"), "^")
	if !ok || strings.TrimSpace(column) != "" || !strings.HasPrefix(text, source[:last]) {
		return -1
	}
	line := strings.LastIndexByte(source[:last], '\n') + 1
	return min(line+len(column), len(text))
}

// knower says which rule foretold a rejection, or should have.
func (p *pass) knower(st *statement, pe *pgconn.PgError) string {
	from, to, _ := st.place(0, len(st.Text))
	for i := range p.h.Report.Findings {
		f := &p.h.Report.Findings[i]
		if f.Source == st.source && !f.Fixed() && (f.Severity == rules.Error || f.Fidelity == rules.Manual) &&
			f.Start.Offset < to.Offset && f.End.Offset > from.Offset {
			return fmt.Sprintf("rule %s foretold it", f.Rule)
		}
	}
	if what := p.h.lacks(pe); what != "" {
		return fmt.Sprintf("no statement of the history makes %s: it has to be there before", what)
	}
	switch names := rulesOf(st.Statement, pe.Message); len(names) {
	case 0:
		return "no rule knows it"
	case 1:
		return fmt.Sprintf("rule %s should have known", names[0])
	default:
		return fmt.Sprintf("one of the rules %s should have known", strings.Join(names, ", "))
	}
}

// rulesOf finds the rules whose examples show a message of the server: those
// that know most of it and, among these, those that show it for a statement of
// the same kind.
func rulesOf(st *pgsql.Statement, message string) []string {
	const (
		most  = 3
		vague = 20 // "already exists" alone does not tell a rule
	)
	longest := len("syntax error") // says nothing
	var same, other []string
	for _, r := range rules.All() {
		for _, ex := range r.Examples {
			if len(ex.Error) < longest || ex.Error == "syntax error" || !strings.Contains(message, ex.Error) {
				continue
			}
			if len(ex.Error) > longest {
				longest, same, other = len(ex.Error), nil, nil
			}
			if sameKind(st, ex.Input) {
				same = appendNew(same, r.Name)
			} else {
				other = appendNew(other, r.Name)
			}
		}
	}
	if len(same) > 0 {
		other = same
	}
	if len(other) > most || len(same) == 0 && longest < vague {
		return nil
	}
	return other
}

func appendNew(list []string, s string) []string {
	if n := len(list); n > 0 && list[n-1] == s {
		return list
	}
	return append(list, s)
}

// sameKind reports whether a text holds a statement that begins with the same
// two words.
func sameKind(st *pgsql.Statement, text string) bool {
	stmts, err := pgsql.Split([]byte(text))
	if err != nil {
		return false
	}
	for _, s := range stmts {
		if s.Form == pgsql.SQL && strings.EqualFold(s.Str(0), st.Str(0)) && strings.EqualFold(s.Str(1), st.Str(1)) {
			return true
		}
	}
	return false
}

// head names a statement by its first words.
func head(st *pgsql.Statement) string {
	switch first := strings.ToUpper(st.Str(0)); first {
	case "CREATE", "ALTER", "DROP":
		return strings.TrimSpace(first + " " + strings.ToUpper(st.Word(1)))
	default:
		return first
	}
}
