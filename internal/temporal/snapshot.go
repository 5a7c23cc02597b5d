package temporal

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pg2crdb/pg2crdb/internal/atonce"
)

// snapshot is a file system that has been read already: what a schema tree
// costs is opening its many small files, and that is done here once and at the
// same time. What is not in it, or no regular file, is asked of the original.
type snapshot struct {
	fs.FS
	dirs  map[string][]fs.DirEntry
	files map[string][]byte
	// manifests are those of the files that can be read as such.
	manifests map[string]readable
}

type readable struct {
	manifest *Manifest
	problems []Problem
}

// Files returns a file system of files in memory, by their paths. It has what
// this package asks for, and opens nothing.
func Files(files map[string][]byte) fs.FS {
	s := &snapshot{FS: nothing{}, dirs: map[string][]fs.DirEntry{".": nil}, files: files}
	for name := range files {
		mode := fs.FileMode(0)
		for name != "." {
			dir := path.Dir(name)
			_, known := s.dirs[dir]
			s.dirs[dir] = append(s.dirs[dir], fs.FileInfoToDirEntry(info{path.Base(name), 0, mode}))
			if known {
				break
			}
			name, mode = dir, fs.ModeDir
		}
	}
	for _, entries := range s.dirs {
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return s
}

// Output is Files for a tree that is to be written. Manifests that are as they were
// read are not parsed again.
func (t *Tree) Output(files map[string][]byte) fs.FS {
	s := Files(files).(*snapshot)
	s.manifests = map[string]readable{}
	for _, store := range t.Stores {
		for _, v := range store.Versions {
			name := below(v.Dir, manifestName)
			if v.Manifest != nil && bytes.Equal(v.Manifest.raw, files[name]) {
				s.manifests[name] = readable{manifest: v.Manifest}
			}
		}
	}
	return s
}

// nothing is an empty file system.
type nothing struct{}

func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// snapshotOf reads the directories and the small SQL and JSON files below the
// stores of a tree, several at the same time, and what the manifests say. What
// cannot be read is left to those who ask for it, with its error.
func snapshotOf(fsys fs.FS, stores []Store) fs.FS {
	s := &snapshot{FS: fsys, dirs: map[string][]fs.DirEntry{}, files: map[string][]byte{}, manifests: map[string]readable{}}
	var level []string
	for _, store := range stores {
		root := path.Dir(store.Dir)
		if store.Dir == "." {
			root = "."
		}
		if !slices.Contains(level, root) {
			level = append(level, root)
		}
	}
	for len(level) > 0 {
		read := make([]folder, len(level))
		atonce.Do(len(level), func(i int) { read[i] = readFolder(fsys, level[i]) })
		var next []string
		for i, f := range read {
			if f.entries == nil {
				continue
			}
			s.dirs[level[i]] = f.entries
			next = append(next, f.dirs...)
			for _, file := range f.files {
				s.files[file.path] = file.text
				if file.manifest != nil {
					s.manifests[file.path] = file.readable
				}
			}
		}
		level = next
	}
	return s
}

// folder is a directory that was read, with its files that matter.
type folder struct {
	entries []fs.DirEntry
	dirs    []string // paths of the directories in it
	files   []file
}

type file struct {
	path     string
	text     []byte
	readable // of a manifest
}

// readFolder reads a directory; one that cannot be read has no entries.
func readFolder(fsys fs.FS, dir string) (f folder) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return f
	}
	f.entries = entries
	for _, e := range entries {
		p := below(dir, e.Name())
		switch ext := path.Ext(p); {
		case e.IsDir():
			f.dirs = append(f.dirs, p)
		case e.Type().IsRegular() && (ext == ".sql" || ext == ".json"):
			text, err := fs.ReadFile(fsys, p)
			if err != nil {
				continue
			}
			file := file{path: p, text: slices.Clip(text)}
			if e.Name() == manifestName {
				file.manifest, file.problems = parseManifest(p, file.text)
			}
			f.files = append(f.files, file)
		}
	}
	return f
}

// below returns the path of a name in a directory. Both are clean, as path.Clean
// leaves them.
func below(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// ReadDir returns the entries of a directory.
func (s *snapshot) ReadDir(name string) ([]fs.DirEntry, error) {
	if entries, ok := s.dirs[name]; ok {
		return entries, nil
	}
	return fs.ReadDir(s.FS, name)
}

// ReadFile returns the content of a file.
func (s *snapshot) ReadFile(name string) ([]byte, error) {
	if text, ok := s.files[name]; ok {
		return text, nil
	}
	return fs.ReadFile(s.FS, name)
}

// Stat describes a file.
func (s *snapshot) Stat(name string) (fs.FileInfo, error) {
	if text, ok := s.files[name]; ok {
		return info{path.Base(name), int64(len(text)), 0o444}, nil
	}
	if _, ok := s.dirs[name]; ok {
		return info{path.Base(name), 0, fs.ModeDir | 0o555}, nil
	}
	return fs.Stat(s.FS, name)
}

// info describes a regular file or a directory that was read.
type info struct {
	name string
	size int64
	mode fs.FileMode
}

func (i info) Name() string      { return i.name }
func (i info) Size() int64       { return i.size }
func (i info) Mode() fs.FileMode { return i.mode }
func (info) ModTime() time.Time  { return time.Time{} }
func (i info) IsDir() bool       { return i.mode.IsDir() }
func (info) Sys() any            { return nil }
