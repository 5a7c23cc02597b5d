package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var ltree = &Rule{
	Name:      "ltree",
	Title:     "LTREE exists from v25.4 on, its query types do not",
	Condition: "A column, cast, parameter or variable of type `ltree` with a target that holds a version before v25.4, or of type `lquery` or `ltxtquery`.",
	Effect:    "CockroachDB does not know the type (SQLSTATE 42704).",
	Workaround: "Before v25.4, LTREE becomes TEXT, and a column gets a CHECK that it holds labels with points between them. The operators (`@>`, `<@`, `~`) and functions are lost, and paths sort by bytes, not by labels; " +
		"a target of \">=25.4\" keeps the type. For the query types there is no fix.",
	Versions: "*",
	Issues:   []int{44657},
	Sources:  []string{"release note v25.4.0-alpha.1", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a path, for all versions",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, path ltree NOT NULL);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, path TEXT NOT NULL CHECK (path ~ '^([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)?$'));\n",
			Want:   []string{"1:43 error changed"},
		},
		{
			Name:   "a path from v25.4 on",
			Target: ">=25.4",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, path ltree NOT NULL);\n",
		},
		{
			Name:   "a query",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, q lquery);\n",
			Want:   []string{"1:40 error manual"},
			Error:  "does not exist",
			Manual: true,
		},
	},
	Nodes: typeNodes,
	Types: []string{"ltree", "lquery", "ltxtquery"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			switch u.builtin() {
			case "ltree":
				if !p.Target.Within(">=25.4") {
					u.substitute(substitute{sql: "TEXT", fidelity: Changed, until: "25.4",
						check: `%[1]s ~ '^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$'`,
						loss:  "its operators and functions are lost, and paths sort by bytes"})
				}
			case "lquery", "ltxtquery":
				u.manual("", "Store the pattern as TEXT, and match it in the application", "")
			}
		})
	},
}
