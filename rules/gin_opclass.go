package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var ginOpclass = &Rule{
	Name:  "gin-operator-class",
	Title: "GIN index with an operator class that CockroachDB lacks",
	Condition: "An inverted index (GIN, or GiST over geometry, text or tsvector) with an operator class other than `jsonb_ops`, `array_ops`, `tsvector_ops`, `gin_trgm_ops` and " +
		"`gist_trgm_ops`, such as `jsonb_path_ops`; with a schema or parameters on one of these; or with any operator class on a column that is not the last.",
	Effect: "CockroachDB refuses the operator class (SQLSTATE 0A000, 42704, 42804), and a schema or parameters are a syntax error (42601).",
	Workaround: "`jsonb_path_ops` goes and the index becomes `CREATE INVERTED INDEX` with the same columns in the same order. It serves `@>` as the original " +
		"does, constrained on the columns in front by equality, and beyond that `?`, `?|` and `?&`, which jsonb_path_ops does not; it is larger than one with jsonb_path_ops. " +
		"Of the others the schema, the parameters or the whole class goes.",
	Versions: "*",
	Issues:   []int{81115},
	Sources:  []string{"CockroachDB docs, inverted-indexes.md and trigram-indexes.md", "measured on v26.1: GIN (ns, j) and INVERTED INDEX (ns, j) are the same index, and one span of it serves ns = 'n' AND j @> '[\"a\"]'"},
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
			Name:   "an operator class with its schema",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON t USING gin (a public.gin_trgm_ops);\n",
			Output: "CREATE INDEX i ON t USING gin (a gin_trgm_ops);\n",
			Want:   []string{"1:34 error exact"},
			Error:  "at or near \".\": syntax error",
		},
		{
			Name:   "parameters",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TSVECTOR);\n",
			Input:  "CREATE INDEX i ON t USING gist (a tsvector_ops(siglen=100));\n",
			Output: "CREATE INDEX i ON t USING gist (a tsvector_ops);\n",
			Want:   []string{"1:35 error exact"},
			Error:  "at or near \"(\": syntax error",
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
		st := p.Stmt
		plan := planIndex(p, n)
		switch plan.form {
		case invertedIndex, vectorIndex, severalIndexes, turnedIndex:
		case unknownIndex:
			if n.AccessMethod != "gin" {
				return
			}
		default:
			return
		}
		elements := catalog.IndexElements(st.Statement, n)
		if len(elements) != len(n.IndexParams) {
			return
		}
		for i, e := range n.IndexParams {
			el, ok := e.(*pgsql.IndexElem)
			if !ok || len(el.Opclass) == 0 {
				continue
			}
			// What is not last yet and has an operator class that counts comes
			// to stand last.
			counts := i == len(elements)-1 || i < len(plan.keys) && plan.keys[i].inverts()
			reportOpclass(p, el, elements[i], counts, plan.form == invertedIndex && n.AccessMethod == "gin" && !st.Inverted())
		}
	},
}

func reportOpclass(p *Pass, el *pgsql.IndexElem, element [2]int, counts, canInvert bool) {
	st := p.Stmt
	first, last, ok := opclassTokens(st, element)
	if !ok {
		return
	}
	name := catalog.ListName(el.Opclass).Name
	nameAt := st.nameEnd(first)
	f := Finding{Severity: Error, Fidelity: Exact}
	switch {
	case counts && invertedOpclasses[name] && first == last:
		return
	case counts && invertedOpclasses[name]:
		f.Message = fmt.Sprintf("CockroachDB takes the operator class %s without a schema and without parameters, and builds the same index", name)
		f.at(st, first, last)
		f.Edits = []Edit{p.Replace(f.Start, f.End, st.Str(nameAt))}
	case name == "jsonb_path_ops" && canInvert:
		f.Message = fmt.Sprintf("operator class %s does not exist in CockroachDB: the index becomes an inverted index with the default one, which serves the same queries and more", name)
		f.at(st, first, last)
		f.Edits = append([]Edit{p.Delete(first, last)}, invert(p)...)
	default:
		f.Message = fmt.Sprintf("CockroachDB has no operator class %s here: it goes, the index serves what the default one does", name)
		if name != "jsonb_path_ops" && name != "jsonb_ops" {
			f.Fidelity = Weaker
		}
		f.at(st, first, last)
		f.Edits = []Edit{p.Delete(first, last)}
	}
	p.Report(f)
}

// invertedOpclasses are those that CockroachDB accepts on the last column of
// an inverted or a vector index.
var invertedOpclasses = map[string]bool{
	"jsonb_ops": true, "array_ops": true, "tsvector_ops": true, "gin_trgm_ops": true, "gist_trgm_ops": true,
	"vector_l2_ops": true, "vector_ip_ops": true, "vector_cosine_ops": true,
}

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
	return []Edit{p.Insert(st.Tokens[index].Start(), "INVERTED "), p.Delete(using, using+1)}
}
