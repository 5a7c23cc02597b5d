package layout

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// tool is a migration tool that keeps its migrations in files whose names it
// reads.
type tool struct {
	name string
	// migration reads a file's name; ok is false for files that are not the
	// tool's.
	migration func(name string) (m migration, ok bool)
	// marked tells whether the tool's files carry directives in the text, so
	// that the name alone does not say whose they are.
	marked func(text string) bool
	// parts returns where the way back is within a text, and whether the tool
	// runs the file in a transaction.
	parts func(text string) (down func(int64) bool, transaction bool)
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

func tools() []tool {
	return []tool{golangMigrate, goose, dbmate, flyway}
}

// detect reports whether the SQL files of a directory are the tool's.
func (t tool) detect(fsys fs.FS, names []string) bool {
	for _, n := range names {
		if _, ok := t.migration(path.Base(n)); !ok {
			continue
		}
		if t.marked == nil {
			return true
		}
		if text, err := fs.ReadFile(fsys, n); err == nil && t.marked(string(text)) {
			return true
		}
	}
	return false
}

// open reads the migrations in the order in which the tool applies them; the
// way back of each stands behind the way forth.
func (t tool) open(fsys fs.FS, names []string) (*Tree, error) {
	tree := &Tree{Layout: t.name, Histories: []History{{}}, steps: map[string]step{}}
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
	if len(found) == 0 {
		return nil, fmt.Errorf("the directory holds no migration of %s", t.name)
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].before(found[j]) })
	for i, m := range found {
		if i > 0 && !m.last && m.down == found[i-1].down && compare(m.version, found[i-1].version) == 0 {
			return nil, fmt.Errorf("%s and %s have the same version: %s refuses that; renumber one of them", found[i-1].name, m.name, t.name)
		}
		text, err := readSQL(fsys, m.name)
		if err != nil {
			return nil, err
		}
		src := lint.Source{Name: m.name, Text: text, Unit: m.name, Transaction: true}
		if t.parts != nil {
			src.Down, src.Transaction = t.parts(string(text))
		}
		if m.down {
			src.Down = func(int64) bool { return true }
		}
		tree.steps[m.name] = step{m.version, m.last}
		tree.Histories[0].Sources = append(tree.Histories[0].Sources, src)
	}
	return tree, nil
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
func numbered(name string) (migration, bool) {
	stem, ok := strings.CutSuffix(name, ".sql")
	if !ok {
		return migration{}, false
	}
	digits, _, _ := strings.Cut(stem, "_")
	v, err := strconv.ParseUint(digits, 10, 64)
	return migration{version: []uint64{v}}, err == nil
}

// golangMigrate is github.com/golang-migrate/migrate:
// {version}_{title}.up.sql and {version}_{title}.down.sql.
var golangMigrate = tool{
	name: "golang-migrate",
	migration: func(name string) (migration, bool) {
		if stem, ok := strings.CutSuffix(name, ".up.sql"); ok {
			return numbered(stem + ".sql")
		}
		if stem, ok := strings.CutSuffix(name, ".down.sql"); ok {
			m, ok := numbered(stem + ".sql")
			m.down = true
			return m, ok
		}
		return migration{}, false
	},
}

// goose is github.com/pressly/goose: {version}_{name}.sql with the directives
// `-- +goose Up`, Down and NO TRANSACTION. Its StatementBegin and StatementEnd
// are comments that stay where they are.
var goose = tool{
	name:      "goose",
	migration: numbered,
	marked:    func(text string) bool { return hasDirective(text, "+goose ") },
	parts: func(text string) (func(int64) bool, bool) {
		up := directives(text, "+goose ", "up", "down")
		return up, !hasDirective(text, "+goose no transaction")
	},
}

// dbmate is github.com/amacneil/dbmate: {version}_{name}.sql with the
// directives `-- migrate:up` and `-- migrate:down`, perhaps with
// transaction:false.
var dbmate = tool{
	name:      "dbmate",
	migration: numbered,
	marked:    func(text string) bool { return hasDirective(text, "migrate:") },
	parts: func(text string) (func(int64) bool, bool) {
		down := directives(text, "migrate:", "up", "down")
		transaction := true
		eachDirective(text, "migrate:", func(_ int64, rest string) {
			if strings.HasPrefix(rest, "up") && strings.Contains(rest, "transaction:false") {
				transaction = false
			}
		})
		return down, transaction
	},
}

// flyway is Redgate Flyway: V{version}__{description}.sql, U for undo, and
// R__{description}.sql behind all of them.
var flyway = tool{
	name: "flyway",
	migration: func(name string) (migration, bool) {
		stem, ok := strings.CutSuffix(name, ".sql")
		version, _, found := strings.Cut(stem, "__")
		if !ok || !found || version == "" {
			return migration{}, false
		}
		m := migration{down: version[0] == 'U', last: version == "R"}
		if m.last {
			return m, true
		}
		if version[0] != 'V' && version[0] != 'U' && version[0] != 'B' {
			return migration{}, false
		}
		for _, part := range strings.FieldsFunc(version[1:], func(r rune) bool { return r == '.' || r == '_' }) {
			v, err := strconv.ParseUint(part, 10, 64)
			if err != nil {
				return migration{}, false
			}
			m.version = append(m.version, v)
		}
		return m, len(m.version) > 0
	},
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
