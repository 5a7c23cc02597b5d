package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var nullsNotDistinct = &Rule{
	Name:      "unique-nulls-not-distinct",
	Title:     "UNIQUE NULLS NOT DISTINCT",
	Condition: "A unique constraint with `NULLS NOT DISTINCT` or `NULLS DISTINCT` (PostgreSQL 15).",
	Effect:    "CockroachDB's unique constraints let any number of NULLs in, and the words are a syntax error (SQLSTATE 42601).",
	Workaround: "`NULLS DISTINCT` goes: it is the default. `NULLS NOT DISTINCT` goes where the columns are NOT NULL. Otherwise it is left to a person: a second unique index, " +
		"`CREATE UNIQUE INDEX ON t ((a IS NULL)) WHERE a IS NULL`, lets one NULL in.",
	Versions: "*",
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the default, and columns without NULL",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT UNIQUE NULLS DISTINCT, b TEXT NOT NULL, UNIQUE NULLS NOT DISTINCT (b));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT UNIQUE, b TEXT NOT NULL, UNIQUE (b));\n",
			Want:   []string{"1:52 error exact", "1:92 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a column that can be NULL",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT UNIQUE NULLS NOT DISTINCT);\n",
			Want:   []string{"1:52 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Words: []string{"nulls"},
	Statement: func(p *Pass) {
		st := p.Stmt
		notNull := map[string]bool{}
		if n, ok := st.Tree.(*pgsql.CreateStmt); ok {
			for _, e := range n.TableElts {
				if d, ok := e.(*pgsql.ColumnDef); ok {
					for _, c := range d.Constraints {
						if k, ok := c.(*pgsql.Constraint); ok && (k.Contype == pgsql.ConstrNotnull || k.Contype == pgsql.ConstrPrimary) {
							notNull[d.Colname] = true
						}
					}
				}
			}
		}
		eachConstraint(p, func(k *pgsql.Constraint, t *catalog.Table, d *pgsql.ColumnDef, first, last int) {
			if k.Contype != pgsql.ConstrUnique {
				return
			}
			from := first
			if int(k.Location) > 0 {
				from = max(first, st.TokenAt(int(k.Location)))
			}
			i := st.wordsWithin(from, last, "nulls")
			if i < 0 {
				return
			}
			end := i + 1
			if st.Is(end, "not") {
				end++
			}
			f := Finding{Severity: Error, Fidelity: Exact, Message: "NULLs are distinct in CockroachDB by default: the words go", Edits: []Edit{p.Delete(i, end)}}
			if k.NullsNotDistinct {
				f.Message = "the columns hold no NULL, so NULLS NOT DISTINCT says nothing: it goes"
				for _, c := range constraintColumns(k, d) {
					if col := t.Column(c); notNull[c] || col != nil && col.NotNull {
						continue
					}
					f = manual(fmt.Sprintf("CockroachDB's unique constraints let any number of NULLs into column %s", c),
						fmt.Sprintf("Take the words out and add a unique index that lets one NULL in: CREATE UNIQUE INDEX ON ... ((%s IS NULL)) WHERE %s IS NULL", QuoteIdent(c), QuoteIdent(c)))
					break
				}
			}
			f.at(st, i, end)
			p.Report(f)
		})
	},
}
