package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var charPadding = &Rule{
	Name:      "char-padding",
	Title:     "CHAR(n) is stored without its padding",
	Condition: "A column of type CHAR(n) with n > 1.",
	Effect: "PostgreSQL pads the value with blanks to n characters and ignores trailing blanks in comparisons. CockroachDB stores it " +
		"without trailing blanks and compares what is stored with what is given: a comparison with a padded text, and length functions, differ.",
	Workaround: "Nothing is changed: values that fill n characters, or are compared without trailing blanks, behave the same.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, string.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:  "a CHAR(64) column",
			Input: "CREATE TABLE t (id CHAR(64) PRIMARY KEY);\n",
			Want:  []string{"1:20 info weaker"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef},
	Types: []string{"bpchar"},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.ColumnDef)
		if builtin(p.plainType(n.TypeName)) != "bpchar" {
			return
		}
		t := catalog.TypeOf(n.TypeName)
		if len(t.Mods) != 1 || t.Mods[0] < 2 {
			return
		}
		first, last, ok := p.Stmt.typeSpan(n.TypeName)
		if !ok {
			return
		}
		f := Finding{Severity: Info, Fidelity: Weaker, Message: fmt.Sprintf("column %s: CockroachDB stores CHAR(%d) without trailing blanks and does not ignore them in comparisons", n.Colname, t.Mods[0])}
		f.at(p.Stmt, first, last)
		p.Report(f)
	},
}
