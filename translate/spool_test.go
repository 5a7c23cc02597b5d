package translate_test

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/synth"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// TestSpool: of many small sources, translations that are kept in files are those
// that are kept in memory, and so is the report.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	if err := synth.WriteMigrations(dir, 6_000_000, 50_000); err != nil {
		t.Fatal(err)
	}
	run := func(spool bool) (*translate.Output, map[string]int) {
		tree, err := layout.Open(os.DirFS(dir), "")
		if err != nil {
			t.Fatal(err)
		}
		forgotten := map[string]int{}
		for _, h := range tree.Histories {
			for i := range h.Sources {
				s := &h.Sources[i]
				s.Forget = func(int64, int64) { forgotten[s.Name]++ }
			}
		}
		out, err := translate.Tree(context.Background(), os.DirFS(dir), tree, translate.Options{Spool: spool})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { out.Close() })
		return out, forgotten
	}
	memory, _ := run(false)
	files, forgotten := run(true)
	if len(files.Files) < 100 {
		t.Fatalf("%d files", len(files.Files))
	}
	for name, text := range memory.Files {
		files.Rest(files.Files[name])
		if string(files.Files[name]) != string(text) {
			t.Errorf("%s differs", name)
		}
		if forgotten[name] == 0 && len(text) > 0 {
			t.Errorf("%s was never forgotten", name)
		}
	}
	told := func(r *lint.Report) (out []lint.Finding) { // what Options.Spool leaves out of later rounds
		for _, f := range r.Findings {
			if len(f.Edits) > 0 || f.Severity != rules.Info {
				out = append(out, f)
			}
		}
		return out
	}
	if diff := cmp.Diff(told(memory.Report), told(files.Report)); diff != "" {
		t.Errorf("the report (-memory +files):\n%s", diff[:min(len(diff), 2000)])
	}
}
