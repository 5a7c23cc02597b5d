package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var bpchar = &Rule{
	Name:      "bpchar",
	Title:     "BPCHAR without a length holds one character before v24.2",
	Condition: "A column, cast, parameter or variable of type `bpchar` without a length, such as pg_dump writes in `DEFAULT 'abc'::bpchar`.",
	Effect:    "Before v23.2.16 and v24.1.7 CockroachDB takes it as CHAR(1): casts cut the text, columns refuse it.",
	Workaround: "It becomes VARCHAR. In the default of a CHAR column that is the same. Elsewhere trailing blanks count, which BPCHAR ignores in comparisons; " +
		"a target of \">=24.2\" keeps it as it is.",
	Versions: "<24.2",
	Issues:   []int{130898},
	Sources:  []string{"release notes v23.2.16 and v24.1.7"},
	Examples: []Example{
		{
			Name:   "the default of a CHAR column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a CHAR DEFAULT 'abc'::bpchar, b bpchar);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a CHAR DEFAULT 'abc'::VARCHAR, b VARCHAR);\n",
			Want:   []string{"1:60 warning exact", "1:70 warning weaker"},
		},
		{
			Name:   "from v24.2 on",
			Target: ">=24.2",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a CHAR DEFAULT 'abc'::bpchar, b bpchar);\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"bpchar"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() != "bpchar" || len(u.Type.Mods) > 0 || u.written()[0]|0x20 == 'c' || u.written()[0]|0x20 == 'n' {
				return // CHARACTER is CHARACTER(1)
			}
			f := Finding{Severity: Warning, Fidelity: Weaker, Until: "24.2",
				Message: fmt.Sprintf("BPCHAR of %s holds one character in CockroachDB before v24.2: VARCHAR takes its place", u.what()),
				Edits:   []Edit{p.Replace(u.NameStart, u.NameEnd, "VARCHAR")}}
			if d, ok := p.Parent(2).(*pgsql.ColumnDef); ok && u.Place == typeCast && builtin(catalog.TypeOf(d.TypeName)) == "bpchar" || u.Place == typeSignature {
				f.Fidelity = Exact
			}
			u.report(f)
		})
	},
}
