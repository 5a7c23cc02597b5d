package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var constraintIndex = &Rule{
	Name:       "constraint-index-options",
	Title:      "Options of the index behind a key",
	Condition:  "`INCLUDE (...)` on a primary key, or with a column that the index holds already; `WITH (...)` on a primary key or a unique constraint.",
	Effect:     "CockroachDB refuses them (SQLSTATE 42601, 42701 or 22023).",
	Workaround: "They go. A primary key holds every column anyway, every index holds the columns of the primary key, and what WITH says is about PostgreSQL's storage.",
	Versions:   "*",
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a primary key and two unique constraints",
			Input:  "CREATE TABLE t (id INT8, a INT8, b INT8 UNIQUE WITH (fillfactor=70), PRIMARY KEY (id) INCLUDE (a) WITH (fillfactor=70), UNIQUE (a) INCLUDE (id, b));\n",
			Output: "CREATE TABLE t (id INT8, a INT8, b INT8 UNIQUE, PRIMARY KEY (id), UNIQUE (a) INCLUDE (b));\n",
			Want:   []string{"1:48 error exact", "1:87 error exact", "1:99 error exact", "1:141 error exact"},
			Error:  "syntax error",
		},
		{Name: "INCLUDE of another column", Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8, UNIQUE (a) INCLUDE (b));\n"},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Words: []string{"with", "include"},
	Statement: func(p *Pass) {
		st := p.Stmt
		var own []string // the primary key of CREATE TABLE
		eachConstraint(p, func(k *pgsql.Constraint, _ *catalog.Table, d *pgsql.ColumnDef, _, _ int) {
			if k.Contype == pgsql.ConstrPrimary {
				own = constraintColumns(k, d)
			}
		})
		var done []int
		eachConstraint(p, func(k *pgsql.Constraint, t *catalog.Table, d *pgsql.ColumnDef, first, last int) {
			if k.Contype != pgsql.ConstrPrimary && k.Contype != pgsql.ConstrUnique || len(k.Options)+len(k.Including) == 0 {
				return
			}
			from := first
			if int(k.Location) > 0 {
				from = max(first, st.TokenAt(int(k.Location)))
			}
			if i := st.wordsWithin(from, last, "with"); len(k.Options) > 0 && i >= 0 && !slices.Contains(done, i) && st.Is(i+1, "(") {
				done = append(done, i)
				end := st.Close(i + 1)
				f := Finding{Severity: Error, Fidelity: Exact, Message: "the options tune PostgreSQL's storage and are refused: they go", Edits: []Edit{p.Delete(i, end)}}
				f.at(st, i, end)
				p.Report(f)
			}
			i := st.wordsWithin(from, last, "include")
			if len(k.Including) == 0 || i < 0 || !st.Is(i+1, "(") {
				return
			}
			whole := [2]int{i, st.Close(i + 1)}
			if k.Contype == pgsql.ConstrPrimary {
				f := Finding{Severity: Error, Fidelity: Exact, Message: "a primary key of CockroachDB holds every column of the table: INCLUDE goes", Edits: []Edit{p.Delete(whole[0], whole[1])}}
				f.at(st, whole[0], whole[1])
				p.Report(f)
				return
			}
			key := own
			if pk := t.PrimaryKey(); pk != nil {
				key = pk.Columns
			}
			columns := constraintColumns(k, d)
			list := List{Elements: st.Elements(i + 1), Whole: whole}
			seen := map[string]bool{}
			for n, e := range k.Including {
				name := includedName(e)
				if n >= len(list.Elements) {
					break
				}
				if containsName(key, name) || containsName(columns, name) || seen[name] {
					f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("the index holds column %s anyway, and CockroachDB refuses to include it: it goes", name)}
					f.at(st, list.Elements[n][0], list.Elements[n][1])
					f.DropElement(list, n)
					p.Report(f)
				}
				seen[name] = true
			}
		})
	},
}

func includedName(e pgsql.Node) string {
	switch e := e.(type) {
	case *pgsql.String:
		return e.Sval
	case *pgsql.IndexElem:
		return e.Name
	}
	return ""
}

func constraintColumns(k *pgsql.Constraint, d *pgsql.ColumnDef) []string {
	if d != nil {
		return []string{d.Colname}
	}
	var out []string
	for _, e := range k.Keys {
		if s, ok := e.(*pgsql.String); ok {
			out = append(out, s.Sval)
		}
	}
	return out
}
