package layout

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// prisma is Prisma Migrate: {timestamp}_{name}/migration.sql, in the order of
// the folders' names. Its migration_lock.toml names the database.
var prisma = format{
	name: "prisma", versioned: true,
	detect: func(d *dir) bool {
		return len(d.named("migration_lock.toml")) > 0 || slices.ContainsFunc(d.named("migration.sql"), func(n string) bool { return strings.Contains(n, "/") })
	},
	open: func(d *dir) (*Tree, error) {
		tree, err := openSteps(d, "prisma", "migration.sql", "")
		if err != nil {
			return nil, err
		}
		locks := map[string][]byte{}
		for _, n := range d.other {
			switch {
			case path.Base(n) == "migration_lock.toml":
				text, err := d.read(n)
				if err != nil {
					return nil, err
				}
				locks[n] = []byte(cockroachLock(string(text)))
			case len(d.named(folder(n)+"/migration.sql")) > 0 || slices.Contains(d.sql, folder(n)+"/migration.sql"):
				tree.Copied = append(tree.Copied, n) // such as Drizzle's snapshot.json
			}
		}
		if len(locks) > 0 {
			tree.finish = func(out map[string][]byte) []Note {
				var notes []Note
				for _, n := range slices.Sorted(maps.Keys(locks)) {
					out[n] = locks[n]
					notes = append(notes, Note{n, `its provider is "cockroachdb" in the translation; the datasource of schema.prisma has to say so as well`})
				}
				return notes
			}
		}
		return tree, nil
	},
}

// cockroachLock names CockroachDB as the provider of a migration_lock.toml.
func cockroachLock(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		if key, _, ok := strings.Cut(l, "="); ok && strings.TrimSpace(key) == "provider" {
			end := ""
			if strings.HasSuffix(l, "\n") {
				end = "\n"
			}
			lines[i] = key + "= \"cockroachdb\"" + end
		}
	}
	return strings.Join(lines, "")
}

// diesel is Rust's Diesel: {version}_{name}/up.sql and down.sql, in the order
// of the folders' names, each in a transaction unless metadata.toml beside it
// says not. Hasura lays its migrations out in the same way.
var diesel = format{
	name: "diesel", versioned: true,
	detect: func(d *dir) bool {
		return slices.ContainsFunc(d.named("up.sql"), func(n string) bool { return strings.Contains(n, "/") })
	},
	open: func(d *dir) (*Tree, error) {
		tree, err := openSteps(d, "diesel", "up.sql", "down.sql")
		if err != nil {
			return nil, err
		}
		for _, n := range d.named("metadata.toml") {
			tree.Copied = append(tree.Copied, n)
			if !runsInTransaction(d.text(n)) {
				for h := range tree.Histories {
					for i := range tree.Histories[h].Sources {
						if src := &tree.Histories[h].Sources[i]; folder(src.Name) == folder(n) {
							src.Transaction = false
						}
					}
				}
			}
		}
		return tree, nil
	},
}

// runsInTransaction reads a metadata.toml of Diesel's.
func runsInTransaction(text string) bool {
	for _, l := range strings.Split(text, "\n") {
		if key, value, ok := strings.Cut(l, "="); ok && strings.TrimSpace(key) == "run_in_transaction" {
			return strings.TrimSpace(value) != "false"
		}
	}
	return true
}

// openSteps reads a layout with a folder for each migration, in which files of
// fixed names are the way forth and the way back. The folders of one folder are
// a history.
func openSteps(d *dir, name, up, down string) (*Tree, error) {
	tree := &Tree{Layout: name, steps: map[string]step{}}
	var forth []string
	for _, n := range d.sql {
		switch base := path.Base(n); {
		case base == up && folder(n) != ".":
			forth = append(forth, n)
		case base != down:
			tree.Notes = append(tree.Notes, Note{n, fmt.Sprintf("%s reads the %s of a folder only; it is left out", name, up)})
		case !slices.Contains(d.sql, folder(n)+"/"+up):
			tree.Notes = append(tree.Notes, Note{n, fmt.Sprintf("a way back without an %s beside it, which %s does not read; it is left out", up, name)})
		}
	}
	if len(forth) == 0 {
		return nil, fmt.Errorf("the directory holds no migration of %s, which is a folder with a file %s", name, up)
	}
	roots := map[string]int{} // number of the history
	slices.Sort(forth)
	for _, n := range forth {
		root := path.Dir(folder(n))
		h, ok := roots[root]
		if !ok {
			h = len(tree.Histories)
			roots[root] = h
			tree.Histories = append(tree.Histories, History{Name: root})
		}
		for _, f := range []string{n, folder(n) + "/" + down} {
			if f != n && (down == "" || !slices.Contains(d.sql, f)) {
				continue
			}
			text, err := d.read(f)
			if err != nil {
				return nil, err
			}
			src := lint.Source{Name: f, Text: text, Unit: folder(n), Transaction: true, Batch: name == "prisma"}
			if f != n {
				src.Unit = f
				src.Down = func(int64) bool { return true }
			}
			tree.Histories[h].Sources = append(tree.Histories[h].Sources, src)
			if v, err := parseVersion(leadingDigits(path.Base(folder(n)))); err == nil {
				tree.steps[f] = step{version: v}
			}
		}
	}
	return tree, nil
}

// leadingDigits returns the digits at the start of a name. Diesel's names may
// have dashes in between, which are no part of the order.
func leadingDigits(s string) string {
	var b strings.Builder
	for i := 0; i < len(s) && (isDigit(s[i]) || s[i] == '-'); i++ {
		if s[i] != '-' {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
