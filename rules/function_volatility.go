package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionVolatility = &Rule{
	Name:  "function-volatility",
	Title: "A function that is less stable than it says",
	Condition: "A function declared `IMMUTABLE` or `STABLE` whose body reads tables, depends on settings or the time, changes rows, raises errors or catches them. " +
		"(A function that only casts a text to a date or time and is used in computed columns or indexes: see `text-time-cast`.)",
	Effect: "PostgreSQL believes the declaration. CockroachDB checks the body from v23.1 on and refuses the function (SQLSTATE 22023). RAISE and EXCEPTION count as volatile there.",
	Workaround: "The declaration becomes what the body is, STABLE or VOLATILE; `format('%s-%s', a, b)` becomes `concat(a, '-', b)` if that suffices. Its calls give the same; the planner may evaluate it more often, and it cannot stand in a computed column or an index. " +
		"Where it does stand in one, a person has to write the expression with immutable functions.",
	Versions: ">=23.1",
	Sources:  []string{"CockroachDB source v26.1, optbuilder/create_function.go (checkStmtVolatility)", "CockroachDB docs, functions-and-operators.md (volatility of each function)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "one row, and an end without RETURN",
			Target: ">=24.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql STABLE AS $$\nDECLARE\n  i INT8;\nBEGIN\n  SELECT id INTO STRICT i FROM t WHERE id = n;\n  RETURN i;\nEND $$;\n" +
				"CREATE FUNCTION g(n INT8) RETURNS INT8 LANGUAGE plpgsql IMMUTABLE AS $$\nBEGIN\n  IF n > 1 THEN\n    RETURN 1;\n  END IF;\nEND $$;\n",
			Output: "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql VOLATILE AS $$\nDECLARE\n  i INT8;\nBEGIN\n  SELECT id INTO STRICT i FROM t WHERE id = n;\n  RETURN i;\nEND $$;\n" +
				"CREATE FUNCTION g(n INT8) RETURNS INT8 LANGUAGE plpgsql VOLATILE AS $$\nBEGIN\n  IF n > 1 THEN\n    RETURN 1;\n  END IF;\nEND $$;\n",
			Want:  []string{"1:57 error weaker", "8:57 error weaker"},
			Error: "volatile statement not allowed in stable function",
		},
		{
			Name:   "a loop to what is no constant",
			Target: ">=24.3",
			Input: "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql IMMUTABLE AS $$\nDECLARE\n  s INT8 := 0;\nBEGIN\n  FOR i IN 1..n LOOP\n    s := s + i;\n  END LOOP;\n  RETURN s;\nEND $$;\n" +
				"CREATE FUNCTION g() RETURNS INT8 LANGUAGE plpgsql IMMUTABLE AS $$\nDECLARE\n  s INT8 := 0;\nBEGIN\n  FOR i IN 1..10 LOOP\n    s := s + i;\n  END LOOP;\n  RETURN s;\nEND $$;\n",
			Output: "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql VOLATILE AS $$\nDECLARE\n  s INT8 := 0;\nBEGIN\n  FOR i IN 1..n LOOP\n    s := s + i;\n  END LOOP;\n  RETURN s;\nEND $$;\n" +
				"CREATE FUNCTION g() RETURNS INT8 LANGUAGE plpgsql IMMUTABLE AS $$\nDECLARE\n  s INT8 := 0;\nBEGIN\n  FOR i IN 1..10 LOOP\n    s := s + i;\n  END LOOP;\n  RETURN s;\nEND $$;\n",
			Want:  []string{"1:57 error weaker"},
			Error: "volatile statement not allowed in immutable function",
		},
		{
			Name:   "a table",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql IMMUTABLE AS 'SELECT count(*) FROM t';\n",
			Output: "CREATE FUNCTION n() RETURNS BIGINT LANGUAGE sql STABLE AS 'SELECT count(*) FROM t';\n",
			Want:   []string{"1:49 error weaker"},
			Error:  "referencing relations is not allowed in immutable function",
		},
		{
			Name:   "an error",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(a INT8) RETURNS INT8 STABLE AS $$\nBEGIN\n  IF a < 0 THEN\n    RAISE EXCEPTION 'negative';\n  END IF;\n  RETURN a;\nEND $$ LANGUAGE plpgsql;\n",
			Output: "CREATE FUNCTION f(a INT8) RETURNS INT8 VOLATILE AS $$\nBEGIN\n  IF a < 0 THEN\n    RAISE EXCEPTION 'negative';\n  END IF;\n  RETURN a;\nEND $$ LANGUAGE plpgsql;\n",
			Want:   []string{"1:40 error weaker"},
			Error:  "volatile statement not allowed in stable function",
		},
		{
			Name:   "used in an index",
			Target: ">=25.3",
			Input:  "CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT format(''%L'', a)';\nCREATE TABLE t (a TEXT PRIMARY KEY);\nCREATE INDEX i ON t (f(a));\n",
			Want:   []string{"1:53 error manual"},
			Error:  "stable statement not allowed in immutable function",
			Manual: true,
		},
		{
			Name:   "format",
			Input:  "CREATE FUNCTION f(a TEXT, b INT8) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT format('%s-%s.', a, b) $$;\n",
			Output: "CREATE FUNCTION f(a TEXT, b INT8) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT concat(a, '-', b::TEXT, '.') $$;\n",
			Want:   []string{"1:61 error exact"},
			Error:  "stable statement not allowed in immutable function",
		},
		{
			Name:  "an immutable body",
			Input: "CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lower(a) || ''x''';\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[unstable](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			if f, ok := judgeVolatility(p, n); ok {
				mem.found = append(mem.found, f)
			}
		case *pgsql.FuncCall:
			if !inImmutablePlace(p) {
				return
			}
			for _, f := range mem.found {
				if f.name == catalog.ListName(n.Funcname).Name {
					f.used = true
				}
			}
		}
	},
	Finish: func(p *Pass) {
		for _, f := range State[unstable](p).found {
			f.report(p)
		}
	},
}

// unstable is the rule's memory: the functions that say too much of
// themselves. It is settled at the end, since an index may use one.
type unstable struct{ found []*unstableFunction }

type unstableFunction struct {
	stmt        *Statement
	name        string
	first, last int // the tokens of the declaration
	declared    string
	actual      string
	why         string
	used        bool
	// formats are the edits that write format() as concat(), which is immutable;
	// needless with that alone the body is what the declaration says.
	formats  []Edit
	needless bool
}

func (f *unstableFunction) report(p *Pass) {
	out := Finding{
		Stmt: f.stmt, Severity: Error, Fidelity: Weaker,
		Message: fmt.Sprintf("the function is declared %s, but %s, which makes it %s for CockroachDB: the declaration becomes that", strings.ToUpper(f.declared), f.why, f.actual),
	}
	out.at(f.stmt, f.first, f.last)
	if f.needless {
		out.Fidelity, out.Edits = Exact, f.formats
		out.Message = fmt.Sprintf("the function is declared %s, but format() is stable for CockroachDB; concat() gives the same and is immutable: it takes its place", strings.ToUpper(f.declared))
		p.Report(out)
		return
	}
	if f.used {
		out.Fidelity = Manual
		out.Message = fmt.Sprintf("the function is declared %s and used in a computed column or an index, but %s, which makes it %s for CockroachDB", strings.ToUpper(f.declared), f.why, f.actual)
		out.Todo = "Write its body with immutable functions (parse_date, parse_timestamp, to_tsvector with a configuration, ...)"
	} else {
		out.Edits = []Edit{f.stmt.Replace(out.Start, out.End, strings.ToUpper(f.actual))}
	}
	p.Report(out)
}

// judgeVolatility compares what a function says of itself with its body.
func judgeVolatility(p *Pass, n *pgsql.CreateFunctionStmt) (*unstableFunction, bool) {
	r := routineOf(p)
	if r.body == nil || r.isTrigger() || r.volatility == "volatile" || isBroken(p, r.name) {
		return nil, false
	}
	if _, ok := converterBody(p, n); ok {
		return nil, false
	}
	actual, why := bodyVolatility(p, r, false)
	if actual <= volatilityRank[r.volatility] {
		return nil, false
	}
	f := &unstableFunction{stmt: p.Stmt, name: r.name.Name, declared: r.volatility, actual: [...]string{"immutable", "stable", "volatile"}[actual], why: why}
	if without, _ := bodyVolatility(p, r, true); without <= volatilityRank[r.volatility] && r.body.from != nil {
		f.needless, f.formats = true, concatEdits(p, r)
	}
	for _, o := range optionSpans(p.Stmt, n.Options) {
		if o.Defname == "volatility" {
			f.first, f.last = o.first, o.first
			return f, true
		}
	}
	return nil, false
}

var volatilityRank = map[string]int{"immutable": 0, "stable": 1, "volatile": 2}

// bodyVolatility returns how stable a body surely is not, and what makes it
// so. What depends on types that are not known here is left out; calls of
// format() that concat() can replace are if asked.
func bodyVolatility(p *Pass, r *routine, formats bool) (rank int, why string) {
	raise := func(to int, format string, args ...any) {
		if to > rank {
			rank, why = to, fmt.Sprintf(format, args...)
		}
	}
	if r.plpgsql() {
		if r.returnsValue() && fallsThrough([]*pgsql.PLNode{r.body.src.Block}) {
			raise(2, "its body can end without RETURN, which is an error")
		}
		r.body.src.Walk(func(n *pgsql.PLNode) {
			switch {
			case n.Kind == pgsql.PLSQL && !n.Target.Empty() && r.body.src.Is(n.Target.First-1, "strict"):
				raise(2, "line %d of its body raises an error unless there is one row", r.body.src.Line(n.First))
			case n.Kind == pgsql.PLRaise:
				raise(2, "line %d of its body raises a message", r.body.src.Line(n.First))
			case n.Kind == pgsql.PLBlock && len(n.Conditions) > 0:
				raise(2, "its body catches errors")
			case n.Kind == pgsql.PLCall:
				raise(2, "its body calls a procedure")
			case n.Kind == pgsql.PLOpen, n.Kind == pgsql.PLForQuery:
				raise(2, "line %d of its body reads rows by a cursor", r.body.src.Line(n.First))
			}
		})
	}
	for _, f := range r.body.code {
		if f.tree == nil {
			continue
		}
		if f.node != nil && f.node.Kind == pgsql.PLForInt && !isFolded(p, r, f) {
			raise(2, "line %d of its body counts to what is no constant, which CockroachDB checks by code that can raise an error", r.body.src.Line(f.First))
		}
		local := map[string]bool{}
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			switch n := n.(type) {
			case *pgsql.CommonTableExpr:
				local[n.Ctename] = true
			case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt:
				raise(2, "its body changes rows")
			case *pgsql.LockingClause:
				raise(2, "its body locks rows")
			}
			return true
		})
		for _, c := range judgeFragment(p, r, f, expr.Context{Volatility: true}) {
			if call, ok := c.Node.(*pgsql.FuncCall); ok && formats {
				if _, ok := formatPieces(call); ok {
					continue
				}
			}
			rank := int(c.Volatility)
			switch c.Kind {
			case expr.Function, expr.UserFunction:
				raise(rank, "it calls %s(), which is %s", c.Name, c.Volatility)
			case expr.Operator:
				raise(rank, "it uses %s, which is %s for these types", c.Name, c.Volatility)
			case expr.Cast:
				if !c.Literal { // those are read when the function is made
					raise(rank, "it casts to %s, which depends on settings of the session", typeSQL(c.To))
				}
			}
		}
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			if rv, ok := n.(*pgsql.RangeVar); ok && (rv.Schemaname != "" || !local[rv.Relname]) {
				raise(1, "its body reads %s", rangeText(rv))
			}
			return true
		})
	}
	return rank, why
}

// returnsValue reports whether the routine has to return a single value by
// RETURN.
func (r *routine) returnsValue() bool {
	for _, p := range r.params {
		if p.Mode == pgsql.FuncParamOut || p.Mode == pgsql.FuncParamInout || p.Mode == pgsql.FuncParamTable {
			return false
		}
	}
	return r.noun == "function" && !r.returns.SetOf && !r.isTrigger() && builtin(r.returns) != "void"
}

// fallsThrough reports whether what stands behind the statements can surely be
// reached.
func fallsThrough(list []*pgsql.PLNode) bool {
	for _, n := range list {
		switch n.Kind {
		case pgsql.PLReturn, pgsql.PLRaise, pgsql.PLLoop, pgsql.PLCase:
			return false
		case pgsql.PLBlock:
			if len(n.Lists) > 0 && !fallsThrough(n.Lists[0]) {
				return false
			}
		case pgsql.PLIf:
			returns := len(n.Lists) > len(n.Exprs) // it has an ELSE
			for _, branch := range n.Lists {
				returns = returns && !fallsThrough(branch)
			}
			if returns {
				return false
			}
		}
	}
	return true
}

// isFolded reports whether an expression of a PL/pgSQL body is a constant for
// CockroachDB's optimizer when the function is made. Then it takes out the
// checks of a loop's bounds, which are volatile.
func isFolded(p *Pass, r *routine, f fragment) bool {
	folded := len(judgeFragment(p, r, f, expr.Context{Volatility: true})) == 0
	pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.ParamRef, *pgsql.RangeVar:
			folded = false
		case *pgsql.ColumnRef:
			folded = folded && len(n.Fields) == 1 && holdsConstant(r.body.src, catalog.ListName(n.Fields).Name)
		}
		return folded
	})
	return folded
}

// holdsConstant reports whether a variable has a constant from its declaration
// and nothing assigns to it.
func holdsConstant(src *pgsql.PLSource, name string) bool {
	constant := false
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == name {
				k := src.Tokens[max(d.Default.First, 0)].Kind()
				constant = !d.Default.Empty() && d.Default.First == d.Default.Last && (k == pgsql.Number || k == pgsql.Literal)
			}
		}
	})
	src.Walk(func(n *pgsql.PLNode) {
		for i := n.Target.First; constant && !n.Target.Empty() && i <= n.Target.Last; i++ {
			constant = pgsql.Fold(src.Str(i)) != name
		}
	})
	return constant
}

// formatPieces returns the texts around the arguments of format('..%s..', ...)
// whose placeholders are plain ones, one for each argument.
func formatPieces(n *pgsql.FuncCall) ([]string, bool) {
	name := catalog.ListName(n.Funcname)
	if name.Name != "format" || len(n.Args) < 2 || n.FuncVariadic {
		return nil, false
	}
	k, ok := n.Args[0].(*pgsql.AConst)
	if !ok {
		return nil, false
	}
	text, ok := catalog.StringConst(k)
	if !ok {
		return nil, false
	}
	pieces := []string{""}
	for i := 0; i < len(text); i++ {
		last := len(pieces) - 1
		switch {
		case strings.HasPrefix(text[i:], "%%"):
			pieces[last] += "%"
			i++
		case strings.HasPrefix(text[i:], "%s"):
			pieces = append(pieces, "")
			i++
		case text[i] == '%':
			return nil, false
		default:
			pieces[last] += text[i : i+1]
		}
	}
	return pieces, len(pieces) == len(n.Args)
}

// concatEdits writes the body's calls of format() as concat(): both take NULL
// for an empty text.
func concatEdits(p *Pass, r *routine) []Edit {
	b := r.body
	br := &bodyReader{Pass: p, r: r, b: b}
	var out []Edit
	for _, f := range b.code {
		if f.tree == nil {
			continue
		}
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			call, ok := n.(*pgsql.FuncCall)
			if !ok {
				return true
			}
			pieces, ok := formatPieces(call)
			i := b.tokenAt(f, int(call.Location))
			if !ok || i < 0 {
				return true
			}
			open := br.nameEnd(i) + 1
			args := b.src.Elements(open)
			if len(args) != len(pieces) {
				return true
			}
			head := br.replace(i, args[1][0]-1, "concat("+QuoteString(pieces[0])+",")
			if pieces[0] == "" {
				head.New = "concat("
				head.End = br.insert(args[1][0], "").Start
			}
			out = append(out, head)
			for k := 1; k < len(pieces); k++ {
				if pieces[k] != "" {
					out = append(out, br.after(args[k][1], ", "+QuoteString(pieces[k])))
				}
			}
			return true
		})
	}
	return out
}

func rangeText(rv *pgsql.RangeVar) string {
	return catalog.Name{Schema: rv.Schemaname, Name: rv.Relname}.String()
}

// inImmutablePlace reports whether the checked node stands where CockroachDB
// takes immutable expressions only.
func inImmutablePlace(p *Pass) bool {
	for i := 0; ; i++ {
		switch n := p.Parent(i).(type) {
		case nil:
			return false
		case *pgsql.Constraint:
			return n.Contype == pgsql.ConstrGenerated
		case *pgsql.IndexElem, *pgsql.IndexStmt:
			return true
		}
	}
}
