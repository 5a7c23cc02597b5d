package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var compositeField = &Rule{
	Name:  "composite-field",
	Title: "Fields of row variables, qualified and numbered parameters",
	Condition: "In a body: `r.a`, where r is a parameter or a variable of a table's or a composite type; `function.parameter`; `label.variable`; `$1` where CockroachDB counts the parameters in another way: in PL/pgSQL with parameters that have no name and, before v26.1, always; in SQL behind an OUT parameter. " +
		"(For NEW and OLD see `trigger-function`.)",
	Effect:     "CockroachDB reads what stands in front of the dot as a table (SQLSTATE 42P01, \"no data source matches prefix\").",
	Workaround: "`r.a` becomes `(r).a`, `function.parameter` the parameter's number, `label.variable` the variable, each in exactly that place; a parameter without a name gets one. An assignment `r.a := x` works as it is.",
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
			Name:   "parameters without a name in PL/pgSQL",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(INT8, b INT8) RETURNS INT8 LANGUAGE plpgsql AS $$ BEGIN RETURN $1 * $2; END $$;\n",
			Output: "CREATE FUNCTION f(arg1 INT8, b INT8) RETURNS INT8 LANGUAGE plpgsql AS $$ BEGIN RETURN arg1 * b; END $$;\n",
			Want:   []string{"1:82 error exact", "1:87 error exact"},
			Error:  "no value provided for placeholder: $2",
		},
		{
			Name:   "a variable qualified by a label, that has a column's name",
			Target: ">=24.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\n<<fn>>\nDECLARE\n  a INT8 := 1;\nBEGIN\n  a := a + 1;\n  UPDATE t SET a = fn.a WHERE t.a < fn.a;\n  RETURN a;\nEND $$;\n",
			Output: "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\n<<fn>>\nDECLARE\n  fn_a INT8 := 1;\nBEGIN\n  fn_a := fn_a + 1;\n  UPDATE t SET a = fn_a WHERE t.a < fn_a;\n  RETURN fn_a;\nEND $$;\n",
			Want:   []string{"7:20 error exact"},
			Error:  "no data source matches prefix: fn in this context",
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
	trigger := br.r.isTrigger()
	for _, f := range br.b.code {
		tables := relationsIn(f.tree)
		for i := f.First; i <= f.Last; i++ {
			br.numbered(f, i)
			if i+2 > f.Last {
				continue
			}
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
			case br.labelled(name):
				br.labelField(f, at, name, field, trigger)
			case br.r.noun != "DO block" && name == br.r.name.Name:
				br.parameterField(f, at, field)
			}
		}
	}
	if br.r.plpgsql() {
		br.labelTargets()
	}
}

// labelled reports whether a block or a loop of the body has the label.
func (br *bodyReader) labelled(name string) bool {
	if br.labels == nil {
		br.labels = map[string]bool{}
		if br.r.plpgsql() {
			br.b.src.Walk(func(n *pgsql.PLNode) { br.labels[n.Label] = n.Label != "" })
		}
	}
	return br.labels[name]
}

// labelTargets finds the assignments to label.variable.
func (br *bodyReader) labelTargets() {
	src := br.b.src
	src.Walk(func(n *pgsql.PLNode) {
		for i := n.Target.First; n.Kind == pgsql.PLAssign && !n.Target.Empty() && i+2 <= n.Target.Last; i++ {
			label, variable, ok := br.qualified(i)
			if !ok || !br.labelled(label) || !br.declares(variable) || br.renamed[variable] {
				continue
			}
			br.add(bodyIssue{PLSpan: pgsql.PLSpan{First: i, Last: i + 2}, about: aboutField, fidelity: Exact, edits: []Edit{br.replace(i, i+2, src.Str(i+2))},
				message: fmt.Sprintf("a variable qualified by the label %s is not supported: the label goes", label)})
		}
	})
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
		k := src.Tokens[i].Kind()
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

// numbered judges $1 at token i of a fragment: a field of it needs
// parentheses, and where CockroachDB counts the parameters in another way than
// PostgreSQL, the parameter's name takes the place of the number.
func (br *bodyReader) numbered(f fragment, i int) {
	src := br.b.src
	if src.Tokens[i].Kind() != pgsql.Param || br.r.noun == "DO block" {
		return
	}
	at := pgsql.PLSpan{First: i, Last: i}
	if src.Is(i+1, ".") {
		br.add(bodyIssue{PLSpan: at, about: aboutField, fidelity: Exact, edits: []Edit{br.replace(i, i, "("+src.Str(i)+")")},
			message: fmt.Sprintf("a field of a row is written (%s).a", src.Str(i))})
		return
	}
	number, err := strconv.Atoi(src.Str(i)[1:])
	if err != nil {
		return
	}
	k, param := br.parameter(number)
	if param == nil || br.counted(k) {
		return
	}
	is := bodyIssue{PLSpan: at, about: aboutField, fidelity: Exact, message: fmt.Sprintf("%s is not the parameter that PostgreSQL takes it for: CockroachDB counts parameters without a name or with OUT in another way", src.Str(i))}
	if br.r.language == "plpgsql" && br.Target.Meets("<26.1") {
		is.message = fmt.Sprintf("%s does not exist in PL/pgSQL before v26.1", src.Str(i))
	}
	name := param.Name
	switch {
	case name != "" && br.clashes(f, name):
		is.fidelity, is.todo = Manual, "Give the parameter a name that no column has, and write it instead of the number"
		br.add(is)
		return
	case name == "":
		name = fmt.Sprintf("arg%d", number)
		spans := parameterSpans(br.r.stmt)
		if k >= len(spans) || strings.Contains(src.Text, name) {
			is.fidelity, is.todo = Manual, "Give the parameter a name, and write it instead of the number"
			br.add(is)
			return
		}
		// The name stands in front of the type, behind the mode.
		t := spans[k][0]
		for br.r.stmt.Is(t, "in") || br.r.stmt.Is(t, "inout") {
			t++
		}
		start, end := br.r.stmt.span(t, t)
		is.edits = []Edit{br.r.stmt.Replace(start, end, name+" "+br.r.stmt.Text[start:end])}
		is.message += ": it gets the name " + name
	default:
		is.message += ": its name takes the place of the number"
	}
	is.edits = append(is.edits, br.replace(i, i, QuoteIdent(name)))
	br.add(is)
}

// counted reports whether CockroachDB finds the parameter with index k by the
// number that PostgreSQL gives it. Measured on v26.1: in SQL, parameters behind
// an OUT one are not found; in PL/pgSQL, only those with a name are counted.
func (br *bodyReader) counted(k int) bool {
	pl := br.r.language == "plpgsql"
	if pl && br.Target.Meets("<26.1") {
		return false
	}
	for _, p := range br.r.params[:k+1] {
		if p.Mode == pgsql.FuncParamOut || pl && p.Name == "" {
			return false
		}
	}
	return true
}

// clashes reports whether a name may mean a column in a fragment: of its
// tables, if one has such a column or is not known.
func (br *bodyReader) clashes(f fragment, name string) bool {
	if f.tree == nil {
		return true
	}
	clash := false
	pgsql.Walk(f.tree, func(n pgsql.Node, parents []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			// The rows that INSERT makes see no column of its table.
			if len(parents) > 0 {
				if ins, ok := parents[len(parents)-1].(*pgsql.InsertStmt); ok && ins.OnConflictClause == nil && len(ins.ReturningList) == 0 {
					return true
				}
			}
			t := br.Catalog.Table(n)
			clash = clash || t == nil || len(t.Columns()) == 0 || t.Column(name) != nil
		case *pgsql.RangeSubselect, *pgsql.RangeFunction, *pgsql.CommonTableExpr:
			clash = true
		}
		return true
	})
	return clash
}

// parameter returns the n-th input parameter, from 1, with its index.
func (br *bodyReader) parameter(n int) (int, *pgsql.FunctionParameter) {
	for i, p := range br.r.params {
		if p.Mode == pgsql.FuncParamOut || p.Mode == pgsql.FuncParamTable {
			continue
		}
		if n--; n == 0 {
			return i, p
		}
	}
	return 0, nil
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

func (br *bodyReader) labelField(f fragment, at pgsql.PLSpan, label, variable string, bind bool) {
	is := bodyIssue{PLSpan: at, about: aboutField, bind: bind, fidelity: Exact, message: fmt.Sprintf("a variable qualified by the label %s is not supported", label)}
	if br.renamed[variable] {
		return
	}
	if br.clashes(f, variable) {
		name, edits := br.rename(label, variable)
		if is.edits = edits; name == "" {
			is.fidelity, is.todo = Manual, "Give the variable a name that no column has, and write it alone"
		} else {
			is.message += fmt.Sprintf(", and alone it would mean a column: it gets the name %s", name)
		}
	} else {
		is.message += ": the label goes"
		is.edits = []Edit{br.replace(at.First, at.Last, br.b.src.Str(at.Last))}
	}
	br.add(is)
}

// rename gives a variable a name that no column has, wherever it is meant; the
// name is empty if that is not certain.
func (br *bodyReader) rename(label, variable string) (name string, edits []Edit) {
	src := br.b.src
	declared, ok := 0, true
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == variable {
				declared++
				ok = ok && n.Label == label
			}
		}
	})
	if name = br.fresh(label + "_" + variable); !ok || declared != 1 || name == "" {
		return "", nil
	}
	set := func(i int) { edits = append(edits, br.replace(i, i, name)) }
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == variable {
				set(d.First)
			}
		}
		for i := n.Target.First; i <= n.Target.Last; i++ {
			switch {
			case pgsql.Fold(src.Str(i)) != variable || n.Kind == pgsql.PLRaise:
			case !src.Is(i-1, "."):
				set(i)
			case pgsql.Fold(src.Str(i-2)) == label:
				edits = append(edits, br.replace(i-2, i, name))
			}
		}
	})
	for _, f := range br.b.code {
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			c, isColumn := n.(*pgsql.ColumnRef)
			if !isColumn || catalog.ListName(c.Fields).Name != variable {
				return true
			}
			i := br.b.tokenAt(f, int(c.Location))
			switch {
			case i < 0:
				ok = false
			case len(c.Fields) == 1 && f.query && br.clashes(f, variable):
				ok = false // PostgreSQL calls it ambiguous
			case len(c.Fields) == 1:
				set(i)
			case len(c.Fields) == 2 && catalog.ListName(c.Fields).Schema == label:
				edits = append(edits, br.replace(i, i+2, name))
			}
			return true
		})
	}
	if !ok {
		return "", nil
	}
	br.renamed = mapSet(br.renamed, variable, true)
	return name, edits
}

func (br *bodyReader) parameterField(f fragment, at pgsql.PLSpan, field string) {
	number := 0
	for k, p := range br.r.params {
		if p.Mode == pgsql.FuncParamOut || p.Mode == pgsql.FuncParamTable {
			continue
		}
		number++
		if p.Name != field {
			continue
		}
		is := bodyIssue{PLSpan: at, about: aboutField, fidelity: Exact, message: fmt.Sprintf("a parameter qualified by the function's name is not supported: %s is read as a table's name", br.b.src.Str(at.First))}
		switch {
		case br.counted(k):
			is.message += fmt.Sprintf("; $%d is the parameter", number)
			is.edits = []Edit{br.replace(at.First, at.Last, fmt.Sprintf("$%d", number))}
		case !br.clashes(f, field):
			is.edits = []Edit{br.replace(at.First, at.Last, br.b.src.Str(at.Last))}
		default:
			is.fidelity, is.todo = Manual, "Give the parameter a name that no column has, and write it alone"
		}
		br.add(is)
		return
	}
}
