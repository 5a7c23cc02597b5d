package catalog

import (
	"encoding/binary"
	"math"
)

// packer writes a table's content as bytes. What most columns do not have takes
// no room, types and column names that recur are written by the number under
// which the catalog knows them, and a place or a name is told by what it does not
// have in common with the one before it: of a large history, this is most of what
// the catalog holds.
type packer struct {
	c *Catalog
	b []byte
	before
}

// before is what the next place and the next name are told from.
type before struct {
	place Place
	name  string
}

func (c *Catalog) pack(t *Table) string {
	p := packer{c: c, b: c.packing[:0]}
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
		p.near(tg.Name)
		p.word(tg.Function.Schema)
		p.text(tg.Function.Name)
		p.spot(tg.Def)
	}
	c.packing = p.b
	return string(p.b)
}

// Flags of a column, and of parts of others.
const (
	packNotNull = 1 << iota
	packSerial
	packDefault
	packUser
	packMods
	packShape // of the type
	packRare  // of the column

	packUnnamed = 1 << 0
	packRefs    = 1 << 1
	packExpr    = 1 << 2

	packUnique  = 1 << 0
	packInclude = 1 << 1
	packWhere   = 1 << 2
	packRenamed = 1 << 3

	packOrdered    = 1 << 0
	packDescending = 1 << 1
	packElement    = 1 << 2 // of an index: more than a column
)

func flag(b bool, bit byte) byte {
	if b {
		return bit
	}
	return 0
}

func (p *packer) column(c *Column) {
	shape := c.Type.Schema != "" || c.Type.Dims != 0 || c.Type.SetOf
	rare := c.Generated != "" || c.Identity != 0 || c.Cache != 0 || c.Start != 0
	p.b = append(p.b, flag(c.NotNull, packNotNull)|flag(c.Serial, packSerial)|flag(c.Default != "", packDefault)|
		flag(c.User != nil, packUser)|flag(len(c.Type.Mods) > 0, packMods)|flag(shape, packShape)|flag(rare, packRare))
	p.word(c.Name)
	p.uint(p.c.packedNames.number(c.Type.Name))
	if len(c.Type.Mods) > 0 {
		p.uint(len(c.Type.Mods))
		for _, m := range c.Type.Mods {
			p.int(int64(m))
		}
	}
	if shape {
		p.word(c.Type.Schema)
		p.uint(c.Type.Dims)
		p.b = append(p.b, flag(c.Type.SetOf, 1))
	}
	if c.User != nil {
		p.uint(p.c.packedDefs.number(c.User))
	}
	if c.Default != "" {
		p.word(c.Default)
	}
	if rare {
		p.text(c.Generated)
		p.b = append(p.b, c.Identity)
		p.int(c.Cache)
		p.int(c.Start)
	}
	p.spot(c.Def)
	p.int(c.TypeEnd - c.Def.Start)
}

func (p *packer) constraint(c *Constraint) {
	refs := c.RefTable != Name{} || len(c.RefColumns) > 0
	p.b = append(p.b, flag(c.Unnamed != 0, packUnnamed)|flag(refs, packRefs)|flag(c.Expr != "", packExpr), byte(c.Kind))
	p.near(c.Name)
	p.words(c.Columns)
	if refs {
		p.word(c.RefTable.Schema)
		p.text(c.RefTable.Name)
		p.words(c.RefColumns)
	}
	if c.Expr != "" {
		p.text(c.Expr)
	}
	p.spot(c.Def)
	if c.Unnamed != 0 {
		p.int(c.Unnamed - c.Def.Start)
	}
}

func (p *packer) index(ix *Index) {
	p.b = append(p.b, flag(ix.Unique, packUnique)|flag(len(ix.Include) > 0, packInclude)|flag(ix.Where != "", packWhere)|flag(ix.Renamed, packRenamed))
	p.word(ix.Name.Schema)
	p.near(ix.Name.Name)
	p.word(ix.Method)
	p.uint(len(ix.Columns))
	for _, c := range ix.Columns {
		more := c.Expr != "" || c.Opclass != "" || c.Collation != ""
		p.b = append(p.b, flag(c.Ordered, packOrdered)|flag(c.Descending, packDescending)|flag(more, packElement))
		p.word(c.Column)
		if more {
			p.text(c.Expr)
			p.word(c.Opclass)
			p.word(c.Collation)
		}
		p.spot(c.Def)
	}
	if len(ix.Include) > 0 {
		p.words(ix.Include)
	}
	if ix.Where != "" {
		p.text(ix.Where)
	}
	p.spot(ix.Def)
}

func (p *packer) uint(n int)  { p.b = binary.AppendUvarint(p.b, uint64(n)) }
func (p *packer) int(n int64) { p.b = binary.AppendVarint(p.b, n) }

func (p *packer) text(s string) {
	p.uint(len(s))
	p.b = append(p.b, s...)
}

// maxWords bounds the texts that have a number.
const maxWords = 1 << 13

// word writes a text that may well recur: by its number, one up, or as it is
// behind a zero if there is no room for more numbers.
func (p *packer) word(s string) {
	if n := p.c.packedWords.atMost(s, maxWords); n >= 0 {
		p.uint(n + 1)
		return
	}
	p.uint(0)
	p.text(s)
}

func (p *packer) words(list []string) {
	p.uint(len(list))
	for _, s := range list {
		p.word(s)
	}
}

// near writes a name that begins as the last one did: most begin with that of
// their table.
func (p *packer) near(s string) {
	n := 0
	for n < len(s) && n < len(p.name) && s[n] == p.name[n] {
		n++
	}
	p.uint(n)
	p.text(s[n:])
	p.name = s
}

// spot writes a place. Most are in the statement of the last one.
func (p *packer) spot(pl Place) {
	last := p.place
	p.place = pl
	length := pl.End - pl.Start
	if pl.Source == last.Source && pl.Stop == last.Stop && length >= 0 {
		p.uint(int(length) + 1)
		p.int(pl.Start - last.Start)
		return
	}
	p.uint(0)
	p.uint(pl.Source)
	p.int(pl.Start - last.Start)
	p.int(length)
	p.int(pl.Stop - pl.End)
}

// unpacker reads what a packer wrote. Most of its texts are parts of what it
// reads.
type unpacker struct {
	c *Catalog
	s string
	before
}

func (c *Catalog) unpack(t *Table) *content {
	u := unpacker{c: c, s: t.packed}
	k := &content{}
	k.columns = list(&u, u.column)
	k.constraints = list(&u, u.constraint)
	k.indexes = list(&u, func() *Index { return u.index(t) })
	k.triggers = list(&u, func() *Trigger {
		return &Trigger{Name: u.near(), Function: Name{u.word(), u.text()}, Def: u.spot()}
	})
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
	f := u.byte()
	c := &Column{NotNull: f&packNotNull != 0, Serial: f&packSerial != 0, Name: u.word()}
	c.Type.Name = u.c.packedNames.at(u.uint())
	if f&packMods != 0 {
		c.Type.Mods = list(u, func() int32 { return int32(u.int()) })
	}
	if f&packShape != 0 {
		c.Type.Schema, c.Type.Dims, c.Type.SetOf = u.word(), u.uint(), u.byte() != 0
	}
	if f&packUser != 0 {
		c.User = u.c.packedDefs.at(u.uint())
	}
	if f&packDefault != 0 {
		c.Default = u.word()
	}
	if f&packRare != 0 {
		c.Generated, c.Identity, c.Cache, c.Start = u.text(), u.byte(), u.int(), u.int()
	}
	c.Def = u.spot()
	c.TypeEnd = c.Def.Start + u.int()
	return c
}

func (u *unpacker) constraint() *Constraint {
	f := u.byte()
	c := &Constraint{Kind: ConstraintKind(u.byte()), Name: u.near(), Columns: list(u, u.word)}
	if f&packRefs != 0 {
		c.RefTable, c.RefColumns = Name{u.word(), u.text()}, list(u, u.word)
	}
	if f&packExpr != 0 {
		c.Expr = u.text()
	}
	c.Def = u.spot()
	if f&packUnnamed != 0 {
		c.Unnamed = c.Def.Start + u.int()
	}
	return c
}

func (u *unpacker) index(t *Table) *Index {
	f := u.byte()
	ix := &Index{Table: t, Unique: f&packUnique != 0, Renamed: f&packRenamed != 0, Name: Name{u.word(), u.near()}, Method: u.word()}
	ix.Columns = list(u, func() IndexColumn {
		f := u.byte()
		c := IndexColumn{Ordered: f&packOrdered != 0, Descending: f&packDescending != 0, Column: u.word()}
		if f&packElement != 0 {
			c.Expr, c.Opclass, c.Collation = u.text(), u.word(), u.word()
		}
		c.Def = u.spot()
		return c
	})
	if f&packInclude != 0 {
		ix.Include = list(u, u.word)
	}
	if f&packWhere != 0 {
		ix.Where = u.text()
	}
	ix.Def = u.spot()
	return ix
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

func (u *unpacker) word() string {
	if n := u.uint(); n > 0 {
		return u.c.packedWords.at(n - 1)
	}
	return u.text()
}

func (u *unpacker) near() string {
	n := u.uint()
	s := u.text()
	if n > 0 {
		s = u.name[:n] + s
	}
	u.name = s
	return s
}

func (u *unpacker) spot() Place {
	last := u.place
	var p Place
	if n := u.uint(); n > 0 {
		p = Place{Source: last.Source, Start: last.Start + u.int(), Stop: last.Stop}
		p.End = p.Start + int64(n-1)
	} else {
		p = Place{Source: u.uint(), Start: last.Start + u.int()}
		p.End = p.Start + u.int()
		p.Stop = p.End + u.int()
	}
	u.place = p
	return p
}

// numbers gives values that recur a number each. The zero value has none; zero
// is the zero value's.
type numbers[T comparable] struct {
	of   map[T]int
	list []T
}

func (n *numbers[T]) number(v T) int { return n.atMost(v, math.MaxInt) }

// atMost is number for as many values as that; others have -1.
func (n *numbers[T]) atMost(v T, most int) int {
	var zero T
	if v == zero {
		return 0
	}
	if i, ok := n.of[v]; ok {
		return i
	}
	if len(n.list) >= most {
		return -1
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
