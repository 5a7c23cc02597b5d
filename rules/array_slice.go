package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var arraySlice = &Rule{
	Name:      "array-slice",
	Title:     "Slices of arrays do not exist",
	Condition: "A slice of an array, such as `a[2:3]`, in a query, a view, the body of a function, or where a table or an index keeps an expression.",
	Effect:    "The statement is refused: \"ARRAY slicing\" (SQLSTATE 0A000). In the body of a trigger function that is when the trigger is made.",
	Workaround: "A slice of a column or a variable becomes the array of a query for its elements, which is NULL where the slice is and has no elements beyond the ends of the array. " +
		"Where an expression takes no query (a DEFAULT, a CHECK, an index, a computed column), and a slice that is set or has more than one dimension, is left to a person.",
	Versions: "*",
	Issues:   []int{32551},
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "in a function",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(p TEXT[]) RETURNS TEXT LANGUAGE plpgsql AS $$ BEGIN RETURN array_to_string(p[1:2], '/'); END $$;\n",
			Output: "CREATE FUNCTION f(p TEXT[]) RETURNS TEXT LANGUAGE plpgsql AS $$ BEGIN RETURN array_to_string(CASE WHEN p IS NOT NULL THEN ARRAY(SELECT p[slice_i] FROM generate_series(1, least(2, cardinality(p))) AS slice (slice_i) ORDER BY slice_i) END, '/'); END $$;\n",
			Want:   []string{"1:94 error exact"},
			Error:  "ARRAY slicing",
		},
		{
			Name:   "in a view, without an end",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT[]);\n",
			Input:  "CREATE VIEW v AS SELECT a[id:] AS rest FROM t;\n",
			Output: "CREATE VIEW v AS SELECT CASE WHEN a IS NOT NULL AND id IS NOT NULL THEN ARRAY(SELECT a[slice_i] FROM generate_series(greatest(id, 1), cardinality(a)) AS slice (slice_i) ORDER BY slice_i) END AS rest FROM t;\n",
			Want:   []string{"1:25 error exact"},
			Error:  "ARRAY slicing",
		},
		{
			Name:   "in a CHECK",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8[], CHECK (a[1:2] = ARRAY[1, 2]));\n",
			Want:   []string{"1:55 error manual"},
			Error:  "ARRAY slicing",
			Manual: true,
		},
		{
			Name:  "an element",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT[]);\n",
			Input: "CREATE VIEW v AS SELECT a[1] AS first FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindAIndirection, pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, ok := node.(*pgsql.AIndirection)
		if !ok {
			reportBody(p, aboutSlice)
			return
		}
		if !isSlice(n) {
			return
		}
		first, last, text := sliceQuery(exprText{st: p.Stmt}, n)
		f := Finding{Severity: Error, Fidelity: Exact, Message: sliceMessage}
		switch {
		case first < 0:
			f.Start, f.End = 0, len(p.Stmt.Text)
		default:
			f.at(p.Stmt, first, last)
		}
		if text == "" || !takesQuery(p) {
			f.Fidelity, f.Message, f.Todo = Manual, sliceRefused, sliceTodo
		} else {
			f.Edits = []Edit{p.Replace(f.Start, f.End, text)}
		}
		p.Report(f)
	},
}

const (
	sliceMessage = "CockroachDB has no slices of arrays: a query for the elements takes its place"
	sliceRefused = "CockroachDB has no slices of arrays"
	sliceTodo    = "Write an array of a query over generate_series or unnest WITH ORDINALITY, or compare the elements one by one"
)

// slice judges a slice in a body.
func (br *bodyReader) slice(f fragment, n *pgsql.AIndirection) {
	if !isSlice(n) {
		return
	}
	first, last, text := sliceQuery(br.site(f).exprText, n)
	is := bodyIssue{PLSpan: pgsql.PLSpan{First: first, Last: last}, about: aboutSlice, bind: br.r.isTrigger(), fidelity: Exact, message: sliceMessage}
	if first < 0 {
		is.PLSpan = pgsql.PLSpan{First: f.First, Last: f.Last}
	}
	if text == "" {
		is.fidelity, is.message, is.todo = Manual, sliceRefused, sliceTodo
	} else {
		is.edits = []Edit{br.replace(first, last, text)}
	}
	br.add(is)
}

// isSlice reports whether an array is sliced, rather than one element taken.
func isSlice(n *pgsql.AIndirection) bool {
	for _, i := range n.Indirection {
		if x, ok := i.(*pgsql.AIndices); ok && x.IsSlice {
			return true
		}
	}
	return false
}

// sliceQuery returns the tokens of a slice and the query that takes its place;
// no text if it is not certain that it means the same.
func sliceQuery(t exprText, n *pgsql.AIndirection) (first, last int, text string) {
	first, last, ok := t.indirectionExtent(n)
	if !ok {
		return -1, -1, ""
	}
	x, isIndex := n.Indirection[0].(*pgsql.AIndices)
	if !isIndex || len(n.Indirection) != 1 || !repeatable(n.Arg) {
		return first, last, ""
	}
	st := t.st
	open := last
	for depth := 0; open > first; open-- { // the bracket that closes last opens here
		if st.Is(open, "]") {
			depth++
		} else if st.Is(open, "[") {
			if depth--; depth == 0 {
				break
			}
		}
	}
	array := st.textOf(first, open-1)
	colon := -1
	for i := open + 1; i < last && colon < 0; i++ {
		switch {
		case st.Is(i, "(") || st.Is(i, "["):
			if c := st.Close(i); c > 0 {
				i = c
			}
		case st.Is(i, ":"):
			colon = i
		}
	}
	if colon < 0 {
		return first, last, ""
	}
	conditions := []string{array + " IS NOT NULL"}
	bound := func(e pgsql.Node, from, to int, otherwise, limited string) (string, bool) {
		if e == nil {
			return otherwise, true
		}
		text := st.textOf(from, to)
		if k, isConst := e.(*pgsql.AConst); isConst {
			if i, isInt := k.Val.(*pgsql.Integer); isInt && limited == "greatest(%s, 1)" && i.Ival >= 1 {
				return text, true
			}
			return fmt.Sprintf(limited, text), !k.Isnull
		}
		conditions = append(conditions, operandText(e, text)+" IS NOT NULL")
		return fmt.Sprintf(limited, text), pureExpression(e)
	}
	low, lowOK := bound(x.Lidx, open+1, colon-1, "1", "greatest(%s, 1)")
	high, highOK := bound(x.Uidx, colon+1, last-1, "cardinality("+array+")", "least(%s, cardinality("+array+"))")
	if !lowOK || !highOK {
		return first, last, ""
	}
	end := "END"
	if last+1 < len(st.Tokens) && st.Tokens[last+1].Start() == st.Tokens[last].End() && st.Tokens[last+1].Kind() != pgsql.Punct {
		end = "END " // a bracket needs no space behind it
	}
	return first, last, fmt.Sprintf("CASE WHEN %s THEN ARRAY(SELECT %s[slice_i] FROM generate_series(%s, %s) AS slice (slice_i) ORDER BY slice_i) %s",
		strings.Join(conditions, " AND "), array, low, high, end)
}

// operandText puts an expression in parentheses in front of IS NOT NULL, unless
// it is a name or a call.
func operandText(e pgsql.Node, text string) string {
	switch e.(type) {
	case *pgsql.ColumnRef, *pgsql.FuncCall:
		return text
	}
	return "(" + text + ")"
}

// repeatable reports whether an array can be written more than once.
func repeatable(n pgsql.Node) bool {
	switch n.(type) {
	case *pgsql.ColumnRef, *pgsql.ParamRef:
		return true
	}
	return false
}

// pureExpression reports whether an expression can be evaluated more than once.
func pureExpression(e pgsql.Node) bool {
	ok := true
	pgsql.Walk(e, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.FuncCall:
			v, known := expr.FunctionVolatility(catalog.ListName(n.Funcname).Name)
			ok = ok && known && v < expr.Volatile
		case *pgsql.SubLink:
			ok = false
		}
		return true
	})
	return ok
}

// takesQuery reports whether the checked node stands where an expression takes
// a query in it.
func takesQuery(p *Pass) bool {
	switch p.Stmt.Tree.(type) {
	case *pgsql.SelectStmt, *pgsql.InsertStmt, *pgsql.DeleteStmt, *pgsql.ViewStmt, *pgsql.CreateTableAsStmt, *pgsql.MergeStmt:
		return true
	case *pgsql.UpdateStmt: // not what is set
		for _, n := range p.Parents {
			if rt, ok := n.(*pgsql.ResTarget); ok && len(rt.Indirection) > 0 {
				return false
			}
		}
		return true
	}
	return false
}
