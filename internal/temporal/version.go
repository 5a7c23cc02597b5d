package temporal

import (
	"strconv"
	"strings"
)

// version is a schema version: major, minor and, which Temporal does not use,
// patch.
type version [3]uint64

// parseVersion reads one to three numbers with dots between them.
func parseVersion(s string) (v version, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) > len(v) {
		return v, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 64)
		if err != nil {
			return v, false
		}
		v[i] = n
	}
	return v, true
}

// less orders versions by number: 1.9 before 1.10.
func (v version) less(w version) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] < w[i]
		}
	}
	return false
}

// looksLikeVersion reports whether the tool takes a directory of that name for
// a version: a v with a digit or a dot behind it. What it cannot read after
// that, it passes over with a warning.
func looksLikeVersion(dir string) bool {
	return len(dir) > 1 && dir[0] == 'v' && (dir[1] == '.' || '0' <= dir[1] && dir[1] <= '9')
}
