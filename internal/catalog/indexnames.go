package catalog

import (
	"hash/maphash"
	"slices"
)

// indexNames finds indexes by their names. There are more of them than of anything
// else that has a name, so the names are only in the tables, which are packed, and
// here is a hash of each. What another name may have led to is told by the table.
type indexNames struct {
	seed  maphash.Seed
	first map[uint64]indexHome
	more  map[uint64][]indexHome // the further ones of a hash
}

// indexHome is where an index is found: in its table, or here if that is not
// known.
type indexHome struct {
	table *Table
	loose *Index
}

func newIndexNames() indexNames {
	return indexNames{maphash.MakeSeed(), map[uint64]indexHome{}, map[uint64][]indexHome{}}
}

func (x *indexNames) hash(n Name) uint64 { return n.hash(x.seed) }

// find returns the indexes of a qualified name.
func (x *indexNames) find(n Name) []*Index {
	h := x.hash(n)
	first, ok := x.first[h]
	if !ok {
		return nil
	}
	out := first.find(nil, n)
	for _, home := range x.more[h] {
		out = home.find(out, n)
	}
	return out
}

// has reports whether there is an index of a qualified name in a home that will do.
func (x *indexNames) has(n Name, will func(indexHome) bool) bool {
	h := x.hash(n)
	first, ok := x.first[h]
	if !ok {
		return false
	}
	there := func(h indexHome) bool { return will(h) && len(h.find(nil, n)) > 0 }
	return there(first) || slices.ContainsFunc(x.more[h], there)
}

// find appends the indexes of a name that are found here.
func (h indexHome) find(out []*Index, n Name) []*Index {
	if h.loose != nil {
		if h.loose.Name == n {
			out = append(out, h.loose)
		}
		return out
	}
	for _, ix := range h.table.Indexes() {
		if ix.Name == n {
			out = append(out, ix)
		}
	}
	return out
}

// add notes where the index is found by its name.
func (x *indexNames) add(c *Catalog, ix *Index) {
	h := x.hash(ix.Name)
	if _, ok := x.first[h]; !ok {
		set(c, x.first, h, homeOf(ix))
		return
	}
	// What the journal holds is shorter, and stays as it is.
	set(c, x.more, h, append(x.more[h], homeOf(ix)))
}

// remove takes that back.
func (x *indexNames) remove(c *Catalog, ix *Index) {
	h := x.hash(ix.Name)
	first, ok := x.first[h]
	if !ok {
		return
	}
	homes := remove(append([]indexHome{first}, x.more[h]...), homeOf(ix))
	if len(homes) == 0 {
		unset(c, x.first, h)
		return
	}
	set(c, x.first, h, homes[0])
	if more := homes[1:]; len(more) > 0 {
		set(c, x.more, h, more)
	} else if x.more[h] != nil {
		unset(c, x.more, h)
	}
}

func homeOf(ix *Index) indexHome {
	if ix.Table == nil {
		return indexHome{loose: ix}
	}
	return indexHome{table: ix.Table}
}
