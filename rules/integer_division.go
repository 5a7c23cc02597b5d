package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var integerDivision = &Rule{
	Name:      "integer-division",
	Title:     "The quotient of integers is a fraction",
	Condition: "A `/` between integers, in tables, indexes, views, queries and the bodies of functions; types come from the catalog.",
	Effect: "PostgreSQL divides integers without a remainder: `7 / 2` is 3. In CockroachDB it is 3.5, a DECIMAL: the statement is mostly accepted and computes something else. " +
		"Where an integer has to come out, as in a computed column, it is refused (SQLSTATE 42804 or 22023).",
	Workaround: "`/` becomes `//`, CockroachDB's division of integers without a remainder. It cuts towards zero, as PostgreSQL does.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, postgresql-compatibility.md (Integer division)", "CockroachDB source v26.1, sem/eval/binary_op.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "days that are added to a date",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, cents INT8, n NUMERIC);\n",
			Input:  "CREATE VIEW v AS SELECT cents / 100 AS units, n / 100 AS share, cents::NUMERIC / 100 AS exact, date '2020-01-01' + cents / 7 AS d FROM t;\n",
			Output: "CREATE VIEW v AS SELECT cents // 100 AS units, n / 100 AS share, cents::NUMERIC / 100 AS exact, date '2020-01-01' + (cents // 7) AS d FROM t;\n",
			Want:   []string{"1:25 error exact", "1:116 error exact"},
			Error:  "unsupported binary operator: <date> + <decimal>",
		},
		{
			Name:   "alone in a view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, cents INT8);\n",
			Input:  "CREATE VIEW v AS SELECT cents / 100 AS units FROM t;\n",
			Output: "CREATE VIEW v AS SELECT cents // 100 AS units FROM t;\n",
			Want:   []string{"1:25 warning exact"},
		},
		{
			Name:   "in a computed column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8, half INT8 GENERATED ALWAYS AS (n / 2) STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8, half INT8 GENERATED ALWAYS AS (n // 2) STORED);\n",
			Want:   []string{"1:77 error exact"},
			Error:  "unsupported binary operator: <int> / <int> (returning <int>)",
		},
		{
			Name:   "constants",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, n FLOAT8 DEFAULT 7 / 2);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, n FLOAT8 DEFAULT 7 // 2);\n",
			Want:   []string{"1:55 warning exact"},
		},
		{
			Name:   "in a function",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(a INT8) RETURNS NUMERIC LANGUAGE sql AS $$ SELECT a / 2 $$;\n",
			Output: "CREATE FUNCTION f(a INT8) RETURNS NUMERIC LANGUAGE sql AS $$ SELECT a // 2 $$;\n",
			Want:   []string{"1:69 warning exact"},
		},
		{
			Name:  "other numbers",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8);\n",
			Input: "CREATE VIEW v AS SELECT n / 2.0 AS half FROM t;\nALTER TABLE t ADD CONSTRAINT c CHECK (power(n, 2) / 2 > 1);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutDivision) },
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if f, ok := divisionFinding(o); ok {
				o.at(&f)
				p.Report(f)
			}
		}
	},
}

// divisionFinding is the finding of an IntegerDivision, but for its place.
func divisionFinding(o *objection) (Finding, bool) {
	n, ok := o.Node.(*pgsql.AExpr)
	if !ok || o.Kind != expr.IntegerDivision {
		return Finding{}, false
	}
	f := Finding{Severity: Warning, Fidelity: Exact, Message: "the quotient of integers is a fraction in CockroachDB; // divides without a remainder, as / does in PostgreSQL"}
	if o.refused {
		f.Severity = Error
	}
	i := o.site.tokenAt(n.Location)
	if i < 0 || !o.site.st.Is(i, "/") {
		f.Fidelity, f.Todo = Manual, "Write // in place of /"
		return f, true
	}
	f.Edits = []Edit{o.site.replace(i, i, "//")}
	if _, operand := parentOf(o.root, n).(*pgsql.AExpr); operand && !o.wrapped {
		// PostgreSQL reads a + b // 2 as (a + b) // 2, CockroachDB as a + (b // 2):
		// parentheses make it one thing for whoever reads it.
		first, last, ok := o.site.extent(n)
		if outer, _, _ := o.site.surrounded(n); ok && outer == first {
			f.Edits = append(f.Edits, o.site.insert(first, false, "("), o.site.insert(last, true, ")"))
		}
	}
	return f, true
}

// parentOf returns the node above another one; nil if that is the root.
func parentOf(root, node pgsql.Node) (parent pgsql.Node) {
	pgsql.Walk(root, func(n pgsql.Node, parents []pgsql.Node) bool {
		if n == node && len(parents) > 0 {
			parent = parents[len(parents)-1]
		}
		return parent == nil
	})
	return parent
}
