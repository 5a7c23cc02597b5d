package rules

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionOption = &Rule{
	Name:  "function-option",
	Title: "Options of functions that CockroachDB does not take",
	Condition: "`PARALLEL`, `COST`, `ROWS`, `SUPPORT`, `SET ...`, `WINDOW` or `TRANSFORM` in `CREATE FUNCTION`, `CREATE PROCEDURE` or `ALTER FUNCTION`; " +
		"`LEAKPROOF` on a function that is not IMMUTABLE; `SECURITY DEFINER` before v24.3.",
	Effect: "Each is refused (SQLSTATE 0A000, 42601 or 42P13).",
	Workaround: "What only advises PostgreSQL's planner goes. `SET search_path` goes too: CockroachDB resolves the names in a body when the function is made and stores them " +
		"qualified, so a caller's search path cannot change what it means; the names have to be found with the search path that is in force there. Other settings are lost. WINDOW, TRANSFORM and an early SECURITY DEFINER are left to a person.",
	Versions: "*",
	Issues:   []int{17511},
	Sources:  []string{"CockroachDB docs, create-function.md", "release note v24.3.0-alpha.1 (SECURITY DEFINER)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "advice for the planner",
			Input:  "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 AS 'SELECT a + 1';\n",
			Output: "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql IMMUTABLE AS 'SELECT a + 1';\n",
			Want:   []string{"1:63 error exact", "1:77 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a search path",
			Target: ">=24.3",
			Input:  "CREATE FUNCTION f() RETURNS INT8 AS 'SELECT 1' LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp;\n",
			Output: "CREATE FUNCTION f() RETURNS INT8 AS 'SELECT 1' LANGUAGE sql SECURITY DEFINER;\n",
			Want:   []string{"1:78 error weaker"},
			Error:  "syntax error",
		},
		{
			Name:   "ALTER FUNCTION with nothing else",
			Setup:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input:  "ALTER FUNCTION f() COST 100;\nALTER FUNCTION f() STABLE;\n",
			Output: "ALTER FUNCTION f() STABLE;\n",
			Want:   []string{"1:20 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "the rights of the owner before v24.3",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';\n",
			Want:   []string{"1:47 error manual"},
			Manual: true,
		},
		{
			Name:   "a window function",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE sql WINDOW AS 'SELECT 1';\n",
			Want:   []string{"1:47 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindAlterFunctionStmt},
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.CreateFunctionStmt:
			for _, o := range optionSpans(p.Stmt, n.Options) {
				if f, ok := judgeOption(p, o, volatilityIn(n.Options)); ok {
					if f.Fidelity != Manual {
						f.Edits = []Edit{p.Delete(o.first, o.last)}
					}
					p.Report(f)
				}
			}
		case *pgsql.AlterFunctionStmt:
			checkAlterFunction(p, n)
		}
	},
}

// option is an option of CREATE or ALTER FUNCTION with its tokens.
type option struct {
	*pgsql.DefElem
	first, last int
}

// optionSpans finds the options of a function in its statement. Each ends
// where the next begins.
func optionSpans(st *Statement, list []pgsql.Node) []option {
	var out []option
	for _, e := range list {
		d, ok := e.(*pgsql.DefElem)
		if !ok || d.Location < 0 {
			continue
		}
		out = append(out, option{DefElem: d, first: st.TokenAt(int(d.Location))})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].first < out[j].first })
	for i := range out {
		end := len(st.Tokens)
		if i+1 < len(out) {
			end = out[i+1].first
		}
		// A body in the SQL standard's form is no option.
		for k := out[i].first + 1; k < end; k++ {
			if st.Is(k, "return") || st.Words(k, "begin", "atomic") {
				end = k
			}
		}
		if st.Is(end-1, "restrict") && end == len(st.Tokens) {
			end--
		}
		out[i].last = end - 1
	}
	return out
}

func volatilityIn(options []pgsql.Node) string {
	for _, o := range options {
		if d, ok := o.(*pgsql.DefElem); ok && d.Defname == "volatility" {
			if s, ok := d.Arg.(*pgsql.String); ok {
				return s.Sval
			}
		}
	}
	return ""
}

// judgeOption says what is wrong with an option, if anything. The edits are
// the caller's.
func judgeOption(p *Pass, o option, volatility string) (Finding, bool) {
	f := Finding{Severity: Error, Fidelity: Exact}
	f.at(p.Stmt, o.first, o.last)
	word := strings.ToUpper(p.Stmt.Str(o.first))
	switch o.Defname {
	case "parallel", "cost", "rows", "support":
		f.Message = word + " is a syntax error in CockroachDB; it only advises PostgreSQL's planner: it goes"
	case "set":
		f.Fidelity = Weaker
		f.Message = "a function of CockroachDB has no settings of its own: SET goes"
		if s, ok := o.Arg.(*pgsql.VariableSetStmt); ok && s.Name == "search_path" {
			f.Message = "a function of CockroachDB has no search_path of its own: the names in its body are resolved when it is made, with the search_path in force there, and stored qualified; SET goes"
		}
	case "leakproof":
		b, isBool := o.Arg.(*pgsql.Boolean)
		if volatility == "immutable" || isBool && !b.Boolval {
			return f, false
		}
		f.Fidelity = Weaker
		f.Message = "CockroachDB takes LEAKPROOF on IMMUTABLE functions only; it goes, and the planner will not move the function in front of a policy"
	case "security":
		b, isBool := o.Arg.(*pgsql.Boolean)
		switch {
		case !p.Target.Meets("<24.3"):
			return f, false
		case isBool && !b.Boolval:
			f.Message = "SECURITY INVOKER is a syntax error before v24.3, and the only way there: it goes"
			f.Until = "24.3"
		default:
			f.Fidelity, f.Until = Manual, "24.3"
			f.Message = "SECURITY DEFINER does not exist before v24.3: the function would run with the rights of its caller"
			f.Todo = "Set the target to \">=24.3\", or grant its callers what the body needs and delete the clause"
		}
	case "window", "transform":
		f.Fidelity = Manual
		f.Message = fmt.Sprintf("a %s function is a syntax error in CockroachDB", word)
		f.Todo = "Move what the function does to the application"
	default:
		return f, false
	}
	return f, true
}

func checkAlterFunction(p *Pass, n *pgsql.AlterFunctionStmt) {
	st := p.Stmt
	actions := optionSpans(st, n.Actions)
	volatility := volatilityIn(n.Actions)
	if volatility == "" && n.Func != nil {
		for _, fn := range p.Catalog.Named(n.Func) {
			volatility = fn.Volatility
		}
	}
	var found []Finding
	gone := 0
	for _, o := range actions {
		f, ok := judgeOption(p, o, volatility)
		if !ok {
			continue
		}
		if f.Fidelity != Manual {
			gone++
			f.Edits = []Edit{p.Delete(o.first, o.last)}
		}
		found = append(found, f)
	}
	for i := range found {
		if gone == len(actions) && found[i].Fidelity != Manual {
			found[i].Edits = p.DropStatement()
		}
		p.Report(found[i])
	}
}
