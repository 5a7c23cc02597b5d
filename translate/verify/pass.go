package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cockroachdb/cockroach-go/v2/crdb"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// pass is one run over a history, in a scratch database of its own.
type pass struct {
	// upgrade applies each unit in a session of its own, twice applies again what
	// the tool repeats, record keeps what each unit leaves.
	upgrade, twice, record bool

	v *verifier
	h *history
	// first is the pass from the beginning.
	first *pass
	// took is the time that the units took.
	took time.Duration
	// left is the schema behind each unit, where it is recorded.
	left []string

	db      *scratch
	conn    *pgx.Conn
	current *statement // whose notices come
	aftermath
}

// statements is how many statements the pass will run.
func (p *pass) statements(h *history) int {
	if p.twice {
		return 2 * h.statements
	}
	return h.statements
}

// run applies the history.
func (p *pass) run(ctx context.Context) (err error) {
	p.db, err = newScratch(ctx, p.v.server)
	if err != nil {
		return err
	}
	defer func() {
		p.disconnect(ctx)
		if errors.Is(err, errStop) {
			err = nil
		}
		err = errors.Join(err, p.db.drop())
	}()
	for i, u := range p.h.units {
		if p.conn == nil || p.upgrade {
			if err := p.connect(ctx); err != nil {
				return err
			}
		}
		begin := time.Now()
		if err := p.unit(ctx, u); err != nil {
			return err
		}
		p.took += time.Since(begin)
		if err := p.afterUnit(ctx, i); err != nil {
			return err
		}
	}
	if p.first == nil && p.v.opts.Against != nil && !p.v.refused(p.h) {
		if err := p.against(ctx); err != nil {
			return err
		}
	}
	if p.twice && p.v.layout != "temporal" {
		return p.again(ctx, p.h.units, func(error) bool { return false })
	}
	return nil
}

// errStop ends a pass whose database is in a state that nobody knows. What is
// to be said has been said.
var errStop = errors.New("the rest of the history is not run")

func (p *pass) connect(ctx context.Context) error {
	p.disconnect(ctx)
	conn, err := p.db.connect(ctx, p.notice)
	p.conn = conn
	return err
}

func (p *pass) disconnect(ctx context.Context) {
	if p.conn != nil {
		p.conn.Close(context.WithoutCancel(ctx))
		p.conn = nil
	}
}

// notice counts a remark of the server.
func (p *pass) notice(n *pgconn.Notice) {
	text, _, _ := strings.Cut(n.Message, "\n")
	if strings.HasPrefix(text, "waiting for job") || p.current == nil {
		return
	}
	v := p.v
	if v.noticed == nil {
		v.noticed = map[string]int{}
	}
	i, ok := v.noticed[text]
	if !ok {
		i = len(v.result.Notices)
		v.noticed[text] = i
		v.result.Notices = append(v.result.Notices, Notice{Text: text, Place: p.current.where()})
	}
	v.result.Notices[i].Count++
}

// unit applies a unit as the tool does.
func (p *pass) unit(ctx context.Context, u *unit) error {
	if u.transaction {
		return p.transaction(ctx, u)
	}
	for _, st := range u.statements {
		err := p.exec(ctx, st)
		switch {
		case err == nil:
		case p.v.layout == "temporal" && !u.whole && tolerated(err):
			p.passedOver(st, err)
		default:
			if err := p.rejected(ctx, st, err, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// passedOver notes an error that temporal-sql-tool passes over, as if it had not
// come: the statement is not made. That is meant where the translation added the
// statement, so that the tool can repeat what follows it.
func (p *pass) passedOver(st *statement, err error) {
	from, to, _ := st.place(0, len(st.Text))
	if from.Offset == to.Offset {
		return
	}
	pe := serverError(err)
	p.report(st, Rejected, fmt.Sprintf("%s answers %q (SQLSTATE %s), which temporal-sql-tool passes over: the statement has no effect", p.v.server.name(), pe.Message, pe.Code), nil)
	p.v.result.Report.Findings[len(p.v.result.Report.Findings)-1].Severity = rules.Warning
}

// transaction applies a unit in one transaction. If that fails, its statements
// are run one by one, so that one mistake does not hide the others: all of them,
// or those from the failed one on where the server had ended the transaction
// before, as autocommit_before_ddl does, and has kept what came in front.
func (p *pass) transaction(ctx context.Context, u *unit) error {
	var failed *statement
	var kept bool
	done := p.v.done
	// CockroachDB may ask for the whole transaction again. The savepoints of
	// crdb's own transactions are not for DDL: where autocommit_before_ddl is on,
	// as it is from v25.1 on, the first CREATE ends the transaction with them.
	inTxn := crdb.ExecuteCtx(ctx, func(ctx context.Context, _ ...any) error {
		failed, kept, p.v.done = nil, false, done
		return p.attempt(ctx, u, &failed, &kept)
	})
	switch {
	case inTxn == nil:
		return nil
	case failed == nil:
		// The COMMIT. Schema changes may fail there, and leave a part of them.
		last := u.statements[len(u.statements)-1]
		if err := p.rejected(ctx, last, inTxn, fmt.Sprintf("at the end of the transaction in which %s runs %s, ", p.v.layout, u.name)); err != nil {
			return err
		}
		return errStop
	}
	if !isServerError(inTxn) {
		return p.rejected(ctx, failed, inTxn, "")
	}
	rest := u.statements
	if kept {
		rest = rest[slices.Index(rest, failed):]
	} else {
		p.v.done = done
	}
	for _, st := range rest {
		err := p.exec(ctx, st)
		switch {
		case st == failed && err == nil:
			err = p.rejected(ctx, st, inTxn, fmt.Sprintf("in the transaction in which %s runs %s, though it takes it by itself, ", p.v.layout, u.name))
		case err != nil:
			err = p.rejected(ctx, st, err, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// attempt runs a unit in a transaction, once. It tells which statement failed,
// and whether the transaction had ended before.
func (p *pass) attempt(ctx context.Context, u *unit, failed **statement, kept *bool) error {
	if _, err := p.conn.Exec(ctx, "BEGIN"); err != nil {
		return err
	}
	for _, st := range u.statements {
		if err := p.exec(ctx, st); err != nil {
			*failed = st
			*kept = p.conn.PgConn().TxStatus() == 'I'
			if !p.conn.IsClosed() {
				_, _ = p.conn.Exec(ctx, "ROLLBACK") // the statement's error is the one to tell
			}
			return err
		}
	}
	_, err := p.conn.Exec(ctx, "COMMIT")
	return err
}

// exec runs a statement. CockroachDB's own wish for a retry is granted a few
// times.
func (p *pass) exec(ctx context.Context, st *statement) error {
	const retries = 5
	v := p.v
	if v.opts.Progress != nil {
		v.opts.Progress(v.done, v.total, st.Text)
	}
	v.done++
	if reach := outside(st.Statement); reach != "" {
		if !v.server.Disposable {
			v.note("%s: %s reaches %s and is not run: verify keeps to its scratch database on a server that it has not started", st.where(), head(st.Statement), reach)
			p.skipped(st)
			return nil
		}
		if v.ran[st] {
			return nil
		}
		if v.ran == nil {
			v.ran = map[*statement]bool{}
		}
		v.ran[st] = true
	}
	v.result.Statements++
	p.current = st
	run := func(ctx context.Context, _ ...any) error {
		ctx, cancel := context.WithTimeout(ctx, v.opts.Timeout)
		defer cancel()
		return runStatement(ctx, p.conn, st)
	}
	if p.conn.PgConn().TxStatus() != 'I' {
		return run(ctx) // a transaction is repeated as a whole or not at all
	}
	return crdb.ExecuteCtx(crdb.WithMaxRetries(ctx, retries), run)
}

// runStatement runs a statement, with the rows that belong to it.
func runStatement(ctx context.Context, conn *pgx.Conn, st *statement) error {
	if st.rows != nil {
		_, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(st.rows), st.Text)
		return err
	}
	_, err := conn.Exec(ctx, st.Text)
	return err
}

// again applies units a second time, in a new session. The errors that the tool
// tolerates are passed over.
func (p *pass) again(ctx context.Context, units []*unit, tolerated func(error) bool) error {
	before, err := p.fingerprint(ctx)
	if err != nil {
		return err
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	var first *statement
	for _, u := range units {
		for _, st := range u.statements {
			if first == nil {
				first = st
			}
			err := p.exec(ctx, st)
			switch {
			case err == nil || tolerated(err):
			case isServerError(err):
				pe := serverError(err)
				p.report(st, Unrepeatable, fmt.Sprintf("a second run stops here: %s (SQLSTATE %s)", pe.Message, pe.Code), nil)
				return nil
			default:
				return p.lost(ctx, st, err)
			}
		}
	}
	after, err := p.fingerprint(ctx)
	if err != nil {
		return err
	}
	if before != after && first != nil {
		p.report(first, Unrepeatable, fmt.Sprintf("a second run of %s changes what is there: %s", units[0].name, firstDifference(before, after)), nil)
	}
	return nil
}

// tolerated reports whether temporal-sql-tool passes over an error.
func tolerated(err error) bool {
	pe := serverError(err)
	return pe != nil && (strings.Contains(pe.Message, "already exist") || strings.Contains(pe.Message, "not found"))
}

// afterUnit looks at what a unit has left.
func (p *pass) afterUnit(ctx context.Context, i int) error {
	u := p.h.units[i]
	if p.record || p.upgrade && p.first != nil {
		left, err := p.fingerprint(ctx)
		if err != nil {
			return err
		}
		if p.record {
			p.left = append(p.left, left)
		} else if want := p.first.left[i]; left != want && len(u.statements) > 0 && !p.v.refused(p.h) {
			// Behind a version that is not repeatable, others leave what they may.
			p.report(u.statements[0], Upgraded, fmt.Sprintf("applied in a session of its own, as an upgrade does, %s leaves another schema: %s",
				u.name, firstDifference(want, left)), nil)
			return errStop
		}
	}
	if p.twice && p.v.layout == "temporal" && p.aborted == nil { // what was refused once is told once
		return p.again(ctx, p.h.units[i:i+1], tolerated)
	}
	return nil
}

// report notes what the server said of a statement.
func (p *pass) report(st *statement, rule, message string, follows *statement) {
	p.reportAt(st, 0, len(st.Text), rule, message, follows)
}

func (p *pass) finding(f lint.Finding) {
	p.v.result.Report.Findings = append(p.v.result.Report.Findings, f)
}

func serverError(err error) *pgconn.PgError {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe
	}
	return nil
}

func isServerError(err error) bool { return serverError(err) != nil }
