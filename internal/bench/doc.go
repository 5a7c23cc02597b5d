// Package bench measures lint and translate beside pg_query.Parse of the same
// bytes, in one process, and the memory of the command:
//
//	go test ./internal/bench -bench .
//
// The inputs are those of package synth and Temporal's migrations; -short leaves
// out those of 100 MB and more. The table in the README is made of the results by
//
//	go run ./internal/tools/bench
package bench
