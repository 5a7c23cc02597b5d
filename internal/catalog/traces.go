package catalog

import (
	"hash/maphash"
	"slices"
)

// traces tell which tables have had to do with a name or a type, so that nobody has
// to look through all tables, most of which are packed. What is noted stays when it
// is true no more, and a hash may stand for two names: the tables themselves have to
// be asked.
type traces struct {
	seed       maphash.Seed
	uniques    tablesBy[uint64]   // the hash of a constraint's name
	references tablesBy[uint64]   // the hash of the name that a foreign key refers to
	types      tablesBy[*TypeDef] // the type of a column, or what a domain is over
	columns    map[uint64]bool    // the hash of a column's name
}

// maxColumnNames bounds the names of columns that are noted.
const maxColumnNames = 1 << 16

func newTraces() traces {
	return traces{maphash.MakeSeed(), newTablesBy[uint64](), newTablesBy[uint64](), newTablesBy[*TypeDef](), map[uint64]bool{}}
}

func (tr *traces) hash(s string) uint64 { return maphash.String(tr.seed, s) }

// column notes a column of a table, and columnName that it has another name.
func (tr *traces) column(t *Table, c *Column) {
	tr.columnName(c.Name)
	for user := c.User; user != nil; user = user.BaseUser {
		tr.types.note(user, t)
	}
}

func (tr *traces) columnName(name string) {
	if len(tr.columns) < maxColumnNames {
		tr.columns[tr.hash(name)] = true
	}
}

// constraint notes a constraint of a table.
func (tr *traces) constraint(t *Table, k *Constraint) {
	switch k.Kind {
	case Unique:
		tr.uniques.note(tr.hash(k.Name), t)
	case ForeignKey:
		tr.references.note(k.RefTable.hash(tr.seed), t)
	}
}

// tablesBy finds tables by something about them. Mostly there is one.
type tablesBy[K comparable] struct {
	first map[K]*Table
	more  map[K][]*Table
}

func newTablesBy[K comparable]() tablesBy[K] {
	return tablesBy[K]{map[K]*Table{}, map[K][]*Table{}}
}

func (x *tablesBy[K]) note(k K, t *Table) {
	first, more := x.first[k], x.more[k]
	switch {
	case first == nil:
		x.first[k] = t
	case first != t && (len(more) == 0 || more[len(more)-1] != t):
		x.more[k] = append(more, t)
	}
}

// of returns the tables that there still are, in the order in which they were noted;
// one may be there twice.
func (x *tablesBy[K]) of(c *Catalog, k K) []*Table {
	first := x.first[k]
	if first == nil {
		return nil
	}
	out := append([]*Table{first}, x.more[k]...)
	return slices.DeleteFunc(out, func(t *Table) bool { return c.relations[t.Name] != t })
}

// Referrers returns the tables that may have a foreign key to the table of that name:
// no others have one.
func (c *Catalog) Referrers(n Name) []*Table { return c.traces.references.of(c, n.hash(c.traces.seed)) }

// HadColumn reports whether a table may have or have had a column of that name.
func (c *Catalog) HadColumn(name string) bool {
	return c.traces.columns[c.traces.hash(name)] || len(c.traces.columns) >= maxColumnNames
}
