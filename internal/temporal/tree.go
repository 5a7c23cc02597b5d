package temporal

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// Tree is a directory with Temporal's schema, such as schema/postgresql/v12 of
// its sources. All paths are those of the file system that it was read from.
type Tree struct {
	// FS holds the files as they were read.
	FS     fs.FS
	Stores []Store
	// Extra are the other files beside and within the stores, sorted: files
	// that no manifest names and that are no SQL, such as version.go.
	Extra []string
	// Skipped is what neither the tool nor this package reads, sorted by path.
	Skipped []Skipped
}

// Store is the schema of one of Temporal's databases.
type Store struct {
	// Name is "temporal" or "visibility"; empty where the directory is one
	// store's own and does not say whose.
	Name string
	// Dir is the directory that holds the version directories.
	Dir string
	// Schema and Database are the paths of schema.sql (the whole schema in one
	// file) and database.sql; empty if there is none.
	Schema, Database string
	// Versions are in the order in which the tool applies them.
	Versions []Version
}

// Version is one step of a store's history.
type Version struct {
	// Name is the version without the v, such as "1.10".
	Name string
	// Dir is its directory.
	Dir      string
	Manifest *Manifest
	// Files are the paths of the files that the manifest names, in its order.
	Files []string
	// Unnamed are the .sql files beside them, sorted: the tool never reads them.
	Unnamed []string
}

// Skipped is a directory, or something that is no regular file, that is left
// out, with the reason.
type Skipped struct {
	Path, Reason string
}

// Detect reports whether the file system is a Temporal schema tree, or is so
// near to one that ReadTree says what to name instead.
func Detect(fsys fs.FS) bool {
	return outOfScope(fsys) != nil || len(storesOf(fsys)) > 0
}

// ReadTree reads a tree: a root with temporal/versioned, visibility/versioned
// or both, the directory of one store, or a versioned directory itself. The
// error has a line for each problem of the manifests.
func ReadTree(fsys fs.FS) (*Tree, error) {
	if err := outOfScope(fsys); err != nil {
		return nil, err
	}
	t := &Tree{Stores: storesOf(fsys)}
	if len(t.Stores) == 0 {
		for _, dir := range []string{"versioned", "."} {
			if dirs, _, err := versionDirs(fsys, dir); err == nil && len(dirs) > 0 {
				return nil, noManifest(dirs[0]) // it is the same with all of them
			}
		}
		return nil, errors.New("no Temporal schema: name the directory that holds temporal/versioned and visibility/versioned, such as schema/postgresql/v12 of Temporal's sources, or a versioned directory")
	}
	t.FS = snapshotOf(fsys, t.Stores)
	r := treeReader{fsys: t.FS, tree: t, taken: map[string]bool{}}
	for i := range t.Stores {
		if err := r.store(&t.Stores[i]); err != nil {
			return nil, err
		}
	}
	if err := r.rest(); err != nil {
		return nil, err
	}
	if len(r.problems) > 0 {
		return nil, asError(r.problems)
	}
	sort.Slice(t.Skipped, func(i, j int) bool { return t.Skipped[i].Path < t.Skipped[j].Path })
	return t, nil
}

// outOfScope returns what to name instead where the directory is a near miss.
func outOfScope(fsys fs.FS) error {
	switch {
	case len(storesOf(fsys)) > 0:
		src, err := fs.ReadFile(fsys, "version.go")
		if err != nil {
			return nil
		}
		switch database := packageOf(string(src)); database {
		case "v96":
			return errNinetySix
		case "cassandra":
			return otherDatabase("Cassandra")
		case "v8":
			return otherDatabase("MySQL")
		}
		return nil
	case isRoot(fsys, "v12"):
		return errors.New("this directory holds schemas of several databases: name its v12 directory")
	case isRoot(fsys, "v96"):
		return errNinetySix
	}
	for _, dir := range []string{"postgresql", "schema/postgresql"} {
		switch {
		case isRoot(fsys, dir+"/v12"):
			return fmt.Errorf("this directory holds schemas of several databases: name its %s/v12 directory", dir)
		case isRoot(fsys, dir+"/v96"):
			return errNinetySix
		}
	}
	return nil
}

var errNinetySix = errors.New("this is Temporal's schema for PostgreSQL 9.6 (v96), which is out of scope: take the v12 directory of release v1.20.0 or later")

func isRoot(fsys fs.FS, dir string) bool {
	return isDir(fsys, dir+"/temporal/versioned") || isDir(fsys, dir+"/visibility/versioned")
}

func otherDatabase(name string) error {
	return fmt.Errorf("this is Temporal's schema for %s: name schema/postgresql/v12 of the same sources", name)
}

// packageOf returns the name of a Go file's package.
func packageOf(source string) string {
	for _, line := range strings.Split(source, "\n") {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "package" {
			return f[1]
		}
	}
	return ""
}

func isDir(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

func isFile(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.Mode().IsRegular()
}

// storesOf returns the stores with name and directory.
func storesOf(fsys fs.FS) []Store {
	var out []Store
	for _, name := range []string{"temporal", "visibility"} {
		if dir := name + "/versioned"; isDir(fsys, dir) {
			out = append(out, Store{Name: name, Dir: dir})
		}
	}
	switch {
	case len(out) > 0:
	case isVersioned(fsys, "versioned"):
		out = append(out, Store{Dir: "versioned"})
	case isVersioned(fsys, "."):
		out = append(out, Store{Dir: "."})
	}
	return out
}

// isVersioned reports whether the directory holds a version directory.
func isVersioned(fsys fs.FS, dir string) bool {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if e.IsDir() && looksLikeVersion(e.Name()) && isFile(fsys, path.Join(dir, e.Name(), manifestName)) {
			return true
		}
	}
	return false
}

// treeReader fills a tree.
type treeReader struct {
	fsys     fs.FS
	tree     *Tree
	taken    map[string]bool // files and directories that have their place in the tree
	problems []Problem
}

func (r *treeReader) skip(name, reason string) {
	r.taken[name] = true
	r.tree.Skipped = append(r.tree.Skipped, Skipped{name, reason})
}

func (r *treeReader) store(s *Store) error {
	if home := path.Dir(s.Dir); s.Dir != "." {
		for name, at := range map[string]*string{"schema.sql": &s.Schema, "database.sql": &s.Database} {
			if p := path.Join(home, name); isFile(r.fsys, p) {
				*at, r.taken[p] = p, true
			}
		}
	}
	dirs, others, err := versionDirs(r.fsys, s.Dir)
	if err != nil {
		return err
	}
	for _, o := range others {
		r.skip(o.Path, o.Reason)
	}
	r.problems = append(r.problems, sameVersions(dirs)...)
	if len(dirs) == 0 {
		r.problems = append(r.problems, noVersions(s.Dir))
	}
	for _, dir := range dirs {
		v, err := r.version(dir)
		if err != nil {
			return err
		}
		s.Versions = append(s.Versions, v)
	}
	return nil
}

// versionDirs returns the version directories in a versioned directory, in the
// order in which the tool applies them, and the directories that are none.
func versionDirs(fsys fs.FS, dir string) (dirs []string, others []Skipped, err error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, nil, err
	}
	number := map[string]version{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		p := below(dir, e.Name())
		if !looksLikeVersion(e.Name()) {
			others = append(others, Skipped{p, "no version directory: temporal-sql-tool reads those named like v1.2"})
			continue
		}
		v, ok := parseVersion(e.Name()[1:])
		if !ok {
			others = append(others, Skipped{p, "its name is no version number: name it like v1.2, or move it away"})
			continue
		}
		number[p] = v
		dirs = append(dirs, p)
	}
	sort.SliceStable(dirs, func(i, j int) bool { return number[dirs[i]].less(number[dirs[j]]) })
	return dirs, others, nil
}

func (r *treeReader) version(dir string) (Version, error) {
	v := Version{Name: path.Base(dir)[1:], Dir: dir}
	m, problems := readManifest(r.fsys, dir)
	r.problems = append(r.problems, problems...)
	r.taken[below(dir, manifestName)] = true
	if m == nil || len(problems) > 0 {
		return v, nil
	}
	v.Manifest = m
	for _, name := range m.Files {
		p := path.Join(dir, name)
		r.taken[p] = true
		v.Files = append(v.Files, p)
	}
	err := r.walk(dir, func(p string) {
		if strings.EqualFold(path.Ext(p), ".sql") {
			r.taken[p] = true
			v.Unnamed = append(v.Unnamed, p)
		}
	})
	return v, err
}

// rest collects the files that have no place in the tree yet: those of the
// stores, and those that lie beside the stores.
func (r *treeReader) rest() error {
	extra := func(p string) { r.tree.Extra = append(r.tree.Extra, p) }
	for _, s := range r.tree.Stores {
		if s.Name == "" { // the root is the store's
			return r.walk(".", extra)
		}
		if err := r.walk(s.Name, extra); err != nil {
			return err
		}
	}
	entries, err := fs.ReadDir(r.fsys, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			r.file(e.Name(), extra)
		}
	}
	sort.Strings(r.tree.Extra)
	return nil
}

// walk calls f for the files in and below a directory that are not taken, in
// order. It follows no symbolic link to a directory, as the tool does not.
func (r *treeReader) walk(dir string, f func(name string)) error {
	return fs.WalkDir(r.fsys, dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && r.taken[p]:
			return fs.SkipDir
		case !d.IsDir():
			r.file(p, f)
		}
		return nil
	})
}

// file calls f for a file that is not taken, if it is one.
func (r *treeReader) file(p string, f func(name string)) {
	if r.taken[p] {
		return
	}
	switch info, err := fs.Stat(r.fsys, p); {
	case err != nil:
		r.skip(p, "cannot be read: "+reason(err).Error())
	case info.Mode().IsRegular():
		f(p)
	case info.IsDir():
		r.skip(p, "a symbolic link to a directory: temporal-sql-tool does not follow it")
	default:
		r.skip(p, "no regular file")
	}
}
