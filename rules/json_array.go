package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var jsonArray = &Rule{
	Name:      "json-array",
	Title:     "No table holds arrays of JSONB or of texts to search",
	Condition: "A column of type `jsonb[]`, `json[]`, `tsvector[]` or `tsquery[]`.",
	Effect:    "CockroachDB refuses the column (SQLSTATE 0A000): arrays of JSONB exist in expressions and functions, but are not stored; those of TSVECTOR do not exist at all.",
	Workaround: "An array of JSON becomes TEXT[]: what is written as an array of texts stays the same, subscripts, `unnest`, `array_length` and NULL elements work as before. " +
		"An element has to be cast to JSONB before its members are read, which queries that do not do so report as an error, and nothing checks that it is JSON, or brings it into JSONB's form. " +
		"(One JSONB array would read an empty array `{}` as an empty object.) For TSVECTOR[] there is no fix.",
	Versions: "*",
	Issues:   []int{23468, 90886},
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column with a default",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a jsonb[] DEFAULT '{}'::jsonb[] NOT NULL);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT[] DEFAULT '{}'::TEXT[] NOT NULL);\n",
			Want:   []string{"1:40 error changed"},
			Error:  "arrays of JSON unsupported as column type",
		},
		{
			Name:   "vectors to search",
			Target: ">=23.1",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a tsvector[]);\n",
			Want:   []string{"1:40 error manual"},
			Error:  "arrays of tsvector not allowed",
			Manual: true,
		},
		{
			Name:  "a parameter",
			Input: "CREATE FUNCTION f(a jsonb[]) RETURNS jsonb[] LANGUAGE sql AS 'SELECT a';\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindTypeName},
	Types: []string{"json", "jsonb", "tsvector", "tsquery"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.Type.Dims != 1 || u.Place != typeColumn && u.Place != typeAltered {
				return
			}
			switch u.builtin() {
			case "json", "jsonb":
				f := Finding{Severity: Error, Fidelity: Changed,
					Message: fmt.Sprintf("CockroachDB stores no arrays of JSONB: column %s becomes TEXT[], whose elements have to be cast to JSONB where they are read", u.Name),
					Edits:   []Edit{p.Replace(u.NameStart, u.NameEnd, "TEXT")}}
				if e, ok := defaultCast(u); ok {
					f.Edits = append(f.Edits, e)
				}
				u.report(f)
			case "tsvector", "tsquery":
				u.manual("", "Store the texts as TEXT[], or the vectors in a table of their own", "")
			}
		})
	},
}

// defaultCast makes the cast of a column's default lead to TEXT[], where it
// casts a literal or an empty array.
func defaultCast(u *typeUse) (Edit, bool) {
	k := u.clause(pgsql.ConstrDefault)
	if k == nil {
		return Edit{}, false
	}
	cast, ok := k.RawExpr.(*pgsql.TypeCast)
	if !ok {
		return Edit{}, false
	}
	st := u.p.Stmt
	first, last, ok := st.typeSpan(cast.TypeName)
	if !ok {
		return Edit{}, false
	}
	to := typeUse{}
	to.span(st, first, last)
	return u.p.Replace(to.NameStart, to.NameEnd, "TEXT"), true
}
