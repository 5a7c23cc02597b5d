package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexCollate = &Rule{
	Name:      "index-collate",
	Title:     "COLLATE on a column of an index",
	Condition: "`CREATE INDEX ... (a COLLATE \"C\")`, or another collation on a key column.",
	Effect:    "A syntax error (SQLSTATE 42601): CockroachDB's grammar has COLLATE in expressions only.",
	Workaround: "The clause goes. CockroachDB orders texts byte by byte, as \"C\" and \"POSIX\" do. With another locale the index no longer serves an `ORDER BY` in that collation; what is unique stays unique. " +
		"A unique index over a collation that the schema made itself (perhaps one that ignores case) is manual.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, collate.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the collation C",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "CREATE INDEX i ON t (a COLLATE pg_catalog.\"C\" text_pattern_ops DESC, b);\n",
			Output: "CREATE INDEX i ON t (a DESC, b);\n",
			Want:   []string{"1:24 error exact"},
			Error:  "at or near \"collate\": syntax error",
		},
		{
			Name:   "a locale",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a COLLATE \"en_US\");\n",
			Output: "CREATE UNIQUE INDEX i ON t (a);\n",
			Want:   []string{"1:31 error weaker"},
			Error:  "at or near \"collate\": syntax error",
		},
		{
			Name:   "a unique index over a collation of its own",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a COLLATE case_insensitive);\n",
			Want:   []string{"1:31 error manual"},
			Error:  "at or near \"collate\": syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		st := p.Stmt
		elements := catalog.IndexElements(st.Statement, n)
		if len(elements) != len(n.IndexParams) {
			return
		}
		for i, e := range n.IndexParams {
			el, ok := e.(*pgsql.IndexElem)
			if !ok || len(el.Collation) == 0 {
				continue
			}
			first := st.Find(elements[i][0], "collate")
			if first < 0 || first > elements[i][1] {
				continue
			}
			last := st.nameEnd(first + 1)
			name := catalog.ListName(el.Collation)
			f := Finding{Severity: Error, Fidelity: Weaker, Edits: []Edit{p.Delete(first, last)},
				Message: fmt.Sprintf("CockroachDB takes no COLLATE on a column of an index: without it the index is in the order of the bytes and serves no ORDER BY in %s", name.Name)}
			switch {
			case bytewise[name.Name]:
				f.Fidelity = Exact
				f.Message = "CockroachDB takes no COLLATE on a column of an index, and compares byte by byte anyway: the clause goes"
			case n.Unique && name.Schema != "pg_catalog" && !localeLike(name.Name):
				f.Edits, f.Fidelity = nil, Manual
				f.Message = fmt.Sprintf("CockroachDB takes no COLLATE on a column of an index, and what is equal in collation %s is not known here", name.Name)
				f.Todo = "If the collation ignores case, make the index on lower(column); otherwise delete the clause"
			}
			f.at(st, first, last)
			p.Report(f)
		}
	},
}

// bytewise are the collations that order as CockroachDB does without one.
var bytewise = map[string]bool{"C": true, "POSIX": true, "ucs_basic": true, "C.UTF-8": true, "C.utf8": true, "default": true}

// localeLike reports whether a collation has the name of a locale, such as
// en_US.utf8 or de-x-icu, which compares as equal only what is equal.
func localeLike(s string) bool {
	return len(s) >= 2 && isLower(s[0]) && isLower(s[1]) && (len(s) == 2 || s[2] == '_' || s[2] == '-')
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
