package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var ginOpclass = &Rule{
	Name:      "gin-operator-class",
	Title:     "GIN index with an operator class that CockroachDB lacks",
	Condition: "`CREATE INDEX ... USING GIN` with an operator class other than `jsonb_ops`, `array_ops`, `tsvector_ops` and `gin_trgm_ops`, such as `jsonb_path_ops`; or with any operator class on a column that is not the last.",
	Effect:    "CockroachDB refuses the operator class (SQLSTATE 0A000), in every version so far.",
	Workaround: "The operator class goes and the index becomes `CREATE INVERTED INDEX` with the same columns in the same order. It serves `@>` as the original " +
		"does, constrained on the columns in front by equality, and beyond that `?`, `?|` and `?&`, which jsonb_path_ops does not; it is larger than one with jsonb_path_ops.",
	Versions: "*",
	Issues:   []int{81115},
	Sources:  []string{"CockroachDB docs, inverted-indexes.md", "measured on v26.1: GIN (ns, j) and INVERTED INDEX (ns, j) are the same index, and one span of it serves ns = 'n' AND j @> '[\"a\"]'"},
	Examples: []Example{
		{
			Name:   "jsonb_path_ops",
			Setup:  "CREATE TABLE t (ns TEXT PRIMARY KEY, j JSONB);\n",
			Input:  "CREATE INDEX by_j ON t USING GIN (ns, j jsonb_path_ops);\n",
			Output: "CREATE INVERTED INDEX by_j ON t (ns, j);\n",
			Want:   []string{"1:41 error exact"},
			Error:  "operator class \"jsonb_path_ops\" is not supported",
		},
		{
			Name:  "without an operator class the statement stays as it is",
			Setup: "CREATE TABLE t (ns TEXT PRIMARY KEY, j JSONB);\n",
			Input: "CREATE INDEX by_j ON t USING GIN (ns, j);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		if n.AccessMethod != "gin" || p.Stmt.Inverted() {
			return
		}
		st := p.Stmt
		elements := catalog.IndexElements(st.Statement, n)
		if len(elements) != len(n.IndexParams) {
			return
		}
		var f Finding
		for i, e := range n.IndexParams {
			el, ok := e.(*pgsql.IndexElem)
			if !ok || len(el.Opclass) == 0 {
				continue
			}
			name := catalog.ListName(el.Opclass).Name
			if ginOpclasses[name] && i == len(elements)-1 {
				continue
			}
			first, last, ok := opclassTokens(st, elements[i])
			if !ok {
				continue
			}
			if f.Message == "" {
				f = Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf(
					"operator class %s does not exist in CockroachDB: the index becomes an inverted index with the default one, which serves the same queries and more", name)}
				f.at(st, first, last)
			}
			f.Edits = append(f.Edits, p.Delete(first, last))
		}
		if f.Message == "" {
			return
		}
		f.Edits = append(f.Edits, invert(p)...)
		p.Report(f)
	},
}

// ginOpclasses are those that CockroachDB accepts on the last column.
var ginOpclasses = map[string]bool{"jsonb_ops": true, "array_ops": true, "tsvector_ops": true, "gin_trgm_ops": true}

// opclassTokens returns where the operator class of an index element stands:
// behind the column or expression, and its collation.
func opclassTokens(st *Statement, element [2]int) (first, last int, ok bool) {
	i := element[0]
	switch {
	case st.Is(i, "("):
		i = st.Close(i) + 1
	default:
		i = st.nameEnd(i) + 1
		if st.Is(i, "(") { // a function call
			i = st.Close(i) + 1
		}
	}
	if st.Is(i, "collate") {
		i = st.nameEnd(i+1) + 1
	}
	if i > element[1] || st.Is(i, "asc") || st.Is(i, "desc") || st.Is(i, "nulls") {
		return 0, 0, false
	}
	last = st.nameEnd(i)
	if st.Is(last+1, "(") {
		last = st.Close(last + 1)
	}
	return i, last, true
}

// invert returns the edits that make CREATE INDEX ... USING gin a CREATE
// INVERTED INDEX.
func invert(p *Pass) []Edit {
	st := p.Stmt
	index := st.find(0, "index")
	using := st.Find(0, "using")
	return []Edit{p.Insert(st.Tokens[index].Start, "INVERTED "), p.Delete(using, using+1)}
}
