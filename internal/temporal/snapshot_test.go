package temporal

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	fsys := Files(map[string][]byte{"b/c/x.sql": []byte("x"), "b/a.sql": []byte("ab"), "z.sql": nil, "b/c/y.sql": []byte("y")})
	var got []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			p += "/"
		}
		got = append(got, p)
		return err
	})
	if want := []string{"./", "b/", "b/a.sql", "b/c/", "b/c/x.sql", "b/c/y.sql", "z.sql"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("holds %q (%v), want %q", got, err, want)
	}
	if text, err := fs.ReadFile(fsys, "b/a.sql"); err != nil || string(text) != "ab" {
		t.Errorf("b/a.sql is %q (%v)", text, err)
	}
	for _, name := range []string{"nothing", "b/nothing"} {
		if _, err := fs.ReadFile(fsys, name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := fs.ReadDir(fsys, name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s as a directory: %v", name, err)
		}
	}
}
