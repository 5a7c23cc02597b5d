package catalog

// maxReferrers is how many tables that may refer to a table are asked when that
// changes. Few have as many, and to ask all of them each time has to come to an end.
const maxReferrers = 1 << 8

// references calls f for the foreign keys to the table of that name.
func (a *applier) references(n Name, f func(*Table, *Constraint)) {
	referrers := a.Referrers(n)
	for _, t := range referrers[:min(len(referrers), maxReferrers)] {
		for _, k := range t.KeysTo(n) {
			f(t, k)
		}
	}
}

// KeysTo returns the table's foreign keys to the table of that name.
func (t *Table) KeysTo(n Name) []*Constraint {
	var out []*Constraint
	for _, k := range t.Constraints() {
		if k.Kind == ForeignKey && k.RefTable == n {
			out = append(out, k)
		}
	}
	return out
}

// dropReferences drops the foreign keys to a table that rest on columns of which f
// says so; on the primary key if they name none.
func (a *applier) dropReferences(t *Table, f func(columns []string) bool) {
	a.references(t.Name, func(other *Table, k *Constraint) {
		columns := k.RefColumns
		if key := t.PrimaryKey(); len(columns) == 0 && key != nil {
			columns = key.Columns
		}
		if f(columns) {
			other.removeConstraint(k)
		}
	})
}
