package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var defaultType = &Rule{
	Name:  "default-type",
	Title: "A value of another type than its column",
	Condition: "`ALTER COLUMN ... SET DEFAULT` with an expression of another type than the column's, such as `current_date` for a TIMESTAMP or `gen_random_uuid()` for a TEXT; a computed column of another type than its expression; " +
		"and, in CREATE TABLE, INSERT and UPDATE as well, `now()` for a text or a time of day. Types come from the catalog.",
	Effect: "PostgreSQL casts the value when it is stored. CockroachDB does so for the defaults of CREATE TABLE and ADD COLUMN and in INSERT and UPDATE, but refuses the others (SQLSTATE 42804), " +
		"and has a now() for each type with a date only (42883).",
	Workaround: "The cast that PostgreSQL makes is written out. Where CockroachDB has no such cast, or none that is immutable in a computed column, a person has to write the expression another way.",
	Versions:   "*",
	Sources:    []string{"CockroachDB source v26.1, catalog/schemaexpr", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a date for a timestamp",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIMESTAMP, key VARCHAR(40), n INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN at SET DEFAULT current_date;\nALTER TABLE t ALTER key SET DEFAULT gen_random_uuid(), ALTER n SET DEFAULT (extract(epoch from now()) * 1000);\n",
			Output: "ALTER TABLE t ALTER COLUMN at SET DEFAULT current_date::TIMESTAMP;\nALTER TABLE t ALTER key SET DEFAULT gen_random_uuid()::TEXT, ALTER n SET DEFAULT (extract(epoch from now()) * 1000)::INT8;\n",
			Want:   []string{"1:43 error exact", "2:37 error exact", "2:77 error exact"},
			Error:  "expected DEFAULT (in SET DEFAULT) expression to have type timestamp",
		},
		{
			Name:   "the time of day",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIME DEFAULT now() NOT NULL, s TEXT DEFAULT current_timestamp);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, at TIME DEFAULT now()::TIME NOT NULL, s TEXT DEFAULT current_timestamp::TEXT);\n",
			Want:   []string{"1:54 error exact", "1:85 error exact"},
			Error:  "unknown signature: now()",
		},
		{
			Name:   "a computed column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, price NUMERIC, cents INT8 GENERATED ALWAYS AS (price * 100) STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, price NUMERIC, cents INT8 GENERATED ALWAYS AS ((price * 100)::INT8) STORED);\n",
			Want:   []string{"1:85 error exact"},
			Error:  "unsupported binary operator: <decimal> * <int> (returning <int>)",
		},
		{
			Name:   "a text in an INSERT",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "INSERT INTO t (id, s) SELECT 1, now();\n",
			Output: "INSERT INTO t (id, s) SELECT 1, now()::TEXT;\n",
			Want:   []string{"1:33 error exact"},
			Error:  "unknown signature: now() (returning <string>)",
		},
		{
			Name:  "types that CockroachDB casts itself",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, d DATE, at TIMESTAMP, f FLOAT8, n NUMERIC);\n",
			Input: "ALTER TABLE t ALTER COLUMN d SET DEFAULT now(), ALTER COLUMN at SET DEFAULT now(), ALTER COLUMN f SET DEFAULT 0, ALTER COLUMN n SET DEFAULT 1;\nALTER TABLE t ADD COLUMN b TIMESTAMP DEFAULT current_date;\nINSERT INTO t (id, n) SELECT 1, 1.5::FLOAT8;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutStored) },
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if ofStored(o) {
				f := storedFinding(o)
				o.at(&f)
				p.Report(f)
			}
		}
	},
}

// ofStored reports whether an objection is that a value is not of the type of
// its column.
func ofStored(o *objection) bool {
	return o.Kind == expr.ResultType && !o.has("citext")
}

// storedFinding is the finding of a value of another type than its column, but
// for its place.
func storedFinding(o *objection) Finding {
	column := ""
	if o.column != "" {
		column = ", the type of column " + o.column
	}
	to := typeSQL(o.To)
	if len(o.casts) > 0 {
		return Finding{Severity: Error, Fidelity: Exact, Edits: o.casts,
			Message: fmt.Sprintf("CockroachDB does not cast this value to %s%s, by itself: the cast is written out", to, column)}
	}
	return manual(fmt.Sprintf("CockroachDB: %s", o.Message), fmt.Sprintf("Write an expression of type %s%s", to, column))
}
