package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var operandType = &Rule{
	Name:  "operand-type",
	Title: "An operator or a function that CockroachDB lacks for these types",
	Condition: "An operator or a built-in function with operands of types that CockroachDB has no variant of it for, such as `numeric * float8`, `timestamp - date` or `interval / numeric`; " +
		"values of different types where there has to be one: in `CASE`, `COALESCE`, `IN`, `ARRAY[...]`, `VALUES`, `UNION`; a cast that does not exist. In tables, indexes, views, queries and the bodies of functions; types come from the catalog.",
	Effect: "PostgreSQL converts one of the operands by itself. CockroachDB refuses the statement: \"unsupported binary operator\", \"unknown signature\" (SQLSTATE 22023, 42883), \"types cannot be matched\" (42804).",
	Workaround: "The conversion that PostgreSQL makes is written out as a cast, so that the result is the same. Where it makes none, a person has to write the expression another way: the finding names the operation and its types. " +
		"What a function is called with that PostgreSQL does not know the type of either is not judged.",
	Versions: "*",
	Sources: []string{
		"CockroachDB source v26.1, sem/tree/type_check.go and overload.go", "PostgreSQL docs, Type Conversion",
		"measured on v26.1: 43,019 expressions and 15,180 queries, none refused without a cause and none blamed that is taken",
	},
	Examples: []Example{
		{
			Name:   "numbers of two kinds",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, price NUMERIC(10,2), share FLOAT8, n INT8);\n",
			Input:  "CREATE VIEW v AS SELECT price * share AS part, share / n AS each FROM t WHERE price - share > 1;\n",
			Output: "CREATE VIEW v AS SELECT price::FLOAT8 * share AS part, share / n::FLOAT8 AS each FROM t WHERE price::FLOAT8 - share > 1;\n",
			Want:   []string{"1:25 error exact", "1:48 error exact", "1:79 error exact"},
			Error:  "unsupported binary operator: <decimal> - <float>",
		},
		{
			Name:   "a timestamp and a date",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIMESTAMP, day DATE);\n",
			Input:  "ALTER TABLE t ADD CONSTRAINT c CHECK (at - day < interval '1 day');\n",
			Output: "ALTER TABLE t ADD CONSTRAINT c CHECK (at - day::TIMESTAMP < interval '1 day');\n",
			Want:   []string{"1:39 error exact"},
			Error:  "unsupported binary operator: <timestamp> - <date>",
		},
		{
			Name:   "rows of VALUES, and a UNION",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, day DATE, at TIMESTAMP);\n",
			Input:  "CREATE VIEW v AS SELECT * FROM (VALUES ('a', 42), ('b', 42.5)) AS x (k, n);\nCREATE VIEW w AS SELECT at FROM t UNION ALL SELECT day FROM t;\n",
			Output: "CREATE VIEW v AS SELECT * FROM (VALUES ('a', 42::NUMERIC), ('b', 42.5)) AS x (k, n);\nCREATE VIEW w AS SELECT at FROM t UNION ALL SELECT day::TIMESTAMP FROM t;\n",
			Want:   []string{"1:46 error exact", "2:52 error exact"},
			Error:  "VALUES types decimal and int cannot be matched",
		},
		{
			Name:   "in a function",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(a NUMERIC, b FLOAT8) RETURNS FLOAT8 LANGUAGE sql AS $$ SELECT (a + 1) * b $$;\n",
			Output: "CREATE FUNCTION f(a NUMERIC, b FLOAT8) RETURNS FLOAT8 LANGUAGE sql AS $$ SELECT (a + 1)::FLOAT8 * b $$;\n",
			Want:   []string{"1:81 error exact"},
			Error:  "unsupported binary operator: <decimal> * <float>",
		},
		{
			Name:   "nothing that PostgreSQL converts",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n NUMERIC);\n",
			Input:  "CREATE VIEW v AS SELECT to_char(n, '999D99') AS s FROM t;\n",
			Want:   []string{"1:25 error manual"},
			Error:  "unknown signature: to_char(decimal, string)",
			Manual: true,
		},
		{
			Name:   "concat() of other things than texts",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "CREATE VIEW v AS SELECT concat(s, '-', id) AS key FROM t;\n",
			Output: "CREATE VIEW v AS SELECT concat(s, '-', id::TEXT) AS key FROM t;\n",
			Want:   []string{"1:25 error exact"},
		},
		{
			Name:   "a key that is no text",
			Setup:  "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id INT8 PRIMARY KEY, m mood);\n",
			Input:  "CREATE VIEW v AS SELECT json_object_agg(m, n) AS j FROM (SELECT m, count(*) AS n FROM t GROUP BY m) AS x;\n",
			Output: "CREATE VIEW v AS SELECT json_object_agg(m::TEXT, n) AS j FROM (SELECT m, count(*) AS n FROM t GROUP BY m) AS x;\n",
			Want:   []string{"1:25 error exact"},
			Error:  "unknown signature: json_object_agg",
		},
		{
			Name:  "what CockroachDB has",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, n NUMERIC, f FLOAT8, at TIMESTAMP, day DATE);\n",
			Input: "CREATE VIEW v AS SELECT n * id AS a, f * 2 AS b, at - at AS c, day - 7 AS d, coalesce(n, 0) AS e FROM t WHERE n < f AND at > day;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutOperand) },
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if ofOperand(o) {
				f := operandFinding(o)
				o.at(&f)
				p.Report(f)
			}
		}
	},
}

// ofOperand reports whether an objection is this rule's: citext and slices of
// arrays have rules of their own.
func ofOperand(o *objection) bool {
	return o.Kind == expr.UnknownSignature && !o.has("citext") && o.Name != "[:]"
}

// has reports whether an objection is about operands of a type.
func (o *objection) has(typeName string) bool {
	for _, e := range o.Operands {
		if e.Type.Name == typeName {
			return true
		}
	}
	return o.From.Name == typeName
}

// operandFinding is the finding of an UnknownSignature, but for its place.
func operandFinding(o *objection) Finding {
	what := strings.TrimSuffix(o.Message, returningNothing)
	f := Finding{Severity: Error, Fidelity: Exact, Until: o.until()}
	before := ""
	if f.Until != "" {
		before = fmt.Sprintf(" before v%s", f.Until)
	}
	if len(o.casts) > 0 {
		f.Edits = o.casts
		f.Message = fmt.Sprintf("CockroachDB%s: %s; PostgreSQL converts by itself, and the cast to %s is written out", before, what, castNames(o.Convert))
		if before != "" {
			f.Message = fmt.Sprintf("%s in CockroachDB%s; the cast to %s is written out", what, before, castNames(o.Convert))
		}
		return f
	}
	f.Fidelity, f.Message, f.Todo = Manual, "CockroachDB"+before+": "+what, operandTodo(o)
	return f
}

const returningNothing = " (returning <?>)"

// castNames lists the types of conversions, each once.
func castNames(list []expr.Conversion) string {
	var out []string
	seen := map[string]bool{}
	for _, c := range list {
		if s := typeSQL(c.To); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return strings.Join(out, " and ")
}

// operandTodo says what to write instead.
func operandTodo(o *objection) string {
	if call, ok := o.Node.(*pgsql.FuncCall); ok {
		if t := signatureTodo[catalog.ListName(call.Funcname).Name]; t != "" {
			return t
		}
		return "Cast the arguments to types that CockroachDB has the function for, or compute the value another way"
	}
	if strings.HasPrefix(o.Message, "ambiguous") {
		return "Write one function for each type that is needed, with the type in place of the polymorphic one"
	}
	if strings.HasPrefix(o.Message, "invalid cast") {
		return "Cast by way of a type that both have a cast for, such as TEXT"
	}
	return "Cast the operands to types that CockroachDB has the operator for"
}

// signatureTodo are replacements for functions that CockroachDB has for other
// types.
var signatureTodo = map[string]string{
	"to_char":        "Format the number in the application, or with round(x, 2)::TEXT, lpad() and ||",
	"to_timestamp":   "Cast the text to TIMESTAMPTZ, or use parse_timestamp or experimental_strptime(text, format)",
	"regexp_replace": "Give the flags as the fourth argument; a start or a count has no equivalent",
	"age":            "Cast the arguments to TIMESTAMPTZ, or subtract them",
	"length":         "Give a BYTEA or a TEXT",
	"unnest":         "Give an array",
}
