package expr

import "slices"

// HasFunction reports whether PostgreSQL 15 and CockroachDB v26.1 have a
// built-in function of that name, with whatever arguments.
func HasFunction(name string) (postgres, cockroach bool) {
	postgres = find(postgresFunctions[:], name) != nil
	if !postgres {
		_, postgres = slices.BinarySearch(postgresInternal[:], name)
	}
	return postgres, find(cockroachFunctions[:], name) != nil
}

// FunctionSince returns the CockroachDB version that brought a built-in
// function, as in "23.1"; empty for those of v22.2, and for names that no
// version has.
func FunctionSince(name string) string { return addedIn(name) }

// FunctionVolatility is the least volatility of CockroachDB's overloads of a
// built-in function; ok is false if it has none of that name.
func FunctionVolatility(name string) (v Volatility, ok bool) {
	v = Volatile
	sigs := find(cockroachFunctions[:], name)
	for i := range sigs {
		v = min(v, sigs[i].volatility)
	}
	return v, len(sigs) > 0
}

// HasOperator reports whether CockroachDB has an operator of that name, with
// one operand behind it or with two.
func HasOperator(name string, operands int) bool {
	if operands == 1 {
		return find(cockroachUnary[:], name) != nil
	}
	switch name {
	case "#-", "<<=", ">>=": // calls
		return true
	}
	if c, _ := comparisonName(name); c != "" {
		return true
	}
	return find(cockroachBinary[:], name) != nil
}
