package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

// errorName reports the name error, quoted or not: it is a token of
// CockroachDB's PL/pgSQL that its grammar takes nowhere in a query, and the
// quotes are lost when the body is written back (measured on v26.1).
func (br *bodyReader) errorName() {
	src := br.b.src
	for i := range src.Tokens {
		if k := src.Tokens[i].Kind(); (k == pgsql.Word || k == pgsql.Quoted) && pgsql.Fold(src.Str(i)) == "error" {
			br.reject(pgsql.PLSpan{First: i, Last: i}, "CockroachDB's PL/pgSQL does not take error as a name, not even in quotes",
				"Give the column or variable another name, or use a view of the table that calls the column otherwise")
			return // one is enough
		}
	}
}
