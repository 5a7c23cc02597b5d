package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var grantColumn = &Rule{
	Name:      "grant-column",
	Title:     "Privileges on columns do not exist",
	Condition: "`GRANT SELECT (a, b) ON t`, or the `REVOKE` of such a privilege.",
	Effect:    "A syntax error (SQLSTATE 42601).",
	Workaround: "A `GRANT` is manual: to grant the whole table would give more than it said. A view with these columns, and the grant on the view, gives the same for reading. " +
		"A `REVOKE` goes: it takes nothing from who has the privilege on the whole table, in PostgreSQL neither.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, postgresql-compatibility.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a grant",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "GRANT SELECT (a) ON t TO public;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"(\": syntax error",
			Manual: true,
		},
		{
			Name:   "a revoke",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "REVOKE SELECT (a) ON t FROM public;\nREVOKE SELECT ON t FROM public;\n",
			Output: "REVOKE SELECT ON t FROM public;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "at or near \"(\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindGrantStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.GrantStmt)
		switch {
		case !columnPrivileges(n):
		case n.IsGrant:
			p.Report(manual("CockroachDB has no privileges on columns", "Make a view with these columns and grant the privilege on the view"))
		case len(n.Privileges) == 1:
			p.drop(Exact, "CockroachDB has no privileges on columns, so there is none to take away: the statement goes")
		default:
			p.Report(manual("CockroachDB has no privileges on columns", "Take the privileges with columns out of the list"))
		}
	},
}
