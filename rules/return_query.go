package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var returnQuery = &Rule{
	Name:  "return-query",
	Title: "RETURN QUERY gives the declared types exactly",
	Condition: "A `RETURN QUERY` whose columns are of other types than the function returns: of a type with a length or a precision, such as VARCHAR(10) or NUMERIC(10, 2), where the function returns one without; " +
		"or of a type that CockroachDB gives an expression and PostgreSQL does not, such as `sum()` of integers, which is DECIMAL.",
	Effect:     "The function is refused when it is made: \"structure of query does not match function result type\" (SQLSTATE 42804). PostgreSQL compares the types without their lengths.",
	Workaround: "The column is cast to the type that the function returns, which is PostgreSQL's type of it anyway.",
	Versions:   "*",
	Sources:    []string{"CockroachDB source v26.1, optbuilder/plpgsql.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a length and a sum",
			Target: ">=25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, name VARCHAR(10), n INT8);\n",
			Input:  "CREATE FUNCTION f() RETURNS TABLE (label VARCHAR, total NUMERIC) LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN QUERY SELECT t.name, sum(t.n) FROM t GROUP BY t.name;\nEND $$;\n",
			Output: "CREATE FUNCTION f() RETURNS TABLE (label VARCHAR, total NUMERIC) LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN QUERY SELECT t.name::VARCHAR, sum(t.n) FROM t GROUP BY t.name;\nEND $$;\n",
			Want:   []string{"3:23 error exact"},
			Error:  "structure of query does not match function result type",
		},
		{
			Name:   "a sum of integers",
			Target: ">=25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INT4);\n",
			Input:  "CREATE FUNCTION f() RETURNS TABLE (total BIGINT) LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN QUERY SELECT sum(t.n) AS total FROM t UNION ALL SELECT 1;\nEND $$;\n",
			Output: "CREATE FUNCTION f() RETURNS TABLE (total BIGINT) LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN QUERY SELECT sum(t.n)::INT8 AS total FROM t UNION ALL SELECT 1;\nEND $$;\n",
			Want:   []string{"3:23 error exact"},
			Error:  "structure of query does not match function result type",
		},
		{
			Name:   "the rows of the table itself",
			Target: ">=25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, name VARCHAR(10));\n",
			Input:  "CREATE FUNCTION f() RETURNS SETOF t LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN QUERY SELECT * FROM t;\nEND $$;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutReturn) },
}

// returnQueries judges the queries of RETURN QUERY.
func (br *bodyReader) returnQueries() {
	want := br.returned()
	if len(want) == 0 {
		return
	}
	for _, f := range br.b.code {
		if f.node == nil || f.node.Kind != pgsql.PLReturnQuery || f.tree == nil {
			continue
		}
		sel, ok := f.tree.(*pgsql.SelectStmt)
		if !ok {
			continue
		}
		src := br.b.src
		_, typed, complete := expr.JudgeQuery(sel, routineScope(br.Pass, br.r, nil), expr.Context{Text: src.Text, Shift: f.shift})
		br.returnArm(f, sel, want, typed, complete)
	}
}

// returnArm judges a SELECT, or each part of a UNION.
func (br *bodyReader) returnArm(f fragment, sel *pgsql.SelectStmt, want []catalog.Type, typed []expr.Column, complete bool) {
	if sel.Larg != nil {
		for _, arm := range []*pgsql.SelectStmt{sel.Larg, sel.Rarg} {
			_, own, all := expr.JudgeQuery(arm, routineScope(br.Pass, br.r, nil), expr.Context{Text: br.b.src.Text, Shift: f.shift})
			br.returnArm(f, arm, want, own, all)
		}
		return
	}
	elements := br.listOf(f, sel)
	if len(elements) != len(want) || len(elements) != len(sel.TargetList) {
		return // a star: the rows of a table are of its types
	}
	z := sizes{br: br}
	for i, e := range sel.TargetList {
		rt, _ := e.(*pgsql.ResTarget)
		has, ok := z.of(rt.Val, z.scope(sel, nil))
		why := ""
		switch {
		case ok && len(has.Mods) > 0 && !sameMods(has.Mods, want[i].Mods) && has.Name == want[i].Name:
			why = fmt.Sprintf("column %d is of type %s here and of %s in the function's result, which CockroachDB tells apart", i+1, sizedText(has), sizedText(want[i]))
		case complete && i < len(typed) && typed[i].Cockroach.Name != "" && otherType(typed[i].Cockroach, want[i]):
			why = fmt.Sprintf("column %d is %s in CockroachDB and %s in the function's result", i+1, typeText(typed[i].Cockroach), typeText(want[i]))
		}
		if why == "" {
			continue
		}
		at := elements[i]
		edits := []Edit{br.after(at.Last, "::"+typeText(want[i]))}
		if !br.atom(rt.Val) {
			edits = []Edit{br.insert(at.First, "("), br.after(at.Last, ")::"+typeText(want[i]))}
		}
		br.add(bodyIssue{PLSpan: at, about: aboutReturn, fidelity: Exact, message: why + ": it is cast", edits: edits})
	}
}

// atom reports whether a cast behind an expression is one of all of it.
func (br *bodyReader) atom(n pgsql.Node) bool {
	switch n.(type) {
	case *pgsql.ColumnRef, *pgsql.FuncCall, *pgsql.TypeCast, *pgsql.AConst, *pgsql.CoalesceExpr, *pgsql.MinMaxExpr, *pgsql.ParamRef, *pgsql.SubLink:
		return true
	}
	return false
}

// returned are the types of the columns that the function returns; none if they
// are the fields of a row type.
func (br *bodyReader) returned() []catalog.Type {
	var out []catalog.Type
	for _, param := range br.r.params {
		if param.Mode == pgsql.FuncParamTable || param.Mode == pgsql.FuncParamOut || param.Mode == pgsql.FuncParamInout {
			out = append(out, catalog.TypeOf(param.ArgType))
		}
	}
	if t := br.r.returns; len(out) == 0 && t.SetOf {
		name := catalog.Name{Schema: t.Schema, Name: t.Name}
		switch d := br.Catalog.Type(name); {
		case d != nil && d.Kind == catalog.Composite:
			for _, c := range d.Columns {
				out = append(out, c.Type)
			}
		case br.Catalog.Relation(name) != nil:
			for _, c := range br.Catalog.Relation(name).Columns() {
				out = append(out, c.Type)
			}
		default:
			t.SetOf = false
			out = []catalog.Type{t}
		}
	}
	for _, t := range out {
		if t.Name == "record" || t.Name == "" {
			return nil
		}
		if d := br.Catalog.Type(catalog.Name{Schema: t.Schema, Name: t.Name}); d != nil && d.Kind == catalog.Domain {
			return nil // it is inlined first
		}
	}
	return out
}

// listOf returns the elements of a select list, without their names.
func (br *bodyReader) listOf(f fragment, sel *pgsql.SelectStmt) []pgsql.PLSpan {
	src := br.b.src
	if len(sel.TargetList) == 0 {
		return nil
	}
	first := br.b.tokenAt(f, pgsql.Location(sel.TargetList[0]))
	if first < 0 {
		return nil
	}
	last := selectListEnd(src, first, f.Last)
	var out []pgsql.PLSpan
	for i, e := range src.List(first, last+1) {
		if i >= len(sel.TargetList) {
			return nil
		}
		s := pgsql.PLSpan{First: e[0], Last: e[1]}
		if rt, ok := sel.TargetList[i].(*pgsql.ResTarget); ok && rt.Name != "" {
			if s.Last--; src.Is(s.Last, "as") {
				s.Last--
			}
		}
		if src.Is(s.Last, "*") || s.Empty() {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// selectListEnd returns the last token of the select list that starts at first.
func selectListEnd(src *pgsql.PLSource, first, last int) int {
	depth := 0
	for i := first; i <= last; i++ {
		switch {
		case src.Is(i, "(") || src.Is(i, "["):
			depth++
		case src.Is(i, ")") || src.Is(i, "]"):
			if depth--; depth < 0 {
				return i - 1
			}
		case depth == 0 && listEnds[src.Word(i)] && !(src.Is(i, "from") && src.Is(i-1, "distinct")):
			return i - 1
		}
	}
	return last
}

// listEnds are the words behind a select list.
var listEnds = words("from where group having window order limit offset fetch for into union intersect except")

// otherType reports whether CockroachDB's type of a column is not what the
// function returns. INTEGER is INT8 there, and JSON JSONB.
func otherType(has, want catalog.Type) bool {
	norm := func(t catalog.Type) string {
		name := t.Name
		switch name {
		case "int2", "int4", "int8":
			name = "int"
		case "json":
			name = "jsonb"
		case "bpchar", "char":
			name = "char"
		}
		return name + strings.Repeat("[]", min(t.Dims, 1))
	}
	return has.Schema == "" && want.Schema == "" && builtinTypes[has.Name] && builtinTypes[want.Name] && norm(has) != norm(want)
}

func sameMods(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// sizedText writes a type with its length or precision.
func sizedText(t catalog.Type) string {
	text := typeText(t)
	if len(t.Mods) == 0 {
		return text
	}
	mods := make([]string, len(t.Mods))
	for i, m := range t.Mods {
		mods[i] = fmt.Sprint(m)
	}
	name, brackets, _ := strings.Cut(text, "[")
	if brackets != "" {
		brackets = "[" + brackets
	}
	return name + "(" + strings.Join(mods, ", ") + ")" + brackets
}
