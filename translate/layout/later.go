package layout

import (
	"fmt"
	"strconv"
	"strings"
)

// step is where a file stands in the order of a layout with versions.
type step struct {
	version []uint64
	// last: it is applied behind all versions, such as Flyway's R__ files.
	last bool
}

// Later returns which files of the tree hold migrations later than a version,
// written as the layout does (v1.10, 000012, 20240131120000, V2.1), and whether
// there are any. Files that stand for the schema as a whole are not later than
// anything. It is an error if the layout has no versions.
func (t *Tree) Later(version string) (later func(file string) bool, any bool, err error) {
	if t.steps == nil {
		return nil, false, fmt.Errorf("the files of layout %s have no versions: an order by version needs one of %s", t.Layout, strings.Join(versioned(), ", "))
	}
	want, err := parseVersion(version)
	if err != nil {
		return nil, false, err
	}
	is := func(file string) bool {
		s, ok := t.steps[file]
		return ok && (s.last || compare(s.version, want) > 0)
	}
	for file := range t.steps {
		any = any || is(file)
	}
	return is, any, nil
}

func versioned() []string {
	names := []string{"temporal"}
	for _, f := range formats() {
		if f.versioned {
			names = append(names, f.name)
		}
	}
	return names
}

// parseVersion reads the version at the start of a name: numbers with dots or
// underscores between them, perhaps behind a letter v.
func parseVersion(s string) ([]uint64, error) {
	digits := strings.TrimLeft(s, "vV")
	if len(s)-len(digits) > 1 || digits == "" {
		return nil, notVersion(s)
	}
	var out []uint64
	for _, part := range strings.FieldsFunc(digits, func(r rune) bool { return r == '.' || r == '_' }) {
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return nil, notVersion(s)
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, notVersion(s)
	}
	return out, nil
}

func notVersion(s string) error {
	return fmt.Errorf("%q is no version: write it as the migrations do, such as v1.10, 000012 or 20240131120000", s)
}

// Has reports whether the tree has a migration of a version, written as in
// Later.
func (t *Tree) Has(version string) bool {
	want, err := parseVersion(version)
	if err != nil {
		return false
	}
	for _, s := range t.steps {
		if !s.last && compare(s.version, want) == 0 {
			return true
		}
	}
	return false
}
