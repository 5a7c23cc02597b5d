package translate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// liveRelease is the release that the live tests apply. It has the newest
// versions of both stores.
const liveRelease = "v1.32.0"

// TestTemporalLive applies both stores to a real CockroachDB, statement by
// statement as temporal-sql-tool does, and holds what is there in the end to the
// engine's catalog and to PostgreSQL's. On the way, the versions that drop
// something are interrupted and run again, each in a copy of the database. A
// store that is not through when the time of go test is short is skipped.
func TestTemporalLive(t *testing.T) {
	crdbtest.URL(t)
	tree, out := translateTree(t, liveRelease, ">=23.1")
	schemas, err := consolidate.Tree(tree, out, consolidate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, store := range []struct {
		name string
		era  temporal.Era
		// interrupted are the statements, from the end of the version, behind which
		// it is interrupted.
		interrupted map[string][]int
	}{
		{"temporal", temporal.Eras()[0], map[string][]int{"v1.4": {0}, "v1.8": {0}, "v1.13": {0}, "v1.16": {1, 0}}},
		{"visibility", temporal.Eras()[1], map[string][]int{"v1.2": {8, 1, 0}, "v1.6": {6, 4, 2, 0}}},
	} {
		t.Run(store.name, func(t *testing.T) {
			if testing.Short() && store.name == "visibility" {
				t.Skip("takes a minute or more: skipped with -short")
			}
			t.Parallel() // most of the time goes by in waiting
			conn := crdbtest.Database(t)
			begin := time.Now()
			applyLive(t, untilTimeout(t), conn, translatedSteps(t, out, store.name, store.era), store.interrupted)
			took := time.Since(begin)
			for _, h := range out.Histories {
				if strings.HasPrefix(h.Texts[0].Name, store.name+"/versioned/") {
					holdToCatalog(t, conn, h)
				}
			}
			for _, s := range schemas {
				if s.Name == store.name {
					holdConsolidated(t, conn, s, took)
				}
			}
			t.Run("postgres", func(t *testing.T) {
				pg := postgres(t)
				upstream(t, pg, liveRelease, store.name)
				if diff := cmp.Diff(catalogOf(t, pg), catalogOf(t, conn)); diff != "" {
					t.Errorf("not the catalog of PostgreSQL (-PostgreSQL +CockroachDB):\n%s", diff)
				}
			})
		})
	}
}

// applyLive applies the versions of a store. Those that are named are also
// interrupted, in copies of the tables that they name, and run again.
func applyLive(t *testing.T, ctx context.Context, conn *pgx.Conn, versions []step, interrupted map[string][]int) {
	t.Helper()
	for _, v := range versions {
		stops := interrupted[v.version]
		copies := make([]*pgx.Conn, len(stops))
		text := strings.Join(v.statements, "\n")
		done := 0
		for i, fromEnd := range stops {
			k := len(v.statements) - fromEnd
			runLive(t, ctx, conn, v.statements[done:k])
			done = k
			copies[i] = crdbtest.Database(t)
			for _, s := range createStatements(t, conn, text) {
				mustExec(t, copies[i], s)
			}
		}
		runLive(t, ctx, conn, v.statements[done:])
		want := inventory(t, conn, text)
		for i, c := range copies {
			runLive(t, ctx, c, v.statements)
			if diff := cmp.Diff(want, inventory(t, c, text)); diff != "" {
				t.Errorf("%s, interrupted %d statements from the end and run again (-want +got):\n%s", v.version, stops[i], diff)
			}
		}
	}
}

// runLive runs statements with the tolerance of temporal-sql-tool.
func runLive(t *testing.T, ctx context.Context, conn *pgx.Conn, statements []string) {
	t.Helper()
	for _, s := range statements {
		_, err := conn.Exec(ctx, s)
		skipOutOfTime(t, ctx)
		if !passedOver(err) {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// untilTimeout ends when the package's other tests, and the databases that are
// to be dropped, need what go test's -timeout leaves.
func untilTimeout(t *testing.T) context.Context {
	end, ok := t.Deadline()
	if !ok {
		return context.Background()
	}
	ctx, cancel := context.WithDeadline(context.Background(), end.Add(-4*time.Minute))
	t.Cleanup(cancel)
	return ctx
}

// skipOutOfTime skips a test that untilTimeout has ended.
func skipOutOfTime(t *testing.T, ctx context.Context) {
	t.Helper()
	if ctx.Err() != nil {
		t.Skip("needs more time for its schema changes than go test leaves it: run it with -timeout 60m")
	}
}

func mustExec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func strs(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// createStatements returns what makes the tables that a text names (without one,
// all), indexes inline: a copy takes no schema change.
func createStatements(t *testing.T, conn *pgx.Conn, text string) []string {
	t.Helper()
	var out []string
	for _, table := range strs(t, conn, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'") {
		if text == "" || strings.Contains(text, table) {
			out = append(out, strs(t, conn, "SELECT create_statement FROM [SHOW CREATE TABLE "+table+"]")...)
		}
	}
	return out
}

// inventory returns the columns, indexes and constraints of the tables that a
// text names (without one, all), whatever their order.
func inventory(t *testing.T, conn *pgx.Conn, text string) []string {
	t.Helper()
	var all []string
	for _, create := range createStatements(t, conn, text) {
		lines := strings.Split(create, "\n")
		for _, l := range lines {
			l = strings.TrimSuffix(strings.TrimSpace(l), ",")
			if !strings.HasPrefix(l, "FAMILY ") {
				all = append(all, lines[0]+" "+l)
			}
		}
	}
	slices.Sort(all)
	return all
}

// translateTree is translateRelease with the tree.
func translateTree(t *testing.T, release, target string) (*layout.Tree, *translate.Output) {
	t.Helper()
	fsys, err := layout.Release(context.Background(), "temporal@"+release)
	if err != nil {
		t.Skipf("needs the Go module of Temporal: %v", err)
	}
	tree, err := layout.Open(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	tg, err := rules.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	out, err := translate.Tree(context.Background(), fsys, tree, translate.Options{Options: lint.Options{Target: tg}})
	if err != nil {
		t.Fatal(err)
	}
	return tree, out
}

// holdConsolidated sets a database up from a consolidated schema and holds it
// against one that was set up from the versions, which took so long.
func holdConsolidated(t *testing.T, versioned *pgx.Conn, s consolidate.Schema, took time.Duration) {
	t.Helper()
	conn := crdbtest.Database(t)
	stmts, err := pgsql.Split(s.Text)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for _, st := range stmts {
		if st.Form == pgsql.SQL {
			mustExec(t, conn, st.Text)
		}
	}
	alone := time.Since(begin)
	if diff := cmp.Diff(inventory(t, versioned, ""), inventory(t, conn, "")); diff != "" {
		t.Errorf("the consolidated schema makes another database (-versions +consolidated):\n%s", diff)
	}
	t.Logf("%s: %s from the versions, interruptions included, %s consolidated: 1/%.0f", s.Name, took.Round(time.Millisecond), alone.Round(time.Millisecond), float64(took)/float64(alone))
}

// holdToCatalog compares the tables, columns and indexes of the database with
// the engine's catalog at the end of the translated history.
func holdToCatalog(t *testing.T, conn *pgx.Conn, h *translate.Result) {
	t.Helper()
	var want []string
	for _, table := range h.Final.Catalog().Tables() {
		for _, c := range table.Columns() {
			want = append(want, table.Name.Name+"."+c.Name)
		}
		for _, ix := range table.Indexes() {
			want = append(want, table.Name.Name+"@"+ix.Name.Name)
		}
	}
	got := strs(t, conn, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`)
	got = append(got, strs(t, conn, `SELECT t.relname || '@' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
		JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND t.relkind = 'r'`)...)
	// The index of a key is none of its own in the catalog.
	keys := strs(t, conn, `SELECT t.relname || '@' || c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype IN ('p', 'u')`)
	got = slices.DeleteFunc(got, func(s string) bool { return slices.Contains(keys, s) && !slices.Contains(want, s) })
	slices.Sort(want)
	slices.Sort(got)
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Errorf("the catalog has %s, and CockroachDB has not", s)
		}
	}
	for _, s := range got {
		if !slices.Contains(want, s) {
			t.Errorf("CockroachDB has %s, and the catalog has not", s)
		}
	}
	t.Logf("%d columns and indexes", len(got))
}

// instants are what PostgreSQL 15 makes of a text by Temporal's convert_ts:
// text::timestamptz AT TIME ZONE 'UTC'.
var instants = [][2]string{
	{"2024-01-01T00:00:00Z", "2024-01-01 00:00:00"},
	{"2024-01-01T00:00:00+05:30", "2023-12-31 18:30:00"},
	{"2024-01-01T00:00:00-08:00", "2024-01-01 08:00:00"},
	{"2024-03-10T02:30:00+00:00", "2024-03-10 02:30:00"},
	{"2024-03-31T02:30:00+01:00", "2024-03-31 01:30:00"},
	{"2024-02-29T23:59:59.9Z", "2024-02-29 23:59:59.9"},
	{"2023-02-28T23:59:59.99-00:01", "2023-03-01 00:00:59.99"},
	{"2023-12-31T23:59:59.999+14:00", "2023-12-31 09:59:59.999"},
	{"2023-12-31T23:59:59.9999-12:00", "2024-01-01 11:59:59.9999"},
	{"2023-12-31T23:59:59.99999+05:45", "2023-12-31 18:14:59.99999"},
	{"2023-12-31T23:59:59.999999+15:59", "2023-12-31 08:00:59.999999"},
	{"2023-12-31T23:59:59.9999999-15:59", "2024-01-01 15:59:00"},
	{"2023-12-31T23:59:59.99999949Z", "2023-12-31 23:59:59.999999"},
	{"2023-12-31T23:59:59.999999499Z", "2023-12-31 23:59:59.999999"},
	{"2023-12-31T23:59:59.999999500Z", "2024-01-01 00:00:00"},
	{"2023-12-31T23:59:59.999999501+09:30", "2023-12-31 14:30:00"},
	{"2020-06-15T12:00:00.0000005Z", "2020-06-15 12:00:00"},
	{"2020-06-15T12:00:00.0000015Z", "2020-06-15 12:00:00.000002"},
	{"2020-06-15T12:00:00.0000025Z", "2020-06-15 12:00:00.000002"},
	{"2020-06-15T12:00:00.0000035Z", "2020-06-15 12:00:00.000004"},
	{"2020-06-15T12:00:00.1234565Z", "2020-06-15 12:00:00.123456"},
	{"2020-06-15T12:00:00.1234575Z", "2020-06-15 12:00:00.123458"},
	{"2020-06-15T12:00:00.123456500Z", "2020-06-15 12:00:00.123456"},
	{"2020-06-15T12:00:00.12345650-03:00", "2020-06-15 15:00:00.123456"},
	{"2020-06-15T12:00:00.123456501Z", "2020-06-15 12:00:00.123457"},
	{"2020-06-15T12:00:00.000000499+02:00", "2020-06-15 10:00:00"},
	{"2020-06-15T12:00:00.7654325Z", "2020-06-15 12:00:00.765432"},
	{"2020-06-15T12:00:00.3333335Z", "2020-06-15 12:00:00.333334"},
	{"2020-06-15T12:00:00.1000005Z", "2020-06-15 12:00:00.1"},
	{"1970-01-01T00:00:00Z", "1970-01-01 00:00:00"},
	{"1969-12-31T23:59:59.9999995Z", "1970-01-01 00:00:00"},
	{"1969-12-31T23:59:59.9999994Z", "1969-12-31 23:59:59.999999"},
	{"1969-12-31T23:59:59.5+00:30", "1969-12-31 23:29:59.5"},
	{"1900-01-01T00:00:00-11:59", "1900-01-01 11:59:00"},
	{"0001-01-01T00:00:00Z", "0001-01-01 00:00:00"},
	{"0001-01-01T00:00:00.0000015+00:01", "0001-12-31 23:59:00.000002 BC"},
	{"9999-12-31T23:59:59Z", "9999-12-31 23:59:59"},
	{"9999-12-31T23:59:59.999999Z", "9999-12-31 23:59:59.999999"},
	{"9999-12-31T23:59:59.999999999Z", "10000-01-01 00:00:00"},
	{"9999-12-31T23:59:59-15:00", "10000-01-01 14:59:59"},
	{"2038-01-19T03:14:08+00:00", "2038-01-19 03:14:08"},
	{"2016-12-31T23:59:60Z", "2017-01-01 00:00:00"},
	{"2024-01-01T24:00:00Z", "2024-01-02 00:00:00"},
	{"2000-01-01T00:00:00.5+12:45", "1999-12-31 11:15:00.5"},
}

// TestTemporalInstants computes the instants of RFC 3339 texts in a column that
// is translated from one with convert_ts.
func TestTemporalInstants(t *testing.T) {
	conn := crdbtest.Database(t)
	source := "CREATE FUNCTION convert_ts(s VARCHAR) RETURNS TIMESTAMP AS $$\nBEGIN\n  RETURN s::timestamptz AT TIME ZONE 'UTC';\nEND\n$$ LANGUAGE plpgsql IMMUTABLE RETURNS NULL ON NULL INPUT;\n" +
		"CREATE TABLE t (a JSONB, at TIMESTAMP GENERATED ALWAYS AS (convert_ts(a->>'at')) STORED);\n"
	tg, err := rules.ParseTarget(crdbtest.Series(t, conn))
	if err != nil {
		t.Skip(err)
	}
	out, err := translate.Bytes(context.Background(), "t.sql", []byte(source), translate.Options{Options: lint.Options{Target: tg}})
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, conn, string(out.Texts[0].Content))
	for _, c := range instants {
		mustExec(t, conn, fmt.Sprintf(`INSERT INTO t (a) VALUES ('{"at": "%s"}')`, c[0]))
	}
	mustExec(t, conn, `INSERT INTO t (a) VALUES ('{}'), (NULL), ('{"at": null}')`)
	got := map[string]string{}
	for _, row := range strs(t, conn, "SELECT (a->>'at') || '|' || at::TEXT FROM t WHERE at IS NOT NULL") {
		text, at, _ := strings.Cut(row, "|")
		got[text] = at
	}
	for _, c := range instants {
		if got[c[0]] != c[1] {
			t.Errorf("%s is %s, and %s on PostgreSQL", c[0], got[c[0]], c[1])
		}
	}
	if len(got) != len(instants) {
		t.Errorf("%d rows have an instant, want %d", len(got), len(instants))
	}
}
