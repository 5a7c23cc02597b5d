package layout

import (
	"errors"
	"path"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// rails is the schema that Ruby on Rails keeps as SQL: db/structure.sql, a dump
// of pg_dump's with the versions that it holds at its end, and one
// NAME_structure.sql for each further database. Each is a history of its own.
var rails = format{
	name: "rails",
	detect: func(d *dir) bool {
		for _, n := range d.sql {
			if isStructure(n) {
				return true
			}
		}
		return false
	},
	open: func(d *dir) (*Tree, error) {
		tree := &Tree{Layout: "rails"}
		for _, n := range d.sql {
			if !isStructure(n) {
				tree.Notes = append(tree.Notes, Note{n, "rails loads structure.sql only; it is left out"})
				continue
			}
			text, err := d.read(n)
			if err != nil {
				return nil, err
			}
			tree.Histories = append(tree.Histories, History{Name: n, Sources: []lint.Source{{Name: n, Text: text, Unit: n}}})
		}
		if len(tree.Histories) == 0 {
			return nil, errors.New("the directory holds no structure.sql")
		}
		return tree, nil
	},
}

func isStructure(name string) bool {
	base := path.Base(name)
	return base == "structure.sql" || strings.HasSuffix(base, "_structure.sql")
}
