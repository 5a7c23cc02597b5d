package rules_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// TestLive takes every example to a real CockroachDB: what the rule says is
// rejected is rejected, with the message that it says; what it says is
// accepted, and what it makes of the input, is accepted. Examples whose target
// or rule does not cover the server's version are left out.
func TestLive(t *testing.T) {
	conn := crdbtest.Database(t)
	series := crdbtest.Series(t, conn)
	server, err := rules.ParseTarget(series)
	if err != nil {
		t.Skipf("pg2crdb does not know CockroachDB v%s", series)
	}
	for _, rule := range rules.All() {
		for _, ex := range rule.Examples {
			t.Run(rule.Name+"/"+ex.Name, func(t *testing.T) {
				target, err := rules.ParseTarget(ex.Target)
				if err != nil {
					t.Fatal(err)
				}
				if !target.Meets("=" + series) {
					t.Skipf("the example is not about v%s", series)
				}
				if server.Meets(rule.Versions) {
					liveInput(t, crdbtest.Database(t), ex)
				}
				if !ex.Manual && ex.Output != "" {
					if rule.Layout == "temporal" {
						liveTemporal(t, crdbtest.Database(t), ex)
					} else {
						liveOutput(t, crdbtest.Database(t), ex)
					}
				}
			})
		}
	}
}

func liveInput(t *testing.T, conn *pgx.Conn, ex rules.Example) {
	t.Helper()
	if at, err := execAll(conn, ex.Setup); err != nil {
		t.Fatalf("setup: %s: %v", at, err)
	}
	at, err := execAll(conn, ex.Input)
	switch {
	case ex.Error == "" && err != nil && !(ex.Manual && len(ex.Want) > 0):
		t.Errorf("the input is said to be accepted, but: %s: %v", at, err)
	case ex.Error != "" && err == nil:
		t.Errorf("the input is said to be rejected with %q, but was accepted", ex.Error)
	case ex.Error != "" && !strings.Contains(err.Error(), ex.Error):
		t.Errorf("the input is rejected, but not with %q: %s: %v", ex.Error, at, err)
	}
}

func liveOutput(t *testing.T, conn *pgx.Conn, ex rules.Example) {
	t.Helper()
	if at, err := execAll(conn, ex.Setup); err != nil {
		t.Fatalf("setup: %s: %v", at, err)
	}
	if at, err := execAll(conn, ex.Output); err != nil {
		t.Errorf("the output is rejected: %s: %v", at, err)
	}
}

// liveTemporal applies an output twice, as temporal-sql-tool repeats a version
// that was interrupted behind its last statement.
func liveTemporal(t *testing.T, conn *pgx.Conn, ex rules.Example) {
	t.Helper()
	if at, err := execAll(conn, ex.Setup); err != nil {
		t.Fatalf("setup: %s: %v", at, err)
	}
	for _, run := range []string{"first", "second"} {
		if at, err := execAllBut(conn, ex.Output, passedOver); err != nil {
			t.Fatalf("the %s run is rejected: %s: %v", run, at, err)
		}
	}
}

// passedOver reports whether temporal-sql-tool goes on after an error.
func passedOver(err error) bool {
	return strings.Contains(err.Error(), "already exist") || strings.Contains(err.Error(), "not found")
}

// execAll runs the statements of a text one by one, until one fails.
func execAll(conn *pgx.Conn, text string) (at string, err error) {
	return execAllBut(conn, text, func(error) bool { return false })
}

// execAllBut is execAll that goes on after errors that are tolerated.
func execAllBut(conn *pgx.Conn, text string, tolerated func(error) bool) (at string, err error) {
	stmts, err := pgsql.Split([]byte(text))
	if err != nil {
		return "", err
	}
	for i, st := range stmts {
		if st.Form != pgsql.SQL {
			continue
		}
		if i+1 < len(stmts) && stmts[i+1].Form == pgsql.CopyData {
			rows := stmts[i+1]
			data, _, _ := strings.Cut(text[rows.Start():rows.End()], "\\.")
			_, err = conn.PgConn().CopyFrom(context.Background(), strings.NewReader(data), st.Text)
		} else {
			_, err = conn.Exec(context.Background(), st.Text)
		}
		if err != nil && !tolerated(err) {
			var pe *pgconn.PgError
			if errors.As(err, &pe) {
				err = errors.New(pe.Message + " (" + pe.Code + ")")
			}
			return st.Text, err
		}
	}
	return "", nil
}
