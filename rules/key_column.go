package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// keyColumn takes PRIMARY KEY out of ADD COLUMN ... PRIMARY KEY, and returns the
// command that makes the key of the column, for a statement behind this one.
func keyColumn(p *Pass, d *pgsql.ColumnDef, r [2]int) (f Finding, key string, ok bool) {
	st := p.Stmt
	notNull, name := false, ""
	var k *pgsql.Constraint
	for _, e := range d.Constraints {
		c, ok := e.(*pgsql.Constraint)
		switch {
		case !ok:
		case c.Contype == pgsql.ConstrPrimary:
			k, name = c, c.Conname
		case c.Contype == pgsql.ConstrNotnull:
			notNull = true
		}
	}
	at := st.wordsWithin(r[0], r[1], "primary", "key")
	if k == nil || at < 0 {
		return Finding{}, "", false
	}
	first, constraint := at, ""
	if name != "" && st.Is(at-2, "constraint") {
		first = at - 2
		constraint = "CONSTRAINT " + QuoteIdent(name) + " "
	}
	f = Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf(
		"CockroachDB cannot add column %s together with the primary key on it: the key becomes a statement of its own", d.Colname)}
	f.at(st, at, at+1)
	if notNull {
		f.Edits = append(f.Edits, p.Delete(first, at+1))
	} else {
		start, end := st.span(first, at+1)
		f.Edits = append(f.Edits, p.Replace(start, end, "NOT NULL"))
	}
	return f, fmt.Sprintf("ADD %sPRIMARY KEY (%s)", constraint, QuoteIdent(d.Colname)), true
}
