package pgsql

import (
	"strconv"
	"strings"
)

// treeReader reads the JSON that libpg_query prints for a parse tree. It is a
// pull reader for that dialect alone: no spaces outside strings, objects whose
// order does not matter, numbers that are integers. The generated decoders
// call it; the first error sticks and ends every loop.
type treeReader struct {
	buf string
	pos int
	key string
	bad bool
	// list holds the elements of the lists that are being read, the inner ones
	// behind the outer ones.
	list []Node
	// What is not used yet.
	strings  slab[String]
	integers slab[Integer]
	consts   slab[AConst]
	lists    slab[Node]
	// names are those that were read before; nil for a reader of few trees.
	names *names
}

// manyNodes is how long a list of nodes may be that a reader keeps for the next tree.
const manyNodes = 1 << 10

// start makes the reader ready for a text.
func (r *treeReader) start(text string) {
	r.buf, r.pos, r.key, r.bad = text, 0, "", false
	if cap(r.list) > manyNodes {
		r.list = nil
	}
	r.list = r.list[:0]
}

// field moves to the next member of an object and leaves its name in key; it
// reports false behind the last one.
func (r *treeReader) field(first bool) bool {
	if !r.next(first, '{', '}') {
		return false
	}
	// As token and expect would, for each of the many members at once.
	rest := r.buf[r.pos:]
	if len(rest) == 0 || rest[0] != '"' {
		r.bad = true
		return false
	}
	end := 1
	for end < len(rest) && rest[end] != '"' {
		end++
	}
	if end+1 >= len(rest) || rest[end+1] != ':' {
		r.bad = true
		return false
	}
	r.key = rest[1:end]
	r.pos += end + 2
	return true
}

// element moves to the next element of an array.
func (r *treeReader) element(first bool) bool { return r.next(first, '[', ']') }

func (r *treeReader) newString() *String   { return &r.strings.take(1)[0] }
func (r *treeReader) newInteger() *Integer { return &r.integers.take(1)[0] }
func (r *treeReader) newAConst() *AConst   { return &r.consts.take(1)[0] }

// node decodes an object with one member: the node's name and its fields.
func (r *treeReader) node() Node {
	var n Node
	for first := true; r.field(first); first = false {
		n = r.newNode(r.key)
		n.decode(r)
	}
	return n
}

// nodes reads an array of nodes.
func (r *treeReader) nodes() []Node {
	start := len(r.list)
	for first := true; r.element(first); first = false {
		n := r.node() // which may use the list
		r.list = append(r.list, n)
	}
	out := r.lists.take(len(r.list) - start)
	copy(out, r.list[start:])
	r.list = r.list[:start]
	return out
}

func (r *treeReader) next(first bool, open, shut byte) bool {
	if r.bad {
		return false
	}
	c := r.peek()
	switch {
	case first && c == open:
		r.pos++
		if r.peek() != shut {
			return true
		}
		r.pos++
	case !first && c == ',':
		r.pos++
		return true
	case !first && c == shut:
		r.pos++
	default:
		r.bad = true
	}
	return false
}

func (r *treeReader) peek() byte {
	if r.pos < len(r.buf) {
		return r.buf[r.pos]
	}
	return 0
}

func (r *treeReader) expect(c byte) bool {
	if r.peek() != c {
		r.bad = true
		return false
	}
	r.pos++
	return true
}

// token reads a string that holds no escape, such as a name of the grammar.
func (r *treeReader) token() string {
	if !r.expect('"') {
		return ""
	}
	n := strings.IndexByte(r.buf[r.pos:], '"')
	if n < 0 {
		r.bad = true
		return ""
	}
	s := r.buf[r.pos : r.pos+n]
	r.pos += n + 1
	return s
}

func (r *treeReader) enum() string {
	if r.peek() == '"' {
		return r.token()
	}
	r.integer()
	return ""
}

// str reads a string value. The result does not keep the JSON alive: a catalog
// holds such strings long after the tree is gone.
func (r *treeReader) str() string {
	if r.peek() == 'n' { // null
		r.word()
		return ""
	}
	if !r.expect('"') {
		return ""
	}
	start := r.pos
	for ; r.pos < len(r.buf); r.pos++ {
		switch r.buf[r.pos] {
		case '"':
			s := r.buf[start:r.pos]
			r.pos++
			return r.clone(s)
		case '\\':
			return r.escaped(start)
		}
	}
	r.bad = true
	return ""
}

// clone copies a string, but for the names that nearly every tree holds, and those
// that were read before.
func (r *treeReader) clone(s string) string {
	switch s {
	case "pg_catalog":
		return "pg_catalog"
	case "int4":
		return "int4"
	case "int8":
		return "int8"
	case "varchar":
		return "varchar"
	case "text":
		return "text"
	case "bool":
		return "bool"
	case "btree":
		return "btree"
	case "p":
		return "p"
	case "id":
		return "id"
	}
	if r.names != nil {
		return r.names.clone(s)
	}
	return strings.Clone(s)
}

func (r *treeReader) escaped(start int) string {
	var b strings.Builder
	b.WriteString(r.buf[start:r.pos])
	for r.pos < len(r.buf) {
		c := r.buf[r.pos]
		r.pos++
		switch {
		case c == '"':
			return b.String()
		case c != '\\' || r.pos >= len(r.buf):
			b.WriteByte(c)
			continue
		}
		c = r.buf[r.pos]
		r.pos++
		switch c {
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u': // control characters only: libpg_query writes others as they are
			if r.pos+4 > len(r.buf) {
				r.bad = true
				return ""
			}
			v, err := strconv.ParseUint(r.buf[r.pos:r.pos+4], 16, 16)
			if err != nil {
				r.bad = true
				return ""
			}
			b.WriteRune(rune(v))
			r.pos += 4
		default:
			b.WriteByte(c)
		}
	}
	r.bad = true
	return ""
}

func (r *treeReader) boolean() bool { return r.word() == "true" }

func (r *treeReader) integer() int64 {
	w := r.word()
	if n := len(w); n > 0 && n < 10 { // mostly
		v := int64(0)
		for i := 0; i < n && w[i] >= '0' && w[i] <= '9'; i++ {
			if v = v*10 + int64(w[i]-'0'); i == n-1 {
				return v
			}
		}
	}
	v, err := strconv.ParseInt(w, 10, 64)
	if err != nil {
		u, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			r.bad = true
		}
		return int64(u)
	}
	return v
}

// word reads a bare word: a number, true, false or null.
func (r *treeReader) word() string {
	start := r.pos
	for r.pos < len(r.buf) {
		switch r.buf[r.pos] {
		case ',', '}', ']', ':':
			return r.buf[start:r.pos]
		}
		r.pos++
	}
	return r.buf[start:r.pos]
}

// skip passes over one value of any form.
func (r *treeReader) skip() {
	switch r.peek() {
	case '{':
		for first := true; r.field(first); first = false {
			r.skip()
		}
	case '[':
		for first := true; r.element(first); first = false {
			r.skip()
		}
	case '"':
		r.str()
	default:
		r.word()
	}
}
