package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// Options steer a verification.
type Options struct {
	// Timeout is how long one statement may take; 0 means five minutes.
	Timeout time.Duration
	// Upgrade also starts from every earlier version of the history: a database
	// that stopped there is upgraded in a session of its own.
	Upgrade bool
	// Twice applies every unit again, as a tool does after an interruption,
	// and wants the schema to stay as it was.
	Twice bool
	// Progress is told of every statement before it runs; it may be nil.
	Progress func(done, total int, statement string)
}

// Rule names what verify reports in its findings: it has no check of its own,
// the server has.
const (
	// Rejected: the server refuses a statement of the translation.
	Rejected = "verify-rejected"
	// Unrepeatable: a second run changes the schema, or fails.
	Unrepeatable = "verify-unrepeatable"
)

// Result is what the server said.
type Result struct {
	// Report holds the rejections, at their place in the source.
	Report *lint.Report
	// Statements is how many statements ran, Notices what the server remarked,
	// by text.
	Statements int
	Notices    map[string]int
	// Elapsed is the time that the statements of the plain run took.
	Elapsed time.Duration
}

// Run applies every history of a translation to a scratch database of the
// server.
func Run(ctx context.Context, s *Server, out *translate.Output, opts Options) (*Result, error) {
	if opts.Timeout == 0 {
		opts.Timeout = 5 * time.Minute
	}
	v := &verifier{server: s, opts: opts, tolerant: out.Layout == "temporal",
		result: &Result{Report: &lint.Report{Target: out.Report.Target, Rules: out.Report.Rules}, Notices: map[string]int{}}}
	offset := 0
	for _, h := range out.Histories {
		v.result.Report.Sources = append(v.result.Report.Sources, h.Report.Sources...)
		v.offset = offset
		offset += len(h.Texts)
		units, err := unitsOf(h, offset-len(h.Texts))
		if err != nil {
			return nil, err
		}
		if err := v.history(ctx, units); err != nil {
			return nil, err
		}
	}
	v.result.Report.Sort()
	return v.result, nil
}

// unit is what a tool applies as one step.
type unit struct {
	name       string
	statements []*statement
}

// statement is one statement of the translation with its places.
type statement struct {
	*pgsql.Statement
	source int
	file   string
	origin lint.Position // in the original source
	end    lint.Position
}

// unitsOf splits the texts of a translation.
func unitsOf(h *translate.Result, offset int) ([]*unit, error) {
	var units []*unit
	for i := range h.Texts {
		t := &h.Texts[i]
		stmts, err := pgsql.Split(t.Content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		name := t.Unit
		if n := len(units); n == 0 || units[n-1].name != name {
			units = append(units, &unit{name: name})
		}
		u := units[len(units)-1]
		for _, st := range stmts {
			if st.Form != pgsql.SQL || st.Text == "" || t.Down(st.Start()) {
				continue
			}
			u.statements = append(u.statements, &statement{
				Statement: st, source: offset + i, file: t.Name,
				origin: t.Position(t.Origin(st.Start())), end: t.Position(t.Origin(st.End())),
			})
		}
	}
	return units, nil
}

type verifier struct {
	server   *Server
	opts     Options
	tolerant bool // the tool passes over "already exists"
	result   *Result
	offset   int

	done, total int
	missing     map[string]bool // names of objects that a rejected statement would have made
}

func (v *verifier) history(ctx context.Context, units []*unit) error {
	v.done, v.total = 0, 0
	for _, u := range units {
		v.total += len(u.statements)
	}
	if v.total == 0 {
		return nil
	}
	begin := time.Now()
	if err := v.apply(ctx, units, len(units)); err != nil {
		return err
	}
	v.result.Elapsed += time.Since(begin)
	if !v.opts.Upgrade || v.result.Report.Summary.Errors > 0 || len(v.result.Report.Findings) > 0 {
		return nil
	}
	for stop := 1; stop < len(units); stop++ {
		if err := v.apply(ctx, units, stop); err != nil {
			return err
		}
	}
	return nil
}

// apply runs all units in a fresh database, in one session up to a unit and in
// another one from there.
func (v *verifier) apply(ctx context.Context, units []*unit, stop int) (err error) {
	db, err := newScratch(ctx, v.server)
	if err != nil {
		return err
	}
	defer func() {
		if e := db.drop(); err == nil {
			err = e
		}
	}()
	v.missing = map[string]bool{}
	v.done = 0
	for _, part := range [][]*unit{units[:stop], units[stop:]} {
		if len(part) == 0 {
			continue
		}
		conn, err := db.connect(ctx, v.notice)
		if err != nil {
			return err
		}
		for _, u := range part {
			if err := v.unit(ctx, conn, u); err != nil {
				conn.Close(context.WithoutCancel(ctx))
				return err
			}
		}
		conn.Close(ctx)
	}
	return nil
}

func (v *verifier) notice(message string) {
	first, _, _ := strings.Cut(message, "\n")
	if !strings.HasPrefix(first, "waiting for job") {
		v.result.Notices[first]++
	}
}

func (v *verifier) unit(ctx context.Context, conn *pgx.Conn, u *unit) error {
	for _, st := range u.statements {
		if v.opts.Progress != nil {
			v.opts.Progress(v.done, v.total, st.Text)
		}
		v.done++
		v.result.Statements++
		if err := v.exec(ctx, conn, st.Text); err != nil {
			if fatal := v.rejected(ctx, conn, st, err); fatal != nil {
				return fatal
			}
		}
	}
	if !v.opts.Twice || !v.tolerant || len(v.result.Report.Findings) > 0 {
		return nil
	}
	return v.again(ctx, conn, u)
}

// again repeats a unit as the tool does when it was interrupted behind the
// last statement.
func (v *verifier) again(ctx context.Context, conn *pgx.Conn, u *unit) error {
	before, err := fingerprint(ctx, conn)
	if err != nil {
		return err
	}
	for _, st := range u.statements {
		v.result.Statements++
		err := v.exec(ctx, conn, st.Text)
		var pe *pgconn.PgError
		switch {
		case err == nil, errors.As(err, &pe) && tolerated(pe.Message):
		case pe != nil:
			v.report(st, Unrepeatable, fmt.Sprintf("a second run of %s stops here: %s (SQLSTATE %s)", u.name, pe.Message, pe.Code), false)
			return nil
		default:
			return v.lost(ctx, err)
		}
	}
	after, err := fingerprint(ctx, conn)
	if err != nil {
		return err
	}
	if before != after && len(u.statements) > 0 {
		v.report(u.statements[0], Unrepeatable, fmt.Sprintf("a second run of %s changes the schema", u.name), false)
	}
	return nil
}

// tolerated reports whether temporal-sql-tool passes over an error.
func tolerated(message string) bool {
	return strings.Contains(message, "already exist") || strings.Contains(message, "not found")
}

// exec runs a statement. CockroachDB's own wish for a retry is granted a few
// times, as a client would.
func (v *verifier) exec(ctx context.Context, conn *pgx.Conn, sql string) error {
	const tries = 5
	for i := 1; ; i++ {
		sctx, cancel := context.WithTimeout(ctx, v.opts.Timeout)
		_, err := conn.Exec(sctx, sql)
		cancel()
		var pe *pgconn.PgError
		if errors.As(err, &pe) && pe.Code == "40001" && i < tries {
			continue
		}
		return err
	}
}

// rejected reports a statement that failed. It returns an error if the server
// is gone rather than of another opinion.
func (v *verifier) rejected(ctx context.Context, conn *pgx.Conn, st *statement, err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s:%d: the statement took longer than %s: raise --timeout, or look at the server's jobs", st.file, st.origin.Line, v.opts.Timeout)
		}
		return v.lost(ctx, err)
	}
	follows := v.follows(pe)
	for _, name := range made(st.Statement) {
		v.missing[name] = true
	}
	message := fmt.Sprintf("CockroachDB v%s rejects the translated statement: %s (SQLSTATE %s)", v.server.Series, pe.Message, pe.Code)
	if pe.Hint != "" {
		message += "; hint: " + strings.Join(strings.Fields(pe.Hint), " ")
	}
	if name := ruleOf(pe.Message); name != "" && !follows {
		message += "; rule " + name + " should have known"
	}
	v.report(st, Rejected, message, follows)
	return nil
}

func (v *verifier) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the server at %s went away: %w", v.server.address(), redact(err))
}

func (v *verifier) report(st *statement, rule, message string, follows bool) {
	v.result.Report.Findings = append(v.result.Report.Findings, lint.Finding{
		Rule: rule, Severity: rules.Error, Fidelity: rules.Manual, Source: st.source, File: st.file,
		Start: st.origin, End: st.end, Message: message, Follows: follows, Before: st.Text,
		Todo: "Mend the statement in the source or report the case, with the statement, to pg2crdb",
	})
}

// ruleOf finds the rule whose examples know a message of the server.
func ruleOf(message string) string {
	for _, r := range rules.All() {
		for _, ex := range r.Examples {
			if len(ex.Error) > len("syntax error") && strings.Contains(message, ex.Error) {
				return r.Name
			}
		}
	}
	return ""
}

// follows reports whether an error is about an object that a rejected
// statement would have made.
func (v *verifier) follows(pe *pgconn.PgError) bool {
	switch pe.Code {
	case "42P01", "42703", "42704", "42883", "3F000":
		for name := range v.missing {
			if strings.Contains(pe.Message, `"`+name+`"`) || strings.Contains(pe.Message, name+"(") || strings.Contains(pe.Message, "."+name) {
				return true
			}
		}
	}
	return false
}

// made returns the names of the objects that a statement makes.
func made(st *pgsql.Statement) []string {
	st.Parse()
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		return []string{n.Relation.Relname}
	case *pgsql.ViewStmt:
		return []string{n.View.Relname}
	case *pgsql.IndexStmt:
		return []string{n.Idxname}
	case *pgsql.CreateSeqStmt:
		return []string{n.Sequence.Relname}
	case *pgsql.CreateSchemaStmt:
		return []string{n.Schemaname}
	case *pgsql.CreateFunctionStmt:
		return lastName(n.Funcname)
	case *pgsql.CreateEnumStmt:
		return lastName(n.TypeName)
	case *pgsql.CreateDomainStmt:
		return lastName(n.Domainname)
	case *pgsql.AlterTableStmt:
		var out []string
		for _, c := range n.Cmds {
			if cmd, ok := c.(*pgsql.AlterTableCmd); ok {
				if d, ok := cmd.Def.(*pgsql.ColumnDef); ok && cmd.Subtype == pgsql.ATAddColumn {
					out = append(out, d.Colname)
				}
			}
		}
		return out
	}
	return nil
}

func lastName(list []pgsql.Node) []string {
	if n := len(list); n > 0 {
		if s, ok := list[n-1].(*pgsql.String); ok {
			return []string{s.Sval}
		}
	}
	return nil
}

// fingerprint is the schema of the session's database in words.
func fingerprint(ctx context.Context, conn *pgx.Conn) (string, error) {
	rows, err := conn.Query(ctx, "SELECT create_statement FROM [SHOW CREATE ALL TABLES]")
	if err != nil {
		return "", fmt.Errorf("read the schema back: %w", err)
	}
	text, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", fmt.Errorf("read the schema back: %w", err)
	}
	return strings.Join(text, "\n"), nil
}
