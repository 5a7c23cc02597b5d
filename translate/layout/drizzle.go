package layout

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/pg2crdb/pg2crdb/lint"
)

// drizzle is Drizzle Kit: meta/_journal.json names the files and their order;
// all that are new run in one transaction. Its marks between statements
// (`--> statement-breakpoint`) are comments that stay where they are.
var drizzle = format{
	name: "drizzle", versioned: true, open: openDrizzle,
	detect: func(d *dir) bool { return len(d.named("_journal.json")) > 0 },
}

// journal is what of Drizzle's journal matters here.
type journal struct {
	Entries []struct {
		Idx uint64
		Tag string
	}
}

func openDrizzle(d *dir) (*Tree, error) {
	tree := &Tree{Layout: "drizzle", steps: map[string]step{}}
	seen := map[string]bool{}
	for _, name := range d.named("_journal.json") {
		text, err := d.read(name)
		if err != nil {
			return nil, err
		}
		var j journal
		if err := json.Unmarshal(text, &j); err != nil {
			return nil, fmt.Errorf("%s: %w: it is not Drizzle's journal", name, err)
		}
		root := path.Dir(folder(name))
		h := History{Name: root}
		slices.SortStableFunc(j.Entries, func(a, b struct {
			Idx uint64
			Tag string
		}) int {
			return compare([]uint64{a.Idx}, []uint64{b.Idx})
		})
		for _, e := range j.Entries {
			file := path.Join(root, e.Tag+".sql")
			if !slices.Contains(d.sql, file) {
				return nil, fmt.Errorf("%s names %s, which is not there: drizzle-kit refuses that", name, file)
			}
			text, err := d.read(file)
			if err != nil {
				return nil, err
			}
			seen[file] = true
			tree.steps[file] = step{version: []uint64{e.Idx}}
			h.Sources = append(h.Sources, lint.Source{Name: file, Text: text, Unit: file, Transaction: true})
		}
		tree.Histories = append(tree.Histories, h)
		for _, n := range d.other {
			if folder(n) == folder(name) {
				tree.Copied = append(tree.Copied, n)
			}
		}
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("the directory holds no migration of drizzle: no journal (meta/_journal.json) names one")
	}
	for _, n := range d.sql {
		if !seen[n] {
			tree.Notes = append(tree.Notes, Note{n, "no journal of drizzle's names it; it is left out"})
		}
	}
	return tree, nil
}
