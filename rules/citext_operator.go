package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var citextOperator = &Rule{
	Name:      "citext-operator",
	Title:     "CITEXT compares, and does nothing else",
	Condition: "An inverted index on a CITEXT column; a CHECK, a computed column, an index, a view or a query in which a CITEXT value is matched by LIKE or a regular expression, joined by `||`, or given to a function of texts such as lower() or length().",
	Effect:    "CockroachDB has these for TEXT only: \"unsupported comparison operator: <citext> ~ <string>\" (SQLSTATE 22023), \"unknown signature\" (42883).",
	Workaround: "The column is cast to TEXT there, and a match that PostgreSQL makes without regard to case is written as such: `~*` for `~`, ILIKE for LIKE. Queries need the same, " +
		"which only the program that sends them can do: an inverted index serves those that cast the column.",
	Versions: "*",
	Issues:   []int{149791},
	Sources:  []string{"PostgreSQL docs, citext", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a regular expression and a length",
			Target: ">=25.3",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, name citext CHECK (name ~ '^[a-z]+$' AND length(name) < 40), CHECK (name NOT LIKE 'a%'));\nCREATE INDEX i ON t (lower(name));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, name citext CHECK (name::TEXT ~* '^[a-z]+$' AND length(name::TEXT) < 40), CHECK (name::TEXT NOT ILIKE 'a%'));\nCREATE INDEX i ON t (lower(name::TEXT));\n",
			Want:   []string{"1:57 error exact", "1:86 error exact", "1:106 warning exact", "2:28 error exact"},
			Error:  "unsupported comparison operator: <citext> ~ <string>",
		},
		{
			Name:   "an index for LIKE",
			Target: ">=25.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, name citext);\n",
			Input:  "CREATE INDEX i ON t USING GIN (name gin_trgm_ops);\n",
			Output: "CREATE INDEX i ON t USING GIN ((name::TEXT) gin_trgm_ops);\n",
			Want:   []string{"1:32 error weaker"},
			Error:  "has type citext, which is not allowed as the last column in an inverted index",
		},
		{
			Name:   "comparisons",
			Target: ">=25.3",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, name citext CHECK (name <> '' AND name IN ('a', 'b')), s TEXT CHECK (s ~ 'x'));\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, n pgsql.Node) { searchCitext(p, n.(*pgsql.IndexStmt)) },
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if o.Kind == expr.UnknownSignature && o.has("citext") {
				matchCitext(p, o)
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

// matchCitext reports an operator or a function that CITEXT does not have.
func matchCitext(p *Pass, o *objection) {
	what, edits, ok := "this operator takes", []Edit(nil), false
	switch n := o.Node.(type) {
	case *pgsql.AExpr:
		edits, ok = caselessEdits(o.site, n)
	case *pgsql.FuncCall:
		what, ok = "this function takes", caseFunctions[catalog.ListName(n.Funcname).Name]
	}
	if !ok {
		f := manual("CockroachDB: "+o.Message, "Cast the CITEXT to TEXT, and write a comparison without regard to case as such: with ~*, ILIKE or lower()")
		o.at(&f)
		p.Report(f)
		return
	}
	for _, e := range o.Operands {
		if e.Type.Name != "citext" {
			continue
		}
		first, last, bound, ok := o.site.castPlaces(e.Node)
		if !ok {
			continue
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%s TEXT but no CITEXT in CockroachDB: the column is cast, and a match stays one without regard to case", what)}
		if o.Later {
			f.Severity = Warning
			f.Message = "LIKE takes TEXT but no CITEXT in CockroachDB, which shows only when a row is matched: the column is cast, and the match stays one without regard to case"
		}
		f.at(o.site.st, first, last)
		f.Edits, edits = edits, nil
		if !bound {
			f.Edits = append(f.Edits, o.site.insert(first, false, "("), o.site.insert(last, true, ")::TEXT"))
		} else {
			f.Edits = append(f.Edits, o.site.insert(last, true, "::TEXT"))
		}
		p.Report(f)
	}
}

// caselessEdits returns the edits that make an operator one without regard to
// case; ok is false for an operator that cannot be made one.
func caselessEdits(s *site, n *pgsql.AExpr) (edits []Edit, ok bool) {
	at := s.tokenAt(n.Location)
	switch op := catalog.ListName(n.Name).Name; {
	case at < 0:
		return nil, false
	case op == "||", n.Kind_ == pgsql.AexprIlike, op == "~*", op == "!~*":
		return nil, true
	case n.Kind_ == pgsql.AexprLike || op == "~" || op == "!~":
		if s.st.Is(at, "not") {
			at++
		}
		switch s.st.Str(at) {
		case "~", "!~", "~~", "!~~":
			return []Edit{s.insert(at, true, "*")}, true
		}
		if s.st.Is(at, "like") {
			return []Edit{s.replace(at, at, "ILIKE")}, true
		}
	}
	return nil, false
}

// searchCitext reports the CITEXT columns of an inverted index.
func searchCitext(p *Pass, n *pgsql.IndexStmt) {
	if n.AccessMethod != "gin" && n.AccessMethod != "gist" {
		return
	}
	t := p.Catalog.Table(n.Relation)
	elements := catalog.IndexElements(p.Stmt.Statement, n)
	for i, e := range n.IndexParams {
		el, ok := e.(*pgsql.IndexElem)
		if !ok || i != len(elements)-1 {
			continue
		}
		if c := t.Column(el.Name); c == nil || c.User != nil || c.Type.Name != "citext" || c.Type.Dims > 0 {
			continue
		}
		at := elements[i][0]
		f := Finding{Severity: Error, Fidelity: Weaker, Message: fmt.Sprintf("no inverted index holds the CITEXT column %s: it is cast to TEXT, and the index serves queries that cast it as well", el.Name)}
		f.at(p.Stmt, at, at)
		f.Edits = []Edit{p.Replace(f.Start, f.End, "("+p.Stmt.Str(at)+"::TEXT)")}
		p.Report(f)
	}
}
