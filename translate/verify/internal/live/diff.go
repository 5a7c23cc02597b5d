package live

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says what a difference is about.
type Kind string

const (
	TableKind     Kind = "table"
	ColumnKind    Kind = "column"
	TypeKind      Kind = "type"
	NullKind      Kind = "nullability"
	DefaultKind   Kind = "default"
	GeneratedKind Kind = "generated expression"
	IdentityKind  Kind = "identity"
	KeyKind       Kind = "primary key"
	IndexKind     Kind = "index"
	ForeignKind   Kind = "foreign key"
	CheckKind     Kind = "check"
	EnumKind      Kind = "enum"
	ValueKind     Kind = "value" // of a column, in stored rows
	AcceptKind    Kind = "acceptance"
)

// Difference is one thing that is not the same in both databases.
type Difference struct {
	Kind Kind
	// Table is the full name of the table, Part the column, the index or the
	// constraint in it.
	Table, Part string
	// Postgres and Cockroach are what is there; empty for what is not.
	Postgres, Cockroach string
	// Rule is the rule that the type mapping names; empty if it names none.
	Rule string
}

func (d Difference) String() string {
	show := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	of := d.Table
	if d.Part != "" {
		of += "." + d.Part
	}
	return fmt.Sprintf("%s of %s: %s on PostgreSQL, %s on CockroachDB", d.Kind, of, show(d.Postgres), show(d.Cockroach))
}

// Compare holds the catalog of a CockroachDB against that of a PostgreSQL.
func Compare(postgres, cockroach *Catalog) []Difference {
	d := &differ{}
	for _, p := range postgres.Tables {
		c := cockroach.Table(p.FullName())
		d.table = p.FullName()
		if c == nil {
			d.add(TableKind, "", kindText(p.Kind), "")
			continue
		}
		if view(p) != view(c) {
			d.add(TableKind, "", kindText(p.Kind), kindText(c.Kind))
		}
		d.columns(p, c)
		if view(p) {
			continue
		}
		d.indexes(p, c)
		d.checks(p, c)
		d.foreignKeys(p, c)
	}
	for _, c := range cockroach.Tables {
		if postgres.Table(c.FullName()) == nil {
			d.table = c.FullName()
			d.add(TableKind, "", "", kindText(c.Kind))
		}
	}
	d.table = ""
	for name, labels := range postgres.Enums {
		if other := cockroach.Enums[name]; !slices.Equal(labels, other) {
			d.add(EnumKind, name, strings.Join(labels, ", "), strings.Join(other, ", "))
		}
	}
	slices.SortStableFunc(d.found, func(a, b Difference) int {
		return strings.Compare(a.Table+"\x00"+string(a.Kind)+"\x00"+a.Part, b.Table+"\x00"+string(b.Kind)+"\x00"+b.Part)
	})
	return d.found
}

func view(t *Table) bool { return t.Kind == "v" || t.Kind == "m" }

func kindText(kind string) string {
	switch kind {
	case "v":
		return "a view"
	case "m":
		return "a materialized view"
	case "p":
		return "a partitioned table"
	}
	return "a table"
}

type differ struct {
	table string
	found []Difference
}

func (d *differ) add(kind Kind, part, postgres, cockroach string) {
	d.found = append(d.found, Difference{Kind: kind, Table: d.table, Part: part, Postgres: postgres, Cockroach: cockroach})
}

func (d *differ) columns(p, c *Table) {
	for _, pc := range p.Columns {
		cc := c.Column(pc.Name)
		if cc == nil {
			d.add(ColumnKind, pc.Name, pc.Type, "")
			continue
		}
		if rule, ok := sameType(pc.Type, cc.Type); !ok || rule != "" {
			d.add(TypeKind, pc.Name, pc.Type, cc.Type)
			if ok {
				d.found[len(d.found)-1].Rule = rule
			}
		}
		if view(p) {
			continue
		}
		if pc.NotNull != cc.NotNull {
			d.add(NullKind, pc.Name, nullText(pc.NotNull), nullText(cc.NotNull))
		}
		if Normal(pc.Default) != Normal(cc.Default) {
			d.add(DefaultKind, pc.Name, pc.Default, cc.Default)
		}
		if Normal(pc.Generated) != Normal(cc.Generated) {
			d.add(GeneratedKind, pc.Name, pc.Generated, cc.Generated)
		}
		if pc.Identity != cc.Identity {
			d.add(IdentityKind, pc.Name, identityText(pc.Identity), identityText(cc.Identity))
		}
	}
	for _, cc := range c.Columns {
		if p.Column(cc.Name) == nil {
			d.add(ColumnKind, cc.Name, "", cc.Type)
		}
	}
}

func nullText(notNull bool) string {
	if notNull {
		return "NOT NULL"
	}
	return "NULL"
}

func identityText(s string) string {
	return map[string]string{"": "", "a": "ALWAYS", "d": "BY DEFAULT"}[s]
}

// String writes an index like the end of a CREATE INDEX.
func (ix *Index) String() string {
	var b strings.Builder
	if ix.Unique {
		b.WriteString("unique ")
	}
	b.WriteString(ix.Method + " (")
	for i, c := range ix.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(Normal(c.Expr))
		if c.Desc {
			b.WriteString(" DESC")
		}
	}
	b.WriteString(")")
	if len(ix.Include) > 0 {
		include := slices.Clone(ix.Include)
		slices.Sort(include)
		b.WriteString(" include (" + strings.Join(include, ", ") + ")")
	}
	if ix.Where != "" {
		b.WriteString(" where " + Normal(ix.Where))
	}
	return b.String()
}

func (d *differ) indexes(p, c *Table) {
	find := func(t *Table, name string) *Index {
		for _, ix := range t.Indexes {
			if ix.Name == name {
				return ix
			}
		}
		return nil
	}
	for _, pi := range p.Indexes {
		kind := IndexKind
		if pi.Primary {
			kind = KeyKind
		}
		switch ci := find(c, pi.Name); {
		case ci == nil:
			d.add(kind, pi.Name, pi.String(), alike(c, pi))
		case ci.String() != pi.String() || ci.Primary != pi.Primary:
			d.add(kind, pi.Name, pi.String(), ci.String())
		}
	}
	for _, ci := range c.Indexes {
		if find(p, ci.Name) == nil && alike(p, ci) == "" {
			kind := IndexKind
			if ci.Primary {
				kind = KeyKind
			}
			d.add(kind, ci.Name, "", ci.String())
		}
	}
}

// alike names an index of a table that is the same but for its name; empty if
// there is none.
func alike(t *Table, ix *Index) string {
	for _, o := range t.Indexes {
		if o.String() == ix.String() && o.Primary == ix.Primary {
			return "the same as " + o.Name
		}
	}
	return ""
}

func (d *differ) checks(p, c *Table) {
	pool := slices.Clone(c.Checks)
	take := func(same func(*Check) bool) *Check {
		for i, k := range pool {
			if same(k) {
				pool = slices.Delete(pool, i, i+1)
				return k
			}
		}
		return nil
	}
	for _, pk := range p.Checks {
		expr := Normal(pk.Expr)
		k := take(func(k *Check) bool { return k.Name == pk.Name && Normal(k.Expr) == expr })
		if k == nil {
			k = take(func(k *Check) bool { return Normal(k.Expr) == expr })
		}
		if k == nil {
			k = take(func(k *Check) bool { return k.Name == pk.Name })
		}
		switch {
		case k == nil:
			d.add(CheckKind, pk.Name, pk.Expr, "")
		case k.Name != pk.Name:
			d.add(CheckKind, pk.Name, pk.Name, "the same as "+k.Name)
		case Normal(k.Expr) != expr:
			d.add(CheckKind, pk.Name, pk.Expr, k.Expr)
		}
	}
	for _, k := range pool {
		d.add(CheckKind, k.Name, "", k.Expr)
	}
}

// String writes a foreign key.
func (k *ForeignKey) String() string {
	return fmt.Sprintf("(%s) references %s (%s) on delete %s on update %s match %s", strings.Join(k.Columns, ", "), k.RefTable, strings.Join(k.RefColumns, ", "), k.OnDelete, k.OnUpdate, k.Matching)
}

func (d *differ) foreignKeys(p, c *Table) {
	left := map[string]string{}
	for _, k := range c.ForeignKeys {
		left[k.Name] = k.String()
	}
	for _, k := range p.ForeignKeys {
		if other := left[k.Name]; other != k.String() {
			d.add(ForeignKind, k.Name, k.String(), other)
		}
		delete(left, k.Name)
	}
	for name, text := range left {
		d.add(ForeignKind, name, "", text)
	}
}
