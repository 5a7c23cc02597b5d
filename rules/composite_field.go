package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var compositeField = &Rule{
	Name:  "composite-field",
	Title: "A field of a row variable needs parentheses",
	Condition: "In a body: `r.a`, where r is a parameter or a variable of a table's or a composite type; `function.parameter`; `label.variable`. " +
		"(For NEW and OLD see `trigger-function`.)",
	Effect:     "CockroachDB reads what stands in front of the dot as a table (SQLSTATE 42P01, \"no data source matches prefix\").",
	Workaround: "`r.a` becomes `(r).a`, `function.parameter` the parameter's number, `label.variable` the variable, each in exactly that place. An assignment `r.a := x` works as it is.",
	Versions:   "*",
	Issues:     []int{114687, 122322},
	Sources:    []string{"CockroachDB docs, composite-type limitations", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a row of a table as parameter",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE FUNCTION f(r t) RETURNS INT8 LANGUAGE sql AS 'SELECT r.a + 1';\n",
			Output: "CREATE FUNCTION f(r t) RETURNS INT8 LANGUAGE sql AS 'SELECT (r).a + 1';\n",
			Want:   []string{"1:61 error exact"},
			Error:  "no data source matches prefix: r in this context",
		},
		{
			Name:   "a parameter qualified by the function",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql AS 'SELECT count(*) FROM t WHERE t.a = f.a';\n",
			Output: "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql AS 'SELECT count(*) FROM t WHERE t.a = $1';\n",
			Want:   []string{"1:92 error exact"},
			Error:  "no data source matches prefix: f in this context",
		},
		{
			Name:  "a table of that name in the query",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input: "CREATE FUNCTION f(r t) RETURNS INT8 LANGUAGE sql AS 'SELECT count(*) FROM t r WHERE r.a = 1';\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutField) },
}

// fields finds what is read of composite variables and of the routine's own
// scope: NEW.a, row.a, function.parameter, label.variable.
func (br *bodyReader) fields() {
	rows := map[string]bool{} // composite variables
	for name, t := range br.vars {
		if br.isComposite(t) {
			rows[name] = true
		}
	}
	labels := map[string]bool{}
	if br.r.plpgsql() {
		br.b.src.Walk(func(n *pgsql.PLNode) {
			if n.Label != "" {
				labels[n.Label] = true
			}
		})
	}
	trigger := br.r.isTrigger()
	for _, f := range br.b.code {
		tables := relationsIn(f.tree)
		hasFrom := len(tables) > 0
		for i := f.First; i+2 <= f.Last; i++ {
			name, field, ok := br.qualified(i)
			if !ok || tables[name] {
				continue
			}
			at := pgsql.PLSpan{First: i, Last: i + 2}
			switch {
			case trigger && (name == "new" || name == "old"):
				br.rowField(at, field, true)
			case rows[name]:
				br.rowField(at, field, trigger)
			case labels[name]:
				br.labelField(at, name, hasFrom, trigger)
			case br.r.noun != "DO block" && name == br.r.name.Name:
				br.parameterField(at, field, hasFrom)
			}
		}
	}
}

// isComposite reports whether a type is that of a table's rows or a composite
// one.
func (br *bodyReader) isComposite(t catalog.Type) bool {
	if t.Dims > 0 || t.SetOf || t.Name == "" {
		return false
	}
	name := catalog.Name{Schema: t.Schema, Name: t.Name}
	if d := br.Catalog.Type(name); d != nil {
		return d.Kind == catalog.Composite
	}
	return br.Catalog.Relation(name) != nil
}

// qualified reads name.field or name.* at token i of the body, where it is no
// part of a longer name and no function's.
func (br *bodyReader) qualified(i int) (name, field string, ok bool) {
	src := br.b.src
	word := func(i int) bool {
		k := src.Tokens[i].Kind
		return k == pgsql.Word || k == pgsql.Quoted
	}
	if !word(i) || !src.Is(i+1, ".") || src.Is(i-1, ".") || src.Is(i+3, "(") {
		return "", "", false
	}
	if src.Is(i+2, "*") {
		return pgsql.Fold(src.Str(i)), "*", true
	}
	if !word(i+2) || src.Is(i+3, ".") {
		return "", "", false
	}
	return pgsql.Fold(src.Str(i)), pgsql.Fold(src.Str(i + 2)), true
}

// relationsIn returns the names by which a query calls its tables.
func relationsIn(tree pgsql.Node) map[string]bool {
	out := map[string]bool{}
	if tree == nil {
		return out
	}
	alias := func(a *pgsql.Alias) bool {
		if a != nil {
			out[a.Aliasname] = true
		}
		return a != nil
	}
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			if !alias(n.Alias) {
				out[n.Relname] = true
			}
		case *pgsql.RangeSubselect:
			alias(n.Alias)
		case *pgsql.RangeFunction:
			alias(n.Alias)
		case *pgsql.JoinExpr:
			alias(n.Alias)
		case *pgsql.OnConflictClause:
			out["excluded"] = true
		}
		return true
	})
	return out
}

func (br *bodyReader) rowField(at pgsql.PLSpan, field string, bind bool) {
	src := br.b.src
	row := src.Str(at.First)
	if field == "*" {
		// Compared as a whole, the row does without the star.
		if src.Is(at.Last+1, "is") && src.Is(at.Last+2, "distinct") || src.Is(at.First-1, "from") && src.Is(at.First-2, "distinct") || src.Is(at.First-1, "(") && src.Is(at.First-2, "row") && src.Is(at.Last+1, ")") {
			br.add(bodyIssue{PLSpan: at, about: aboutField, bind: bind, fidelity: Exact, edits: []Edit{br.remove(at.First+1, at.Last)},
				message: fmt.Sprintf("%s.* is read as the columns of a table: %s alone is the row", row, row)})
			return
		}
		br.add(bodyIssue{PLSpan: at, about: aboutField, bind: bind, fidelity: Manual,
			message: fmt.Sprintf("%s.* is read as the columns of a table, and (%s).* is refused in a trigger's body", row, row), todo: fmt.Sprintf("Write the columns out: (%s).a, (%s).b, ...", row, row)})
		return
	}
	br.add(bodyIssue{PLSpan: at, about: aboutField, bind: bind, fidelity: Exact, edits: []Edit{br.replace(at.First, at.First, "("+row+")")},
		message: fmt.Sprintf("%s is read as a table's name: a field of a row variable is written (%s).%s", row, row, src.Str(at.Last))})
}

func (br *bodyReader) labelField(at pgsql.PLSpan, label string, hasFrom, bind bool) {
	is := bodyIssue{PLSpan: at, about: aboutField, bind: bind, fidelity: Exact, message: fmt.Sprintf("a variable qualified by the label %s is not supported", label)}
	if hasFrom {
		is.fidelity, is.todo = Manual, "Give the variable a name that no column has, and write it alone"
	} else {
		is.message += ": the label goes"
		is.edits = []Edit{br.remove(at.First, at.First+1)}
	}
	br.add(is)
}

func (br *bodyReader) parameterField(at pgsql.PLSpan, field string, hasFrom bool) {
	number := 0
	for _, p := range br.r.params {
		if p.Mode == pgsql.FuncParamOut || p.Mode == pgsql.FuncParamTable {
			continue
		}
		number++
		if p.Name != field {
			continue
		}
		is := bodyIssue{PLSpan: at, about: aboutField, fidelity: Exact, message: fmt.Sprintf("a parameter qualified by the function's name is not supported: %s is read as a table's name", br.b.src.Str(at.First))}
		switch {
		case br.r.language == "sql" || !br.Target.Meets("<26.1"):
			is.message += fmt.Sprintf("; $%d is the parameter", number)
			is.edits = []Edit{br.replace(at.First, at.Last, fmt.Sprintf("$%d", number))}
		case !hasFrom:
			is.edits = []Edit{br.remove(at.First, at.First+1)}
		default:
			is.fidelity, is.todo = Manual, "Give the parameter a name that no column has, and write it alone"
		}
		br.add(is)
		return
	}
}
