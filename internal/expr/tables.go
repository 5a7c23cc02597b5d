package expr

import "sort"

// overloads are the signatures of one name.
type overloads struct {
	name string
	sigs []signature
}

// signature is one overload. Each byte of args is the typeID of a parameter.
type signature struct {
	args       string
	ret        typeID
	volatility Volatility
	props      properties
	// defaults is how many of the last parameters can be left out (PostgreSQL).
	defaults uint8
}

type properties uint8

const (
	variadic     properties = 1 << iota // the last parameter repeats
	homogeneous                         // any number of arguments of one type
	calledOnNull                        // is not NULL just because an argument is
	preferred                           // wins among those that fit
	unpreferred                         // loses
	aggregate
	window
	generator // returns a set
)

// param returns the type of parameter i.
func (s *signature) param(i int) typ {
	if n := len(s.args); i >= n {
		i = n - 1
	}
	return typeOfCode(typeID(s.args[i]))
}

// args0 is the first parameter, as it stands in the signature.
func (s *signature) args0() typeID { return typeID(s.args[0]) }

// takes reports whether a call with n arguments fits.
func (s *signature) takes(n int) bool {
	switch {
	case s.props&homogeneous != 0:
		return true
	case s.props&variadic != 0:
		return n >= len(s.args)-1
	}
	return n <= len(s.args) && n >= len(s.args)-int(s.defaults)
}

// find returns the overloads of a name in a table sorted by name.
func find(table []overloads, name string) []signature {
	i := sort.Search(len(table), func(i int) bool { return table[i].name >= name })
	if i < len(table) && table[i].name == name {
		return table[i].sigs
	}
	return nil
}

// castContext is where a cast happens without being asked for.
type castContext uint8

const (
	castExplicit castContext = iota
	castAssignment
	castImplicit
)

type castRow struct {
	from, to   typeID
	context    castContext
	volatility Volatility
}

// findCast returns the row of a table of casts, which is sorted.
func findCast(table []castRow, from, to typeID) *castRow {
	i := sort.Search(len(table), func(i int) bool {
		r := &table[i]
		return r.from > from || r.from == from && r.to >= to
	})
	if i < len(table) && table[i].from == from && table[i].to == to {
		return &table[i]
	}
	return nil
}
