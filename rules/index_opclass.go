package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexOpclass = &Rule{
	Name:      "index-operator-class",
	Title:     "Operator class in a plain index",
	Condition: "An operator class on a column of a btree index, such as `text_pattern_ops`, `varchar_pattern_ops` or `int4_ops`.",
	Effect:    "CockroachDB refuses it (SQLSTATE 42804); with a schema or parameters it is a syntax error (42601).",
	Workaround: "It goes. CockroachDB compares texts byte by byte, so a plain index serves `LIKE 'abc%'` as one with `text_pattern_ops` does; the other built-in classes are the default for their types. " +
		"A class that the schema itself defines orders in its own way: without it the index serves only the usual comparisons.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, create-index.md and string.md", "measured on v26.1: \"operator classes are only allowed for the last column of an inverted or vector index\""},
	Examples: []Example{
		{
			Name:   "text_pattern_ops",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b INT8);\n",
			Input:  "CREATE INDEX i ON t USING btree (a text_pattern_ops, b pg_catalog.int8_ops DESC);\n",
			Output: "CREATE INDEX i ON t USING btree (a, b DESC);\n",
			Want:   []string{"1:36 error exact", "1:56 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a class of the schema's own",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON t (a my_ops);\n",
			Output: "CREATE INDEX i ON t (a);\n",
			Want:   []string{"1:24 error weaker"},
			Error:  "operator class",
		},
		{
			Name:  "a column in descending order has none",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "CREATE INDEX i ON t (a DESC);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		elements := catalog.IndexElements(p.Stmt.Statement, n)
		if planIndex(p, n).form != plainIndex || len(elements) != len(n.IndexParams) {
			return
		}
		for i, e := range n.IndexParams {
			el := e.(*pgsql.IndexElem)
			if len(el.Opclass) == 0 {
				continue
			}
			first, last, ok := opclassTokens(p.Stmt, elements[i])
			if !ok {
				continue
			}
			name := catalog.ListName(el.Opclass)
			f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(first, last)},
				Message: fmt.Sprintf("CockroachDB takes no operator class in a plain index: without %s it compares byte by byte, and so serves prefixes as well", name.Name)}
			if !orderedOpclass(name) {
				f.Fidelity = Weaker
				f.Message = fmt.Sprintf("CockroachDB takes no operator class in a plain index: without %s it serves only the usual comparisons", name.Name)
			}
			f.at(p.Stmt, first, last)
			p.Report(f)
		}
	},
}

// orderedOpclass reports whether an operator class of PostgreSQL orders a type
// as CockroachDB does.
func orderedOpclass(n catalog.Name) bool {
	if n.Schema != "" && n.Schema != "pg_catalog" {
		return false
	}
	base, ok := strings.CutSuffix(n.Name, "_ops")
	if !ok {
		return false
	}
	base = strings.TrimSuffix(base, "_pattern")
	if base == "cidr" || base == "enum" || base == "citext" {
		return true
	}
	return keyClasses[base] == scalarKey
}
