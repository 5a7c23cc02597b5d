package expr

// This file is PostgreSQL's choice among overloads: func_match_argtypes(),
// func_select_candidate() and enforce_generic_type_consistency() of its
// parse_func.c and parse_coerce.c, as the manual's chapter "Type Conversion"
// tells it.

// category is pg_type.typcategory; arrays are 'A', enums 'E', the rest of the
// user's types 'U', and 0 is that of a type that is not known.
func category(t typ) byte {
	switch {
	case t.array:
		return 'A'
	case t.def != nil && t.id == tAnyenum:
		return 'E'
	case t.def != nil && t.id == tRecord:
		return 'C'
	case t.def != nil:
		return 'U'
	}
	return typeCategories[t.id]
}

func isPreferred(t typ) bool { return !t.array && t.def == nil && typePreferred[t.id] }

// polymorphic reports a parameter that takes many types.
func polymorphic(c typeID) bool {
	switch c {
	case tAny, tAnyelement, tAnyarray, tAnynonarray, tAnyenum, tAnyrange, tAnymultirange,
		tAnycompatible, tAnycompatiblearray, tAnycompatiblenonarray, tAnycompatiblerange, tAnycompatiblemultirange:
		return true
	}
	return false
}

// implicit reports whether PostgreSQL would pass a value of type t where the
// type of code to is wanted. A type that is not known passes.
func implicit(t typ, to typeID) bool {
	if !t.known() || t.null() || t.code() == to && t.def == nil {
		return true
	}
	switch to {
	case tAny, tAnyelement, tAnycompatible:
		return true
	case tAnynonarray, tAnycompatiblenonarray:
		return !t.array
	case tAnyarray, tAnycompatiblearray:
		return t.array || t.id == tInt2vector || t.id == tOidvector
	case tAnyenum:
		return !t.array && t.id == tAnyenum
	case tAnyrange, tAnycompatiblerange:
		return isRange(t)
	case tAnymultirange, tAnycompatiblemultirange:
		return isMultirange(t)
	case tRecord:
		return !t.array && t.id == tRecord
	}
	if t.def != nil || t.array != (to&arrayOf != 0) {
		return false
	}
	to &^= arrayOf
	return t.id == to || findCast(postgresCasts[:], t.id, to) != nil
}

func isRange(t typ) bool {
	switch t.id {
	case tInt4range, tInt8range, tNumrange, tDaterange, tTsrange, tTstzrange:
		return !t.array
	}
	return false
}

func isMultirange(t typ) bool {
	switch t.id {
	case tInt4multirange, tInt8multirange, tNummultirange, tDatemultirange, tTsmultirange, tTstzmultirange:
		return !t.array
	}
	return false
}

// exactly returns the signature with exactly these argument types, or nil.
func exactly(sigs []signature, args []typ) *signature {
next:
	for i := range sigs {
		s := &sigs[i]
		if len(s.args) != len(args) || s.props&variadic != 0 {
			continue
		}
		for k, a := range args {
			if !a.known() || a.def != nil || a.code() != typeID(s.args[k]) {
				continue next
			}
		}
		return s
	}
	return nil
}

// fitting returns the overloads that PostgreSQL would choose from, or the one
// that it would choose. More than one are left if it could not, or if it
// depends on a type that is not known.
func fitting(sigs []signature, args []typ) []*signature {
	var fit []*signature
	known := true
next:
	for i := range sigs {
		s := &sigs[i]
		if !s.takes(len(args)) {
			continue
		}
		for k, a := range args {
			known = known && a.known()
			if !implicit(a, s.param(k).code()) {
				continue next
			}
		}
		if consistent(s, args) {
			fit = append(fit, s)
		}
	}
	if len(fit) > 1 && known {
		return choose(fit, args)
	}
	return fit
}

// selected returns the type of the overload that PostgreSQL would choose.
func (p postgres) selected(sigs []signature, args []typ) typ {
	fit := fitting(sigs, args)
	if len(fit) == 0 {
		return typ{}
	}
	out := result(fit[0], args)
	for _, s := range fit[1:] {
		if result(s, args) != out {
			return typ{}
		}
	}
	return out
}

// choose is func_select_candidate().
func choose(fit []*signature, args []typ) []*signature {
	// Most exact matches win, then most matches that are exact or preferred.
	fit = best(fit, func(s *signature) int { return matches(s, args, false) })
	if len(fit) == 1 {
		return fit
	}
	fit = best(fit, func(s *signature) int { return matches(s, args, true) })
	if len(fit) == 1 {
		return fit
	}
	literals := false
	for k, a := range args {
		if !a.null() {
			continue
		}
		literals = true
		// Of the types that a literal could take, one of strings is the most
		// likely; else all must be of one category. Within it the preferred
		// type wins.
		want, preferredToo, agree := byte(0), false, true
		for _, s := range fit {
			t := s.param(k)
			switch c := category(t); {
			case want == 0:
				want, preferredToo = c, isPreferred(t)
			case c == want:
				preferredToo = preferredToo || isPreferred(t)
			case c == 'S':
				want, preferredToo, agree = c, isPreferred(t), true
			case want != 'S':
				agree = false
			}
		}
		if !agree {
			break
		}
		kept := fit[:0:0]
		for _, s := range fit {
			if t := s.param(k); category(t) == want && (!preferredToo || isPreferred(t)) {
				kept = append(kept, s)
			}
		}
		if len(kept) > 0 {
			fit = kept
		}
		if len(fit) == 1 {
			return fit
		}
	}
	if !literals {
		return fit
	}
	// Last, literals are taken to be of the type that all the others have.
	same := typ{}
	for _, a := range args {
		switch {
		case a.null():
		case !same.known():
			same = a
		case same.plain() != a.plain():
			return fit
		}
	}
	if !same.known() {
		return fit
	}
	kept := fit[:0:0]
	for _, s := range fit {
		all := true
		for k := range args {
			all = all && implicit(same, s.param(k).code())
		}
		if all {
			kept = append(kept, s)
		}
	}
	if len(kept) == 1 {
		return kept
	}
	return fit
}

func matches(s *signature, args []typ, orPreferred bool) int {
	n := 0
	for k, a := range args {
		if a.null() {
			continue
		}
		t := s.param(k)
		if a.def == nil && t == a.plain() || orPreferred && isPreferred(t) && category(t) == category(a) {
			n++
		}
	}
	return n
}

// best keeps those with the highest score.
func best(fit []*signature, score func(*signature) int) []*signature {
	top, out := -1, fit[:0:0]
	for _, s := range fit {
		switch n := score(s); {
		case n > top:
			top, out = n, append(out[:0], s)
		case n == top:
			out = append(out, s)
		}
	}
	return out
}

// consistent reports whether the polymorphic parameters of s can agree.
func consistent(s *signature, args []typ) bool {
	var elem, compatible typ
	for k, a := range args {
		if a.null() || !a.known() {
			continue
		}
		var e typ
		switch s.param(k).code() {
		case tAnyelement, tAnynonarray, tAnyenum:
			e = a.plain()
		case tAnyarray:
			e = a.elem().plain()
		case tAnycompatible, tAnycompatiblenonarray, tAnycompatiblearray:
			if e = a.plain(); s.param(k).code() == tAnycompatiblearray {
				e = a.elem().plain()
			}
			if compatible.known() {
				if e = wider(compatible, e); !e.known() {
					return false
				}
			}
			compatible = e
			continue
		default:
			continue
		}
		if elem.known() && elem != e {
			return false
		}
		elem = e
	}
	return true
}

// result is what an overload returns for these arguments.
func result(s *signature, args []typ) typ {
	if !polymorphic(s.ret) {
		return typeOfCode(s.ret)
	}
	var elem, compatible typ
	for k, a := range args {
		if k >= len(s.args) && s.props&(variadic|homogeneous) == 0 {
			break
		}
		if a.null() {
			continue
		}
		switch s.param(k).code() {
		case tAnyelement, tAnynonarray, tAnyenum, tAnyelement | arrayOf:
			elem = a.plain()
		case tAnyarray:
			elem = a.elem().plain()
		case tAnyrange, tAnymultirange:
			elem = rangeElem(a)
		case tAnycompatible, tAnycompatiblenonarray:
			compatible = wider(compatible, a.plain())
		case tAnycompatiblearray:
			compatible = wider(compatible, a.elem().plain())
		}
	}
	switch s.ret {
	case tAnyelement, tAnynonarray, tAnyenum:
		return elem
	case tAnyarray:
		return elem.arrayOf()
	case tAnycompatible, tAnycompatiblenonarray:
		return compatible
	case tAnycompatiblearray:
		return compatible.arrayOf()
	case tAnyrange, tAnymultirange:
		for k, a := range args {
			if k < len(s.args) && s.param(k).code() == s.ret {
				return a
			}
		}
	}
	return typ{}
}

// wider is the common type of two arguments of the anycompatible family.
func wider(a, b typ) typ {
	switch {
	case !a.known() || a == b:
		return b
	case category(a) != category(b):
		return typ{}
	case implicit(a, b.code()) && !implicit(b, a.code()):
		return b
	}
	return a
}

func rangeElem(t typ) typ {
	if t.array || t.def != nil {
		return typ{}
	}
	switch t.id {
	case tInt4range, tInt4multirange:
		return typ{id: tInt4}
	case tInt8range, tInt8multirange:
		return typ{id: tInt8}
	case tNumrange, tNummultirange:
		return typ{id: tNumeric}
	case tDaterange, tDatemultirange:
		return typ{id: tDate}
	case tTsrange, tTsmultirange:
		return typ{id: tTimestamp}
	case tTstzrange, tTstzmultirange:
		return typ{id: tTimestamptz}
	}
	return typ{}
}

// sameResult is what the overloads return if all return the same.
func sameResult(sigs []signature) typ {
	if len(sigs) == 0 || polymorphic(sigs[0].ret) {
		return typ{}
	}
	for i := range sigs {
		if sigs[i].ret != sigs[0].ret {
			return typ{}
		}
	}
	return typeOfCode(sigs[0].ret)
}
