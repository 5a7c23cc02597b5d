package layout

import (
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// tool is a migration tool that keeps its migrations in the files of one
// folder, each with a version in its name.
type tool struct {
	name string
	// migration reads a file's name; ok is false for files that are not the
	// tool's.
	migration func(base string) (m migration, ok bool)
	// marked tells whether the tool's files carry directives in the text, so
	// that the name alone does not say whose they are; nil if it does.
	marked func(text string) bool
	// parts returns where the way back is within a text, and whether the tool
	// runs the way forth in a transaction; nil: there is no way back, and a
	// transaction.
	parts func(text string) (down func(int64) bool, transaction bool)
	// batch tells that a file is sent as one text, whose transaction is the server's.
	batch bool
	// byName tells that files are applied in the order of their names, byte by
	// byte; otherwise their versions count.
	byName bool
	// code tells files that the tool runs and that are no SQL.
	code func(base string) bool
	// placeholders finds what the tool replaces in a text before it sends it;
	// nil if it replaces nothing.
	placeholders func(text string) []span
}

// migration is what the name of a file says.
type migration struct {
	// version orders the migrations: numbers from the left.
	version []uint64
	// last puts it behind all versions, ordered by its name.
	last bool
	down bool
	name string
}

// tools are those that OpenText recognises by a file alone.
func tools() []tool { return []tool{sqlx, golangMigrate, goose, sqlMigrate, dbmate, flywayFile} }

func (t tool) format() format {
	return format{name: t.name, detect: t.detect, open: t.open, versioned: true}
}

// detect reports whether the SQL files of a directory are the tool's.
func (t tool) detect(d *dir) bool {
	for _, n := range d.sql {
		if _, ok := t.migration(path.Base(n)); ok && (t.marked == nil || t.marked(d.text(n))) {
			return true
		}
	}
	return false
}

// open reads the migrations in the order in which the tool applies them; the
// way back of each stands behind the way forth. The tool reads one folder, so
// each folder is a history of its own.
func (t tool) open(d *dir) (*Tree, error) {
	tree := &Tree{Layout: t.name, steps: map[string]step{}}
	folders, in := byFolder(d.sql)
	for _, f := range folders {
		h, err := t.history(d, tree, in[f])
		if err != nil {
			return nil, err
		}
		if len(h.Sources) > 0 {
			h.Name = f
			tree.Histories = append(tree.Histories, h)
		}
	}
	if len(tree.Histories) == 0 {
		return nil, fmt.Errorf("the directory holds no migration of %s: %s is not named as one", t.name, d.sql[0])
	}
	if t.code != nil {
		for _, n := range d.other {
			if t.code(path.Base(n)) {
				tree.Notes = append(tree.Notes, Note{n, "a migration that is a program: what it does is not seen, and it is left out"})
			}
		}
	}
	tree.mask(t.placeholders)
	return tree, nil
}

func (t tool) history(d *dir, tree *Tree, names []string) (History, error) {
	var found []migration
	for _, n := range names {
		m, ok := t.migration(path.Base(n))
		if !ok {
			tree.Notes = append(tree.Notes, Note{n, fmt.Sprintf("its name is no migration of %s, which does not read it; it is left out", t.name)})
			continue
		}
		m.name = n
		found = append(found, m)
	}
	sort.SliceStable(found, func(i, j int) bool {
		if t.byName {
			return found[i].name < found[j].name
		}
		return found[i].before(found[j])
	})
	var h History
	for i, m := range found {
		if i > 0 && !m.last && m.down == found[i-1].down && compare(m.version, found[i-1].version) == 0 {
			return h, fmt.Errorf("%s and %s have the same version: %s refuses that; renumber one of them", found[i-1].name, m.name, t.name)
		}
		text, err := d.read(m.name)
		if err != nil {
			return h, err
		}
		tree.steps[m.name] = step{m.version, m.last}
		h.Sources = append(h.Sources, t.source(m.name, text, m.down))
	}
	return h, nil
}

// source makes a source of a file.
func (t tool) source(name string, text []byte, down bool) lint.Source {
	src := lint.Source{Name: name, Text: text, Unit: name, Transaction: true, Batch: t.batch}
	if t.parts != nil {
		src.Down, src.Transaction = t.parts(string(text))
	}
	if down {
		src.Down = func(int64) bool { return true }
	}
	return src
}

func (m migration) before(o migration) bool {
	if m.last != o.last {
		return o.last
	}
	if m.last {
		return m.name < o.name
	}
	if c := compare(m.version, o.version); c != 0 {
		return c < 0
	}
	return !m.down && o.down
}

// compare compares versions; missing numbers count as 0.
func compare(a, b []uint64) int {
	for i := 0; i < len(a) || i < len(b); i++ {
		var x, y uint64
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return 0
}

// numbered reads names such as 000012_title.sql.
func numbered(base string) (migration, bool) {
	stem, ok := strings.CutSuffix(base, ".sql")
	if !ok {
		return migration{}, false
	}
	digits, _, ok := strings.Cut(stem, "_")
	if !ok {
		return migration{}, false
	}
	v, err := strconv.ParseUint(digits, 10, 64)
	return migration{version: []uint64{v}}, err == nil
}

// upDown reads names such as 12_title.up.sql and 12_title.down.sql.
func upDown(base string) (migration, bool) {
	if stem, ok := strings.CutSuffix(base, ".up.sql"); ok {
		return numbered(stem + ".sql")
	}
	if stem, ok := strings.CutSuffix(base, ".down.sql"); ok {
		m, ok := numbered(stem + ".sql")
		m.down = true
		return m, ok
	}
	return migration{}, false
}

// eachDirective calls f for every line that is a comment which starts with the
// prefix, with the offset of the line and the rest of it in lower case. The
// tools read their files by lines as well.
func eachDirective(text, prefix string, f func(offset int64, rest string)) {
	offset := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if body, ok := strings.CutPrefix(trimmed, "--"); ok {
			body = strings.ToLower(strings.TrimSpace(body))
			if rest, ok := strings.CutPrefix(body, prefix); ok {
				f(int64(offset), strings.TrimSpace(rest))
			}
		}
		offset += len(line)
	}
}

func hasDirective(text, prefix string) bool {
	found := false
	eachDirective(text, prefix, func(int64, string) { found = true })
	return found
}

// directives returns whether an offset lies behind a `down` directive that no
// `up` follows.
func directives(text, prefix, up, down string) func(int64) bool {
	type mark struct {
		offset int64
		down   bool
	}
	var marks []mark
	eachDirective(text, prefix, func(offset int64, rest string) {
		switch word, _, _ := strings.Cut(rest, " "); word {
		case up:
			marks = append(marks, mark{offset, false})
		case down:
			marks = append(marks, mark{offset, true})
		}
	})
	return func(offset int64) bool {
		i := sort.Search(len(marks), func(i int) bool { return marks[i].offset > offset })
		return i > 0 && marks[i-1].down
	}
}
