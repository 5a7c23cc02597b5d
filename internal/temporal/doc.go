// Package temporal knows Temporal's SQL schema directories and the tool that
// applies them, temporal-sql-tool: how a directory names and orders its files,
// how the tool cuts a file into statements in each era of its life, and what a
// directory must obey so that every one of them can read it.
//
// It knows nothing of CockroachDB and changes no SQL.
package temporal
