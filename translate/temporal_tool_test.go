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
	"github.com/pg2crdb/pg2crdb/translate"
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
	releases := strings.FieldsFunc(os.Getenv("PG2CRDB_TEST_TEMPORAL_TOOLS"), func(r rune) bool { return r == ',' || r == ' ' })
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

// TestTemporalTool lets temporal-sql-tool itself apply the stores. It is killed
// several times on the way, and run again: in the end there is what the
// consolidated schema makes in one step, and one more run does nothing.
func TestTemporalTool(t *testing.T) {
	crdbtest.URL(t)
	for _, tool := range sqlTools(t) {
		for _, store := range []struct {
			name, target, version string
			kills                 []string
		}{
			{"temporal", "", "1.19", []string{"INSERT INTO namespace_metadata", "DROP COLUMN immutable_data", "TYPE VARCHAR(255)", "DROP TABLE nexus_incoming_services", "DROP COLUMN data_encoding"}},
			{"visibility", ">=23.1", "1.14", []string{"ADD COLUMN Bool01", "by_keyword_05 ", "DROP INDEX", "DROP COLUMN root_workflow_id", "DROP COLUMN root_run_id", "by_temporal_int_01 ", "TemporalExternalPayloadCount "}},
		} {
			t.Run(tool.release+" "+store.name, func(t *testing.T) {
				if testing.Short() && store.name == "visibility" {
					t.Skip("takes minutes: skipped with -short")
				}
				t.Parallel() // most of the time goes by in waiting
				ctx := untilTimeout(t)
				out := translateRelease(t, liveRelease, store.target)
				dir := t.TempDir()
				writeFiles(t, dir, out)
				conn := crdbtest.Database(t)
				tool.run(t, ctx, conn, "setup-schema", "--version", "0.0")
				update := []string{"update-schema", "--schema-dir", filepath.Join(dir, store.name, "versioned")}
				for _, at := range store.kills {
					tool.kill(t, ctx, conn, at, update...)
				}
				tool.run(t, ctx, conn, update...)
				if text := tool.run(t, ctx, conn, update...); !strings.Contains(text, "found zero updates") {
					t.Errorf("the second run is not without updates:\n%s", text)
				}
				if version := strs(t, conn, "SELECT curr_version FROM schema_version"); !slices.Equal(version, []string{store.version}) {
					t.Errorf("version %v, want %s", version, store.version)
				}
				var got []string
				for _, line := range catalogOf(t, conn) {
					if !strings.Contains(line, "schema_version") && !strings.Contains(line, "schema_update_history") {
						got = append(got, line)
					}
				}
				if diff := cmp.Diff(catalogOf(t, consolidated(t, store.target, store.name)), got); diff != "" {
					t.Errorf("not the consolidated schema (-consolidated +got):\n%s", diff)
				}
			})
		}
	}
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
