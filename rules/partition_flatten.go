package rules

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

// flatten is the end of the partition rule: everything that names a partition
// is known, and what becomes of it is decided.
type flatten struct {
	*Pass
	*partitions
	tables map[tableKey]*catalog.Table
	// moved are the indexes and foreign keys that every partition has: the
	// first of each moves to the parent, the others go.
	moved map[*partRef]bool
	// gone are the others.
	gone map[*partRef]string
}

func flattenPartitions(p *Pass) {
	s := State[partitions](p)
	if len(s.parts) == 0 {
		return
	}
	p.Replay(recordReferences)
	f := &flatten{Pass: p, partitions: s, tables: map[tableKey]*catalog.Table{}, moved: map[*partRef]bool{}, gone: map[*partRef]string{}}
	for _, t := range p.Catalog.Tables() {
		f.tables[keyOf(t)] = t
	}
	keys := f.keys()
	f.move(keys)
	for _, k := range keys {
		for _, ref := range s.refs[k] {
			f.reference(k, ref)
		}
	}
}

// keys returns the partitions in the order of the history.
func (f *flatten) keys() []tableKey {
	keys := make([]tableKey, 0, len(f.parts))
	for k := range f.parts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if keys[i].source != keys[j].source {
			return keys[i].source < keys[j].source
		}
		return keys[i].start < keys[j].start
	})
	return keys
}

// root returns the table in which the rows of a partition live in the end, and
// the name of that.
func (f *flatten) root(k tableKey) (key tableKey, name catalog.Name, known bool) {
	for range f.parts { // a partition of itself does not hang us
		pt := f.parts[k]
		if pt == nil {
			break
		}
		name, known = pt.parentName, pt.known
		if !known {
			return k, name, false
		}
		k = pt.parent
	}
	if t := f.tables[k]; t != nil {
		name = t.Name
	}
	return k, name, known
}

// rootText writes the root's name as the reference wrote the partition's: with
// a schema if that had one.
func (f *flatten) rootText(k tableKey, ref *partRef) string {
	_, name, _ := f.root(k)
	written := ref.stmt.Text[min(ref.start, len(ref.stmt.Text)):min(ref.end, len(ref.stmt.Text))]
	text := QuoteIdent(name.Name)
	if name.Schema != "" && (strings.Contains(written, ".") || name.Schema != f.parts[k].name.Schema && f.parts[k].name.Schema != "" && name.Schema != "public") {
		text = QuoteIdent(name.Schema) + "." + text
	}
	return text
}

func (f *flatten) reference(k tableKey, ref *partRef) {
	pt := f.parts[k]
	_, root, known := f.root(k)
	var out Finding
	switch ref.kind {
	case refMade:
		out = ref.finding(Error, Weaker, "partition %s goes: its rows live in %s itself, without the partition's own bounds, defaults and constraints, and statements that name it have to name %s", pt.name.Name, root.Name, root.Name)
		if !known {
			out.Message += " (which the history does not make)"
		}
		out.Edits = []Edit{ref.stmt.Dropped()}
	case refAbout:
		out = ref.finding(Error, Exact, "partition %s goes, and with it %s", pt.name.Name, ref.what)
		out.Edits = []Edit{ref.stmt.Dropped()}
	case refIndex, refKey:
		out = f.object(k, ref)
	case refElement:
		out = ref.finding(Error, Exact, "partition %s goes, and with it %s", pt.name.Name, ref.what)
		out.DropElement(ref.list, ref.element)
	case refDrop:
		out = f.drop(k, ref)
	case refRows:
		out = ref.finding(Error, Exact, "the rows of partition %s live in %s", pt.name.Name, root.Name)
		out.Edits = []Edit{ref.stmt.Replace(ref.start, ref.end, f.rootText(k, ref))}
	case refRowsAll:
		if pt.like {
			out = ref.finding(Error, Exact, "the rows of partition %s live in %s", pt.name.Name, root.Name)
			out.Edits = []Edit{ref.stmt.Replace(ref.start, ref.end, f.rootText(k, ref))}
			break
		}
		out = ref.finding(Error, Manual, "partition %s goes, and its columns need not be in the order of %s", pt.name.Name, root.Name)
		out.Todo = fmt.Sprintf("Write the list of columns, and name %s", root.Name)
	default:
		out = ref.finding(Error, Manual, "this names partition %s, which has become a part of %s", pt.name.Name, root.Name)
		out.Todo = fmt.Sprintf("Name %s; where only the rows of the partition are meant (%s), add its bounds as a condition", root.Name, pt.bound)
	}
	if pt.attached && out.Fidelity != Manual && len(f.columns[k]) == 0 {
		out.Severity = Warning // accepted as it stands
	}
	f.Report(out)
}

// object decides what becomes of an index or a constraint of a partition.
func (f *flatten) object(k tableKey, ref *partRef) Finding {
	pt := f.parts[k]
	rootKey, root, _ := f.root(k)
	what := ref.what
	if ref.object != "" {
		what += " " + ref.object
	}
	switch {
	case f.moved[ref]:
		out := ref.finding(Error, Exact, "every partition of %s has %s: it becomes %s's", root.Name, what, root.Name)
		out.Edits = []Edit{ref.stmt.Replace(ref.start, ref.end, f.rootText(k, ref))}
		if name := f.objectName(k, ref); name != "" {
			out.Edits = append(out.Edits, ref.stmt.Replace(ref.objectStart, ref.objectEnd, name))
		}
		return out
	case f.gone[ref] != "":
		out := ref.finding(Error, Exact, "every partition of %s has %s: one for %s takes its place", root.Name, what, root.Name)
		out.Edits = []Edit{ref.stmt.Dropped()}
		return out
	case f.covered(f.tables[rootKey], ref):
		out := ref.finding(Error, Exact, "partition %s goes, and with it %s; %s has the same", pt.name.Name, what, root.Name)
		out.Edits = []Edit{ref.stmt.Dropped()}
		return out
	}
	lost := "queries on those columns lose it"
	if ref.kind == refKey || ref.unique {
		lost = fmt.Sprintf("it held for the rows of %s only, and is not enforced any more", pt.name.Name)
	}
	out := ref.finding(Error, Weaker, "partition %s goes, and with it %s: %s", pt.name.Name, what, lost)
	out.Edits = []Edit{ref.stmt.Dropped()}
	return out
}

// covered reports whether the root has the same index or constraint.
func (f *flatten) covered(root *catalog.Table, ref *partRef) bool {
	if root == nil || len(ref.columns) == 0 {
		return false
	}
	for _, c := range root.Constraints() {
		if !equalNames(c.Columns, ref.columns) {
			continue
		}
		switch c.Kind {
		case catalog.PrimaryKey, catalog.Unique:
			if ref.kind == refIndex || ref.unique {
				return true
			}
		case catalog.ForeignKey:
			if ref.kind == refKey && !ref.unique {
				return true
			}
		}
	}
	if ref.kind != refIndex {
		return false
	}
	for _, ix := range root.Indexes() {
		if len(ix.Columns) != len(ref.columns) || ref.unique && !ix.Unique {
			continue
		}
		same := true
		for i, c := range ix.Columns {
			same = same && c.Column == ref.columns[i] && c.Column != ""
		}
		if same {
			return true
		}
	}
	return false
}

func equalNames(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// move finds the indexes and foreign keys that all partitions without
// partitions of their own have in the same form.
func (f *flatten) move(keys []tableKey) {
	type shape struct {
		root tableKey
		kind refKind
		text string
	}
	leaves := map[tableKey]int{}
	have := map[shape][]*partRef{}
	var order []shape
	for _, k := range keys {
		rootKey, _, known := f.root(k)
		if !known || len(f.columns[k]) > 0 {
			continue
		}
		leaves[rootKey]++
		mine := map[string]bool{}
		for _, ref := range f.refs[k] {
			if ref.kind != refIndex && (ref.kind != refKey || ref.what != "the foreign key") || ref.shape == "" || mine[ref.shape] || ref.stmt.Down {
				continue
			}
			mine[ref.shape] = true
			if f.covered(f.tables[rootKey], ref) || ref.unique && !f.holdsPartitionColumns(k, ref.columns) {
				continue
			}
			s := shape{rootKey, ref.kind, ref.shape}
			if have[s] == nil {
				order = append(order, s)
			}
			have[s] = append(have[s], ref)
		}
	}
	for _, s := range order {
		refs := have[s]
		if len(refs) != leaves[s.root] {
			continue
		}
		f.moved[refs[0]] = true
		for _, r := range refs[1:] {
			f.gone[r] = s.text
		}
	}
}

// holdsPartitionColumns reports whether columns that are unique within the
// partition are so in the whole table: if the partition columns are among them.
func (f *flatten) holdsPartitionColumns(k tableKey, columns []string) bool {
	for pt := f.parts[k]; pt != nil; pt = f.parts[pt.parent] {
		by := f.columns[pt.parent]
		if len(by) == 0 {
			return false
		}
		for _, c := range by {
			if c == "" || !containsName(columns, c) {
				return false
			}
		}
	}
	return true
}

func containsName(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// objectName names an index or a constraint for the root as it was named for
// the partition; "" if its name stays.
func (f *flatten) objectName(k tableKey, ref *partRef) string {
	rootKey, root, _ := f.root(k)
	if ref.object == "" || ref.objectEnd == 0 || !strings.Contains(ref.object, f.parts[k].name.Name) {
		return ""
	}
	name := strings.Replace(ref.object, f.parts[k].name.Name, root.Name, 1)
	t := f.tables[rootKey]
	if t.Constraint(name) != nil || len(f.Catalog.Indexes(catalog.Name{Schema: root.Schema, Name: name})) > 0 {
		return ""
	}
	return QuoteIdent(name)
}

// drop decides about DROP TABLE of a partition: if the parent is dropped too,
// nothing is left to do.
func (f *flatten) drop(k tableKey, ref *partRef) Finding {
	pt := f.parts[k]
	for up := pt; up != nil && up.known; up = f.parts[up.parent] {
		if f.dropped[up.parent][way(ref.stmt)] {
			out := ref.finding(Error, Exact, "partition %s goes; its rows are dropped with %s", pt.name.Name, up.parentName.Name)
			out.DropElement(ref.list, ref.element)
			return out
		}
	}
	_, root, _ := f.root(k)
	out := ref.finding(Error, Manual, "DROP TABLE of partition %s deletes its rows; they live in %s", pt.name.Name, root.Name)
	out.Todo = fmt.Sprintf("Delete them with DELETE FROM %s WHERE the partition's bounds hold (%s), in batches if they are many, or use row-level TTL", root.Name, pt.bound)
	return out
}
