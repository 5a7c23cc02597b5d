package print

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// schemaFile returns a JSON schema, changed by edit if that is not nil.
func schemaFile(t *testing.T, path string, edit func(any)) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(doc)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%v", err)
	}
}

// closed forbids every property that the schema does not name, so that the
// test sees a field that is not published.
func closed(node any) {
	switch n := node.(type) {
	case map[string]any:
		if _, ok := n["properties"]; ok && n["type"] == "object" {
			n["additionalProperties"] = false
		}
		for _, child := range n {
			closed(child)
		}
	case []any:
		for _, child := range n {
			closed(child)
		}
	}
}

func TestJSONSchema(t *testing.T) {
	s := schemaFile(t, "schema/report-v1.schema.json", closed)
	f := newFixture(t)
	valid(t, s, render(t, "json", f.report, f.options()))
	valid(t, s, render(t, "json", empty(), Options{}))
	valid(t, s, render(t, "json", many(t, 3).report, Options{}))
	whole := &lint.Report{Findings: []lint.Finding{{Rule: "silent", Severity: rules.Info, Message: "about the whole history"}}}
	valid(t, s, render(t, "json", whole, Options{}))
	if got := schemaVersion(t, render(t, "json", empty(), Options{})); got != lint.SchemaVersion {
		t.Errorf("schema_version %d, want %d", got, lint.SchemaVersion)
	}
}

func schemaVersion(t *testing.T, text []byte) int {
	t.Helper()
	var doc struct {
		SchemaVersion int `json:"schema_version"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.SchemaVersion
}

// The offsets and edits in the JSON are those of the source, in bytes.
func TestJSONOffsets(t *testing.T) {
	f := newFixture(t)
	var doc jsonReport
	if err := json.Unmarshal(render(t, "json", f.report, f.options()), &doc); err != nil {
		t.Fatal(err)
	}
	for i, j := range doc.Findings {
		text := f.texts[f.report.Findings[i].Source]
		if got, want := text[j.Offset:j.EndOffset], f.report.Findings[i].Before; got != want {
			t.Errorf("finding %d covers %q, want %q", i, got, want)
		}
	}
}
