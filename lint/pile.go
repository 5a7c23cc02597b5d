package lint

import (
	"encoding/binary"
	"strings"

	"github.com/pg2crdb/pg2crdb/rules"
)

// pile keeps findings that nobody looks at for now. As bytes they take a third of
// the memory, and the garbage collector has nothing to follow in them: of a large
// history they are most of what lives.
type pile struct {
	chunks [][]byte
	n      int
	// names are the texts that there are few of, such as the names of rules.
	names []string
	index map[string]int
}

// pileFrom is how many findings are worth a pile.
const pileFrom = 1 << 12

// pileChunk is the size of a chunk in bytes, but for the last finding in it.
const pileChunk = 256 << 10

// add puts findings on the pile.
func (p *pile) add(fs []Finding) {
	if p.index == nil {
		p.index = map[string]int{}
	}
	for i := range fs {
		if n := len(p.chunks); n == 0 || len(p.chunks[n-1]) >= pileChunk {
			p.chunks = append(p.chunks, make([]byte, 0, pileChunk+4<<10))
		}
		last := &p.chunks[len(p.chunks)-1]
		*last = p.encode(*last, &fs[i])
	}
	p.n += len(fs)
}

// take returns the findings of the pile, which is empty then, with extra behind
// them.
func (p *pile) take(shared texts, extra []Finding) []Finding {
	out := make([]Finding, 0, p.n+len(extra))
	for i, chunk := range p.chunks {
		for d := (unpiler{b: chunk, names: p.names, shared: shared}); len(d.b) > 0; {
			out = append(out, d.finding())
		}
		p.chunks[i] = nil
	}
	*p = pile{}
	return append(out, extra...)
}

const (
	pileFollows = 1 << iota
	pileLater
	pileDrop
	pileOnce
)

func (p *pile) encode(b []byte, f *Finding) []byte {
	flags := uint64(0)
	if f.Follows {
		flags |= pileFollows
	}
	if f.Later {
		flags |= pileLater
	}
	for _, v := range [...]uint64{flags, uint64(f.Severity), uint64(f.Fidelity), p.name(f.Rule), p.name(f.File), p.name(f.Until), p.name(f.Conflict)} {
		b = binary.AppendUvarint(b, v)
	}
	for _, v := range [...]int64{
		int64(f.Source), f.Start.Offset, int64(f.Start.Line), int64(f.Start.Column),
		f.End.Offset - f.Start.Offset, int64(f.End.Line - f.Start.Line), int64(f.End.Column),
		int64(f.Statement), f.StatementStart - f.Start.Offset,
	} {
		b = binary.AppendVarint(b, v)
	}
	for _, s := range [...]string{f.Message, f.Todo, f.Before, f.After} {
		b = p.text(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(f.Edits)))
	for i := range f.Edits {
		e := &f.Edits[i]
		flags := uint64(0)
		if e.Drop {
			flags |= pileDrop
		}
		if e.Once {
			flags |= pileOnce
		}
		b = binary.AppendUvarint(b, flags)
		for _, v := range [...]int64{int64(e.Source), e.Start - f.Start.Offset, e.End - e.Start} {
			b = binary.AppendVarint(b, v)
		}
		b = p.text(b, e.New)
	}
	b = binary.AppendUvarint(b, uint64(len(f.Elsewhere)))
	for _, s := range f.Elsewhere {
		for _, v := range [...]int64{int64(s.Source), s.Start, s.End - s.Start} {
			b = binary.AppendVarint(b, v)
		}
	}
	return b
}

// name returns the number of a text.
func (p *pile) name(s string) uint64 {
	n, ok := p.index[s]
	if !ok {
		n = len(p.names)
		p.names = append(p.names, s)
		p.index[s] = n
	}
	return uint64(n)
}

// text appends a text that may be the only one of its kind: by its number, one
// up, if there is room for more, and as it is behind a zero if not.
func (p *pile) text(b []byte, s string) []byte {
	if _, known := p.index[s]; known || len(p.names) < maxTexts {
		return binary.AppendUvarint(b, p.name(s)+1)
	}
	return append(binary.AppendUvarint(append(b, 0), uint64(len(s))), s...)
}

// unpiler reads what encode wrote.
type unpiler struct {
	b      []byte
	names  []string
	shared texts
}

func (d *unpiler) finding() Finding {
	var f Finding
	flags := d.uint()
	f.Follows, f.Later = flags&pileFollows != 0, flags&pileLater != 0
	f.Severity, f.Fidelity = rules.Severity(d.uint()), rules.Fidelity(d.uint())
	f.Rule, f.File, f.Until, f.Conflict = d.name(), d.name(), d.name(), d.name()
	f.Source = int(d.int())
	f.Start = Position{Offset: d.int(), Line: int(d.int()), Column: int(d.int())}
	f.End = Position{Offset: f.Start.Offset + d.int(), Line: f.Start.Line + int(d.int()), Column: int(d.int())}
	f.Statement, f.StatementStart = int(d.int()), d.int()+f.Start.Offset
	f.Message, f.Todo, f.Before, f.After = d.text(), d.text(), d.text(), d.text()
	if n := d.uint(); n > 0 {
		f.Edits = make([]rules.Edit, n)
	}
	for i := range f.Edits {
		e := &f.Edits[i]
		flags := d.uint()
		e.Drop, e.Once = flags&pileDrop != 0, flags&pileOnce != 0
		e.Source, e.Start = int(d.int()), f.Start.Offset+d.int()
		e.End, e.New = e.Start+d.int(), d.text()
	}
	if n := d.uint(); n > 0 {
		f.Elsewhere = make([]Span, n)
	}
	for i := range f.Elsewhere {
		s := &f.Elsewhere[i]
		s.Source, s.Start = int(d.int()), d.int()
		s.End = s.Start + d.int()
	}
	return f
}

func (d *unpiler) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	d.b = d.b[n:]
	return v
}

func (d *unpiler) int() int64 {
	v, n := binary.Varint(d.b)
	d.b = d.b[n:]
	return v
}

func (d *unpiler) name() string { return d.names[d.uint()] }

func (d *unpiler) text() string {
	if n := d.uint(); n > 0 {
		return d.names[n-1]
	}
	n := d.uint()
	s := d.b[:n]
	d.b = d.b[n:]
	if same, ok := d.shared[string(s)]; ok {
		return same
	}
	return d.shared.keep(string(s))
}

// texts are those that findings have in common: most say the same as others.
type texts map[string]string

// maxTexts bounds them; then they are collected anew.
const maxTexts = 1 << 13

// shareFrom is how many findings are worth looking for what they have in common.
const shareFrom = 1 << 8

// share returns a text that others with the same one share. It holds no memory
// of what it was cut out of.
func (t texts) share(text string) string {
	if text == "" {
		return ""
	}
	if same, ok := t[text]; ok {
		return same
	}
	return t.keep(strings.Clone(text))
}

func (t texts) keep(text string) string {
	if len(t) >= maxTexts {
		clear(t)
	}
	t[text] = text
	return text
}

// SetAside packs the findings of a large report until back is called, so that they
// are in nobody's way meanwhile. The report has none as long.
func (r *Report) SetAside() (back func()) {
	if len(r.Findings) < pileFrom {
		return func() {}
	}
	var p pile
	p.add(r.Findings)
	r.Findings = nil
	return func() { r.Findings = p.take(texts{}, r.Findings) }
}
