package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var vector = &Rule{
	Name:      "vector",
	Title:     "VECTOR exists from v24.2 on, HALFVEC and SPARSEVEC do not",
	Condition: "A column, cast, parameter or variable of type `halfvec` or `sparsevec`, or of type `vector` with a target that holds a version before v24.2.",
	Effect:    "CockroachDB does not know the types (SQLSTATE 42601 or 42704).",
	Workaround: "HALFVEC becomes VECTOR, which is written the same way and keeps more digits in twice the space. SPARSEVEC is written in another form, and before v24.2 nothing holds what a program sends as a vector: " +
		"those are left to a person.",
	Versions: "*",
	Issues:   []int{121432},
	Sources:  []string{"release note v24.2.0-alpha.1", "CockroachDB docs, vector.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "half the digits",
			Target: ">=24.2",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, v public.halfvec(3));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, v VECTOR(3));\n",
			Want:   []string{"1:40 error weaker"},
			Error:  "syntax error",
		},
		{
			Name:   "a vector, for all versions",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, v vector(3));\n",
			Want:   []string{"1:40 error manual"},
			Manual: true,
		},
		{
			Name:   "a vector from v24.2 on",
			Target: ">=24.2",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, v vector(3));\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"vector", "halfvec", "sparsevec"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			name := u.builtin()
			old := !p.Target.Within(">=24.2")
			switch {
			case (name == "vector" || name == "halfvec") && old:
				u.manual("", fmt.Sprintf("Take a target of %q, or store FLOAT4[] and change what is sent", ">=24.2"), "24.2")
			case name == "halfvec":
				mods := ""
				if i := strings.IndexByte(u.written(), '('); i >= 0 {
					mods = u.written()[i:]
				}
				u.substitute(substitute{sql: "VECTOR" + mods, fidelity: Weaker, loss: "it takes twice the space"})
			case name == "sparsevec":
				u.manual("", "Store VECTOR, and send all elements", "")
			}
		})
	},
}
