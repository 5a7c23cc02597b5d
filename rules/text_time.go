package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var textTime = &Rule{
	Name:  "text-time-cast",
	Title: "A text becomes a date or a time in a computed column or an index",
	Condition: "A cast from text to `timestamptz`, `timestamp`, `date`, `time`, `timetz` or `interval` in a computed column, an " +
		"index expression or an index predicate, or a call of a function that is declared IMMUTABLE and does no more than such a cast.",
	Effect: "The result of these casts depends on settings of the session, so CockroachDB refuses them there (SQLSTATE 0A000, " +
		"\"context-dependent operators are not allowed\"), and refuses the function because its body is not immutable (22023). PostgreSQL does not look into the function.",
	Workaround: "The cast becomes `parse_timestamp` or its relative for the type. For `timestamptz` at UTC the offset has to be " +
		"applied as well, which `parse_timestamp` ignores: the expression parses the local time, rounds the fraction to microseconds as PostgreSQL does (ties to even) " +
		"and subtracts the offset. It gives PostgreSQL's value for every RFC 3339 string. Strings of other forms that PostgreSQL takes " +
		"(`now`, `+02` without minutes) are errors or read differently.",
	Versions: "*",
	Issues:   []int{87699},
	Sources: []string{
		"measured on v26.1: 0 of 10,000 random RFC 3339 strings differ from PostgreSQL 15",
		"CockroachDB docs, computed-columns.md",
	},
	Examples: []Example{
		{
			Name: "a function around the cast",
			Input: "CREATE FUNCTION convert_ts(s VARCHAR) RETURNS TIMESTAMP AS $$\nBEGIN\n  RETURN s::timestamptz AT TIME ZONE 'UTC';\nEND\n$$ LANGUAGE plpgsql IMMUTABLE RETURNS NULL ON NULL INPUT;\n" +
				"CREATE TABLE t (id INT8 PRIMARY KEY, a JSONB, at TIMESTAMP GENERATED ALWAYS AS (convert_ts(a->>'at')) STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a JSONB, at TIMESTAMP GENERATED ALWAYS AS (" + utcText("a->>'at'") + ") STORED);\n",
			Want:   []string{"1:1 error exact", "6:81 error exact"},
			Error:  "stable statement not allowed in immutable function",
		},
		{
			Name:   "the cast itself",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT, at TIMESTAMP GENERATED ALWAYS AS (s::timestamptz AT TIME ZONE 'UTC') STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT, at TIMESTAMP GENERATED ALWAYS AS (" + utcText("s") + ") STORED);\n",
			Want:   []string{"1:80 error exact"},
			Error:  "context-dependent operators are not allowed in STORED COMPUTED COLUMN",
		},
		{
			Name:   "a date",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB, d DATE GENERATED ALWAYS AS ((j->>'d')::date) STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB, d DATE GENERATED ALWAYS AS (parse_date(j->>'d')) STORED);\n",
			Want:   []string{"1:75 error exact"},
			Error:  "context-dependent operators are not allowed in STORED COMPUTED COLUMN",
		},
		{
			Name:  "a TIMESTAMPTZ column at a time zone depends on no setting",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, tz TIMESTAMPTZ, at TIMESTAMP GENERATED ALWAYS AS (tz AT TIME ZONE 'UTC') STORED);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindFuncCall},
	Check: checkTextTime,
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if f, ok := textTimeFinding(o); ok {
				p.Report(f)
			}
		}
	},
	Finish: finishTextTime,
}

// utcText is the expression for text::timestamptz AT TIME ZONE 'UTC': the
// local time, plus the fraction rounded to microseconds, less the offset.
//
// parse_timestamp alone drops the offset and rounds ties up. The fraction goes
// through FLOAT8 because round() takes ties to even there, as PostgreSQL does.
func utcText(s string) string {
	return fmt.Sprintf("parse_timestamp(substr(%[1]s, 1, 19))"+
		" + round(COALESCE(regexp_extract(%[1]s, '[.][0-9]+'), '0')::FLOAT8 * 1000000.0)::INT8 * parse_interval('0.000001s')"+
		" - COALESCE(parse_interval(regexp_extract(%[1]s, '[+-][0-9]{2}:[0-9]{2}$')), parse_interval('0s'))", s)
}

// conversion is what happens to a text: which type it becomes, and whether the
// instant is then read at UTC.
type conversion struct {
	to  string
	utc bool
}

// rewrite returns CockroachDB's immutable expression for the conversion of an
// operand, and whether there is one.
func (c conversion) rewrite(operand string) (string, bool) {
	switch {
	case c.to == "timestamptz" && c.utc:
		return utcText(operand), true
	case c.to == "timestamptz":
		return "(" + utcText(operand) + ") AT TIME ZONE 'UTC'", true
	case c.utc:
		return "", false
	}
	name, ok := parsers[c.to]
	return name + "(" + operand + ")", ok
}

// parsers are the functions that read a text without asking the session.
var parsers = map[string]string{
	"timestamp": "parse_timestamp", "date": "parse_date", "time": "parse_time", "timetz": "parse_timetz", "interval": "parse_interval",
}

// converters is the rule's memory: the functions that do no more than convert.
type converters struct {
	functions map[catalog.Name]*converter
}

type converter struct {
	conversion
	stmt *Statement
	// drops are the statements that drop the function.
	drops []*Statement
	// left counts uses that could not be replaced.
	left int
	used bool
}

func checkTextTime(p *Pass, n pgsql.Node) {
	st := p.Stmt
	switch n := n.(type) {
	case *pgsql.CreateFunctionStmt:
		if conv, ok := converterBody(p, n); ok {
			mem := State[converters](p)
			if mem.functions == nil {
				mem.functions = map[catalog.Name]*converter{}
			}
			name := catalog.ListName(n.Funcname)
			mem.functions[catalog.Name{Name: name.Name}] = &converter{conversion: conv, stmt: st}
		}
	case *pgsql.FuncCall:
		conv := State[converters](p).functions[catalog.Name{Name: catalog.ListName(n.Funcname).Name}]
		if conv == nil {
			return
		}
		conv.used = true
		first := st.tokenOf(n)
		last, args := st.call(first)
		if last < 0 || len(args) != 1 {
			conv.left++
			return
		}
		text, ok := conv.rewrite(st.textOf(args[0][0], args[0][1]))
		if !ok {
			conv.left++
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact,
			Message: fmt.Sprintf("%s() converts a text to %s, which depends on settings of the session; the immutable expression for it takes its place",
				catalog.ListName(n.Funcname).Name, conv.to)}
		f.at(st, first, last)
		f.Edits = []Edit{p.Replace(f.Start, f.End, wrap(p.Parent(0), text))}
		p.Report(f)
	}
}

// wrap puts an expression of several operators into parentheses where it
// becomes part of a larger one.
func wrap(parent pgsql.Node, text string) string {
	if !strings.Contains(text, " ") {
		return text
	}
	switch parent.(type) {
	case *pgsql.Constraint, *pgsql.FuncCall, *pgsql.CoalesceExpr:
		return text
	}
	return "(" + text + ")"
}

// textTimeFinding is the finding of a cast from text to a date or a time that an
// immutable expression can take the place of: the cast itself, or AT TIME ZONE
// 'UTC' around it.
func textTimeFinding(o *objection) (Finding, bool) {
	cast, ok := o.Node.(*pgsql.TypeCast)
	if !ok || o.Kind != expr.Cast || o.Volatility != expr.Stable {
		return Finding{}, false
	}
	if _, literal := cast.Arg.(*pgsql.AConst); literal || !textTypes[builtin(o.From)] {
		return Finding{}, false
	}
	whole, parent := pgsql.Node(cast), pgsql.Node(nil)
	pgsql.Walk(o.root, func(n pgsql.Node, parents []pgsql.Node) bool {
		up := func(i int) pgsql.Node {
			if i = len(parents) - i; i >= 0 {
				return parents[i]
			}
			return o.owner
		}
		if n == pgsql.Node(cast) {
			if call, ok := up(1).(*pgsql.FuncCall); ok && isAtUTC(call) && call.Args[1] == n {
				whole, parent = call, up(2)
			} else {
				parent = up(1)
			}
		}
		return true
	})
	conv := conversion{to: builtin(o.To), utc: whole != pgsql.Node(cast)}
	first, last, ok := o.site.extent(whole)
	operandFirst, operandLast, found := o.site.extent(cast.Arg)
	text, can := conv.rewrite(o.site.st.textOf(operandFirst, operandLast))
	if !ok || !found || !can {
		return Finding{}, false
	}
	f := Finding{Severity: Error, Fidelity: Exact,
		Message: fmt.Sprintf("a cast from text to %s depends on settings of the session, which CockroachDB does not allow in %s; an immutable expression takes its place", conv.to, placeWords(o.place))}
	f.at(o.site.st, first, last)
	f.Edits = []Edit{o.site.replace(first, last, wrap(parent, text))}
	return f, true
}

// placeWords names a place in words.
func placeWords(place expr.Place) string {
	switch place {
	case expr.IndexElement:
		return "an index expression"
	case expr.IndexPredicate:
		return "an index predicate"
	case expr.CheckConstraint:
		return "a CHECK"
	case expr.ColumnDefault, expr.AddColumnDefault, expr.SetDefault:
		return "a default"
	case expr.PolicyUsing, expr.PolicyCheck:
		return "a policy"
	case expr.TriggerWhen:
		return "the condition of a trigger"
	case expr.Query:
		return "a query"
	}
	return "a computed column"
}

// isAtUTC recognises x AT TIME ZONE 'UTC'.
func isAtUTC(n *pgsql.FuncCall) bool {
	if catalog.ListName(n.Funcname).Name != "timezone" || len(n.Args) != 2 || n.Funcformat != pgsql.CoerceSqlSyntax {
		return false
	}
	zone, ok := n.Args[0].(*pgsql.AConst)
	if !ok {
		return false
	}
	name, ok := catalog.StringConst(zone)
	return ok && strings.EqualFold(name, "utc")
}

var textTypes = words("text varchar bpchar name")

// converterBody recognises a function of one text argument, declared IMMUTABLE,
// whose body returns a conversion of it and nothing else.
func converterBody(p *Pass, n *pgsql.CreateFunctionStmt) (conversion, bool) {
	name := catalog.ListName(n.Funcname)
	if len(n.Parameters) != 1 {
		return conversion{}, false
	}
	param, ok := n.Parameters[0].(*pgsql.FunctionParameter)
	if !ok || !textTypes[builtin(catalog.TypeOf(param.ArgType))] || len(p.Catalog.Functions(name)) > 0 {
		return conversion{}, false
	}
	r := routineOf(p)
	if r.volatility != "immutable" || r.body == nil {
		return conversion{}, false
	}
	sel, ok := onlyReturn(r).(*pgsql.SelectStmt)
	if !ok || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.WhereClause != nil {
		return conversion{}, false
	}
	rt, _ := sel.TargetList[0].(*pgsql.ResTarget)
	conv := conversion{}
	value := rt.Val
	if call, ok := value.(*pgsql.FuncCall); ok && isAtUTC(call) {
		conv.utc, value = true, call.Args[1]
	}
	cast, ok := value.(*pgsql.TypeCast)
	if !ok {
		return conversion{}, false
	}
	conv.to = builtin(catalog.TypeOf(cast.TypeName))
	switch arg := cast.Arg.(type) {
	case *pgsql.ColumnRef:
		ok = len(arg.Fields) == 1 && catalog.ListName(arg.Fields).Name == param.Name
	case *pgsql.ParamRef:
		ok = arg.Number == 1
	default:
		ok = false
	}
	_, can := conv.rewrite("")
	return conv, ok && can
}

// onlyReturn returns what a body returns, as a query, if it does nothing else.
func onlyReturn(r *routine) pgsql.Node {
	var ret *pgsql.PLNode // nil in a SQL body
	if r.plpgsql() {
		lists := r.body.src.Block.Lists
		if len(lists) != 1 || len(lists[0]) != 1 || lists[0][0].Kind != pgsql.PLReturn {
			return nil
		}
		ret = lists[0][0]
	} else if r.body.err != nil || len(r.body.code) != 1 {
		return nil
	}
	for _, f := range r.body.code {
		if f.node == ret {
			return f.tree
		}
	}
	return nil
}

// finishTextTime drops the functions whose last use was replaced.
func finishTextTime(p *Pass) {
	for _, conv := range sortedConverters(State[converters](p).functions) {
		if conv.left > 0 || !conv.used {
			p.Report(Finding{
				Stmt: conv.stmt, Severity: Error, Fidelity: Manual,
				Message: "the function is declared IMMUTABLE, but its body depends on settings of the session: CockroachDB refuses it",
				Todo:    "Declare it STABLE, and replace its calls in computed columns and indexes",
			})
			continue
		}
		edits := []Edit{conv.stmt.Dropped()}
		for _, d := range conv.drops {
			edits = append(edits, d.Dropped())
		}
		p.Report(Finding{
			Stmt: conv.stmt, Severity: Error, Fidelity: Exact, Edits: edits,
			Message: "the function is declared IMMUTABLE, but its body depends on settings of the session, which CockroachDB refuses; its calls are replaced, so it goes",
		})
	}
}

func sortedConverters(m map[catalog.Name]*converter) []*converter {
	var out []*converter
	for _, c := range m {
		out = append(out, c)
	}
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].stmt.Number < out[j-1].stmt.Number; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}
