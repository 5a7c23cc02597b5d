// Package synth makes the inputs of the benchmarks: histories of a growing
// database and dumps of one, of any size. The same call gives the same bytes on
// every machine, so that figures can be compared and nothing large is
// committed.
//
// The statements are made of what migrations are made of: tables of 5 to 15
// columns, later changes of them, indexes, comments, rows, functions with
// triggers, views and enums. About one statement in four holds something that
// CockroachDB treats otherwise than PostgreSQL.
package synth
