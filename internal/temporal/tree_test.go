package temporal

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// manifestOf returns a manifest.
func manifestOf(version string, names ...string) string {
	if len(names) == 0 {
		return `{"CurrVersion": "` + version + `", "MinCompatibleVersion": "0.1", "SchemaUpdateCqlFiles": [], "AllowNoCqlFiles": true}`
	}
	return `{"CurrVersion": "` + version + `", "MinCompatibleVersion": "0.1", "SchemaUpdateCqlFiles": ["` + strings.Join(names, `", "`) + `"]}`
}

// wholeTree is a tree with everything in it that ReadTree tells apart.
func wholeTree() fstest.MapFS {
	return files(
		"version.go", "package v12\n",
		"temporal/database.sql", "CREATE DATABASE temporal;",
		"temporal/schema.sql", "CREATE TABLE a (b INT);",
		"temporal/versioned/v1.0/manifest.json", manifestOf("1.0", "schema.sql"),
		"temporal/versioned/v1.0/schema.sql", "CREATE TABLE a (b INT);",
		"temporal/versioned/README.md", "",
		"visibility/schema.sql", "",
		"visibility/versioned/v1.9/manifest.json", manifestOf("1.9", "z.sql", "a.sql"),
		"visibility/versioned/v1.9/a.sql", "",
		"visibility/versioned/v1.9/z.sql", "",
		"visibility/versioned/v1.9/sub/old.sql", "",
		"visibility/versioned/v1.9/notes.txt", "",
		"visibility/versioned/v1.10/manifest.json", manifestOf("1.10"),
		"visibility/versioned/v1.10/unused.sql", "",
		"visibility/versioned/old/x.sql", "",
		"visibility/versioned/v1.x/x.sql", "",
		"elsewhere/x.sql", "",
	)
}

func TestReadTree(t *testing.T) {
	got, err := ReadTree(wholeTree())
	if err != nil {
		t.Fatal(err)
	}
	const vis = "visibility/versioned/"
	want := &Tree{
		Stores: []Store{{
			Name: "temporal", Dir: "temporal/versioned", Schema: "temporal/schema.sql", Database: "temporal/database.sql",
			Versions: []Version{
				{Name: "1.0", Dir: "temporal/versioned/v1.0", Files: []string{"temporal/versioned/v1.0/schema.sql"}},
			},
		}, {
			Name: "visibility", Dir: "visibility/versioned", Schema: "visibility/schema.sql",
			Versions: []Version{
				{Name: "1.9", Dir: vis + "v1.9", Files: []string{vis + "v1.9/z.sql", vis + "v1.9/a.sql"}, Unnamed: []string{vis + "v1.9/sub/old.sql"}},
				{Name: "1.10", Dir: vis + "v1.10", Unnamed: []string{vis + "v1.10/unused.sql"}},
			},
		}},
		Extra: []string{"temporal/versioned/README.md", "version.go", vis + "v1.9/notes.txt"},
		Skipped: []Skipped{
			{vis + "old", "no version directory: temporal-sql-tool reads those named like v1.2"},
			{vis + "v1.x", "its name is no version number: name it like v1.2, or move it away"},
		},
	}
	if diff := cmp.Diff(want, got, ignoreManifests, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".FS" }, cmp.Ignore())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if m := got.Stores[1].Versions[1].Manifest; m == nil || !m.AllowNoFiles || m.CurrVersion != "1.10" {
		t.Errorf("manifest of v1.10: %+v", m)
	}
}

var ignoreManifests = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Manifest" }, cmp.Ignore())

func TestReadTreeLayouts(t *testing.T) {
	for _, tt := range []struct {
		name, root string
		want       []Store
	}{
		{"one store", "visibility", []Store{{Dir: "versioned", Schema: "schema.sql"}}},
		{"versioned", "visibility/versioned", []Store{{Dir: "."}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, err := fs.Sub(wholeTree(), tt.root)
			if err != nil {
				t.Fatal(err)
			}
			if !Detect(root) {
				t.Error("not detected")
			}
			got, err := ReadTree(root)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got.Stores {
				if n := len(got.Stores[i].Versions); n != 2 {
					t.Errorf("%d versions", n)
				}
				got.Stores[i].Versions = nil
			}
			if diff := cmp.Diff(tt.want, got.Stores); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadTreeErrors(t *testing.T) {
	const ninetySix = "this is Temporal's schema for PostgreSQL 9.6 (v96), which is out of scope: take the v12 directory of release v1.20.0 or later"
	version := []string{"visibility/versioned/v1.0/manifest.json", manifestOf("1.0")}
	under := func(dir string) []string { return []string{dir + "/" + version[0], version[1]} }
	for _, tt := range []struct {
		name   string
		files  []string
		detect bool
		want   string
	}{
		{"nothing", []string{"a.sql", ""}, false, "no Temporal schema: name the directory that holds temporal/versioned and visibility/versioned, such as schema/postgresql/v12 of Temporal's sources, or a versioned directory"},
		{"v1.2 without manifest", []string{"v1.2/a.sql", ""}, false, "v1.2: there is no manifest.json in this version directory: add it, or move the directory away"},
		{"versioned/v1.2 without manifest", []string{"versioned/v1.2/a.sql", "", "schema.sql", ""}, false, "versioned/v1.2: there is no manifest.json in this version directory: add it, or move the directory away"},
		{"Cassandra", append([]string{"version.go", "package cassandra\n"}, version...), true, "this is Temporal's schema for Cassandra: name schema/postgresql/v12 of the same sources"},
		{"MySQL", append([]string{"version.go", "// Package v8 is\npackage v8\n"}, version...), true, "this is Temporal's schema for MySQL: name schema/postgresql/v12 of the same sources"},
		{"v96 below", under("v96"), true, ninetySix},
		{"v96 further below", under("schema/postgresql/v96"), true, ninetySix},
		{"v96 itself", append([]string{"version.go", "package v96\n\nconst Version = \"1.11\"\n"}, version...), true, ninetySix},
		{"v12 and v96 below", append(under("v12"), under("v96")...), true, "this directory holds schemas of several databases: name its v12 directory"},
		{"sources of Temporal", append(under("schema/postgresql/v12"), under("schema/mysql/v8")...), true, "this directory holds schemas of several databases: name its schema/postgresql/v12 directory"},
		{"no versions", []string{"temporal/versioned/README.md", ""}, true, "temporal/versioned: holds no version directory: add one such as v1.0 with a manifest.json"},
		{"one version twice", append([]string{"visibility/versioned/v1.00/manifest.json", manifestOf("1.00")}, version...), true, "visibility/versioned/v1.00: is the same version as v1.0: remove one"},
		{"several problems", append([]string{"visibility/versioned/v1.1/a.sql", "", "visibility/versioned/v1.2/manifest.json", manifestOf("1.2", "a.sql")}, version...), true,
			"visibility/versioned/v1.1: there is no manifest.json in this version directory: add it, or move the directory away\n" +
				"visibility/versioned/v1.2/manifest.json:1:80: \"a.sql\" is not in the directory: add the file, or remove the name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := files(tt.files...)
			if got := Detect(fsys); got != tt.detect {
				t.Errorf("Detect: %v", got)
			}
			got, err := ReadTree(fsys)
			if err == nil {
				t.Fatalf("no error: %+v", got)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestReadTreeLinks reads a tree on disk with symbolic links in it.
func TestReadTreeLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "v1.0"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"v1.0/manifest.json": manifestOf("1.0", "a.sql"), "v1.0/a.sql": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"loop": "loop", "gone": "nowhere", "v1.1": "v1.0", "note.md": "v1.0/a.sql"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	got, err := ReadTree(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Stores[0].Versions); n != 1 {
		t.Errorf("%d versions", n)
	}
	var skipped []string
	for _, s := range got.Skipped {
		skipped = append(skipped, s.Path)
	}
	if diff := cmp.Diff([]string{"gone", "loop", "v1.1"}, skipped); diff != "" {
		t.Errorf("skipped: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"note.md"}, got.Extra); diff != "" {
		t.Errorf("extra: -want +got:\n%s", diff)
	}
}
