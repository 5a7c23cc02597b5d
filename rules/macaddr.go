package rules

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var macaddr = &Rule{
	Name:      "macaddr",
	Title:     "MACADDR and MACADDR8 do not exist",
	Condition: "A column, cast, parameter or variable of type `macaddr` or `macaddr8`.",
	Effect:    "CockroachDB refuses the types (SQLSTATE 0A000).",
	Workaround: "They become VARCHAR, and a column gets a CHECK that it holds the form in which PostgreSQL writes them: `08:00:2b:01:02:03`. So the values are stored as PostgreSQL gives them out, " +
		"and sort as there. PostgreSQL also takes other forms (`08-00-2B-01-02-03`) and makes this one of them; the CHECK refuses those.",
	Versions: "*",
	Issues:   []int{45813},
	Sources:  []string{"PostgreSQL docs, datatype-net-types", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column with a default",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, mac macaddr DEFAULT '08-00-2B-01-02-03', long macaddr8);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, mac VARCHAR(17) DEFAULT '08:00:2b:01:02:03' CHECK (mac ~ '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'), long VARCHAR(23) CHECK (long ~ '^([0-9a-f]{2}:){7}[0-9a-f]{2}$'));\n",
			Want:   []string{"1:42 error weaker", "1:84 error weaker"},
			Error:  "unimplemented",
		},
		{
			Name:  "a text column of that name",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, macaddr TEXT);\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"macaddr", "macaddr8"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			bytes := macaddrBytes[u.builtin()]
			if bytes == 0 {
				return
			}
			s := substitute{
				sql: fmt.Sprintf("VARCHAR(%d)", 3*bytes-1), check: fmt.Sprintf("%%[1]s ~ '^([0-9a-f]{2}:){%d}[0-9a-f]{2}$'", bytes-1), fidelity: Weaker,
				loss:    "a CHECK takes the form 08:00:2b:... alone, which PostgreSQL makes of every other",
				literal: func(s string) (string, bool) { return macLiteral(s, bytes) },
			}
			if u.Place != typeColumn && u.Place != typeAltered || u.Type.Dims > 0 {
				s.loss = "any text is taken there"
			}
			u.substitute(s)
		})
	},
}

// macLiteral writes a MAC address of that many bytes as PostgreSQL does.
func macLiteral(s string, bytes int) (string, bool) {
	raw, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(s))
	if err != nil || len(raw) != bytes {
		return "", false
	}
	parts := make([]string, len(raw))
	for i := range raw {
		parts[i] = hex.EncodeToString(raw[i : i+1])
	}
	return strings.Join(parts, ":"), true
}

// macaddrBytes are the lengths of the two types.
var macaddrBytes = map[string]int{"macaddr": 6, "macaddr8": 8}
