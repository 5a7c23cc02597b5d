package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var userFunction = &Rule{
	Name:  "user-function",
	Title: "A function of one's own in a table, an index or a view",
	Condition: "A call of a function that the history makes: in a computed column, an index, a view or the DEFAULT of ADD COLUMN with a target that holds versions before v25.3; in a CHECK or another default with one that holds versions before v23.1. " +
		"(A function that is not IMMUTABLE where it has to be: see `immutable-expression`.)",
	Effect:     "CockroachDB refuses the statement there: \"usage of user-defined function from relations not supported\" (SQLSTATE 0A000).",
	Workaround: "Manual: write the expression of the function in the place of the call, or set the target to versions that take it.",
	Versions:   "<25.3",
	Issues:     []int{83234, 87699},
	Sources:    []string{"release notes v23.1.0-alpha.4 (#97038), v25.3.0-alpha.3 (#147817) and v25.3.0-beta.3 (#149514)", "CockroachDB source v26.1, catalog/funcdesc/helpers.go"},
	Examples: []Example{
		{
			Name:   "in a view and an index, for all versions",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\nCREATE FUNCTION canonical(s TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lower(s)';\n",
			Input:  "CREATE VIEW v AS SELECT canonical(s) AS c FROM t;\nCREATE INDEX i ON t (canonical(s));\n",
			Want:   []string{"1:25 error manual", "2:22 error manual"},
			Manual: true,
		},
		{
			Name:   "in a CHECK, from v23.1 on",
			Target: ">=23.1",
			Setup:  "CREATE FUNCTION canonical(s TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lower(s)';\n",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT CHECK (canonical(s) <> ''));\n",
		},
		{
			Name:  "in a query",
			Setup: "CREATE FUNCTION canonical(s TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lower(s)';\n",
			Input: "SELECT canonical('A');\n",
		},
	},
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if !ofPlace(o) || replacedCall(p, o) {
				continue
			}
			f := manual(fmt.Sprintf("%s() is a function of your own, which CockroachDB does not take in %s before v%s", o.Name, ownerWords(o), o.until()),
				fmt.Sprintf("Write the function's expression in place of the call, or set the target to \">=%s\"", o.until()))
			f.Until = o.until()
			o.at(&f)
			p.Report(f)
		}
	},
}

// ownerWords names the place of an objection, a view as such.
func ownerWords(o *objection) string {
	switch n := o.owner.(type) {
	case *pgsql.ViewStmt:
		return "a view"
	case *pgsql.CreateTableAsStmt:
		if n.Objtype == pgsql.ObjectMatview {
			return "a materialized view"
		}
	}
	return placeWords(o.place)
}
