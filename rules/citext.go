package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// ignoreCase is the collation that CITEXT has in CockroachDB.
const ignoreCase = `TEXT COLLATE "und-u-ks-level2"`

var citext = &Rule{
	Name:      "citext",
	Title:     "CITEXT exists from v25.3 on",
	Condition: "A column, cast, parameter or variable of type `citext`, with a target that holds a version before v25.3.",
	Effect:    "CockroachDB does not know the type (SQLSTATE 42704).",
	Workaround: "A column becomes `" + ignoreCase + "`, which is what CITEXT is from v25.3 on: equality, order, unique indexes and keys ignore case. LIKE, regular expressions, `||` and most functions refuse such a text " +
		"(also from v25.3 on) until it is cast to TEXT, where case counts: queries fail rather than find other rows. In functions and composite types it becomes TEXT. A target of \">=25.3\" keeps the type.",
	Versions: "<25.3",
	Issues:   []int{22463},
	Sources: []string{
		"release note v25.3.0-alpha.1", "CockroachDB docs, collate.md",
		"measured on v26.1: 'Abc' is found by = 'abc' in a CITEXT column and in one with the collation; LIKE, lower() and || refuse both",
	},
	Examples: []Example{
		{
			Name:   "for all versions",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, mail public.citext UNIQUE DEFAULT 'x'::public.citext);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, mail TEXT COLLATE \"und-u-ks-level2\" UNIQUE DEFAULT 'x'::TEXT);\n",
			Want:   []string{"1:43 error weaker", "1:77 error weaker"},
		},
		{
			Name:   "kept from v25.3 on",
			Target: ">=25.3",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, mail citext UNIQUE DEFAULT 'x'::citext);\n",
		},
		{
			Name:   "an array",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, mails citext[]);\n",
			Want:   []string{"1:44 error manual"},
			Manual: true,
		},
	},
	Nodes: typeNodes,
	Types: []string{"citext"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() != "citext" {
				return
			}
			s := substitute{sql: ignoreCase, fidelity: Weaker, until: "25.3",
				loss: "LIKE, regular expressions, || and most functions refuse it until it is cast to TEXT"}
			switch {
			case u.Type.Dims > 0 && (u.Place == typeColumn || u.Place == typeAltered), u.Def != nil && u.Def.CollClause != nil:
				u.manual("", fmt.Sprintf("Take a target of %q, or store the texts in lower case", ">=25.3"), "25.3")
				return
			case u.Place == typeCast && u.Cast != nil && !u.inColumnDefault():
				if st := p.Stmt; u.Type.Dims > 0 || !st.Is(st.TokenAt(int(u.Cast.Location)), "::") {
					u.manual("", fmt.Sprintf("Take a target of %q, or cast to TEXT and compare lower()", ">=25.3"), "25.3")
					return
				}
			case u.Place == typeCast && u.Cast != nil:
				s.sql, s.loss = "TEXT", "the column gives it its collation"
			case u.Place != typeColumn && u.Place != typeAltered:
				s.sql, s.loss, s.fidelity = "TEXT", "case counts there", Changed
			}
			u.substitute(s)
		})
	},
}

// inColumnDefault reports whether a cast stands in the default of a column.
func (u *typeUse) inColumnDefault() bool {
	for i := 0; u.p.Parent(i) != nil; i++ {
		switch n := u.p.Parent(i).(type) {
		case *pgsql.Constraint:
			return n.Contype == pgsql.ConstrDefault
		case *pgsql.AlterTableCmd:
			return n.Subtype == pgsql.ATColumnDefault
		}
	}
	return false
}
