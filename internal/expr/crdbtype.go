package expr

import (
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
)

// cockroachType is the type of CockroachDB that a type of PostgreSQL becomes;
// not known if there is none.
func (s Scope) cockroachType(t typ) typ {
	t = s.base(t)
	if t.def != nil {
		switch t.def.Kind {
		case catalog.Enum, catalog.Composite:
			return t
		}
		return typ{}
	}
	switch t.id {
	case tJson:
		t.id = tJsonb
	case tAnyelement, tAnyarray, // of a function's parameters
		tBit, tBool, tBox2d, tBpchar, tBytea, tChar, tCitext, tDate, tFloat4, tFloat8, tGeography, tGeometry,
		tInet, tInt2, tInt2vector, tInt4, tInt8, tInterval, tJsonb, tJsonpath, tLtree, tName, tNumeric, tOid,
		tOidvector, tPgLsn, tRecord, tRefcursor, tRegclass, tRegnamespace, tRegproc, tRegprocedure, tRegrole,
		tRegtype, tText, tTime, tTimestamp, tTimestamptz, tTimetz, tTsquery, tTsvector, tUnknown, tUuid,
		tVarbit, tVarchar, tVector, tVoid:
	default:
		return typ{}
	}
	return t
}

// family is the type that stands for all that CockroachDB takes for one
// another (types.T.Equivalent in pkg/sql/types).
func family(id typeID) typeID {
	switch id {
	case tText, tVarchar, tBpchar, tName, tChar:
		return tText
	case tInt2, tInt4, tInt8:
		return tInt8
	case tFloat4, tFloat8:
		return tFloat8
	case tOid, tRegclass, tRegnamespace, tRegproc, tRegprocedure, tRegrole, tRegtype:
		return tOid
	case tBit, tVarbit:
		return tVarbit
	case tCitext, tCollated:
		return tCollated
	}
	return id
}

// anything reports a polymorphic parameter of a function, or an array of one.
func (t typ) anything() bool { return t.id == tAnyelement || t.id == tAnyarray }

// wildcard reports a type that is equivalent to any other.
func (t typ) wildcard() bool {
	return !t.array && (t.id == tAny || t.id == tAnyelement || !t.known())
}

// arrays returns the type with the two vectors and anyarray as what they are.
func (t typ) arrays() typ {
	if t.array {
		return t
	}
	switch t.id {
	case tInt2vector:
		return typ{id: tInt8, array: true}
	case tOidvector:
		return typ{id: tOid, array: true}
	case tAnyarray:
		return typ{id: tAnyelement, array: true}
	}
	return t
}

// equivalent reports whether CockroachDB takes the types for one another.
func equivalent(a, b typ) bool {
	a, b = a.arrays(), b.arrays()
	if a.wildcard() || b.wildcard() {
		return true
	}
	if a.array != b.array {
		return false
	}
	if a.array && (a.elem().wildcard() || b.elem().wildcard()) {
		return true
	}
	if family(a.id) != family(b.id) {
		return false
	}
	if a.id == tAnyenum && a.def != nil && b.def != nil {
		return a.def == b.def
	}
	return true
}

// String returns the name that CockroachDB's errors have for the type
// (types.T.String). INTEGER is int there although PostgreSQL's is int4: the
// tree does not tell the spellings apart, and INT8 is what INTEGER becomes.
func (t typ) String() string {
	if t.array {
		return t.elem().String() + "[]"
	}
	if t.def != nil {
		if t.id == tRecord {
			return "tuple"
		}
		return t.def.Name.Name
	}
	switch t.id {
	case tNone:
		return "?"
	case tText:
		return "string"
	case tBpchar:
		if t.sized {
			return "char"
		}
		return "bpchar"
	case tChar:
		return `"char"`
	case tInt4, tInt8:
		return "int"
	case tFloat8:
		return "float"
	case tNumeric:
		return "decimal"
	case tBytea:
		return "bytes"
	case tRecord:
		return "tuple"
	case tCollated:
		return "collatedstring"
	}
	if t.precision > 0 {
		return typeNames[t.id] + "(" + strconv.Itoa(int(t.precision-1)) + ")"
	}
	return typeNames[t.id]
}

// cockroachCast returns the cast from one type of CockroachDB to another, and
// whether there is one (LookupCast and resolveCast in pkg/sql/sem).
func cockroachCast(from, to typ) (castContext, Volatility, bool) {
	from, to = from.arrays(), to.arrays()
	text := func(t typ) bool { return !t.array && t.def == nil && family(t.id) == tText }
	switch {
	case from.null():
		return castImplicit, Immutable, true
	case from.array && to.array:
		return cockroachCast(from.elem(), to.elem())
	case from.array && text(to):
		return castAssignment, Stable, true
	case text(from) && (to.array || to.id == tRecord):
		return castExplicit, Stable, true
	case from.array && to.id == tVector, to.array && from.id == tVector && family(to.id) == tFloat8:
		return castAssignment, Stable, true
	case from.array != to.array:
		return 0, 0, false
	case from.id == tAnyenum && to.id == tAnyenum:
		return castImplicit, Immutable, equivalent(from, to)
	case from.id == tAnyenum && text(to):
		return castAssignment, Immutable, true
	case text(from) && to.id == tAnyenum:
		return castExplicit, Immutable, true
	case from.id == tRecord && text(to):
		// Stable by rights; immutable for the sake of old tables, as the
		// source says.
		return castAssignment, Immutable, true
	case from.id == tRecord && to.id == tRecord:
		return castImplicit, Immutable, true
	case family(from.id) == tInt8 && family(to.id) == tVarbit:
		return castExplicit, Immutable, true
	}
	if c := findCast(cockroachCasts[:], from.id, to.id); c != nil {
		return c.context, c.volatility, true
	}
	if from.id == to.id {
		return castImplicit, Immutable, true
	}
	return 0, 0, false
}
