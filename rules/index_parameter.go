package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexParameter = &Rule{
	Name:       "index-parameter",
	Title:      "Storage parameters of an index",
	Condition:  "`CREATE INDEX ... WITH (fastupdate = off)`, or another parameter than `fillfactor`.",
	Effect:     "CockroachDB refuses PostgreSQL's parameters (SQLSTATE 0A000 or 22023); `fillfactor` is accepted and ignored.",
	Workaround: "The parameter goes: it is about how PostgreSQL lays the index out on disk.",
	Versions:   "*",
	Issues:     []int{43299},
	Sources:    []string{"CockroachDB docs, with-storage-parameter.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "GIN's pending list",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\n",
			Input:  "CREATE INDEX i ON t USING gin (j) WITH (fastupdate = off);\n",
			Output: "CREATE INDEX i ON t USING gin (j);\n",
			Want:   []string{"1:41 error exact"},
			Error:  "storage parameter \"fastupdate\"",
		},
		{
			Name:   "one of two",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON t (a) WITH (fillfactor = 70, deduplicate_items = off);\n",
			Output: "CREATE INDEX i ON t (a) WITH (fillfactor = 70);\n",
			Want:   []string{"1:48 error exact"},
			Error:  "invalid storage parameter \"deduplicate_items\"",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		st := p.Stmt
		at := st.Find(afterKeys(st, n), "with")
		if len(n.Options) == 0 || at < 0 {
			return
		}
		list := List{Elements: st.Elements(at + 1), Whole: [2]int{at, st.Close(at + 1)}}
		for i, o := range n.Options {
			d, ok := o.(*pgsql.DefElem)
			if !ok || len(list.Elements) != len(n.Options) || d.Defnamespace == "" && cockroachParameter(d.Defname) {
				continue
			}
			f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB has no parameter %s: it is about PostgreSQL's files and goes", d.Defname)}
			f.at(st, list.Elements[i][0], list.Elements[i][1])
			f.DropElement(list, i)
			p.Report(f)
		}
	},
}

// cockroachParameter reports whether CockroachDB takes a storage parameter of
// an index.
func cockroachParameter(name string) bool {
	switch name {
	case "fillfactor", "bucket_count", "min_partition_size", "max_partition_size", "build_beam_size", "skip_unique_checks":
		return true
	}
	return strings.HasPrefix(name, "s2_") || strings.HasPrefix(name, "geometry_")
}
