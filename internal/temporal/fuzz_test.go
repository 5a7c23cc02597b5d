package temporal

import (
	"encoding/json"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// FuzzManifest: a manifest that is read says what encoding/json, which the tool
// uses, reads in it; taking files out of it changes nothing else, and the
// places of problems are within it.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(goodManifest), "v1.2")
	for _, text := range []string{
		`{"CurrVersion": "v1.0", "MinCompatibleVersion": "1.0", "Description": "a", "SchemaUpdateCqlFiles": ["a.sql", "a.sql"]}`,
		`{"currversion": "1.0", "CurrVersion": "1.1", "AllowNoCqlFiles": true, "other": {"CurrVersion": []}}`,
		`{"SchemaUpdateCqlFiles": ["../x", "/y", "", ".", "a//b", "\u00e9.sql", 1]}`,
		"\ufeff{}", "{", "[]", "null", `{"Description": "\ud800", "SchemaUpdateCqlFiles": null, "AllowNoCqlFiles": 1}`,
		"{\r\n\t\"SchemaUpdateCqlFiles\"\t: [\r\n\t\t\"a.sql\"\r\n\t] ,\r\n\t\"CurrVersion\"\t: \"1.0\"\r\n}\r\n",
	} {
		f.Add([]byte(text), "v1.0")
	}
	f.Fuzz(func(t *testing.T, text []byte, dir string) {
		fuzztest.Within(func() {
			if strings.Contains(dir, "/") || strings.HasPrefix(dir, ".") || dir == "" {
				dir = "v1.0"
			}
			fsys := fstest.MapFS{path.Join("x", dir, manifestName): {Data: text}, path.Join("x", dir, "a.sql"): {}}
			m, problems := readManifest(fsys, path.Join("x", dir))
			inside(t, problems, text)
			if m == nil {
				if len(problems) == 0 {
					t.Fatal("no manifest and no problem")
				}
				return
			}
			var tool struct {
				CurrVersion, MinCompatibleVersion, Description string
				SchemaUpdateCqlFiles                           []string
				AllowNoCqlFiles                                bool
			}
			if err := json.Unmarshal(text, &tool); err != nil {
				t.Fatalf("the tool does not read it: %v", err)
			}
			tool.CurrVersion = strings.TrimPrefix(tool.CurrVersion, "v")
			type shown struct {
				Curr, Min, Description string
				Files                  []string
				Allow                  bool
			}
			got := shown{m.CurrVersion, m.MinCompatibleVersion, m.Description, m.Files, m.AllowNoFiles}
			if diff := cmp.Diff(shown{tool.CurrVersion, tool.MinCompatibleVersion, tool.Description, tool.SchemaUpdateCqlFiles, tool.AllowNoCqlFiles}, got); diff != "" {
				t.Fatalf("the tool reads it otherwise (-tool +got):\n%s", diff)
			}
			if len(m.fields) == 0 {
				return
			}
			less, ps := parseManifest("manifest.json", m.WithoutFiles())
			if less == nil {
				t.Fatalf("without files it is no manifest: %s\n%v", m.WithoutFiles(), ps)
			}
			want := got
			want.Files, want.Allow = nil, true // null stays null
			if diff := cmp.Diff(want, shown{less.CurrVersion, less.MinCompatibleVersion, less.Description, less.Files, less.AllowNoFiles}, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("without files (-want +got):\n%s\n%s", diff, m.WithoutFiles())
			}
		})
	})
}

// FuzzCheck: a file in which no problem is found is cut by the tool of every era
// into its statements.
func FuzzCheck(f *testing.F) {
	for _, text := range fuzztest.Seeds(f) {
		f.Add(text)
	}
	for _, text := range []string{"CREATE TABLE t (a TEXT); -- it's\n", "CREATE TABLE t (\"END\" TEXT);\n", "DO $$ BEGIN IF a THEN NULL; END IF; END $$;\n", "ALTER TABLE t ADD COLUMN İ TEXT;\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		fuzztest.Within(func() {
			fsys := fstest.MapFS{"a.sql": {Data: text}}
			for _, update := range []bool{false, true} {
				c, ps := checkFile(fsys, "a.sql", update, pgsql.Split)
				if c == nil {
					t.Fatalf("%v", ps)
				}
				inside(t, c.problems, text)
				for _, e := range Eras() {
					before := len(c.problems)
					c.era(e)
					if c.agreed && len(c.problems) > before {
						t.Errorf("the tools agree on it, and %v", c.problems[before:])
					}
				}
				bad := false
				for _, p := range c.problems {
					bad = bad || !p.Warning
				}
				if bad {
					continue
				}
				for _, e := range Eras() {
					cuts, err := e.Split(text)
					if err != nil {
						t.Fatalf("no problem was found, and the tool %s answers %v", e, err)
					}
					if len(cuts) != len(c.statements) {
						t.Fatalf("no problem was found, and the tool %s sends %d statements, not %d: %q", e, len(cuts), len(c.statements), cuts)
					}
					for i, st := range c.statements {
						if !sameTokens(st, cuts[i]) {
							t.Errorf("no problem was found, and the tool %s sends %q for %q", e, cuts[i], st.Text)
						}
					}
				}
			}
		})
	})
}

// inside checks that problems stand within the text.
func inside(t *testing.T, ps []Problem, text []byte) {
	t.Helper()
	lines := strings.Count(string(text), "\n") + 1
	for _, p := range ps {
		if p.Message == "" || p.Line < 0 || p.Line > lines || p.Column < 0 {
			t.Errorf("of %d lines: %+v", lines, p)
		}
	}
}
