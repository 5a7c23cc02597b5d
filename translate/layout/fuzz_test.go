package layout_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// FuzzLayout: whatever the files of a directory are called and hold, each of
// them is a source or is told to be left out, placeholders come back as they
// were, and where the way back starts is what reading line by line gives.
func FuzzLayout(f *testing.F) {
	texts := fuzztest.Seeds(f)
	for i, names := range [][2]string{
		{"000001_a.up.sql", "000001_a.down.sql"}, {"1_a.sql", "02_b.sql"}, {"20240101120000_a.sql", "x.sql"}, {"V1.2__a.sql", "R__b.sql"}, {"U1__a.sql", "V1__a.sql"},
		{"a.sql", "B.SQL"}, {".hidden/1.sql", "sub/2.sql"}, {"99999999999999999999_a.sql", "-1_a.sql"}, {"V__.sql", "V1_.__x.sql"}, {"a.up.sql", ".sql"}, {"1.sql", "01.sql"},
		{"versioned/v1.0/manifest.json", "versioned/v1.0/a.sql"}, {"temporal/versioned/v1.0/manifest.json", "temporal/schema.sql"},
	} {
		f.Add(names[0], names[1], texts[i%len(texts)], texts[(i+1)%len(texts)], uint8(i))
	}
	f.Add("1_a.sql", "2_a.sql", []byte("-- +goose Up\n-- +goose Down\n-- +Goose  up\r\n--+goose down x\n"), []byte("-- migrate:down\n-- migrate:up transaction:false\n"), uint8(0))
	f.Add("V1__a.sql", "V2__b.sql", []byte("CREATE TABLE ${schema}.${t} (a ${ });\n"), []byte("SELECT '${schema}', ${schema\n};"), uint8(0))
	f.Add("1_a.sql", "2_a.sql", []byte("-- +goose ENVSUB ON\n-- +goose Up\nCREATE TABLE $NAME_x ($A TEXT, $$ ${B:-c});\n-- +goose ENVSUB OFF\nSELECT $NAME;"), []byte("-- +migrate Down\n-- +migrate Up notransaction\n"), uint8(0))
	all := append([]string{""}, layout.Names()...)
	f.Fuzz(func(t *testing.T, name1, name2 string, text1, text2 []byte, choice uint8) {
		fuzztest.Within(func() {
			if !fs.ValidPath(name1) || !fs.ValidPath(name2) || name1 == "." || name2 == "." ||
				strings.HasPrefix(name1+"/", name2+"/") || strings.HasPrefix(name2+"/", name1+"/") {
				return
			}
			fsys := tree(map[string]string{name1: string(text1), name2: string(text2)})
			name := all[int(choice)%len(all)]
			got, err := layout.Open(fsys, name)
			if err != nil {
				if err.Error() == "" {
					t.Error("an error that says nothing")
				}
				return
			}
			told := map[string]bool{}
			for _, h := range got.Histories {
				for _, s := range h.Sources {
					told[s.Name] = true
					text := text1
					if s.Name == name2 {
						text = text2
					}
					if restored := got.Restore(s.Name, s.Text); string(restored) != string(text) || len(s.Text) != len(text) {
						t.Errorf("%s holds %q, read as %q, restored as %q", s.Name, text, s.Text, restored)
					}
					if s.Down != nil {
						ways(t, got.Layout, s.Name, string(text), s.Down)
					}
				}
			}
			for _, n := range got.Notes {
				told[n.Path] = true
			}
			for _, n := range got.Copied {
				told[n] = true
			}
			for _, n := range []string{name1, name2} {
				if strings.HasSuffix(n, ".sql") && !told[n] && !hidden(n) && got.Layout != "temporal" {
					t.Errorf("layout %s: nothing is said of %s: %+v", got.Layout, n, got)
				}
			}
		})
	})
}

// hidden reports whether a path leads through a hidden directory.
func hidden(name string) bool {
	dirs := strings.Split(name, "/")
	for _, d := range dirs[:len(dirs)-1] {
		if strings.HasPrefix(d, ".") {
			return true
		}
	}
	return false
}

// ways holds what a layout says of the way back against a reading of the text
// line by line.
func ways(t *testing.T, name, file, text string, down func(int64) bool) {
	t.Helper()
	prefix := map[string]string{"goose": "+goose ", "dbmate": "migrate:", "sql-migrate": "+migrate "}[name]
	if prefix == "" {
		if !down(0) || !down(int64(len(text))) {
			t.Errorf("layout %s: %s is a way back, and not as a whole", name, file)
		}
		return
	}
	back, offset := false, int64(0)
	for _, line := range strings.SplitAfter(text, "\n") {
		if body, ok := strings.CutPrefix(strings.TrimSpace(line), "--"); ok {
			if rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(body)), prefix); ok {
				switch word, _, _ := strings.Cut(strings.TrimSpace(rest), " "); word {
				case "up":
					back = false
				case "down":
					back = true
				}
			}
		}
		if down(offset) != back {
			t.Errorf("layout %s, %q, offset %d: down is %v, want %v", name, text, offset, down(offset), back)
		}
		offset += int64(len(line))
	}
}
