package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/cockroach-go/v2/testserver"
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
//	scratch URL   fails if the server holds a scratch database that was not there
//	              before the script
//	stop-server   kills the CockroachDB of testdata/verify/own, which each of its
//	              scripts has for itself: with passwords, at $HOST, for root at $CRDB
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
		{"testdata/verify/own", func(t *testing.T, e *testscript.Env) {
			if e.WorkDir == "" {
				crdbtest.Binary(t)
				return
			}
			ts, err := testserver.NewTestServer(testserver.CockroachBinaryPathOpt(crdbtest.Binary(t)), testserver.SecureOpt())
			if err != nil {
				t.Fatal(err)
			}
			stop := sync.OnceFunc(ts.Stop)
			e.Defer(stop)
			e.Values["stop"] = stop
			e.Setenv("CRDB", ts.PGURL().String())
			e.Setenv("HOST", ts.PGURL().Host)
			crdbtest.Exec(t, ts.PGURL().String(),
				"CREATE USER reader WITH PASSWORD 'r1ght'",
				"CREATE USER frozen WITH PASSWORD 'r1ght' CREATEDB", "ALTER ROLE frozen SET default_transaction_read_only = on")
		}},
	} {
		t.Run(test.dir, func(t *testing.T) {
			test.setup(t, &testscript.Env{})
			testscript.Run(t, testscript.Params{
				Dir: test.dir,
				Setup: func(e *testscript.Env) error {
					test.setup(t, e)
					for _, server := range []string{"CRDB", "PG"} {
						if url := e.Getenv(server); url != "" {
							names, err := scratchDatabases(url)
							if err != nil {
								return err
							}
							e.Values[url] = names
						}
					}
					return nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"stop-server": func(ts *testscript.TestScript, _ bool, _ []string) {
						ts.Value("stop").(func())()
					},
					"scratch": func(ts *testscript.TestScript, _ bool, args []string) {
						names, err := scratchDatabases(args[0])
						ts.Check(err)
						before, _ := ts.Value(args[0]).([]string)
						for _, n := range names {
							if !slices.Contains(before, n) {
								ts.Fatalf("%s is left behind", n)
							}
						}
					},
				},
			})
		})
	}
}

// scratchDatabases are the scratch databases that a server holds.
func scratchDatabases(url string) ([]string, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database")
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "pg2crdb_verify_") }), err
}

func TestMain(m *testing.M) {
	os.Exit(testscript.RunMain(withServers{m}, map[string]func() int{"pg2crdb": process}))
}
