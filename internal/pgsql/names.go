package pgsql

import (
	"hash/maphash"
	"strings"
)

// names holds strings that were met lately, each at the place that its hash gives
// it. Those of a history recur: a table is altered, indexed and referred to close to
// where it is made, and columns have the same few names. One copy of each is less to
// allocate, to keep, and for the garbage collector to look through.
type names struct {
	seed maphash.Seed
	list [1 << 11]string
}

// longestName is how long a string in names may be in bytes: as long as an
// identifier.
const longestName = 63

func newNames() *names { return &names{seed: maphash.MakeSeed()} }

// clone returns a copy of s that may have been made before.
func (n *names) clone(s string) string {
	if len(s) > longestName || s == "" {
		return strings.Clone(s)
	}
	at := &n.list[maphash.String(n.seed, s)%uint64(len(n.list))]
	if *at != s {
		*at = strings.Clone(s)
	}
	return *at
}
