package main

import (
	"bytes"
	"context"
	"io"
	"path"
	"strings"
	"testing"

	"go.temporal.io/server/common/persistence"

	"github.com/pg2crdb/pg2crdb/rules"
)

// TestSplitter runs the release's own statement splitter, the one inside
// temporal-sql-tool, over the translated files: each statement comes out whole
// and starts with a word that the tool accepts.
func TestSplitter(t *testing.T) {
	for _, target := range []string{"", ">=23.1", "24.3", "26.1"} {
		out, err := Translate(context.Background(), target)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for name, text := range out.Files {
			if path.Ext(name) != ".sql" {
				continue
			}
			stmts, err := persistence.LoadAndSplitQueryFromReaders([]io.Reader{bytes.NewReader(text)})
			if err != nil {
				t.Errorf("target %q: %s: %v", target, name, err)
			}
			for _, s := range stmts {
				total++
				ok := false
				for _, w := range []string{"CREATE ", "ALTER ", "INSERT ", "DROP "} {
					ok = ok || strings.HasPrefix(s, w)
				}
				if !ok {
					t.Errorf("target %q: %s: the tool refuses %q", target, name, s)
				}
			}
		}
		if total < 200 {
			t.Errorf("target %q: only %d statements", target, total)
		}
	}
}

// TestFidelity holds the report to what the README says of both targets.
func TestFidelity(t *testing.T) {
	out, err := Translate(context.Background(), ">=23.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range out.Report.Findings {
		if f.Fixed() && f.Fidelity != rules.Exact {
			t.Errorf("%s:%d: %s is %s for v23.1 and later", f.File, f.Start.Line, f.Rule, f.Fidelity)
		}
		if f.Fidelity == rules.Manual {
			t.Errorf("%s:%d: %s is left to a person", f.File, f.Start.Line, f.Rule)
		}
	}
	for name, text := range out.Files {
		if path.Base(name) == "advanced_visibility.sql" && !bytes.Contains(text, []byte("TSVECTOR")) {
			t.Errorf("%s lost its TSVECTOR columns", name)
		}
	}

	out, err = Translate(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range out.Files {
		upper := strings.ToUpper(string(text))
		for _, word := range []string{"DO LANGUAGE", "CREATE FUNCTION", "TSVECTOR", "JSONB_PATH_OPS", "CONVERT_TS("} {
			if path.Ext(name) == ".sql" && strings.Contains(upper, word) {
				t.Errorf("%s still holds %s", name, word)
			}
		}
	}
}
