package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var integerWidth = &Rule{
	Name:      "integer-width",
	Title:     "INTEGER has 8 bytes",
	Condition: "A column of type INTEGER or INT.",
	Effect: "CockroachDB makes it INT8 (unless default_int_size is 4). Values beyond 2^31 are stored where PostgreSQL raises an error, and " +
		"drivers see type int8. Every value that PostgreSQL holds fits.",
	Workaround: "Nothing is changed. Write INT4 where the range check matters.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, int.md"},
	Examples: []Example{
		{
			Name:  "an integer column",
			Input: "CREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER, m SMALLINT);\n",
			Want:  []string{"1:40 info weaker"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef},
	Types: []string{"int4"},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.ColumnDef)
		if t := p.plainType(n.TypeName); t.Name != "int4" || t.Schema != "" {
			return
		}
		first, last, ok := p.Stmt.typeSpan(n.TypeName)
		if !ok || p.Stmt.Is(first, "int4") {
			return
		}
		f := Finding{Severity: Info, Fidelity: Weaker, Message: fmt.Sprintf("column %s is INT8 in CockroachDB: values beyond 32 bits are not refused", n.Colname)}
		f.at(p.Stmt, first, last)
		p.Report(f)
	},
}
