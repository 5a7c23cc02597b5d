package layout

import (
	"io/fs"
	"path"
	"slices"
)

// format is a way to lay migrations out in a directory.
type format struct {
	name string
	// detect reports whether a directory is laid out so.
	detect func(d *dir) bool
	open   func(d *dir) (*Tree, error)
	// versioned tells that its files have versions, see Tree.Later.
	versioned bool
}

// formats are the layouts, in the order in which they are looked for: those
// that a file of their own gives away first, those that only names tell of last.
func formats() []format {
	return []format{
		drizzle, prisma, diesel,
		sqlx.format(), golangMigrate.format(), goose.format(), sqlMigrate.format(), dbmate.format(), flyway,
		atlas, rails, plain,
	}
}

// dir is a directory with its files, each read once.
type dir struct {
	fsys fs.FS
	// sql are the paths of the SQL files, other those of the rest.
	sql, other []string
	texts      map[string][]byte
	notes      []Note
}

// read returns the text of a file.
func (d *dir) read(name string) ([]byte, error) {
	if text, ok := d.texts[name]; ok {
		return text, nil
	}
	text, err := readSQL(d.fsys, name)
	if err == nil {
		d.texts[name] = text
	}
	return text, err
}

// text is read for those who look for something in a file: what cannot be read
// holds nothing.
func (d *dir) text(name string) string {
	text, err := d.read(name)
	if err != nil {
		return ""
	}
	s := string(text)
	if fsys, ok := d.fsys.(interface{ Rest(text []byte) }); ok {
		fsys.Rest(text) // all files are looked at before the first is read
	}
	return s
}

// named returns the files of a base name, wherever they are.
func (d *dir) named(base string) []string {
	var out []string
	for _, list := range [][]string{d.sql, d.other} {
		for _, n := range list {
			if path.Base(n) == base {
				out = append(out, n)
			}
		}
	}
	return out
}

// folder is where a file is, or a file that stands for a step as a whole.
func folder(name string) string { return path.Dir(name) }

// byFolder groups files by the folder that they are in, in the order of the
// folders' names.
func byFolder(names []string) (folders []string, in map[string][]string) {
	in = map[string][]string{}
	for _, n := range names {
		f := folder(n)
		if in[f] == nil {
			folders = append(folders, f)
		}
		in[f] = append(in[f], n)
	}
	slices.Sort(folders)
	return folders, in
}
