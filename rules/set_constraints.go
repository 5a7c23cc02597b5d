package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var setConstraints = &Rule{
	Name:       "set-constraints",
	Title:      "SET CONSTRAINTS does not exist",
	Condition:  "`SET CONSTRAINTS ... DEFERRED` or `IMMEDIATE`.",
	Effect:     "A syntax error (SQLSTATE 0A000): constraints are checked at the end of each statement, always.",
	Workaround: "The statement goes. After DEFERRED, statements that leave a constraint broken until a later one mends it fail: they have to be put in another order.",
	Versions:   "*",
	Issues:     []int{31632},
	Sources:    []string{"CockroachDB docs, constraints.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "deferred and back",
			Input:  "SET CONSTRAINTS ALL DEFERRED;\nSET CONSTRAINTS ALL IMMEDIATE;\nSET lock_timeout = 0;\n",
			Output: "SET lock_timeout = 0;\n",
			Want:   []string{"1:1 error weaker", "2:1 error exact"},
			Error:  "at or near \"all\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindConstraintsSetStmt},
	Check: func(p *Pass, node pgsql.Node) {
		if node.(*pgsql.ConstraintsSetStmt).Deferred {
			p.drop(Weaker, "CockroachDB defers no constraints: the statement goes; each statement behind it has to satisfy them by itself")
			return
		}
		p.drop(Exact, "CockroachDB checks constraints with each statement anyway: the statement goes")
	},
}
