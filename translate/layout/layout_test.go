package layout_test

import (
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
		{"unknown layout", "liquibase", map[string]string{"a.sql": ""}, `layout "liquibase" is not known: take one of temporal, golang-migrate, goose, dbmate, flyway, plain`},
		{"two of one version", "", map[string]string{"1_a.up.sql": "", "01_b.up.sql": ""}, "01_b.up.sql and 1_a.up.sql have the same version: golang-migrate refuses that; renumber one of them"},
		{"not the tool's", "goose", map[string]string{"a.sql": ""}, "the directory holds no migration of goose"},
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
