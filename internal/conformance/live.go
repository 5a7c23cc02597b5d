package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Live is a translated case that was run on a CockroachDB.
type Live struct {
	*Judged
	// DDL counts the statements of the original that were reached, Accepted
	// those of them whose translation the server took.
	DDL, Accepted int
	// Rejections are what the server refused, in order.
	Rejections []Rejection
	// Needless are statements of the translation that an error is left on and
	// that the server took.
	Needless []*Translated
	// Cut tells that the time was spent before the end.
	Cut bool
}

// Rejection is a statement of a translation that the server refused.
type Rejection struct {
	*Translated
	// Original is the statement it comes from.
	Original *Verdict
	Code     string
	Message  string
	// Follows is the line of an earlier rejection that this one follows from; 0
	// if it stands for itself.
	Follows int
}

// Foretold reports whether lint says that it would be refused, or names what has
// to be there for it not to be.
func (r *Rejection) Foretold() bool { return len(r.Left) > 0 || len(r.Open) > 0 }

// Unforetold are the rejections that lint is silent about and that do not
// follow from others: the worst there is.
func (l *Live) Unforetold() []*Rejection {
	var out []*Rejection
	for i := range l.Rejections {
		if r := &l.Rejections[i]; !r.Foretold() && r.Follows == 0 {
			out = append(out, r)
		}
	}
	return out
}

// Run runs the translation statement by statement, as the verdicts were made:
// what fails is passed over. It stops when the context ends.
func (j *Judged) Run(ctx context.Context, conn *pgx.Conn) (*Live, error) {
	l := &Live{Judged: j}
	failed := map[int]bool{} // by number of the original
	missing := map[string]int{}
	note := func(st *pgsql.Statement, line int) {
		for _, name := range lost(st) {
			if _, ok := missing[name]; !ok {
				missing[name] = line
			}
		}
	}
	reached := -1
	for i := range j.Output {
		t := &j.Output[i]
		if t.From < 0 {
			continue
		}
		o := &j.Outcomes[t.From]
		if !runs(o.Verdict) {
			t.Parse()
			note(t.Statement, o.Line) // what it makes is not there
			continue
		}
		for _, role := range o.RolesAdded {
			if _, err := conn.Exec(ctx, "CREATE ROLE IF NOT EXISTS "+pgx.Identifier{role}.Sanitize()); err != nil && ctx.Err() == nil {
				return nil, fmt.Errorf("create role %s: %w", role, err)
			}
		}
		err := exec(ctx, conn, t.Text)
		var refused *pgconn.PgError
		for made := 0; made < 10 && errors.As(err, &refused) && absentRole(refused) != ""; made++ {
			// The verdicts were made with every role that a statement names.
			if _, err := conn.Exec(ctx, "CREATE ROLE IF NOT EXISTS "+pgx.Identifier{absentRole(refused)}.Sanitize()); err != nil {
				break
			}
			err = exec(ctx, conn, t.Text)
		}
		if ctx.Err() != nil {
			l.Cut = true
			break
		}
		reached = max(reached, t.From)
		switch {
		case err == nil:
			if len(t.Left) > 0 && o.DDL() {
				l.Needless = append(l.Needless, t)
			}
			continue
		case !errors.As(err, &refused):
			return nil, fmt.Errorf("line %d: %w", o.Line, err)
		case ofServer(refused):
			continue
		}
		failed[t.From] = true
		r := Rejection{Translated: t, Original: o.Verdict, Code: refused.Code, Message: refused.Message}
		if o.DDL() {
			r.Follows = follows(refused, missing)
			l.Rejections = append(l.Rejections, r)
		}
		t.Parse()
		note(t.Statement, o.Line)
	}
	for i := range j.Outcomes {
		o := &j.Outcomes[i]
		if !o.DDL() || l.Cut && o.I > reached {
			continue
		}
		l.DDL++
		l.Accepted += one(!failed[i] && (len(o.Output) > 0 || o.Edited))
	}
	return l, nil
}

// Syntax asks the server's parser for its opinion on each statement of the
// translation that lint is silent about. It takes a moment where running them
// takes minutes, and finds the rejections that a parser can find.
func (j *Judged) Syntax(ctx context.Context, conn *pgx.Conn) ([]Rejection, error) {
	var out []Rejection
	for i := range j.Output {
		t := &j.Output[i]
		if t.From < 0 || len(t.Left) > 0 || !j.Outcomes[t.From].DDL() {
			continue
		}
		rows, err := conn.Query(ctx, "SHOW SYNTAX "+quote(t.Text))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", t.Line, err)
		}
		r := Rejection{Translated: t, Original: j.Outcomes[t.From].Verdict}
		var field, message string
		_, err = pgx.ForEachRow(rows, []any{&field, &message}, func() error {
			switch field {
			case "error":
				r.Message = message
			case "code":
				r.Code = message
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", t.Line, err)
		}
		if r.Message != "" {
			out = append(out, r)
		}
	}
	return out, nil
}

// quote writes a string literal.
func quote(s string) string {
	return "e'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

// runs reports whether the statement was run when the verdicts were made.
func runs(v *Verdict) bool {
	return v.NotRun == "" && v.Verdict != PGRejected && v.Kind != "CopyStmt"
}

// exec runs a statement; within the file's own transaction, so that the
// transaction survives its failure.
func exec(ctx context.Context, conn *pgx.Conn, sql string) error {
	inTxn := conn.PgConn().TxStatus() == 'T'
	if inTxn {
		if _, err := conn.Exec(ctx, "SAVEPOINT before_statement"); err != nil {
			inTxn = false
		}
	}
	_, err := conn.Exec(ctx, sql)
	if err != nil && ctx.Err() == nil && conn.PgConn().TxStatus() == 'E' {
		if inTxn {
			if _, back := conn.Exec(ctx, "ROLLBACK TO SAVEPOINT before_statement"); back == nil {
				return err
			}
		}
		_, _ = conn.Exec(ctx, "ROLLBACK")
	}
	return err
}

// ofServer reports an error that tells of the server the test has and not of the
// statement: roles are shared by all databases, and a server without
// certificates takes no passwords.
func ofServer(e *pgconn.PgError) bool {
	role := e.Code == "42710" && (strings.HasPrefix(e.Message, "a role") || strings.HasPrefix(e.Message, "role"))
	return role || e.Code == "28P01"
}

// absentRole returns the role that an error says does not exist, or "".
func absentRole(e *pgconn.PgError) string {
	name, ok := strings.CutPrefix(e.Message, `role/user "`)
	if !ok || e.Code != "42704" {
		return ""
	}
	name, _, _ = strings.Cut(name, `"`)
	return name
}

// absent are the codes of errors about something that is not there, or still
// there.
var absent = map[string]bool{
	"42P01": true, "42703": true, "42704": true, "42883": true, "3F000": true,
	"42P07": true, "42710": true, "42701": true, "42P06": true, "42723": true,
	"42830": true, "42P10": true, "42809": true, "2BP01": true,
}

// follows returns the line of the failed statement that a name in the message
// leads to, or 0.
func follows(e *pgconn.PgError, missing map[string]int) int {
	if !absent[e.Code] {
		return 0
	}
	for _, name := range mentioned(e.Message) {
		if line, ok := missing[name]; ok {
			return line
		}
	}
	return 0
}

// mentioned returns the names in a message: what is quoted, and what is called.
func mentioned(message string) []string {
	var out []string
	add := func(name string) {
		for _, part := range strings.Split(name, ".") {
			out = append(out, strings.ToLower(strings.Trim(part, `"`)))
		}
	}
	for i, part := range strings.Split(message, `"`) {
		if i%2 == 1 {
			add(part)
		}
	}
	for _, word := range strings.Fields(message) {
		if name, _, ok := strings.Cut(word, "("); ok && name != "" {
			add(name)
		}
	}
	return out
}

// lost returns the names that go missing, or stay, when the statement fails:
// what it creates; for statements that change what is there, all words.
func lost(st *pgsql.Statement) []string {
	if st.Tree != nil {
		if made := makes(st.Tree); made != nil {
			var out []string
			for _, m := range made {
				out = append(out, strings.ToLower(m.name))
			}
			return out
		}
	}
	if st.Is(0, "comment") || st.Is(0, "grant") || st.Is(0, "revoke") || st.Is(0, "select") || st.Is(0, "set") {
		return nil
	}
	var out []string
	for i, t := range st.Tokens {
		switch t.Kind() {
		case pgsql.Word, pgsql.Quoted:
			out = append(out, strings.ToLower(pgsql.Fold(st.Str(i))))
		case pgsql.Dollar, pgsql.Literal:
			if st.Is(0, "do") {
				out = append(out, words(st.Str(i))...)
			}
		}
	}
	return out
}

// words returns the identifiers in a text of code.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && r < 0x80
	})
}
