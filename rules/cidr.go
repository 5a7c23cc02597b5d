package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var cidr = &Rule{
	Name:      "cidr",
	Title:     "CIDR does not exist",
	Condition: "A column, cast, parameter or variable of type `cidr`.",
	Effect:    "CockroachDB refuses the type (SQLSTATE 0A000).",
	Workaround: "It becomes INET, and a column gets a CHECK that no bit to the right of the netmask is set, as CIDR demands. Short forms such as `10.1` are not taken without a netmask, " +
		"and a single host is written without its /32.",
	Versions: "*",
	Issues:   []int{18846},
	Sources: []string{
		"measured on v26.1: host(a & netmask(a)) = host(a) holds for networks of IPv4 and IPv6 and for no address with host bits; network() does not exist",
	},
	Examples: []Example{
		{
			Name:   "a column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, net cidr NOT NULL, nets cidr[]);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, net INET NOT NULL CHECK (host(net & netmask(net)) = host(net)), nets INET[]);\n",
			Want:   []string{"1:42 error weaker", "1:62 error weaker"},
			Error:  "unimplemented",
		},
		{
			Name:   "a column that becomes one",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, net TEXT);\n",
			Input:  "ALTER TABLE t ALTER COLUMN net TYPE cidr USING net::cidr;\n",
			Output: "SET enable_experimental_alter_column_type_general = true;\nALTER TABLE t ALTER COLUMN net TYPE INET USING net::INET;\nALTER TABLE t ADD CHECK (host(net & netmask(net)) = host(net));\n",
			Want:   []string{"1:37 error weaker", "1:53 error weaker"},
			Error:  "unimplemented",
		},
		{
			Name:   "a column that is one already",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, net TEXT);\n",
			Input:  "ALTER TABLE t ALTER COLUMN net TYPE cidr USING net::cidr;\nALTER TABLE t ALTER COLUMN net TYPE cidr;\n",
			Output: "SET enable_experimental_alter_column_type_general = true;\nALTER TABLE t ALTER COLUMN net TYPE INET USING net::INET;\nALTER TABLE t ADD CHECK (host(net & netmask(net)) = host(net));\nALTER TABLE t ALTER COLUMN net TYPE INET;\n",
			Want:   []string{"1:37 error weaker", "1:53 error weaker", "2:37 error weaker"},
			Error:  "unimplemented",
		},
		{
			Name:  "INET stays",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, cidr INET);\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"cidr"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() != "cidr" {
				return
			}
			s := substitute{sql: "INET", check: "host(%[1]s & netmask(%[1]s)) = host(%[1]s)", fidelity: Weaker,
				loss: "a CHECK refuses addresses with host bits; short forms such as 10.1 are not taken"}
			if u.Place != typeColumn && u.Place != typeAltered || u.Type.Dims > 0 {
				s.loss = "addresses with host bits are taken there"
			}
			u.substitute(s)
		})
	},
}
