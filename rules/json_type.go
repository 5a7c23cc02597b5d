package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var jsonType = &Rule{
	Name:      "json-type",
	Title:     "JSON is JSONB",
	Condition: "A column of type `json`.",
	Effect:    "CockroachDB takes JSON as another name of JSONB. PostgreSQL keeps the text of a JSON value as it was given: white space, the order of keys, and keys that occur twice. JSONB keeps none of these.",
	Workaround: "Nothing is changed: where only the value matters, it is the same. Where the very text matters (a signature, a checksum, the order of the keys), make the column TEXT " +
		"and cast it to JSONB in queries.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, jsonb.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:  "a JSON column",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, j JSON);\n",
			Want:  []string{"1:40 warning changed"},
		},
		{
			Name:  "JSONB is the same in both",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindTypeName},
	Types: []string{"json"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() == "json" && u.Type.Dims == 0 && (u.Place == typeColumn || u.Place == typeAltered) {
				u.report(Finding{Severity: Warning, Fidelity: Changed,
					Message: fmt.Sprintf("JSON of column %s is JSONB in CockroachDB: white space, the order of keys and keys that occur twice are not kept", u.Name)})
			}
		})
	},
}
