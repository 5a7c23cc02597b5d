package layout

import (
	"strconv"
	"strings"
)

// dbmate is github.com/amacneil/dbmate: {version}{anything}.sql, applied in the
// order of the names, with the directives `-- migrate:up` and
// `-- migrate:down`, perhaps with transaction:false.
var dbmate = tool{
	name:   "dbmate",
	byName: true,
	migration: func(base string) (migration, bool) {
		stem, ok := strings.CutSuffix(base, ".sql")
		end := strings.IndexFunc(stem+" ", func(r rune) bool { return r < '0' || r > '9' })
		v, err := strconv.ParseUint(stem[:end], 10, 64)
		return migration{version: []uint64{v}}, ok && err == nil
	},
	marked: func(text string) bool { return hasDirective(text, "migrate:") },
	parts: func(text string) (func(int64) bool, bool) {
		transaction := true
		eachDirective(text, "migrate:", func(_ int64, rest string) {
			if strings.HasPrefix(rest, "up") && strings.Contains(rest, "transaction:false") {
				transaction = false
			}
		})
		return directives(text, "migrate:", "up", "down"), transaction
	},
}
