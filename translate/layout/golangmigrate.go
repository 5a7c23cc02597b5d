package layout

import "strings"

// golangMigrate is github.com/golang-migrate/migrate:
// {version}_{title}.up.sql and {version}_{title}.down.sql. It sends a file as
// one text, which the server runs as one transaction.
var golangMigrate = tool{name: "golang-migrate", migration: upDown, batch: true}

// sqlx is the migrations of Rust's sqlx: {version}_{title}.sql, or with
// .up.sql and .down.sql as golang-migrate has them, each in a transaction
// unless its first line says no-transaction. That line is all that tells its
// files from plain ones.
var sqlx = tool{
	name: "sqlx",
	migration: func(base string) (migration, bool) {
		if m, ok := upDown(base); ok {
			return m, true
		}
		return numbered(base)
	},
	marked: func(text string) bool { return strings.HasPrefix(text, sqlxNoTransaction) },
	parts: func(text string) (func(int64) bool, bool) {
		return nil, !strings.HasPrefix(text, sqlxNoTransaction)
	},
}

const sqlxNoTransaction = "-- no-transaction"
