package translate_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
// engine's catalog. On the way, the versions that drop something are
// interrupted and run again, each in a copy of the database.
func TestTemporalLive(t *testing.T) {
	conn := crdbtest.Database(t)
	tree, out := translateTree(t, liveRelease, ">=23.1")
	schemas, err := consolidate.Tree(tree, out, consolidate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("temporal", func(t *testing.T) {
		begin := time.Now()
		again := map[string][]int{"v1.4": {-1}, "v1.8": {-1}, "v1.13": {-1}, "v1.16": {1, 2, -1}}
		applyLive(t, conn, steps(t, out, "temporal", temporal.Eras()[0]), again)
		holdToCatalog(t, conn, out.Histories[0])
		holdConsolidated(t, conn, schemas[0], time.Since(begin))
	})
	t.Run("visibility", func(t *testing.T) {
		if testing.Short() {
			t.Skip("takes a minute: skipped with -short")
		}
		conn := crdbtest.Database(t)
		begin := time.Now()
		again := map[string][]int{"v1.2": {-2, -1}, "v1.6": {2, 3, 4, -1}}
		applyLive(t, conn, steps(t, out, "visibility", temporal.Eras()[1]), again)
		for _, h := range out.Histories {
			if strings.HasPrefix(h.Texts[0].Name, "visibility/versioned/") {
				holdToCatalog(t, conn, h)
			}
		}
		holdConsolidated(t, conn, schemas[1], time.Since(begin))
		columns, indexes := visibilityCount(t, conn)
		if columns != 80 || indexes != 74 {
			t.Errorf("executions_visibility has %d columns and %d indexes, and 80 and 74 on PostgreSQL", columns, indexes)
		}
	})
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
	if diff := cmp.Diff(inventory(t, versioned), inventory(t, conn)); diff != "" {
		t.Errorf("the consolidated schema makes another database (-versions +consolidated):\n%s", diff)
	}
	t.Logf("%s: %s from the versions, interruptions included, %s consolidated: 1/%.0f", s.Name, took.Round(time.Millisecond), alone.Round(time.Millisecond), float64(took)/float64(alone))
}

// applyLive applies the versions of a store. In those that are named, it stops
// behind so many statements (negative: from the end, -1 being all of them), and
// runs the version again.
func applyLive(t *testing.T, conn *pgx.Conn, versions []step, interrupted map[string][]int) {
	t.Helper()
	for _, v := range versions {
		stops := interrupted[v.version]
		if len(stops) == 0 {
			runLive(t, conn, v.statements)
			continue
		}
		var copies []*pgx.Conn
		before := createStatements(t, conn)
		for _, k := range stops {
			if k < 0 {
				k += len(v.statements) + 1
			}
			c := crdbtest.Database(t)
			for _, s := range before {
				if !strings.HasPrefix(s, "CREATE SEQUENCE") { // its identity column makes it
					mustExec(t, c, s)
				}
			}
			runLive(t, c, v.statements[:k])
			runLive(t, c, v.statements)
			copies = append(copies, c)
		}
		runLive(t, conn, v.statements)
		want := inventory(t, conn)
		for i, c := range copies {
			if diff := cmp.Diff(want, inventory(t, c)); diff != "" {
				t.Errorf("%s, interrupted behind %d statements and run again (-want +got):\n%s", v.version, stops[i], diff)
			}
		}
	}
}

// runLive runs statements with the tolerance of temporal-sql-tool.
func runLive(t *testing.T, conn *pgx.Conn, statements []string) {
	t.Helper()
	for _, s := range statements {
		if _, err := conn.Exec(context.Background(), s); !passedOver(err) {
			t.Fatalf("%s: %v", s, err)
		}
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

// createStatements returns what makes the database's tables, indexes inline:
// a copy takes no schema change.
func createStatements(t *testing.T, conn *pgx.Conn) []string {
	return strs(t, conn, "SELECT create_statement FROM [SHOW CREATE ALL TABLES]")
}

// inventory returns the columns, indexes and constraints of the database,
// whatever their order.
func inventory(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	var all []string
	for _, create := range createStatements(t, conn) {
		lines := strings.Split(create, "\n")
		table := lines[0]
		for _, l := range lines {
			l = strings.TrimSuffix(strings.TrimSpace(l), ",")
			if !strings.HasPrefix(l, "FAMILY ") {
				all = append(all, table+" "+l)
			}
		}
	}
	slices.Sort(all)
	return all
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
			if !ix.Unique {
				want = append(want, table.Name.Name+"@"+ix.Name.Name)
			}
		}
	}
	// The indexes of constraints are no indexes of their own in the catalog, and
	// CockroachDB shows a unique index as a constraint too: those are left out.
	got := strs(t, conn, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`)
	got = append(got, strs(t, conn, `SELECT t.relname || '@' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
		JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND c.relname NOT IN (SELECT conname FROM pg_constraint)`)...)
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

func visibilityCount(t *testing.T, conn *pgx.Conn) (columns, indexes int) {
	t.Helper()
	err := conn.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM information_schema.columns WHERE table_name = 'executions_visibility'),
		(SELECT count(*) FROM pg_indexes WHERE tablename = 'executions_visibility')`).Scan(&columns, &indexes)
	if err != nil {
		t.Fatal(err)
	}
	return columns, indexes
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

// TestTemporalTool lets temporal-sql-tool itself apply the visibility store. It
// is killed several times on the way, and run again.
func TestTemporalTool(t *testing.T) {
	tool := os.Getenv("TEMPORAL_SQL_TOOL")
	if tool == "" {
		t.Skip("needs temporal-sql-tool: set TEMPORAL_SQL_TOOL to its path")
	}
	conn := crdbtest.Database(t)
	out := translateRelease(t, liveRelease, ">=23.1")
	dir := t.TempDir()
	for name, text := range out.Files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := conn.Config()
	command := func(args ...string) *exec.Cmd {
		global := []string{"--plugin", "postgres12", "--endpoint", config.Host, "--port", fmt.Sprint(config.Port),
			"--user", config.User, "--database", config.Database}
		return exec.Command(tool, append(global, args...)...)
	}
	run := func(args ...string) string {
		text, err := command(args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, text)
		}
		return string(text)
	}
	run("setup-schema", "--version", "0.0")
	update := []string{"update-schema", "--schema-dir", filepath.Join(dir, "visibility", "versioned")}
	kills := 5
	if testing.Short() {
		update, kills = []string{"update-schema", "--schema-dir", filepath.Join(dir, "temporal", "versioned")}, 1
	}
	for i := range kills {
		c := command(update...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(1700+900*i) * time.Millisecond)
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	run(update...)
	if text := run(update...); !strings.Contains(text, "found zero updates") {
		t.Errorf("the second run is not without updates:\n%s", text)
	}
	if testing.Short() {
		return
	}
	version := strs(t, conn, "SELECT curr_version FROM schema_version")
	columns, indexes := visibilityCount(t, conn)
	if version[0] != "1.14" || columns != 80 || indexes != 74 {
		t.Errorf("version %s with %d columns and %d indexes, want 1.14 with 80 and 74", version[0], columns, indexes)
	}
}
