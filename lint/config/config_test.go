package config_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pg2crdb/pg2crdb/lint/config"
	"github.com/pg2crdb/pg2crdb/rules"
)

func TestParse(t *testing.T) {
	yes := true
	for text, want := range map[string]*config.Config{
		"":                           {},
		"# nothing\n":                {},
		"rules:\n  # serial: off\n":  {Severity: map[string]rules.Severity{}},
		"target: 24.1\nadvice: true": {Target: "24.1", Advice: &yes},
		"target: '>=23.1 <26'\nlayout: goose\nfail-on: never\nrules:\n  serial: off\n  tsvector: warning\nexclude:\n  - a/**\n  - \"**/*.x.sql\"\n": {
			Target: ">=23.1 <26", Layout: "goose", FailOn: "never",
			Severity: map[string]rules.Severity{"serial": 0, "tsvector": rules.Warning},
			Exclude:  []string{"a/**", "**/*.x.sql"},
		},
		"{target: 24.3, rules: {serial: error}}": {Target: "24.3", Severity: map[string]rules.Severity{"serial": rules.Error}},
	} {
		got, err := config.Parse("x.yaml", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"traget: 24.3\n":                  `x.yaml:1:1: unknown key "traget": the keys are target, layout, fail-on, advice, rules, exclude; did you mean "target"?`,
		"\nrules:\n  seriel: off\n":       "x.yaml:3:3: no rule is named \"seriel\": `pg2crdb rules` lists them; did you mean \"serial\"?",
		"rules:\n  serial: loud\n":        `x.yaml:2:11: severity "loud" of rule serial: it is off, info, warning or error`,
		"rules:\n  serial:\n":             `x.yaml:2:11: this is empty, not off, info, warning or error`,
		"rules: [serial]\n":               `x.yaml:1:8: rules is a mapping of keys to values, not a list`,
		"target: new\n":                   `x.yaml:1:9: target "new": improper constraint: "new": write a range such as "24.3", ">=23.1" or ">=22.2 <26"`,
		"target: 2.1\n":                   `x.yaml:1:9: target "2.1" holds no version that pg2crdb knows (v22.2 to v26.2)`,
		"layout: gose\n":                  `x.yaml:1:9: layout "gose" is not known: take one of temporal, drizzle, prisma, diesel, sqlx, golang-migrate, goose, sql-migrate, dbmate, flyway, atlas, rails, plain; did you mean "goose"?`,
		"fail-on: errors\n":               `x.yaml:1:10: "errors" is none of info, warning, error, exact, weaker, changed, manual, never; did you mean "error"?`,
		"advice: maybe\n":                 `x.yaml:1:9: advice is true or false, not "maybe"`,
		"exclude: a.sql\n":                `x.yaml:1:10: exclude is a list of globs, each on a line of its own behind a dash, not "a.sql"`,
		"exclude:\n  - ../a\n  - \"[\"\n": "x.yaml:2:5: \"../a\" is no glob of paths below this directory: write such as \"db/old/**\" or \"**/*_test.sql\"\nx.yaml:3:5: \"[\" is no glob of paths below this directory: write such as \"db/old/**\" or \"**/*_test.sql\"",
		"target: 24.3\ntarget: 24.3\n":    "x.yaml:2:1: mapping key \"target\" already defined at [1:1]",
		"target: \"24.3\n":                "x.yaml:1:9: could not find end character of double-quoted text",
		"- a\n":                           "x.yaml:1:1: the file is a mapping of keys to values, not a list",
		"a: 1\nb: 2\n":                    "x.yaml:1:1: unknown key \"a\": the keys are target, layout, fail-on, advice, rules, exclude\nx.yaml:2:1: unknown key \"b\": the keys are target, layout, fail-on, advice, rules, exclude",
		"target: 24.3\n---\ntarget: 2\n":  "x.yaml:3:7: a second document: the file has one",
		"target: &x 24.3\n":               `x.yaml:1:9: this is an anchor, an alias or a tag, not a range of versions such as ">=23.1"`,
	} {
		_, err := config.Parse("x.yaml", []byte(text))
		if err == nil {
			t.Errorf("%q: no error, want %s", text, want)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// The commented file sets nothing, and what it shows is right.
func TestCommented(t *testing.T) {
	got, err := config.Parse("x", []byte(config.Commented()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&config.Config{}, got); diff != "" {
		t.Errorf("it sets something:\n%s", diff)
	}
	got, err = config.Parse("x", uncommented())
	if err != nil {
		t.Fatal(err)
	}
	if got.Target == "" || got.Layout == "" || got.FailOn == "" || got.Advice == nil || len(got.Severity) == 0 || len(got.Exclude) == 0 {
		t.Errorf("it does not show everything: %+v", got)
	}
}

// uncommented takes the comment marks off the settings.
func uncommented() []byte {
	var b strings.Builder
	for _, line := range strings.SplitAfter(config.Commented(), "\n") {
		body := strings.TrimPrefix(line, "# ")
		key, _, isKey := strings.Cut(strings.TrimSpace(body), ":")
		if body != line && (strings.HasPrefix(body, " ") || isKey && key == strings.ToLower(key) && !strings.HasPrefix(key, "yaml-") && !strings.ContainsAny(key, " .")) {
			b.WriteString(body)
		}
	}
	return []byte(b.String())
}

func TestSchema(t *testing.T) {
	want, err := json.MarshalIndent(config.Schema(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("schema/pg2crdb.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(file, &b) != nil || !cmp.Equal(a, b) {
		t.Error("schema/pg2crdb.schema.json is not up to date: run go generate ./rules")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{
		config.Commented(): true, string(uncommented()): true, "target: 24.3": true,
		"traget: 24.3": false, "rules: {seriel: off}": false, "rules: {serial: loud}": false, "exclude: x": false,
	} {
		js, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(bytes.TrimSpace(js)) == 0 {
			js = []byte("null")
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(js))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != valid {
			t.Errorf("%.60q: valid %v, want %v: %v", text, err == nil, valid, err)
		}
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	mk := func(p, text string) {
		t.Helper()
		p = filepath.Join(root, p)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mk(".pg2crdb.yaml", "target: 24.3")
	mk("repo/.git/HEAD", "")
	mk("repo/db/migrations/1.sql", "")
	mk("other/.git", "gitdir: elsewhere")
	mk("other/.pg2crdb.yaml", "target: 25.1")
	mk("other/db/1.sql", "")
	for dir, want := range map[string]string{
		"repo/db/migrations": "", // not beyond the root of the repository
		"other/db":           "other/.pg2crdb.yaml",
		"other":              "other/.pg2crdb.yaml",
		".":                  ".pg2crdb.yaml",
	} {
		got, err := config.Find(filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = filepath.Join(root, want)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
	c, err := config.Load(filepath.Join(root, "other/.pg2crdb.yaml"))
	if err != nil || c.Dir != filepath.Join(root, "other") || c.Target != "25.1" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestExclude(t *testing.T) {
	c := &config.Config{Exclude: []string{"db/old", "**/*_test.sql", "db/*.bak.sql"}}
	files := fstest.MapFS{}
	for _, n := range []string{"1.sql", "old/2.sql", "a/3_test.sql", "4.bak.sql", "a/5.bak.sql"} {
		files[n] = &fstest.MapFile{}
	}
	fsys := c.FS(files, "db")
	var got []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1.sql", "a/5.bak.sql"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := fsys.Open("old/2.sql"); err == nil || !strings.Contains(err.Error(), "excluded by .pg2crdb.yaml") {
		t.Errorf("open: %v", err)
	}
}
