package layout_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/translate/layout"
)

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// TestOpen holds each layout to the order in which its tool applies the files.
func TestOpen(t *testing.T) {
	tests := []struct {
		name, layout string
		files        map[string]string
		want, notes  []string
	}{
		{"numbers count as numbers", "plain", map[string]string{"10_b.sql": "", "9_a.sql": "", "sub/1.sql": "", "README.md": "", ".git/x.sql": ""},
			[]string{"9_a.sql", "10_b.sql", "sub/1.sql"}, nil},
		{"up and down of no tool that is known", "plain", map[string]string{"V10.b.down.sql": "", "V10.b.up.sql": "", "V2.a.down.sql": "", "V2.a.up.sql": "", "slow_down.sql": ""},
			[]string{"V2.a.up.sql", "V2.a.down.sql", "V10.b.up.sql", "V10.b.down.sql", "slow_down.sql"}, nil},
		{"golang-migrate", "golang-migrate", map[string]string{"2_b.up.sql": "", "2_b.down.sql": "", "10_c.up.sql": "", "1_a.up.sql": "", "1_a.down.sql": "", "notes.sql": ""},
			[]string{"1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "2_b.down.sql", "10_c.up.sql"}, []string{"notes.sql"}},
		{"goose", "goose", map[string]string{"00002_b.sql": "-- +goose Up\n", "00001_a.sql": "-- +goose Up\n"},
			[]string{"00001_a.sql", "00002_b.sql"}, nil},
		{"dbmate", "dbmate", map[string]string{"20240102_b.sql": "-- migrate:up\n", "20240101_a.sql": "-- migrate:up\n"},
			[]string{"20240101_a.sql", "20240102_b.sql"}, nil},
		{"flyway", "flyway", map[string]string{"V1__a.sql": "", "V1.10__c.sql": "", "V1_2__b.sql": "", "U1__a.sql": "", "R__views.sql": ""},
			[]string{"V1__a.sql", "U1__a.sql", "V1_2__b.sql", "V1.10__c.sql", "R__views.sql"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := layout.Open(tree(tt.files), "")
			if err != nil {
				t.Fatal(err)
			}
			if got.Layout != tt.layout {
				t.Errorf("layout %s, want %s", got.Layout, tt.layout)
			}
			var names, notes []string
			for _, s := range got.Histories[0].Sources {
				names = append(names, s.Name)
			}
			for _, n := range got.Notes {
				notes = append(notes, n.Path)
			}
			if diff := cmp.Diff(tt.want, names); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlainDown tells the way back by the name of its file.
func TestPlainDown(t *testing.T) {
	got, err := layout.Open(tree(map[string]string{"V1.a.up.sql": "", "V1.a.down.sql": "", "slow_down.sql": ""}), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Histories[0].Sources {
		if down := s.Down != nil && s.Down(0); down != (s.Name == "V1.a.down.sql") {
			t.Errorf("%s: down is %v", s.Name, down)
		}
	}
}

// TestParts tells the way forth from the way back within one file.
func TestParts(t *testing.T) {
	text := "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE t (a TEXT);\n-- +goose Down\nDROP TABLE t;\n"
	got, err := layout.Open(tree(map[string]string{"1_a.sql": text}), "")
	if err != nil {
		t.Fatal(err)
	}
	src := got.Histories[0].Sources[0]
	if src.Transaction {
		t.Error("the file says NO TRANSACTION")
	}
	if src.Down(40) || !src.Down(85) {
		t.Errorf("down at 40: %v, at 85: %v; want false, true", src.Down(40), src.Down(85))
	}
}

// TestErrors reads each message as a user would.
func TestErrors(t *testing.T) {
	tests := []struct {
		name, layout string
		files        map[string]string
		want         string
	}{
		{"nothing there", "", map[string]string{"README.md": ""}, "the directory holds no .sql file: name the one that holds the migrations"},
		{"unknown layout", "liquibase", map[string]string{"a.sql": ""}, `layout "liquibase" is not known: take one of temporal, drizzle, prisma, diesel, sqlx, golang-migrate, goose, sql-migrate, dbmate, flyway, atlas, rails, plain`},
		{"two of one version", "", map[string]string{"1_a.up.sql": "", "01_b.up.sql": ""}, "01_b.up.sql and 1_a.up.sql have the same version: golang-migrate refuses that; renumber one of them"},
		{"flyway's duplicates", "", map[string]string{"a/V1.0__a.sql": "", "b/V1__b.sql": ""}, "a/V1.0__a.sql and b/V1__b.sql have the same version: flyway refuses that; renumber one of them, or name the folder of one database"},
		{"a journal that names too much", "", map[string]string{"0000_a.sql": "", "meta/_journal.json": `{"entries":[{"idx":0,"tag":"0000_b"}]}`}, "meta/_journal.json names 0000_b.sql, which is not there: drizzle-kit refuses that"},
		{"no journal", "", map[string]string{"0000_a.sql": "", "meta/_journal.json": `[`}, "meta/_journal.json: unexpected end of JSON input: it is not Drizzle's journal"},
		{"no folders", "prisma", map[string]string{"migration.sql": ""}, "the directory holds no migration of prisma, which is a folder with a file migration.sql"},
		{"no structure", "rails", map[string]string{"a.sql": ""}, "the directory holds no structure.sql"},
		{"not the tool's", "goose", map[string]string{"a.sql": ""}, "the directory holds no migration of goose: a.sql is not named as one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := layout.Open(tree(tt.files), tt.layout)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestOpenText reads single files: what is the way back is seen there too.
func TestOpenText(t *testing.T) {
	tests := []struct{ file, text, layout, want string }{
		{"db/1_a.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n", "", "goose down at 23"},
		{"db/1_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n", "", "dbmate down at 24"},
		{"db/a.sql", "-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n", "", "sql-migrate down at 25"},
		{"db/1_a.down.sql", "SELECT 1;\n", "", "golang-migrate down at 0"},
		{"db/U1__a.sql", "SELECT 1;\n", "", "flyway down at 0"},
		{"db/1_a.sql", "-- no-transaction\nSELECT 1;\n", "", "sqlx"},
		{"db/1_a.sql", "SELECT 1;\n", "", "plain"},
		{"db/1_a.sql", "-- +goose Up\n-- +goose Down\nSELECT 1;\n", "plain", "plain"},
		{"x.sql", "-- +goose Up\n-- +goose Down\nSELECT 1;\n", "goose", "goose down at 13"},
		{"<stdin>", "-- +goose Up\nSELECT 1;\n-- +goose Down\n", "", "goose down at 23"},
	}
	for _, tt := range tests {
		tree := layout.OpenText(tt.file, []byte(tt.text), tt.layout)
		got := tree.Layout
		if down := tree.Histories[0].Sources[0].Down; down != nil {
			for i := range tt.text {
				if down(int64(i)) {
					got += fmt.Sprintf(" down at %d", i)
					break
				}
			}
		}
		if got != tt.want {
			t.Errorf("%s %q: %s, want %s", tt.file, tt.text, got, tt.want)
		}
	}
}

// TestPlaceholders holds that what stands for placeholders has their length,
// is another name for each, none of the text's, and comes back.
func TestPlaceholders(t *testing.T) {
	for _, text := range []string{
		"CREATE TABLE ${schema}.t (a TEXT);",
		"CREATE TABLE ${a}.${b}_x (${a}_c TEXT); -- ${flyway:timestamp} ${a}${b}",
		"SELECT '${Schema}', '${schema}', _qzjxqkq, ${} ${open",
		"SELECT ${x}, _qqq, _qqz, _qqj, _qqx;",
		"SELECT 1;",
	} {
		fsys := tree(map[string]string{"V1__a.sql": text})
		got, err := layout.Open(fsys, "flyway")
		if err != nil {
			t.Fatal(err)
		}
		masked := got.Histories[0].Sources[0].Text
		if len(masked) != len(text) {
			t.Errorf("%q became %q, of another length", text, masked)
		}
		if i := strings.Index(string(masked), "${"); i >= 0 && strings.Contains(string(masked[i+3:]), "}") {
			t.Errorf("%q became %q, with a placeholder left", text, masked)
		}
		if back := got.Restore("V1__a.sql", masked); string(back) != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}

// TestLaterVersions asks what is later, in the layouts that have versions.
func TestLaterVersions(t *testing.T) {
	tests := []struct {
		files   map[string]string
		version string
		want    []string
	}{
		{map[string]string{"V1__a.sql": "", "V1.10__b.sql": "", "V1_2__c.sql": "", "R__d.sql": ""}, "V1.2", []string{"R__d.sql", "V1.10__b.sql"}},
		{map[string]string{"20240101_a/migration.sql": "", "20240202_b/migration.sql": "", "migration_lock.toml": ""}, "20240101", []string{"20240202_b/migration.sql"}},
		{map[string]string{"2024-01-02-000000_a/up.sql": "", "2024-02-02-000000_b/up.sql": "", "2024-02-02-000000_b/down.sql": ""}, "20240102000000", []string{"2024-02-02-000000_b/down.sql", "2024-02-02-000000_b/up.sql"}},
		{map[string]string{"0000_z.sql": "", "0001_a.sql": "", "meta/_journal.json": `{"entries":[{"idx":0,"tag":"0000_z"},{"idx":1,"tag":"0001_a"}]}`}, "0000", []string{"0001_a.sql"}},
	}
	for _, tt := range tests {
		got, err := layout.Open(tree(tt.files), "")
		if err != nil {
			t.Fatal(err)
		}
		later, _, err := got.Later(tt.version)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for n := range tt.files {
			if later(n) {
				names = append(names, n)
			}
		}
		sort.Strings(names)
		if diff := cmp.Diff(tt.want, names); diff != "" {
			t.Errorf("later than %s in %s (-want +got):\n%s", tt.version, got.Layout, diff)
		}
	}
}
