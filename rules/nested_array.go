package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var nestedArray = &Rule{
	Name:      "nested-array",
	Title:     "Arrays have one dimension",
	Condition: "A column, cast, parameter or variable whose type has several pairs of brackets, such as `int[][]`.",
	Effect: "CockroachDB does not parse the type (SQLSTATE 0A000). To PostgreSQL `int[][]` and `int[]` are the same type, and a value of either may have any number of dimensions; " +
		"CockroachDB's arrays have one, and other values are refused.",
	Workaround: "None that is right without knowing the values: where all of them have one dimension, one pair of brackets means the same; where they have more, JSONB or a table of its own holds them.",
	Versions:   "*",
	Issues:     []int{32552},
	Sources:    []string{"PostgreSQL docs, arrays", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "two dimensions",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, squares INT8[3][3]);\n",
			Want:   []string{"1:46 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:  "one dimension, with a bound that neither database looks at",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8[3], b TEXT ARRAY);\n",
		},
	},
	Nodes:   typeNodes,
	Unusual: true,
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.Type.Dims < 2 || u.Place == typeDomain {
				return
			}
			u.report(manual(fmt.Sprintf("the type of %s is an array of arrays, which CockroachDB does not have", u.what()),
				"If all values have one dimension, write one pair of brackets; otherwise store JSONB, or the elements in a table of their own"))
		})
	},
}
