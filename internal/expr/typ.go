package expr

import (
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

// typeID numbers the types that the tables know, tNone for those that they do
// not. In a signature arrayOf makes it an array of the type.
type typeID uint8

const arrayOf typeID = 0x80

// typ is a type of either database. Its zero value is a type that is not
// known; id tUnknown is that of a NULL, and to PostgreSQL that of a literal.
type typ struct {
	id    typeID
	array bool
	// sized: a bpchar with a length. CockroachDB calls it char, and bpchar without.
	sized bool
	// precision of a time type, plus one; 0 for none.
	precision int8
	// def is the user's type: tAnyenum, tRecord, or tNone for a domain and others.
	def *catalog.TypeDef
}

func (t typ) known() bool { return t.id != tNone || t.def != nil }

// null reports the type of a NULL and of a literal that has no type yet.
func (t typ) null() bool { return t.id == tUnknown && !t.array }

func (t typ) elem() typ { t.array = false; return t }

func (t typ) arrayOf() typ {
	if t.known() {
		t.array = true
	}
	return t
}

// plain is the type without length and precision.
func (t typ) plain() typ {
	t.sized, t.precision = false, 0
	return t
}

// code is the type as a byte of a signature.
func (t typ) code() typeID {
	if t.array {
		return t.id | arrayOf
	}
	return t.id
}

// typeOfCode is the type that a byte of a signature stands for.
func typeOfCode(c typeID) typ { return typ{id: c &^ arrayOf, array: c&arrayOf != 0} }

// typeByName returns the id of a name of pg_type; tNone if it is not in the tables.
func typeByName(name string) typeID {
	names := typeNames[1:]
	i := sort.SearchStrings(names, name)
	if i < len(names) && names[i] == name {
		return typeID(i + 1)
	}
	return tNone
}

// extensionTypes are those of PostgreSQL extensions that CockroachDB has built
// in; the extension can be in any schema.
func extensionType(id typeID) bool {
	switch id {
	case tCitext, tLtree, tGeometry, tGeography, tBox2d, tVector:
		return true
	}
	return false
}

// resolve looks a type up, in the tables first and then among the user's.
func (s Scope) resolve(t catalog.Type) typ {
	out := typ{array: t.Dims > 0}
	name := t.Name
	if t.Schema == "" || t.Schema == "pg_catalog" {
		if e, ok := strings.CutPrefix(name, "_"); ok && typeByName(e) != tNone {
			name, out.array = e, true
		}
		if id := typeByName(name); id != tNone && !extensionType(id) && id != tCollated {
			out.id = id
			if len(t.Mods) > 0 {
				switch id {
				case tTime, tTimetz, tTimestamp, tTimestamptz:
					out.precision = int8(t.Mods[0]) + 1
				case tInterval:
					// A precision stands behind the mask of the fields.
					if n := len(t.Mods); n == 2 {
						out.precision = int8(t.Mods[1]) + 1
					}
				case tBpchar:
					out.sized = true
				}
			}
			return out
		}
	}
	if s.Catalog != nil {
		named := catalog.Name{Schema: t.Schema, Name: name}
		def := s.Catalog.Type(named)
		s.asked.typ(named, def != nil)
		if def != nil {
			out.def = def
			switch def.Kind {
			case catalog.Enum:
				out.id = tAnyenum
			case catalog.Composite:
				out.id = tRecord
			}
			return out
		}
	}
	if id := typeByName(name); extensionType(id) {
		out.id = id
		return out
	}
	return typ{}
}

// base follows domains to the type below them.
func (s Scope) base(t typ) typ {
	for range 32 { // a domain over a domain over ...; a cycle ends
		if t.def == nil || t.def.Kind != catalog.Domain {
			return t
		}
		b := s.resolve(t.def.Base)
		if t.array {
			// An array of a domain has elements of the base type; an array
			// of a domain over an array is nothing that can be said here.
			if b.array {
				return typ{}
			}
			b = b.arrayOf()
		}
		t = b
	}
	return typ{}
}

// catalogType is the type as the catalog names it.
func (t typ) catalogType() catalog.Type {
	out := catalog.Type{}
	switch {
	case t.def != nil:
		out.Schema, out.Name = t.def.Name.Schema, t.def.Name.Name
	case t.id != tNone:
		out.Name = typeNames[t.id]
	default:
		return out
	}
	if t.array {
		out.Dims = 1
	}
	return out
}
