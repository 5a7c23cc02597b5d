package dirfs

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// Files, directories and errors are those of os.DirFS.
func TestLikeDirFS(t *testing.T) {
	dir := t.TempDir()
	sizes := []int{0, 1, small - 1, small, small + 1, 3 * small}
	var names []string
	for _, n := range sizes {
		names = append(names, fmt.Sprintf("in/%d.sql", n))
	}
	if err := os.Mkdir(filepath.Join(dir, "in"), 0o777); err != nil {
		t.Fatal(err)
	}
	for i, n := range sizes {
		if err := os.WriteFile(filepath.Join(dir, names[i]), bytes.Repeat([]byte("x"), n), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	fsys, other := New(dir), os.DirFS(dir)
	if err := fstest.TestFS(fsys, names...); err != nil {
		t.Error(err)
	}
	if err := os.Symlink("missing", filepath.Join(dir, "in", "dangling")); err != nil {
		t.Logf("no symbolic links: %v", err)
	}
	for _, name := range append(names, "in", ".", "missing", "in/dangling", "in/1.sql/below", "../up", "/in", "", "a\x00b") {
		got, err := fs.ReadFile(fsys, name)
		want, wantErr := fs.ReadFile(other, name)
		if !bytes.Equal(got, want) || (got == nil) != (want == nil) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%q: %d bytes, %v; os.DirFS has %d, %v", name, len(got), err, len(want), wantErr)
		}
	}
	sub, err := fs.Sub(fsys, "in")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := fs.ReadFile(sub, "1.sql"); string(text) != "x" {
		t.Errorf("in a subdirectory: %q, %v", text, err)
	}
}

// No directory is not the root.
func TestNoDirectory(t *testing.T) {
	if text, err := fs.ReadFile(New(""), "etc/passwd"); err == nil {
		t.Errorf("read %d bytes", len(text))
	}
}
