package config

import (
	"fmt"
	"io/fs"
	"path"

	"github.com/bmatcuk/doublestar/v4"
)

// Excluded reports whether a path, with slashes and from the configuration's
// directory, is excluded: a glob matches it or a directory above it.
func (c *Config) Excluded(name string) bool {
	for _, glob := range c.Exclude {
		for p := name; p != "." && p != "/"; p = path.Dir(p) {
			if ok, _ := doublestar.Match(glob, p); ok {
				return true
			}
		}
	}
	return false
}

// FS returns a file system without what is excluded. The prefix is the path
// from the configuration's directory to the root of the file system.
func (c *Config) FS(fsys fs.FS, prefix string) fs.FS {
	if len(c.Exclude) == 0 {
		return fsys
	}
	return filtered{fsys, c, prefix}
}

type filtered struct {
	fs.FS
	c      *Config
	prefix string
}

func (f filtered) excluded(name string) bool { return f.c.Excluded(path.Join(f.prefix, name)) }

func (f filtered) Open(name string) (fs.File, error) {
	if f.excluded(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("%w: it is excluded by %s", fs.ErrNotExist, FileName)}
	}
	return f.FS.Open(name)
}

func (f filtered) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	kept := entries[:0:0]
	for _, e := range entries {
		if !f.excluded(path.Join(name, e.Name())) {
			kept = append(kept, e)
		}
	}
	return kept, err
}
