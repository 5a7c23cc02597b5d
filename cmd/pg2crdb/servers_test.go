package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/pgtest"
)

// withServers runs the tests and stops the servers that they started.
type withServers struct{ *testing.M }

func (m withServers) Run() int { return pgtest.Main(m.M) }

// TestVerifyScript runs the command line against servers: testdata/verify. A
// script that needs a CockroachDB finds it at $CRDB, one that needs a PostgreSQL
// at $PG; those of testdata/verify/live need both. Beside testscript's own
// commands there is
//
//	scratch URL   fails if the server holds a scratch database
func TestVerifyScript(t *testing.T) {
	for _, test := range []struct {
		dir   string
		setup func(t *testing.T, e *testscript.Env)
	}{
		{"testdata/verify", func(t *testing.T, e *testscript.Env) { e.Setenv("PG", pgtest.URL(t)) }},
		{"testdata/verify/live", func(t *testing.T, e *testscript.Env) {
			e.Setenv("CRDB", crdbtest.URL(t))
			e.Setenv("PG", pgtest.URL(t))
		}},
	} {
		t.Run(test.dir, func(t *testing.T) {
			test.setup(t, &testscript.Env{})
			testscript.Run(t, testscript.Params{
				Dir: test.dir,
				Setup: func(e *testscript.Env) error {
					test.setup(t, e)
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"scratch": func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(noScratch(args[0])) },
				},
			})
		})
	}
}

// noScratch returns an error if a server holds a scratch database.
func noScratch(url string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, n := range names {
		if strings.HasPrefix(n, "pg2crdb_verify_") {
			return fmt.Errorf("%s is left behind", n)
		}
	}
	return nil
}

func TestMain(m *testing.M) {
	os.Exit(testscript.RunMain(withServers{m}, map[string]func() int{"pg2crdb": process}))
}
