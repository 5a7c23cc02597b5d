package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var citextOperator = &Rule{
	Name:      "citext-operator",
	Title:     "CITEXT compares, and does nothing else",
	Condition: "A CHECK, a computed column or an index in which a CITEXT column is matched by LIKE or a regular expression, joined by `||`, or given to a function of texts such as lower() or length().",
	Effect:    "CockroachDB has these for TEXT only: \"unsupported comparison operator: <citext> ~ <string>\" (SQLSTATE 22023), \"unknown signature\" (42883).",
	Workaround: "The column is cast to TEXT there, and a match that PostgreSQL makes without regard to case is written as such: `~*` for `~`, ILIKE for LIKE. Queries need the same, " +
		"which only the program that sends them can do.",
	Versions: "*",
	Issues:   []int{149791},
	Sources:  []string{"PostgreSQL docs, citext", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a regular expression and a length",
			Target: ">=25.3",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, name citext CHECK (name ~ '^[a-z]+$' AND length(name) < 40), CHECK (name NOT LIKE 'a%'));\nCREATE INDEX i ON t (lower(name));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, name citext CHECK (name::TEXT ~* '^[a-z]+$' AND length(name::TEXT) < 40), CHECK (name::TEXT NOT ILIKE 'a%'));\nCREATE INDEX i ON t (lower(name::TEXT));\n",
			Want:   []string{"1:57 error exact", "1:86 error exact", "1:106 error exact", "2:28 error exact"},
			Error:  "unsupported comparison operator: <citext> ~ <string>",
		},
		{
			Name:   "comparisons",
			Target: ">=25.3",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, name citext CHECK (name <> '' AND name IN ('a', 'b')), s TEXT CHECK (s ~ 'x'));\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindAExpr, pgsql.KindFuncCall},
	Check: func(p *Pass, n pgsql.Node) {
		switch p.Stmt.Tree.(type) {
		case *pgsql.CreateStmt, *pgsql.AlterTableStmt, *pgsql.IndexStmt:
		default:
			return
		}
		switch n := n.(type) {
		case *pgsql.AExpr:
			matchCitext(p, n)
		case *pgsql.FuncCall:
			if !caseFunctions[catalog.ListName(n.Funcname).Name] {
				return
			}
			for _, a := range n.Args {
				if last, ok := citextColumn(p, a); ok {
					reportCitext(p, a, last, "this function takes", nil)
				}
			}
		}
	},
}

// caseFunctions are functions for which PostgreSQL takes a CITEXT as a text.
// Those that it has a variant of for CITEXT, such as replace() and
// regexp_replace(), which do not regard case, are none of them.
var caseFunctions = map[string]bool{
	"lower": true, "upper": true, "initcap": true, "length": true, "char_length": true, "character_length": true, "octet_length": true,
	"btrim": true, "ltrim": true, "rtrim": true, "substr": true, "substring": true, "left": true, "right": true, "concat": true, "md5": true, "reverse": true,
}

// matchCitext reports an operator that CITEXT does not have.
func matchCitext(p *Pass, n *pgsql.AExpr) {
	st := p.Stmt
	var edits []Edit
	switch op := catalog.ListName(n.Name).Name; {
	case op == "||":
	case n.Kind_ == pgsql.AexprLike || op == "~" || op == "!~":
		if _, ok := citextColumn(p, n.Lexpr); !ok {
			return
		}
		at := st.tokenOf(n)
		switch {
		case st.Is(at, "like"), st.Is(at+1, "like"):
			at = st.find(at, "like")
			edits = append(edits, p.Replace(st.Tokens[at].Start, st.Tokens[at].End, "ILIKE"))
		case at >= 0 && (st.Str(at) == "~" || st.Str(at) == "!~"):
			edits = append(edits, p.Insert(st.Tokens[at].End, "*"))
		case at >= 0 && (st.Str(at) == "~~" || st.Str(at) == "!~~"):
			edits = append(edits, p.Insert(st.Tokens[at].End, "*"))
		default:
			return
		}
	case n.Kind_ == pgsql.AexprIlike, op == "~*", op == "!~*":
	default:
		return
	}
	for _, e := range []pgsql.Node{n.Lexpr, n.Rexpr} {
		if last, ok := citextColumn(p, e); ok {
			reportCitext(p, e, last, "this operator takes", edits)
			edits = nil
		}
	}
}

func reportCitext(p *Pass, column pgsql.Node, last int, what string, edits []Edit) {
	st := p.Stmt
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%s TEXT but no CITEXT in CockroachDB: the column is cast, and a match stays one without regard to case", what)}
	f.at(st, st.tokenOf(column), last)
	f.Edits = append(edits, p.Insert(f.End, "::TEXT"))
	p.Report(f)
}

// citextColumn returns the last token of n if it is a column of type CITEXT.
func citextColumn(p *Pass, n pgsql.Node) (last int, ok bool) {
	ref, ok := n.(*pgsql.ColumnRef)
	if !ok || columnType(p, catalog.ListName(ref.Fields).Name).Name != "citext" {
		return 0, false
	}
	first := p.Stmt.tokenOf(ref)
	if first < 0 {
		return 0, false
	}
	return p.Stmt.nameEnd(first), true
}
