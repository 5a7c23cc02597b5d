package temporal

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// schemaFiles are a module's, by path in the module.
var schemaFiles = []string{
	"go.mod", "module go.temporal.io/server\n",
	"schema/postgresql/v12/visibility/versioned/v1.0/manifest.json", manifestOf("1.0"),
}

// writeZip writes a module's archive and returns its path.
func writeZip(t *testing.T, prefix string, nameAndText ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "module.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for i := 0; i < len(nameAndText); i += 2 {
		e, err := w.Create(prefix + nameAndText[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write([]byte(nameAndText[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// writeDir writes files into a new directory and returns its path.
func writeDir(t *testing.T, nameAndText ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(nameAndText); i += 2 {
		file := filepath.Join(dir, filepath.FromSlash(nameAndText[i]))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(nameAndText[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// answer is a go command that prints JSON and fails if that tells of an error,
// as the real one does.
func answer(d download) runner {
	return func(context.Context, string, ...string) ([]byte, error) {
		out, err := json.Marshal(d)
		if err == nil && d.Error != "" {
			err = errors.New("exit status 1")
		}
		return out, err
	}
}

func TestFetch(t *testing.T) {
	const prefix = serverModule + "@v1.2.3/"
	for _, tt := range []struct {
		name string
		run  runner
	}{
		{"directory", answer(download{Dir: writeDir(t, schemaFiles...), Zip: "unused", Sum: "h1:x="})},
		{"archive beside an error", answer(download{Zip: writeZip(t, prefix, schemaFiles...), Sum: "h1:x=", Error: "requires go >= 9.9"})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var args []string
			run := func(ctx context.Context, dir string, a ...string) ([]byte, error) {
				args = a
				if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
					t.Errorf("the directory of the go command: %v, %v", entries, err)
				}
				return tt.run(ctx, dir, a...)
			}
			fsys, err := fetch(context.Background(), run, "1.2.3")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"mod", "download", "-json", "go.temporal.io/server@v1.2.3"}, args); diff != "" {
				t.Errorf("arguments: -want +got:\n%s", diff)
			}
			tree, err := ReadTree(fsys)
			if err != nil {
				t.Fatal(err)
			}
			if len(tree.Stores) != 1 || len(tree.Stores[0].Versions) != 1 {
				t.Errorf("%+v", tree)
			}
		})
	}
}

func TestFetchErrors(t *testing.T) {
	const or = ", or name a directory instead: pg2crdb translate path/to/temporal/schema/postgresql/v12"
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	prefix := serverModule + "@v1.2.3/"
	noFile := filepath.Join(t.TempDir(), "gone.zip")
	noZip := filepath.Join(writeDir(t, "x.zip", "no zip"), "x.zip")
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		version string
		run     runner
		want    string
	}{
		{"odd version", nil, "1.2", nil, `"1.2" is no release of Temporal: write all three numbers, like v1.30.4`},
		{"no go", nil, "", func(context.Context, string, ...string) ([]byte, error) { return nil, errNoGo },
			"Temporal v1.2.3 is fetched as a Go module, and there is no go command on the PATH: install Go" + or},
		{"go fails", nil, "", func(context.Context, string, ...string) ([]byte, error) {
			return nil, errors.New("exit status 2: unknown flag")
		}, "the go command cannot download Temporal v1.2.3: exit status 2: unknown flag: install Go 1.21 or later" + or},
		{"no JSON", nil, "", func(context.Context, string, ...string) ([]byte, error) { return []byte("hello"), nil },
			"the go command cannot download Temporal v1.2.3: its answer is not the JSON that was asked for: install Go 1.21 or later" + or},
		{"unknown version", nil, "", answer(download{Error: "go.temporal.io/server@v1.2.3:\n\tnot found."}),
			"Temporal v1.2.3 cannot be had: go.temporal.io/server@v1.2.3: not found: check the version and the network" + or},
		{"no reason", nil, "", answer(download{}),
			"Temporal v1.2.3 cannot be had: the go command gives no reason: check the version and the network" + or},
		{"canceled", canceled, "", answer(download{Error: "signal: killed"}), "download of Temporal v1.2.3: context canceled"},
		{"archive without checksum", nil, "", answer(download{Zip: writeZip(t, prefix, schemaFiles...), Error: "x"}),
			"the go command gave no checksum for Temporal v1.2.3, so nothing shows that it is the release: check the settings of go env (GOSUMDB, GONOSUMDB, GOFLAGS)" + or},
		{"directory without checksum", nil, "", answer(download{Dir: writeDir(t, schemaFiles...)}),
			"the go command gave no checksum for Temporal v1.2.3, so nothing shows that it is the release: check the settings of go env (GOSUMDB, GONOSUMDB, GOFLAGS)" + or},
		{"archive gone", nil, "", answer(download{Zip: noFile, Sum: "h1:x="}),
			"the archive of Temporal v1.2.3 cannot be read: open " + noFile + ": no such file or directory: clear it with go clean -modcache" + or},
		{"no archive", nil, "", answer(download{Zip: noZip, Sum: "h1:x="}),
			"the archive of Temporal v1.2.3 cannot be read: zip: not a valid zip file: clear it with go clean -modcache" + or},
		{"v96 only", nil, "", answer(download{Dir: writeDir(t, "schema/postgresql/v96/version.go", ""), Sum: "h1:x="}),
			"Temporal v1.2.3 has a schema for PostgreSQL 9.6 only, which is out of scope: take v1.20.0 or later"},
		{"no schema", nil, "", answer(download{Zip: writeZip(t, prefix, "go.mod", ""), Sum: "h1:x="}),
			"there is no schema/postgresql/v12 in Temporal v1.2.3: name a directory instead: pg2crdb translate path/to/temporal/schema/postgresql/v12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, version := tt.ctx, tt.version
			if ctx == nil {
				ctx = context.Background()
			}
			if version == "" {
				version = "v1.2.3"
			}
			_, err := fetch(ctx, tt.run, version)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.name == "canceled" && !errors.Is(err, context.Canceled) {
				t.Error("the error does not wrap the context's")
			}
		})
	}
}

func TestGoCommandMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := goCommand(context.Background(), t.TempDir(), "version"); !errors.Is(err, errNoGo) {
		t.Errorf("error %v", err)
	}
}

func TestGoEnv(t *testing.T) {
	got := goEnv([]string{"HOME=h", "GO111MODULE=off", "GOFLAGS=-mod=vendor --modfile=x.mod -modcacherw -buildvcs=false", "GOWORK=go.work", "GOTOOLCHAIN=auto"})
	want := []string{"HOME=h", "GO111MODULE=on", "GOWORK=off", "GOTOOLCHAIN=local", "GOFLAGS=-mod=mod -modcacherw -buildvcs=false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFetchRelease fetches a release for real.
func TestFetchRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("fetching a release takes the network: not with -short")
	}
	fsys, err := Fetch(context.Background(), "v1.30.4")
	if err != nil {
		t.Skip("the release cannot be had here: ", err)
	}
	tree, err := ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]string{}
	for _, s := range tree.Stores {
		last[s.Name] = s.Versions[len(s.Versions)-1].Name
		if text, err := fs.ReadFile(fsys, s.Schema); err != nil || !strings.Contains(string(text), "CREATE TABLE") {
			t.Errorf("%s: %v", s.Schema, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"temporal": "1.18", "visibility": "1.13"}, last); diff != "" {
		t.Errorf("newest versions: -want +got:\n%s", diff)
	}
	// As it comes it is not for every era: the block of v1.2 is not for era A.
	if ps := Check(fsys, "visibility/versioned", pgsql.Split); len(ps) == 0 {
		t.Error("Check has nothing to say of upstream's own files")
	}
}
