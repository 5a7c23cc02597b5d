package layout

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// flyway is Redgate Flyway: V{version}__{description}.sql in any folder, U for
// undo, B for a baseline, R__{description}.sql behind all of them, and
// callbacks such as afterMigrate.sql. On CockroachDB it runs no migration in a
// transaction (its CockroachDBDatabase says that there are none for DDL).
var flyway = format{name: "flyway", versioned: true, open: openFlyway, detect: func(d *dir) bool { return flywayFile.detect(d) }}

// flywayFile is what a file of Flyway's is by itself.
var flywayFile = tool{
	name: "flyway",
	migration: func(base string) (migration, bool) {
		m, _, ok := flywayName(base)
		return m, ok
	},
	parts:        func(string) (func(int64) bool, bool) { return nil, false },
	placeholders: func(text string) []span { return braced(text, "${") },
}

// flywayName reads a file's name. Kind is its first letter.
func flywayName(base string) (m migration, kind byte, ok bool) {
	stem, ok := strings.CutSuffix(base, ".sql")
	version, _, found := strings.Cut(stem, "__")
	if !ok || !found || version == "" {
		return m, 0, false
	}
	kind = version[0]
	switch {
	case version == "R":
		return migration{last: true}, kind, true
	case kind != 'V' && kind != 'U' && kind != 'B':
		return m, 0, false
	}
	m.down = kind == 'U'
	for _, part := range strings.FieldsFunc(version[1:], func(r rune) bool { return r == '.' || r == '_' }) {
		v, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return m, 0, false
		}
		m.version = append(m.version, v)
	}
	return m, kind, len(m.version) > 0
}

// flywayCallbacks are the events before and behind which Flyway runs a file of
// their name, perhaps with a description behind two underscores.
var flywayCallbacks = func() map[string]bool {
	m := map[string]bool{"afterConnect": true, "beforeConnect": true, "createSchema": true, "beforeCreateSchema": true}
	for _, when := range []string{"before", "after"} {
		for _, what := range strings.Fields("Baseline Clean Each EachMigrate EachMigrateStatement EachUndo EachUndoStatement Info Migrate Repair Repeatables Undo Validate Versioned") {
			for _, end := range []string{"", "Error", "Applied"} {
				m[when+what+end] = true
			}
		}
	}
	return m
}()

// openFlyway reads the migrations of all folders as one history. A baseline
// stands for the versions up to its own: with those there, it is a history
// apart; without, it is where the history begins.
func openFlyway(d *dir) (*Tree, error) {
	tree := &Tree{Layout: "flyway", steps: map[string]step{}}
	var found, baselines []migration
	for _, n := range d.sql {
		m, kind, ok := flywayName(path.Base(n))
		m.name = n
		switch event, _, _ := strings.Cut(strings.TrimSuffix(path.Base(n), ".sql"), "__"); {
		case ok && kind == 'B':
			baselines = append(baselines, m)
		case ok:
			found = append(found, m)
		case flywayCallbacks[event]:
			if err := tree.addFlyway(d, n, History{Name: n}); err != nil {
				return nil, err
			}
		default:
			tree.Notes = append(tree.Notes, Note{n, "its name is no migration of flyway, which does not read it; it is left out"})
		}
	}
	for _, n := range d.other {
		switch {
		case strings.HasSuffix(n, ".sql.conf") && slices.Contains(d.sql, strings.TrimSuffix(n, ".conf")):
			tree.Copied = append(tree.Copied, n)
		case flywayProgram(path.Base(n)):
			tree.Notes = append(tree.Notes, Note{n, "a migration that is a program: what it does is not seen, and it is left out"})
		}
	}
	order := func(list []migration) {
		sort.SliceStable(list, func(i, j int) bool { return list[i].before(list[j]) })
	}
	order(found)
	order(baselines)
	for _, list := range [][]migration{found, baselines} {
		for i, m := range list {
			if i > 0 && !m.last && m.down == list[i-1].down && compare(m.version, list[i-1].version) == 0 {
				return nil, fmt.Errorf("%s and %s have the same version: flyway refuses that; renumber one of them, or name the folder of one database", list[i-1].name, m.name)
			}
		}
	}
	main := History{}
	for i, b := range baselines {
		tree.steps[b.name] = step{b.version, false}
		older := slices.ContainsFunc(found, func(m migration) bool { return !m.last && compare(m.version, b.version) <= 0 })
		if i == len(baselines)-1 && !older {
			main.Sources = append(main.Sources, flywayFile.source(b.name, nil, false))
		} else if err := tree.addFlyway(d, b.name, History{Name: b.name}); err != nil {
			return nil, err
		}
	}
	for _, m := range found {
		tree.steps[m.name] = step{m.version, m.last}
		main.Sources = append(main.Sources, flywayFile.source(m.name, nil, m.down))
	}
	if len(main.Sources) == 0 {
		return nil, errors.New("the directory holds no migration of flyway")
	}
	for i := range main.Sources {
		text, err := d.read(main.Sources[i].Name)
		if err != nil {
			return nil, err
		}
		main.Sources[i].Text = text
	}
	tree.Histories = append([]History{main}, tree.Histories...)
	tree.mask(flywayFile.placeholders)
	return tree, nil
}

// addFlyway adds a history of one file.
func (t *Tree) addFlyway(d *dir, name string, h History) error {
	text, err := d.read(name)
	if err != nil {
		return err
	}
	h.Sources = []lint.Source{flywayFile.source(name, text, false)}
	t.Histories = append(t.Histories, h)
	return nil
}

// flywayProgram reports whether a name is that of a migration in a programming
// language.
func flywayProgram(base string) bool {
	ext := path.Ext(base)
	switch ext {
	case ".java", ".kt", ".scala", ".groovy", ".sh", ".py", ".cmd", ".bat", ".ps1":
		_, _, ok := flywayName(strings.TrimSuffix(base, ext) + ".sql")
		return ok
	}
	return false
}
