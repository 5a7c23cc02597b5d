package expr

// HasFunction reports whether PostgreSQL 15 and CockroachDB v26.1 have a
// built-in function of that name, with whatever arguments.
func HasFunction(name string) (postgres, cockroach bool) {
	return find(postgresFunctions[:], name) != nil, find(cockroachFunctions[:], name) != nil
}
