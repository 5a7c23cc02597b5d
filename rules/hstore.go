package rules

import (
	"encoding/json"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var hstore = &Rule{
	Name:      "hstore",
	Title:     "HSTORE does not exist",
	Condition: "A column, cast, parameter or variable of type `hstore`.",
	Effect:    "CockroachDB does not know the type (SQLSTATE 42704) nor its functions.",
	Workaround: "It becomes JSONB, an object whose values are texts or null. `?`, `?|`, `?&`, `@>`, `||` and `-` of a key mean the same there; `->` gives JSONB where HSTORE gives a text (`->>` does), " +
		"and values are written as JSON, not as `\"a\"=>\"1\"`. Literals are rewritten; what a program sends in HSTORE's form has to become JSON.",
	Versions: "*",
	Issues:   []int{41285},
	Sources:  []string{"PostgreSQL docs, hstore", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column with a default and an index",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, tags public.hstore DEFAULT ''::public.hstore NOT NULL, more hstore DEFAULT 'a=>1, \"b c\"=>NULL');\nCREATE INDEX ON t USING GIN (tags);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, tags JSONB DEFAULT '{}'::JSONB NOT NULL, more JSONB DEFAULT '{\"a\":\"1\",\"b c\":null}');\nCREATE INDEX ON t USING GIN (tags);\n",
			Want:   []string{"1:43 error changed", "1:69 error changed", "1:98 error changed"},
			Error:  "does not exist",
		},
		{
			Name:   "a text that becomes one",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input:  "CREATE VIEW v AS SELECT s::hstore AS h FROM t;\n",
			Want:   []string{"1:28 error manual"},
			Error:  "does not exist",
			Manual: true,
		},
		{
			Name:  "JSONB stays",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, hstore JSONB DEFAULT '{}');\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"hstore"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() != "hstore" {
				return
			}
			switch {
			case u.Type.Dims > 0 && (u.Place == typeColumn || u.Place == typeAltered):
				u.manual("CockroachDB has no arrays of JSONB in tables either", "Store one JSONB array of objects, or a table of its own", "")
			case u.Place == typeCast && u.Lit == nil:
				u.manual("a text in its form is no JSON", "Make a JSONB object, such as with jsonb_build_object()", "")
			default:
				u.substitute(substitute{sql: "JSONB", literal: hstoreLiteral, fidelity: Changed,
					loss: "values come and go as JSON, and -> gives JSONB, not a text"})
			}
		})
	},
}

// hstoreLiteral reads an hstore and writes it as a JSON object.
func hstoreLiteral(s string) (string, bool) {
	object := map[string]*string{}
	for s = strings.TrimSpace(s); s != ""; {
		key, _, rest, ok := hstoreWord(s)
		if !ok || !strings.HasPrefix(rest, "=>") {
			return "", false
		}
		value, quoted, rest, ok := hstoreWord(strings.TrimSpace(rest[2:]))
		if !ok {
			return "", false
		}
		if _, twice := object[key]; !twice { // the first one counts
			object[key] = &value
			if !quoted && strings.EqualFold(value, "null") {
				object[key] = nil
			}
		}
		if rest == "" {
			break
		}
		if rest[0] != ',' {
			return "", false
		}
		s = strings.TrimSpace(rest[1:])
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(object)
	return strings.TrimSpace(b.String()), err == nil
}

// hstoreWord reads a key or a value, and the white space behind it.
func hstoreWord(s string) (word string, quoted bool, rest string, ok bool) {
	var b strings.Builder
	quoted = strings.HasPrefix(s, `"`)
	i := 0
	if quoted {
		i = 1
	}
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quoted && c == '"':
			return b.String(), true, strings.TrimSpace(s[i+1:]), true
		case !quoted && (c == ',' || c == ' ' || c == '\t' || c == '\n' || strings.HasPrefix(s[i:], "=>")):
			return b.String(), false, strings.TrimSpace(s[i:]), b.Len() > 0
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), false, "", !quoted && b.Len() > 0
}
