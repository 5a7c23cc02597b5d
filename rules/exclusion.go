package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var exclusionConstraint = &Rule{
	Name:      "exclusion-constraint",
	Title:     "EXCLUDE constraints",
	Condition: "`EXCLUDE USING ... (... WITH operator)` in CREATE TABLE or ALTER TABLE.",
	Effect:    "CockroachDB has no exclusion constraints (SQLSTATE 0A000).",
	Workaround: "With `=` as the only operator on plain columns it says what UNIQUE says, and becomes that. Anything else, such as ranges that must not overlap (`&&`), is left to a person: " +
		"lock a parent row with SELECT ... FOR UPDATE and look for a conflict before the insert, or check in a trigger.",
	Versions: "*",
	Issues:   []int{46657},
	Sources:  []string{"CockroachDB's parsers of v22.2 to v26.1", "PostgreSQL docs, CREATE TABLE: equality on all columns is a unique constraint"},
	Examples: []Example{
		{
			Name:   "ranges that must not overlap",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TIMESTAMPTZ, EXCLUDE USING gist (id WITH =, a WITH <>));\n",
			Want:   []string{"1:53 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "equality is what UNIQUE says",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, CONSTRAINT one EXCLUDE USING btree (a WITH =));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, CONSTRAINT one UNIQUE (a));\n",
			Want:   []string{"1:61 error exact"},
			Error:  "syntax error",
		},
		{Name: "UNIQUE", Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT UNIQUE);\n"},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Words: []string{"exclude"},
	Statement: func(p *Pass) {
		st := p.Stmt
		eachConstraint(p, func(k *pgsql.Constraint, _ *catalog.Table, _ *pgsql.ColumnDef, first, last int) {
			if k.Contype != pgsql.ConstrExclusion {
				return
			}
			at := st.wordsWithin(first, last, "exclude")
			if at < 0 {
				return
			}
			open := st.Find(at, "(")
			if columns := equalOnly(k); columns != nil && open > 0 && open <= last {
				end := st.Close(open)
				f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no exclusion constraints; equality is what UNIQUE says"}
				f.at(st, at, end)
				f.Edits = []Edit{p.Replace(f.Start, f.End, "UNIQUE ("+strings.Join(columns, ", ")+")")}
				p.Report(f)
				return
			}
			var operators []string
			for _, e := range k.Exclusions {
				if l, ok := e.(*pgsql.List); ok && len(l.Items) == 2 {
					if op, ok := l.Items[1].(*pgsql.List); ok {
						operators = append(operators, catalog.ListName(op.Items).Name)
					}
				}
			}
			f := manual(fmt.Sprintf("CockroachDB has no exclusion constraints: that no two rows conflict by %s is not enforced", strings.Join(operators, ", ")),
				"Take the constraint out and enforce it where rows are written: lock a parent row with SELECT ... FOR UPDATE and look for a conflicting row first, or do so in a trigger")
			f.at(st, at, last)
			p.Report(f)
		})
	},
}

// equalOnly returns the columns of an exclusion constraint that says no more
// than UNIQUE; nil for others.
func equalOnly(k *pgsql.Constraint) []string {
	var out []string
	if k.WhereClause != nil {
		return nil
	}
	for _, e := range k.Exclusions {
		l, ok := e.(*pgsql.List)
		if !ok || len(l.Items) != 2 {
			return nil
		}
		el, ok := l.Items[0].(*pgsql.IndexElem)
		op, isList := l.Items[1].(*pgsql.List)
		if !ok || !isList || el.Name == "" || len(el.Collation) > 0 || catalog.ListName(op.Items).Name != "=" {
			return nil
		}
		out = append(out, QuoteIdent(el.Name))
	}
	return out
}
