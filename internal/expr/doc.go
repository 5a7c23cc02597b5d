// Package expr answers two questions about an expression of PostgreSQL: what
// type PostgreSQL gives it (TypeOf), and what CockroachDB objects to where it
// takes only immutable expressions, such as in a computed column or an index
// (Judge).
//
// TypeOf follows PostgreSQL's rules ("Type Conversion" in its manual) over the
// functions, operators and casts of PostgreSQL 15. Judge follows CockroachDB's
// type checker, overload resolution included, over the functions, operators
// and casts of CockroachDB v26.1.0-alpha.1, because there the volatility
// belongs to the overload: date_trunc('day', x) is immutable for a TIMESTAMP
// and stable for a TIMESTAMPTZ. Where another version is known to answer
// differently, Cause.Versions says for which the cause holds.
//
// What neither knows (the type of a sub-query's column, a type that an
// unknown extension made) stays unknown and is never guessed at: an unknown
// type is no cause by itself, and an operation on one is a cause only if all
// overloads that could be meant are.
package expr

//go:generate go run gen.go ../../../shared/facts
