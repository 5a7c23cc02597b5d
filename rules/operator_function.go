package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// PostgreSQL's operators are functions of their own, such as float8mi, which
// people name mostly where a type or an aggregate is made. CockroachDB has the
// operators only.

// operatorOf returns the operator that a function implements, "" if it is none
// that is the same in CockroachDB.
func operatorOf(function string) string {
	for _, t := range []string{"int2", "int4", "int8", "float4", "float8", "text", "numeric_", "date_", "timestamp_", "timestamptz_"} {
		if rest, ok := strings.CutPrefix(function, t); ok {
			if op := operatorNames[rest]; op != "" && (t != "numeric_" || rest != "pl" && rest != "mi") && (len(rest) < 3 || t != "text") {
				return op
			}
		}
	}
	return map[string]string{"textcat": "||", "numeric_add": "+", "numeric_sub": "-", "numeric_mul": "*"}[function]
}

var operatorNames = map[string]string{"pl": "+", "mi": "-", "mul": "*", "eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

// asOperator returns the edits that write the call at token i with the operator
// of the function; ok is false if it has none, or not two operands.
func asOperator(st *Statement, i int, n *pgsql.FuncCall, name string, replace func(first, last int, text string) Edit) (edits []Edit, ok bool) {
	op := operatorOf(name)
	end, args := st.call(i)
	if op == "" || end < 0 || len(args) != 2 || len(n.Args) != 2 || n.Over != nil || n.AggDistinct || n.FuncVariadic {
		return nil, false
	}
	open := args[0][0] - 1
	edits = append(edits, replace(i, open, "("), replace(args[0][1]+1, args[0][1]+1, " "+op))
	for _, a := range args {
		if a[0] != a[1] {
			first, last := st.textOf(a[0], a[0]), st.textOf(a[1], a[1])
			edits = append(edits, replace(a[0], a[0], "("+first), replace(a[1], a[1], last+")"))
		}
	}
	return edits, true
}
