package temporal

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// files makes a file system of names and contents.
func files(nameAndText ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i+1 < len(nameAndText); i += 2 {
		m[nameAndText[i]] = &fstest.MapFile{Data: []byte(nameAndText[i+1])}
	}
	return m
}

// lines renders problems, one in a line, with the constraint and the eras.
func lines(ps []Problem) string {
	var b strings.Builder
	for _, p := range ps {
		if p.Warning {
			b.WriteString("warning: ")
		}
		fmt.Fprintf(&b, "%s: %s (%s", p.place(), p.Message, p.Constraint)
		if name := eraNames(p.Eras); name != "" {
			b.WriteString("; " + name)
		}
		b.WriteString(")\n")
	}
	return b.String()
}

const goodManifest = `{
  "CurrVersion": "1.2",
  "MinCompatibleVersion": "0.1",
  "Description": "two files",
  "SchemaUpdateCqlFiles": [
    "b.sql",
    "sub/a.sql"
  ]
}
`

func TestReadManifest(t *testing.T) {
	m, ps := readManifest(files("x/v1.2/manifest.json", goodManifest, "x/v1.2/b.sql", "", "x/v1.2/sub/a.sql", ""), "x/v1.2")
	if len(ps) > 0 {
		t.Fatal(lines(ps))
	}
	want := Manifest{CurrVersion: "1.2", MinCompatibleVersion: "0.1", Description: "two files", Files: []string{"b.sql", "sub/a.sql"}}
	got := Manifest{CurrVersion: m.CurrVersion, MinCompatibleVersion: m.MinCompatibleVersion, Description: m.Description, Files: m.Files, AllowNoFiles: m.AllowNoFiles}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Manifest{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if string(m.Bytes()) != goodManifest {
		t.Errorf("Bytes: %q", m.Bytes())
	}
}

// TestReadManifestProblems reads the manifest of v1.2, beside which a.sql lies.
func TestReadManifestProblems(t *testing.T) {
	const head = `{"CurrVersion": "1.2", "MinCompatibleVersion": "0.1", `
	for _, tt := range []struct{ name, json, want string }{
		{"good", head + `"SchemaUpdateCqlFiles": ["a.sql"]}`, ""},
		{"other case", `{"currversion": "v1.2", "MINCOMPATIBLEVERSION": "v0.1", "schemaUpdateCqlFiles": ["a.sql"], "Other": [{}]}`, ""},
		{"empty on purpose", head + `"AllowNoCqlFiles": true}`, ""},
		{"broken", "{\n  \"CurrVersion\": \"1.2\",\n  oops\n}", "manifest.json:3:3: is not JSON: invalid character 'o' looking for beginning of object key string: correct it (C3)\n"},
		{"cut off", `{"CurrVersion": `, "manifest.json:1:16: is not JSON: unexpected end of JSON input: correct it (C3)\n"},
		{"empty", "", "manifest.json:1:1: is not JSON: unexpected end of JSON input: correct it (C3)\n"},
		{"two objects", "{} {}", "manifest.json:1:4: is not JSON: invalid character '{' after top-level value: correct it (C3)\n"},
		{"list", "[]", "manifest.json:1:1: must hold one JSON object, { ... } (C3)\n"},
		{"null", "null", "manifest.json:1:1: must hold one JSON object, { ... } (C3)\n"},
		{"byte order mark", "\ufeff{}", "manifest.json:1:1: starts with a byte order mark: save it as UTF-8 without one (C3)\n"},
		{"version a number", `{"CurrVersion": 1.2}`, "manifest.json:1:17: CurrVersion must be a string (C3)\n"},
		{"files a string", head + `"SchemaUpdateCqlFiles": "a.sql"}`, `manifest.json:1:79: SchemaUpdateCqlFiles must be a list of file names, such as ["schema.sql"] (C3)` + "\n"},
		{"allow a string", head + `"AllowNoCqlFiles": "true"}`, "manifest.json:1:74: AllowNoCqlFiles must be true or false (C3)\n"},
		{"field twice", head + `"currVersion": "1.2"}`, "manifest.json:1:55: CurrVersion stands here for the second time, and temporal-sql-tool takes the last one: remove one (C3)\n"},
		{"no version", ` {"MinCompatibleVersion": "0.1", "AllowNoCqlFiles": true}`, "manifest.json:1:2: CurrVersion is missing: add \"CurrVersion\": \"1.2\" (C3)\n"},
		{"other version", `{"CurrVersion": "1.20", "MinCompatibleVersion": "0.1", "AllowNoCqlFiles": true}`, "manifest.json:1:17: CurrVersion is \"1.20\" but the directory is v1.2: make CurrVersion \"1.2\", or rename the directory (C1)\n"},
		{"no minimum", `{"CurrVersion": "1.2", "AllowNoCqlFiles": true}`, "manifest.json:1:1: MinCompatibleVersion is missing or empty: add one, such as \"MinCompatibleVersion\": \"0.1\" (C3)\n"},
		{"empty minimum", `{"CurrVersion": "1.2", "MinCompatibleVersion": "", "AllowNoCqlFiles": true}`, "manifest.json:1:48: MinCompatibleVersion is missing or empty: add one, such as \"MinCompatibleVersion\": \"0.1\" (C3)\n"},
		{"odd minimum", `{"CurrVersion": "1.2", "MinCompatibleVersion": "one", "AllowNoCqlFiles": true}`, "manifest.json:1:48: MinCompatibleVersion \"one\" is no version: write one such as \"0.1\" (C3)\n"},
		{"description of 255", head + `"AllowNoCqlFiles": true, "Description": "` + strings.Repeat("ä", 255) + `"}`, ""},
		{"description of 256", head + `"AllowNoCqlFiles": true, "Description": "` + strings.Repeat("d", 256) + `"}`, "manifest.json:1:95: Description has 256 characters and temporal-sql-tool's table takes 255: shorten it (C3)\n"},
		{"no files", head + `"SchemaUpdateCqlFiles": []}`, "manifest.json:1:79: SchemaUpdateCqlFiles names no file: name one, or add \"AllowNoCqlFiles\": true if the version is empty on purpose (C5)\n"},
		{"files null", head + `"SchemaUpdateCqlFiles": null}`, "manifest.json:1:79: SchemaUpdateCqlFiles names no file: name one, or add \"AllowNoCqlFiles\": true if the version is empty on purpose (C5)\n"},
		{"parent", head + `"SchemaUpdateCqlFiles": ["../v1.1/a.sql"]}`, "manifest.json:1:80: \"../v1.1/a.sql\" leaves the manifest's directory: move the file into it and name it without .. (C4)\n"},
		{"absolute", head + `"SchemaUpdateCqlFiles": ["/a.sql"]}`, "manifest.json:1:80: \"/a.sql\" is an absolute path: name a file in the manifest's own directory (C4)\n"},
		{"not plain", head + `"SchemaUpdateCqlFiles": ["./a.sql"]}`, "manifest.json:1:80: \"./a.sql\" is no plain relative path: write \"a.sql\" (C4)\n"},
		{"empty name", head + `"SchemaUpdateCqlFiles": [""]}`, "manifest.json:1:80: an empty file name: remove it (C4)\n"},
		{"twice", head + "\"SchemaUpdateCqlFiles\": [\n\"a.sql\",\n \"a.sql\"]}", "manifest.json:3:2: \"a.sql\" is named twice, and temporal-sql-tool would execute it twice: remove one (C4)\n"},
		{"missing", head + "\"SchemaUpdateCqlFiles\": [\n\"a.sql\",\n \"..b.sql\"]}", "manifest.json:3:2: \"..b.sql\" is not in the directory: add the file, or remove the name (C4)\n"},
		{"directory", head + `"SchemaUpdateCqlFiles": ["sub"]}`, "manifest.json:1:80: \"sub\" is no regular file: name an SQL file (C4)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, ps := readManifest(files("v1.2/manifest.json", tt.json, "v1.2/a.sql", "", "v1.2/sub/c.sql", ""), "v1.2")
			want := tt.want
			if want != "" {
				want = "v1.2/" + want
			}
			if diff := cmp.Diff(want, lines(ps)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	_, ps := readManifest(files("v1.2/a.sql", ""), "v1.2")
	if diff := cmp.Diff("v1.2: there is no manifest.json in this version directory: add it, or move the directory away (C3)\n", lines(ps)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWithoutFiles(t *testing.T) {
	for _, tt := range []struct {
		name, json string
		keep       []string
		want       string
	}{
		{"none", goodManifest, nil, `{
  "CurrVersion": "1.2",
  "MinCompatibleVersion": "0.1",
  "Description": "two files",
  "SchemaUpdateCqlFiles": [],
  "AllowNoCqlFiles": true
}
`},
		{"others", goodManifest, []string{"b.sql", "c<.sql"}, `{
  "CurrVersion": "1.2",
  "MinCompatibleVersion": "0.1",
  "Description": "two files",
  "SchemaUpdateCqlFiles": [
    "b.sql",
    "c<.sql"
  ],
  "AllowNoCqlFiles": true
}
`},
		{"the same", goodManifest, []string{"b.sql", "sub/a.sql"}, strings.Replace(goodManifest, "\n  ]", "\n  ],\n  \"AllowNoCqlFiles\": true", 1)},
		{"done already", `{"CurrVersion":"1.2","SchemaUpdateCqlFiles":[],"AllowNoCqlFiles":true}`, nil, `{"CurrVersion":"1.2","SchemaUpdateCqlFiles":[],"AllowNoCqlFiles":true}`},
		{"one line", `{"CurrVersion":"1.2","SchemaUpdateCqlFiles":["a.sql"],"Other":{"x":[1]}}`, nil, `{"CurrVersion":"1.2","SchemaUpdateCqlFiles":[],"AllowNoCqlFiles":true,"Other":{"x":[1]}}`},
		{"one line, others", `{"CurrVersion":"1.2","SchemaUpdateCqlFiles":["a.sql"]}`, []string{"b.sql", "c.sql"}, `{"CurrVersion":"1.2","SchemaUpdateCqlFiles":["b.sql", "c.sql"],"AllowNoCqlFiles":true}`},
		{"not allowed so far", "{\"AllowNoCqlFiles\": false,\r\n\"SchemaUpdateCqlFiles\": null, \"CurrVersion\": \"1.2\"}", nil, "{\"AllowNoCqlFiles\": true,\r\n\"SchemaUpdateCqlFiles\": null, \"CurrVersion\": \"1.2\"}"},
		{"no field", "{\n\t\"CurrVersion\": \"1.2\"\n}", []string{"a.sql"}, "{\n\t\"CurrVersion\": \"1.2\",\n\t\"SchemaUpdateCqlFiles\": [\"a.sql\"],\n\t\"AllowNoCqlFiles\": true\n}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, ps := parseManifest("manifest.json", []byte(tt.json))
			if len(ps) > 0 {
				t.Fatal(lines(ps))
			}
			got := string(m.WithoutFiles(tt.keep...))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, ps := parseManifest("manifest.json", []byte(got))
			if len(ps) > 0 || !again.AllowNoFiles || len(again.Files) != len(tt.keep) {
				t.Errorf("read again: %+v\n%s", again, lines(ps))
			}
		})
	}
}
