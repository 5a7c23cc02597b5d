package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexInclude = &Rule{
	Name:       "index-include",
	Title:      "INCLUDE of columns that the index already has",
	Condition:  "`INCLUDE` names a column of the primary key, a key column of the index or a column twice; or it stands on a GIN, GiST or vector index.",
	Effect:     "CockroachDB refuses it (SQLSTATE 42701: every index holds the columns of the primary key already), and refuses any INCLUDE on an inverted index (26000).",
	Workaround: "The column goes from the list; it is in the index all the same. On an inverted index the clause goes, and a query reads the other columns from the table.",
	Versions:   "*",
	Issues:     []int{88278},
	Sources:    []string{"CockroachDB docs, create-index.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column of the primary key",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "CREATE INDEX i ON t (a) INCLUDE (id, b);\nCREATE INDEX k ON t (b) INCLUDE (id) WHERE a <> '';\n",
			Output: "CREATE INDEX i ON t (a) INCLUDE (b);\nCREATE INDEX k ON t (b) WHERE a <> '';\n",
			Want:   []string{"1:34 error exact", "2:34 error exact"},
			Error:  "already contains column \"id\"",
		},
		{
			Name:   "an inverted index",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB, b TEXT);\n",
			Input:  "CREATE INDEX i ON t USING gin (j) INCLUDE (b);\n",
			Output: "CREATE INDEX i ON t USING gin (j);\n",
			Want:   []string{"1:44 error weaker"},
			Error:  "inverted indexes don't support stored columns",
		},
		{
			Name:  "a column that the index has not",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input: "CREATE INDEX i ON t (a) INCLUDE (b);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		st := p.Stmt
		at := st.Find(afterKeys(st, n), "include")
		if len(n.IndexIncludingParams) == 0 || at < 0 {
			return
		}
		list := List{Elements: st.Elements(at + 1), Whole: [2]int{at, st.Close(at + 1)}}
		if len(list.Elements) != len(n.IndexIncludingParams) {
			return
		}
		has := map[string]string{}
		if k := p.Catalog.Table(n.Relation).PrimaryKey(); k != nil {
			for _, c := range k.Columns {
				has[c] = "the primary key has it, and so has every index"
			}
		}
		for _, e := range n.IndexParams {
			if el, ok := e.(*pgsql.IndexElem); ok && el.Name != "" {
				has[el.Name] = "it is a key of the index"
			}
		}
		var inverted bool
		switch planIndex(p, n).form {
		case invertedIndex, vectorIndex, severalIndexes, turnedIndex:
			inverted = true
		}
		for i, e := range n.IndexIncludingParams {
			el, ok := e.(*pgsql.IndexElem)
			if !ok {
				continue
			}
			f := Finding{Severity: Error, Fidelity: Exact}
			switch why := has[el.Name]; {
			case why != "":
				f.Message = fmt.Sprintf("CockroachDB refuses column %s in INCLUDE: %s", el.Name, why)
			case inverted:
				f.Fidelity = Weaker
				f.Message = fmt.Sprintf("CockroachDB stores no further columns in an inverted index: column %s is read from the table", el.Name)
			}
			if f.Message != "" {
				f.at(st, list.Elements[i][0], list.Elements[i][1])
				f.DropElement(list, i)
				p.Report(f)
			}
			has[el.Name] = "it is there already"
		}
	},
}
