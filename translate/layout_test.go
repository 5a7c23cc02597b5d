package translate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// TestLayouts reads a tree of each layout, in testdata/layout. The comment of
// each archive says what is expected: the layout, the order of each history
// with the files that are the way back, what is copied, and the notes. Files
// under out/ are what the translation makes of some of them.
func TestLayouts(t *testing.T) {
	archives, err := filepath.Glob("testdata/layout/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal(err, len(archives))
	}
	seen := map[string]bool{"temporal": true} // has tests of its own
	for _, file := range archives {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ar := txtar.Parse(text)
		files, want := fstest.MapFS{}, map[string]string{}
		for _, f := range ar.Files {
			if name, ok := strings.CutPrefix(f.Name, "out/"); ok {
				want[name] = string(f.Data)
			} else {
				files[f.Name] = &fstest.MapFile{Data: f.Data}
			}
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(string(ar.Comment), "layout "), "\n")
		seen[name] = true
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			out, err := translate.FS(context.Background(), files, translate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			tree, err := layout.Open(files, name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(ar.Comment), describe(tree, out)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for name, text := range want {
				if diff := cmp.Diff(text, string(out.Files[name])); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			for name := range files {
				if _, ok := out.Files[name]; !ok && !noted(out.Notes, name) && strings.HasSuffix(name, ".sql") {
					t.Errorf("%s is not in the output, and no note says why", name)
				}
			}
		})
	}
	for _, name := range layout.Names() {
		if !seen[name] {
			t.Errorf("no tree of layout %s", name)
		}
	}
}

func describe(tree *layout.Tree, out *translate.Output) string {
	var b strings.Builder
	fmt.Fprintf(&b, "layout %s\n", out.Layout)
	for _, h := range tree.Histories {
		var files []string
		for _, s := range h.Sources {
			name := s.Name
			if s.Down != nil && s.Down(0) {
				name += " (down)"
			}
			files = append(files, name)
		}
		fmt.Fprintf(&b, "order %s: %s\n", h.Name, strings.Join(files, ", "))
	}
	copied := append([]string(nil), tree.Copied...)
	sort.Strings(copied)
	fmt.Fprintf(&b, "%s\n", strings.TrimSpace("copied "+strings.Join(copied, ", ")))
	for _, n := range out.Notes {
		fmt.Fprintf(&b, "note %s %s\n", n.Path, n.Reason)
	}
	return b.String()
}

func noted(notes []layout.Note, path string) bool {
	for _, n := range notes {
		if n.Path == path {
			return true
		}
	}
	return false
}
