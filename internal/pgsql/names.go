package pgsql

import (
	"hash/maphash"
	"strings"
)

// names holds strings that were met lately, each at the place that its hash gives
// it. Those of a history recur: a table is altered, indexed and referred to close to
// where it is made, and columns have the same few names. One copy of each is less to
// allocate, to keep, and for the garbage collector to look through. The zero value
// is ready.
type names struct {
	seed maphash.Seed
	list []string // made when the first one is met
}

// manyNames is how many strings names holds, longestName how long one may be in
// bytes: as long as an identifier.
const manyNames, longestName = 1 << 10, 63

// clone returns a copy of s that may have been made before.
func (n *names) clone(s string) string {
	if len(s) > longestName || s == "" {
		return strings.Clone(s)
	}
	if n.list == nil {
		n.seed, n.list = maphash.MakeSeed(), make([]string, manyNames)
	}
	at := &n.list[maphash.String(n.seed, s)%manyNames]
	if *at != s {
		*at = strings.Clone(s)
	}
	return *at
}
