package translate_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
)

// sqlTool is a temporal-sql-tool of a release.
type sqlTool struct{ release, path string }

// sqlTools returns the tools that the environment names: one that is there, by
// its path, or some that are built out of the Go module of Temporal's server,
// by their releases. A build takes minutes.
func sqlTools(t *testing.T) []sqlTool {
	t.Helper()
	if path := os.Getenv("TEMPORAL_SQL_TOOL"); path != "" {
		return []sqlTool{{"of the environment", path}}
	}
	releases := fields(os.Getenv("PG2CRDB_TEST_TEMPORAL_TOOLS"))
	if len(releases) == 0 {
		t.Skip("needs temporal-sql-tool: set PG2CRDB_TEST_TEMPORAL_TOOLS to releases that are to be built, such as v1.29.7,v1.30.4,v1.32.0, or TEMPORAL_SQL_TOOL to a path")
	}
	var tools []sqlTool
	for _, release := range releases {
		dir := t.TempDir()
		for _, args := range [][]string{
			{"mod", "init", "tool"},
			{"get", "go.temporal.io/server/cmd/tools/sql@" + release},
			{"build", "-o", "temporal-sql-tool", "go.temporal.io/server/cmd/tools/sql"},
		} {
			cmd := exec.Command("go", args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "CGO_ENABLED=0")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("build temporal-sql-tool %s: go %s: %v\n%s", release, strings.Join(args, " "), err, text)
			}
		}
		tools = append(tools, sqlTool{release, filepath.Join(dir, "temporal-sql-tool")})
	}
	return tools
}

// command is a run of the tool on the database of a connection.
func (s sqlTool) command(ctx context.Context, conn *pgx.Conn, args ...string) *exec.Cmd {
	config := conn.Config()
	global := []string{"--plugin", "postgres12", "--endpoint", config.Host, "--port", fmt.Sprint(config.Port), "--user", config.User, "--database", config.Database}
	return exec.CommandContext(ctx, s.path, append(global, args...)...)
}

func (s sqlTool) run(t *testing.T, ctx context.Context, conn *pgx.Conn, args ...string) string {
	t.Helper()
	text, err := s.command(ctx, conn, args...).CombinedOutput()
	skipOutOfTime(t, ctx)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return string(text)
}

// kill runs the tool and kills it as soon as it says that it executes a
// statement with that text.
func (s sqlTool) kill(t *testing.T, ctx context.Context, conn *pgx.Conn, at string, args ...string) {
	t.Helper()
	cmd := s.command(ctx, conn, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !killed && strings.Contains(lines.Text(), at) {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	skipOutOfTime(t, ctx)
	if err == nil || !killed {
		t.Errorf("the tool came to its end (%v) and never executed %q", err, at)
	}
}

// toolReleases are those whose trees the tools apply: the ones that
// PG2CRDB_TEST_TEMPORAL_RELEASES names, or the one of the live tests.
func toolReleases() []string {
	if list := fields(os.Getenv("PG2CRDB_TEST_TEMPORAL_RELEASES")); len(list) > 0 {
		return list
	}
	return []string{liveRelease}
}

func fields(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// TestTemporalTool lets temporal-sql-tool itself apply the stores. It is killed
// several times on the way, and run again: in the end there is what Temporal's
// own migrations make on PostgreSQL, the same rows are stored and found, and one
// more run does nothing.
func TestTemporalTool(t *testing.T) {
	crdbtest.URL(t)
	for _, tool := range sqlTools(t) {
		for _, release := range toolReleases() {
			for _, store := range []struct {
				name string
				// kills are the statements at which the tool is killed, those that
				// the release has.
				kills []string
			}{
				{"temporal", []string{"INSERT INTO namespace_metadata", "DROP COLUMN immutable_data", "TYPE VARCHAR(255)", "DROP TABLE nexus_incoming_services", "DROP COLUMN data_encoding"}},
				{"visibility", []string{"ADD COLUMN Bool01", "by_keyword_05 ", "DROP INDEX", "DROP COLUMN root_workflow_id", "DROP COLUMN root_run_id", "by_temporal_int_01 ", "TemporalExternalPayloadCount "}},
			} {
				t.Run(tool.release+" "+release+" "+store.name, func(t *testing.T) {
					if testing.Short() && store.name == "visibility" {
						t.Skip("takes minutes: skipped with -short")
					}
					t.Parallel() // most of the time goes by in waiting
					ctx := untilTimeout(t)
					out := translateRelease(t, release, ">=23.1")
					dir := t.TempDir()
					writeFiles(t, dir, out)
					conn := crdbtest.Database(t)
					tool.run(t, ctx, conn, "setup-schema", "--version", "0.0")
					update := []string{"update-schema", "--schema-dir", filepath.Join(dir, store.name, "versioned")}
					versions := translatedSteps(t, out, store.name, temporal.Eras()[2])
					for _, at := range store.kills {
						if has(versions, at) {
							tool.kill(t, ctx, conn, at, update...)
						}
					}
					tool.run(t, ctx, conn, update...)
					if text := tool.run(t, ctx, conn, update...); !strings.Contains(text, "found zero updates") {
						t.Errorf("the second run is not without updates:\n%s", text)
					}
					want := strings.TrimPrefix(versions[len(versions)-1].version, "v")
					if version := strs(t, conn, "SELECT curr_version FROM schema_version"); !slices.Equal(version, []string{want}) {
						t.Errorf("version %v, want %s", version, want)
					}
					mustExec(t, conn, "DROP TABLE schema_version, schema_update_history")
					likePostgres(t, conn, release, store.name)
				})
			}
		}
	}
}

// TestTemporalToolConsolidated lets temporal-sql-tool set up the stores from
// their consolidated schemas, with both of its plugins: update-schema finds
// nothing left to do, and there is what the migrations make on PostgreSQL.
func TestTemporalToolConsolidated(t *testing.T) {
	crdbtest.URL(t)
	ctx := context.Background()
	for _, tool := range sqlTools(t) {
		for _, release := range toolReleases() {
			tree, out := translateTree(t, release, ">=23.1")
			schemas, err := consolidate.Tree(tree, out, consolidate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			writeFiles(t, dir, out)
			for _, s := range schemas {
				versions := translatedSteps(t, out, s.Name, temporal.Eras()[2])
				version := strings.TrimPrefix(versions[len(versions)-1].version, "v")
				file := filepath.Join(dir, s.Name+".sql")
				if err := os.WriteFile(file, s.Text, 0o644); err != nil {
					t.Fatal(err)
				}
				for _, plugin := range []string{"postgres12", "postgres12_pgx"} {
					t.Run(tool.release+" "+release+" "+s.Name+" "+plugin, func(t *testing.T) {
						conn := crdbtest.Database(t)
						tool.run(t, ctx, conn, "--plugin", plugin, "setup-schema", "--version", version, "--schema-file", file)
						if text := tool.run(t, ctx, conn, "update-schema", "--schema-dir", filepath.Join(dir, s.Name, "versioned")); !strings.Contains(text, "found zero updates") {
							t.Errorf("there is something left to update:\n%s", text)
						}
						mustExec(t, conn, "DROP TABLE schema_version, schema_update_history")
						likePostgres(t, conn, release, s.Name)
					})
				}
			}
		}
	}
}

func has(versions []step, text string) bool {
	return slices.ContainsFunc(versions, func(v step) bool { return strings.Contains(strings.Join(v.statements, "\n"), text) })
}

// likePostgres holds a store to a PostgreSQL that ran the migrations of the
// release as they are: the catalog, and for visibility what is stored of rows and
// what is found of them.
func likePostgres(t *testing.T, conn *pgx.Conn, release, store string) {
	t.Helper()
	pg := postgres(t)
	upstream(t, pg, release, store)
	if diff := cmp.Diff(catalogOf(t, pg), catalogOf(t, conn)); diff != "" {
		t.Errorf("not the catalog of PostgreSQL (-PostgreSQL +CockroachDB):\n%s", diff)
	}
	if store != "visibility" {
		return
	}
	want := fill(t, pg, rowAttributes())
	got := fill(t, conn, want)
	compareRows(t, want, got)
	var refused []string
	for i, r := range want {
		if r.Refused {
			refused = append(refused, "'"+runOf(i)+"'")
		}
	}
	mustExec(t, conn, "DELETE FROM executions_visibility WHERE run_id IN ("+strings.Join(refused, ", ")+")")
	asked := 0
	for _, q := range visibilityQueries() {
		_, err := pg.Exec(context.Background(), q.list(visibilityTable, noDivision, 1))
		if err != nil { // a column that came with a later version
			continue
		}
		asked++
		sql := q.list(visibilityTable, noDivision, 1000)
		if diff := cmp.Diff(strs(t, pg, sql), strs(t, conn, sql)); diff != "" {
			t.Errorf("%s does not find the same (-PostgreSQL +CockroachDB):\n%s", q.where, diff)
		}
		if q.index != "" {
			q.explain(t, conn)
		}
	}
	t.Logf("%d of %d queries", asked, len(visibilityQueries()))
	upsert(t, conn)
}

// writeFiles writes a translated tree.
func writeFiles(t *testing.T, dir string, out *translate.Output) {
	t.Helper()
	for name, text := range out.Files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
