package expr

import (
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// literal is a constant without a type: CockroachDB's NumVal and StrVal
// (pkg/sql/sem/tree/constant.go). It becomes what its surroundings want.
type literal struct {
	kind literalKind
	text string
	// n is the value of a number that is whole; whole says that it is.
	n     int64
	whole bool
}

type literalKind byte

const (
	notLiteral literalKind = iota
	stringLiteral
	bytesLiteral
	intLiteral
	decimalLiteral
)

// literalOf returns what an expression is as a literal. The arithmetic of
// literals is none: CockroachDB does not fold 1 + 2 before it types it.
func literalOf(e pgsql.Node) literal {
	switch n := e.(type) {
	case *pgsql.AConst:
		switch v := n.Val.(type) {
		case *pgsql.Integer:
			return literal{kind: intLiteral, n: int64(v.Ival), whole: true}
		case *pgsql.Float:
			if i, err := strconv.ParseInt(v.Fval, 0, 64); err == nil {
				return literal{kind: intLiteral, n: i, whole: true}
			}
			f, err := strconv.ParseFloat(v.Fval, 64)
			whole := err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<62
			l := literal{kind: decimalLiteral, whole: whole}
			if whole {
				l.n = int64(f)
			}
			return l
		case *pgsql.String:
			return literal{kind: stringLiteral, text: v.Sval}
		case *pgsql.BitString:
			if strings.HasPrefix(v.Bsval, "x") {
				return literal{kind: bytesLiteral, text: v.Bsval}
			}
		}
	}
	return literal{}
}

// natural is the type that a literal has where none is wanted.
func (l literal) natural() typ {
	switch l.kind {
	case bytesLiteral:
		return typ{id: tBytea}
	case intLiteral:
		return typ{id: tInt8}
	case decimalLiteral:
		return typ{id: tNumeric}
	}
	return typ{id: tText}
}

// canBecome reports whether a literal of this form can be of a type at all;
// whether this one can is parses's.
func (l literal) canBecome(t typ) bool {
	t = t.arrays()
	if t.wildcard() {
		return true
	}
	f := family(t.id)
	switch l.kind {
	case intLiteral, decimalLiteral:
		if t.array {
			return false
		}
		switch f {
		case tNumeric, tFloat8:
			return true
		case tInt8:
			return l.whole
		case tOid:
			return l.whole && l.n >= 0 && l.n <= math.MaxUint32
		}
		return false
	case bytesLiteral:
		return !t.array && (f == tBytea || f == tUuid || f == tText || f == tAnyenum)
	}
	if t.array {
		switch f {
		case tJsonb, tOid, tLtree, tTsquery, tTsvector, tGeometry, tGeography, tBox2d, tCollated, tJsonpath, tVoid:
			return false
		}
		return true
	}
	switch f {
	case tOid, tVoid, tUnknown:
		return false
	}
	return true
}

// parses reports whether the literal can be read as a value of the type, and
// whether what it means then depends on the time zone or the current time.
// The reading is coarser than CockroachDB's: it tells forms apart, not values.
func (l literal) parses(t typ) (ok, contextual bool) {
	t = t.arrays()
	if !l.canBecome(t) || l.kind != stringLiteral {
		return l.canBecome(t), false
	}
	s := strings.TrimSpace(l.text)
	if t.array {
		if !strings.HasPrefix(s, "{") || !strings.HasSuffix(s, "}") {
			return false, false
		}
		for _, e := range strings.Split(s[1:len(s)-1], ",") {
			e = strings.Trim(e, ` "{}`)
			if e == "" || strings.EqualFold(e, "null") {
				continue
			}
			ok, c := literal{kind: stringLiteral, text: e}.parses(t.elem())
			if !ok {
				return false, false
			}
			contextual = contextual || c
		}
		return true, contextual
	}
	switch family(t.id) {
	case tInt8:
		_, err := strconv.ParseInt(s, 0, 64)
		return err == nil, false
	case tFloat8, tNumeric:
		_, err := strconv.ParseFloat(s, 64)
		return err == nil, false
	case tBool:
		return boolWord(s), false
	case tUuid:
		return len(strings.Trim(s, "{}")) >= 32, false
	case tInterval:
		return intervalText(s), false
	case tJsonb:
		return s != "" && strings.ContainsRune(`{["0123456789-tfn`, rune(s[0])), false
	case tInet:
		return strings.ContainsAny(s, ".:"), false
	case tPgLsn:
		return strings.Contains(s, "/"), false
	case tVarbit:
		return strings.Trim(s, "01") == "" || strings.HasPrefix(s, "x"), false
	case tVector:
		return strings.HasPrefix(s, "["), false
	case tRecord:
		return strings.HasPrefix(s, "("), false
	case tAnyenum:
		if t.def == nil {
			return false, false
		}
		for _, v := range t.def.Values {
			if v == l.text {
				return true, false
			}
		}
		return false, false
	case tDate, tTime, tTimetz, tTimestamp, tTimestamptz:
		return timeText(s, t.id)
	}
	return true, false
}

func boolWord(s string) bool {
	s = strings.ToLower(s)
	for _, w := range [...]string{"true", "false", "yes", "no"} {
		if s != "" && strings.HasPrefix(w, s) {
			return true
		}
	}
	return s == "on" || s == "off" || s == "of" || s == "1" || s == "0"
}

// intervalText reports whether a text looks like an interval: 1 day,
// 1-2 3 04:05:06, P1Y2M, 10.
func intervalText(s string) bool {
	digit := false
	for w := range words(s) {
		if w[0] >= '0' && w[0] <= '9' {
			digit = true
			continue
		}
		switch {
		case w[0] == 'p' || w == "ago" || w[0] == 't':
		case intervalUnit(w):
		default:
			return false
		}
	}
	return digit
}

func intervalUnit(w string) bool {
	for _, u := range [...]string{"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month",
		"year", "decade", "century", "centuries", "millennium", "millennia"} {
		if w == u || w == u+"s" {
			return true
		}
	}
	switch w {
	case "us", "usec", "usecs", "ms", "msec", "msecs", "s", "sec", "secs", "m", "min", "mins", "h", "hr", "hrs", "d", "w",
		"mon", "mons", "y", "yr", "yrs", "dec", "decs", "cent", "c", "mil", "mils":
		return true
	}
	return false
}

// words cuts a text into runs of letters and runs of digits, in lower case.
func words(s string) iter.Seq[string] {
	s = strings.ToLower(s)
	class := func(c byte) int {
		switch {
		case c >= '0' && c <= '9':
			return 1
		case c >= 'a' && c <= 'z' || c == '_' || c >= 0x80:
			return 2
		}
		return 0
	}
	return func(yield func(string) bool) {
		for i := 0; i < len(s); {
			c := class(s[i])
			j := i + 1
			for j < len(s) && class(s[j]) == c {
				j++
			}
			if c != 0 && !yield(s[i:j]) {
				return
			}
			i = j
		}
	}
}

// timeText reports whether a text looks like a date or a time, and whether it
// is relative or, for a type with a time zone, lacks one (pkg/util/timeutil/pgdate).
func timeText(s string, id typeID) (ok, contextual bool) {
	zone, fixed, digits := false, false, false
	number := 0
	for w := range words(s) {
		number++
		switch w {
		case "now", "today", "tomorrow", "yesterday":
			return true, true
		case "epoch", "infinity":
			fixed = true
		case "z", "zulu", "utc", "gmt", "allballs":
			zone = true
		case "am", "pm", "ad", "bc", "t", "j", "jan", "january", "feb", "february", "mar", "march", "apr", "april", "may",
			"jun", "june", "jul", "july", "aug", "august", "sep", "sept", "september", "oct", "october", "nov", "november",
			"dec", "december", "mon", "monday", "tue", "tues", "tuesday", "wed", "weds", "wednesday", "thu", "thur", "thurs",
			"thursday", "fri", "friday", "sat", "saturday", "sun", "sunday":
		default:
			if w[0] >= '0' && w[0] <= '9' {
				digits = true
			} else {
				// Anything else is the name of a zone, or no date.
				zone = true
			}
		}
	}
	if fixed {
		return true, false
	}
	if !digits {
		return false, false
	}
	// An offset is a sign behind the date or the time.
	dashes, colon := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			zone = zone || i > 0
		case ':':
			colon = true
		case '-':
			if dashes++; colon || dashes == 3 && !strings.Contains(s[i:], ".") {
				zone = true
			}
		}
	}
	switch id {
	case tTime, tTimetz:
		ok = colon || dashes == 0
	default:
		ok = number >= 3 || len(s) >= 6
	}
	return ok, (id == tTimestamptz || id == tTimetz) && !zone
}
