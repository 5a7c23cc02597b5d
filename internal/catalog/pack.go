package catalog

import "encoding/binary"

// packer writes a table's content as bytes: numbers as varints, texts with
// their length in front, types by the number under which the catalog knows
// them.
type packer struct {
	c *Catalog
	b []byte
}

func (c *Catalog) pack(t *Table) string {
	p := packer{c: c}
	k := t.content
	p.uint(len(k.columns))
	for _, col := range k.columns {
		p.column(col)
	}
	p.uint(len(k.constraints))
	for _, con := range k.constraints {
		p.constraint(con)
	}
	p.uint(len(k.indexes))
	for _, ix := range k.indexes {
		p.index(ix)
	}
	p.uint(len(k.triggers))
	for _, tg := range k.triggers {
		p.text(tg.Name)
		p.name(tg.Function)
		p.place(tg.Def)
	}
	return string(p.b)
}

func (p *packer) column(c *Column) {
	p.text(c.Name)
	p.typ(c.Type)
	p.uint(p.c.packedDefs.number(c.User))
	p.bools(c.NotNull, c.Serial)
	p.text(c.Default)
	p.text(c.Generated)
	p.b = append(p.b, c.Identity)
	p.int(c.Cache)
	p.place(c.Def)
	p.int(c.TypeEnd)
}

func (p *packer) constraint(c *Constraint) {
	p.text(c.Name)
	p.b = append(p.b, byte(c.Kind))
	p.texts(c.Columns)
	p.name(c.RefTable)
	p.texts(c.RefColumns)
	p.text(c.Expr)
	p.place(c.Def)
	p.int(c.Unnamed)
}

func (p *packer) index(ix *Index) {
	p.name(ix.Name)
	p.text(ix.Method)
	p.uint(len(ix.Columns))
	for _, c := range ix.Columns {
		p.text(c.Column)
		p.text(c.Expr)
		p.text(c.Opclass)
		p.text(c.Collation)
		p.bools(c.Ordered, c.Descending)
		p.place(c.Def)
	}
	p.texts(ix.Include)
	p.bools(ix.Unique)
	p.text(ix.Where)
	p.place(ix.Def)
}

func (p *packer) typ(t Type) {
	p.text(t.Schema)
	p.uint(p.c.packedNames.number(t.Name))
	p.uint(len(t.Mods))
	for _, m := range t.Mods {
		p.int(int64(m))
	}
	p.uint(t.Dims)
	p.bools(t.SetOf)
}

func (p *packer) uint(n int)  { p.b = binary.AppendUvarint(p.b, uint64(n)) }
func (p *packer) int(n int64) { p.b = binary.AppendVarint(p.b, n) }

func (p *packer) text(s string) {
	p.uint(len(s))
	p.b = append(p.b, s...)
}

func (p *packer) texts(list []string) {
	p.uint(len(list))
	for _, s := range list {
		p.text(s)
	}
}

func (p *packer) name(n Name) {
	p.text(n.Schema)
	p.text(n.Name)
}

func (p *packer) place(pl Place) {
	p.uint(pl.Source)
	p.int(pl.Start)
	p.int(pl.End - pl.Start)
	p.int(pl.Stop - pl.End)
}

func (p *packer) bools(list ...bool) {
	var b byte
	for i, v := range list {
		if v {
			b |= 1 << i
		}
	}
	p.b = append(p.b, b)
}

// unpacker reads what a packer wrote. Its texts are parts of what it reads.
type unpacker struct {
	c *Catalog
	s string
}

func (c *Catalog) unpack(t *Table) *content {
	u := unpacker{c: c, s: t.packed}
	k := &content{}
	k.columns = list(&u, u.column)
	k.constraints = list(&u, u.constraint)
	k.indexes = list(&u, func() *Index { return u.index(t) })
	k.triggers = list(&u, func() *Trigger { return &Trigger{Name: u.text(), Function: u.name(), Def: u.place()} })
	t.packed = ""
	return k
}

func list[T any](u *unpacker, one func() T) []T {
	n := u.uint()
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = one()
	}
	return out
}

func (u *unpacker) column() *Column {
	c := &Column{Name: u.text(), Type: u.typ(), User: u.c.packedDefs.at(u.uint())}
	u.bools(&c.NotNull, &c.Serial)
	c.Default, c.Generated = u.text(), u.text()
	c.Identity, c.Cache = u.byte(), u.int()
	c.Def, c.TypeEnd = u.place(), u.int()
	return c
}

func (u *unpacker) constraint() *Constraint {
	return &Constraint{
		Name: u.text(), Kind: ConstraintKind(u.byte()), Columns: list(u, u.text),
		RefTable: u.name(), RefColumns: list(u, u.text),
		Expr: u.text(), Def: u.place(), Unnamed: u.int(),
	}
}

func (u *unpacker) index(t *Table) *Index {
	ix := &Index{Name: u.name(), Table: t, Method: u.text()}
	ix.Columns = list(u, func() IndexColumn {
		c := IndexColumn{Column: u.text(), Expr: u.text(), Opclass: u.text(), Collation: u.text()}
		u.bools(&c.Ordered, &c.Descending)
		c.Def = u.place()
		return c
	})
	ix.Include = list(u, u.text)
	u.bools(&ix.Unique)
	ix.Where, ix.Def = u.text(), u.place()
	return ix
}

func (u *unpacker) typ() Type {
	t := Type{Schema: u.text(), Name: u.c.packedNames.at(u.uint())}
	t.Mods = list(u, func() int32 { return int32(u.int()) })
	t.Dims = u.uint()
	u.bools(&t.SetOf)
	return t
}

func (u *unpacker) uint() int {
	n, k := uvarint(u.s)
	u.s = u.s[k:]
	return int(n)
}

func (u *unpacker) int() int64 {
	n, k := uvarint(u.s)
	u.s = u.s[k:]
	return int64(n>>1) ^ -int64(n&1)
}

// uvarint is binary.Uvarint for a string.
func uvarint(s string) (n uint64, size int) {
	for shift := uint(0); ; shift += 7 {
		b := s[size]
		size++
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n, size
		}
	}
}

func (u *unpacker) byte() byte {
	b := u.s[0]
	u.s = u.s[1:]
	return b
}

func (u *unpacker) text() string {
	n := u.uint()
	s := u.s[:n]
	u.s = u.s[n:]
	return s
}

func (u *unpacker) name() Name { return Name{u.text(), u.text()} }

func (u *unpacker) place() Place {
	p := Place{Source: u.uint(), Start: u.int()}
	p.End = p.Start + u.int()
	p.Stop = p.End + u.int()
	return p
}

func (u *unpacker) bools(list ...*bool) {
	b := u.byte()
	for i, v := range list {
		*v = b&(1<<i) != 0
	}
}

// numbers gives values that recur a number each. The zero value has none; zero
// is the zero value's.
type numbers[T comparable] struct {
	of   map[T]int
	list []T
}

func (n *numbers[T]) number(v T) int {
	var zero T
	if v == zero {
		return 0
	}
	if i, ok := n.of[v]; ok {
		return i
	}
	if n.of == nil {
		n.of = map[T]int{}
	}
	n.list = append(n.list, v)
	n.of[v] = len(n.list)
	return len(n.list)
}

func (n *numbers[T]) at(i int) T {
	if i == 0 {
		var zero T
		return zero
	}
	return n.list[i-1]
}
