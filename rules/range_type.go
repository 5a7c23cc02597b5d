package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var rangeType = &Rule{
	Name:  "range-type",
	Title: "Range types do not exist",
	Condition: "A column, cast, parameter or variable of a range or multirange type, such as `int4range` or `tstzmultirange`, or of one that " +
		"`CREATE TYPE ... AS RANGE` makes; and that statement itself.",
	Effect: "CockroachDB does not know the types (SQLSTATE 42704), refuses the statement (0A000), and has none of their operators and functions.",
	Workaround: "None that keeps the meaning: two columns for the bounds and a CHECK that they are in order hold the values, but whether each bound is inclusive, empty ranges, " +
		"unbounded ends and the operators (`@>`, `&&`) have to be written into the queries, and what an exclusion constraint guards has no replacement.",
	Versions: "*",
	Issues:   []int{27791},
	Sources:  []string{"CockroachDB docs, data-types.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a range of times",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, during tstzrange NOT NULL);\n",
			Want:   []string{"1:45 error manual"},
			Error:  "does not exist",
			Manual: true,
		},
		{
			Name:   "a range type of its own",
			Input:  "CREATE TYPE floats AS RANGE (subtype = float8);\nCREATE TABLE t (id INT8 PRIMARY KEY, f floats);\n",
			Want:   []string{"1:1 error manual", "2:40 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:  "two columns",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, lo TIMESTAMPTZ, hi TIMESTAMPTZ, CHECK (lo <= hi));\n",
		},
	},
	Nodes:   append([]pgsql.Kind{pgsql.KindCreateRangeStmt}, typeNodes...),
	Unusual: true,
	Check: func(p *Pass, n pgsql.Node) {
		const todo = "Store the bounds in two columns with a CHECK that they are in order, and write the operators out in the queries"
		if r, ok := n.(*pgsql.CreateRangeStmt); ok {
			p.Report(manual(fmt.Sprintf("CockroachDB has no range types: %s cannot be made", catalog.ListName(r.TypeName)), todo))
			return
		}
		typeUses(p, n, func(u *typeUse) {
			if u.User != nil && u.User.Kind == catalog.Range || rangeTypes[strings.Replace(u.builtin(), "multirange", "range", 1)] {
				u.manual("it has no range types", todo, "")
			}
		})
	},
}

var rangeTypes = map[string]bool{"int4range": true, "int8range": true, "numrange": true, "tsrange": true, "tstzrange": true, "daterange": true}
