package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var typeName = &Rule{
	Name:  "type-name",
	Title: "A spelling of a type that CockroachDB does not read",
	Condition: "`NATIONAL CHARACTER`, `NCHAR`; a length behind a type that is qualified or quoted, such as `pg_catalog.varchar(5)`, `\"varchar\"(5)` or `bpchar(5)`; a type of an extension with a schema, " +
		"such as `public.citext`; or a precision of more than six digits for a time.",
	Effect:     "CockroachDB does not parse the length (SQLSTATE 42601), refuses the precision, and does not find the type of an extension in a schema (42704): its own are in none.",
	Workaround: "The same type is written as CockroachDB reads it. Times have six digits in PostgreSQL as well, whatever is asked for.",
	Versions:   "*",
	Issues:     []int{56492},
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "lengths",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a national character varying(5), b pg_catalog.varchar(7) DEFAULT 'x'::pg_catalog.varchar(7), c bpchar(3)[], d \"numeric\"(5,2), e nchar);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a VARCHAR(5), b varchar(7) DEFAULT 'x'::varchar(7), c CHAR(3)[], d numeric(5,2), e CHAR);\n",
			Want:   []string{"1:40 error exact", "1:73 error exact", "1:108 error exact", "1:133 error exact", "1:148 error exact", "1:166 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a type of an extension",
			Target: ">=25.4",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a public.citext, b public.vector(3), c public.geometry(point, 4326), d public.geometry);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a citext, b vector(3), c geometry(point, 4326), d public.geometry);\n",
			Want:   []string{"1:40 error exact", "1:57 error exact", "1:77 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "nanoseconds",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a timestamp(9) with time zone);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a timestamp(6) with time zone);\n",
			Want:   []string{"1:40 error exact"},
			Error:  "precision 9 out of range",
		},
		{
			Name:  "qualified types without a length",
			Input: "CREATE TABLE t (id pg_catalog.int8 PRIMARY KEY, a pg_catalog.text[], b \"timestamptz\", c character varying(5), d double precision, e timestamp(3));\n",
		},
	},
	Nodes: typeNodes,
	Check: func(p *Pass, n pgsql.Node) {
		if t, ok := n.(*pgsql.TypeName); ok && plainlyNamed(p.Stmt, t) {
			return
		}
		typeUses(p, n, checkTypeName)
	},
}

// plainTypes are types with modifiers that CockroachDB reads as they are written.
var plainTypes = map[string]bool{"varchar": true, "numeric": true}

// plainlyNamed reports a type that is named by one word, as most are, or is a VARCHAR
// with a length. Where it does not, nothing may be wrong all the same.
func plainlyNamed(st *Statement, t *pgsql.TypeName) bool {
	first, last, ok := st.typeSpan(t)
	if !ok || st.Tokens[first].Kind() != pgsql.Word {
		return false
	}
	if first == last {
		return !st.Is(first, "nchar")
	}
	return st.Is(first, "varchar") && st.Close(first+1) == last
}

func checkTypeName(u *typeUse) {
	name := u.builtin()
	if name == "" {
		return
	}
	written := u.written()
	head, mods := written, ""
	if i := strings.IndexByte(written, '('); i >= 0 {
		head, mods = written[:i], written[i:]
	}
	if u.Type.Schema == "" && (mods == "" || plainTypes[name] && plainWord(head)) && oneWord(head) && len(head) != len("nchar") {
		return // the others are rare
	}
	plain := head // without a schema
	if i := strings.LastIndexByte(head, '.'); i >= 0 {
		plain = head[i+1:]
	}
	edit := func(to, why string) {
		u.report(Finding{Severity: Error, Fidelity: Exact, Message: why, Edits: []Edit{u.p.Replace(u.NameStart, u.NameStart+len(head), to)}})
	}
	switch words := strings.Fields(strings.ToLower(head)); {
	case words[0] == "national" || words[0] == "nchar":
		to := "CHAR"
		if words[len(words)-1] == "varying" {
			to = "VARCHAR"
		}
		edit(to, fmt.Sprintf("CockroachDB does not read %s: it is %s there", strings.TrimSpace(head), to))
	case u.Type.Schema != "":
		if !keptExtensionType(u, name) || u.Type.Schema == "public" && mods == "" && (name == "geometry" || name == "geography" || name == "box2d") {
			return
		}
		edit(plain, fmt.Sprintf("type %s is built into CockroachDB and is found without a schema only", strings.TrimSpace(plain)))
	case mods != "" && !numbers(mods):
		return // only ever a mistake
	case mods != "" && strings.EqualFold(strings.Trim(plain, `"`), "bpchar"):
		edit("CHAR", "CockroachDB reads no length behind BPCHAR: CHAR is the same type")
	case mods != "" && (plain != head || strings.HasPrefix(plain, `"`)) && modifiedTypes[strings.Trim(plain, `"`)]:
		edit(strings.Trim(plain, `"`), fmt.Sprintf("CockroachDB reads no length behind %s", head))
	case timeTypes[name] && mods != "":
		end := strings.IndexByte(mods, ')')
		if end < 0 {
			return
		}
		if digits, err := strconv.Atoi(strings.TrimSpace(mods[1:end])); err == nil && digits > 6 {
			from := u.NameStart + len(head) + 1
			u.report(Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB refuses more than six digits of a second; PostgreSQL keeps six as well",
				Edits: []Edit{u.p.Replace(from, from+end-1, "6")}})
		}
	}
}

// oneWord reports whether there is no white space in a name; plainWord whether there
// is neither a quote nor a dot.
func oneWord(name string) bool {
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case ' ', '\t', '\r', '\n', '\f', '\v':
			return false
		}
	}
	return true
}

func plainWord(name string) bool {
	return strings.IndexByte(name, '"') < 0 && strings.IndexByte(name, '.') < 0
}

// numbers reports whether what a type's parentheses hold is numbers.
func numbers(mods string) bool {
	end := strings.IndexByte(mods, ')')
	return end > 0 && strings.Trim(mods[1:end], "0123456789, ") == ""
}

// modifiedTypes are the built-in types, by the names that they are stored under,
// that take a length, a precision or a scale.
var modifiedTypes = map[string]bool{
	"varchar": true, "bit": true, "varbit": true, "numeric": true,
	"timestamp": true, "timestamptz": true, "time": true, "timetz": true, "interval": true,
}

var timeTypes = map[string]bool{"timestamp": true, "timestamptz": true, "time": true, "timetz": true, "interval": true}

// keptExtensionType reports whether every version of the target has the type
// that an extension gives to PostgreSQL.
func keptExtensionType(u *typeUse, name string) bool {
	versions, ok := map[string]string{
		"citext": ">=25.3", "ltree": ">=25.4", "vector": ">=24.2", "geometry": "*", "geography": "*", "box2d": "*",
	}[name]
	return ok && u.p.Target.Within(versions)
}
