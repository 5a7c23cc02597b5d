package layout

import (
	"strconv"
	"strings"
)

// goose is github.com/pressly/goose: {version}_{name}.sql with the directives
// `-- +goose Up`, Down, NO TRANSACTION and ENVSUB ON. Its StatementBegin and
// StatementEnd are comments that stay where they are; the rule goose-statement
// puts them where they are missing.
var goose = tool{
	name:      "goose",
	migration: numbered,
	marked:    func(text string) bool { return hasDirective(text, "+goose ") },
	parts: func(text string) (func(int64) bool, bool) {
		return directives(text, "+goose ", "up", "down"), !hasDirective(text, "+goose no transaction")
	},
	code: func(base string) bool {
		stem, ok := strings.CutSuffix(base, ".go")
		_, numbered := numbered(stem + ".sql")
		return ok && numbered && !strings.HasSuffix(stem, "_test")
	},
	placeholders: func(text string) []span {
		var out []span
		on, from := false, int64(0)
		end := func(to int64) {
			if on {
				out = append(out, shellVariables(text, int(from), int(to))...)
			}
		}
		eachDirective(text, "+goose envsub ", func(offset int64, rest string) {
			end(offset)
			on, from = rest == "on", offset
		})
		end(int64(len(text)))
		return out
	},
}

// sqlMigrate is github.com/rubenv/sql-migrate: any name, with the directives
// `-- +migrate Up` and Down, each perhaps with notransaction. Names that start
// with a number come in its order.
var sqlMigrate = tool{
	name: "sql-migrate",
	migration: func(base string) (migration, bool) {
		stem, ok := strings.CutSuffix(base, ".sql")
		end := strings.IndexFunc(stem+" ", func(r rune) bool { return r < '0' || r > '9' })
		v, err := strconv.ParseUint(stem[:end], 10, 64)
		if err != nil {
			return migration{last: true}, ok
		}
		return migration{version: []uint64{v}}, ok
	},
	marked: func(text string) bool { return hasDirective(text, "+migrate ") },
	parts: func(text string) (func(int64) bool, bool) {
		transaction := true
		eachDirective(text, "+migrate ", func(_ int64, rest string) {
			if strings.HasPrefix(rest, "up ") && strings.Contains(rest, "notransaction") {
				transaction = false
			}
		})
		return directives(text, "+migrate ", "up", "down"), transaction
	},
}
