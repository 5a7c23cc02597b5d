package live

import (
	"fmt"
	"strings"
)

// Mapping is what becomes of a type of PostgreSQL in a translation.
type Mapping struct {
	// Postgres and Cockroach are types as format_type writes them, without
	// lengths and precisions. Where both have the type, the numbers stay.
	Postgres, Cockroach string
	// Rule is the rule that says so; empty where nothing differs.
	Rule string
	// Note says what differs, for people.
	Note string
}

// Mappings is the published table: every type that is not itself on the other
// side, and those that are, up to a difference worth knowing.
func Mappings() []Mapping {
	return []Mapping{
		{"smallint", "smallint", "", ""},
		{"integer", "bigint", "integer-width", "INTEGER and INT are INT8, INT4 is not"},
		{"bigint", "bigint", "", ""},
		{"numeric", "numeric", "", "`DECIMAL`; a scale beyond the precision: rule numeric-scale"},
		{"real", "real", "", ""},
		{"double precision", "double precision", "", ""},
		{"boolean", "boolean", "", ""},
		{"text", "text", "", "`STRING`"},
		{"character varying", "character varying", "", ""},
		{"character", "character", "char-padding", "stored without its padding"},
		{"name", "name", "", ""},
		{`"char"`, `"char"`, "", ""},
		{"bytea", "bytea", "", "`BYTES`"},
		{"uuid", "uuid", "", ""},
		{"date", "date", "", ""},
		{"time without time zone", "time without time zone", "", ""},
		{"time with time zone", "time with time zone", "", ""},
		{"timestamp without time zone", "timestamp without time zone", "", ""},
		{"timestamp with time zone", "timestamp with time zone", "", ""},
		{"interval", "interval", "", ""},
		{"json", "jsonb", "json-type", "key order and duplicates of the text are not kept"},
		{"jsonb", "jsonb", "", "keys in another order when shown"},
		{"inet", "inet", "", ""},
		{"cidr", "inet", "cidr", "with a CHECK that only networks pass"},
		{"macaddr", "character varying", "macaddr", "with a CHECK for its form"},
		{"macaddr8", "character varying", "macaddr", "with a CHECK for its form"},
		{"bit", "bit", "", ""},
		{"bit varying", "bit varying", "", ""},
		{"tsvector", "tsvector", "", "from v23.1 on"},
		{"tsvector", "character varying", "tsvector", "where the target holds v22.2"},
		{"tsquery", "tsquery", "", "from v23.1 on"},
		{"money", "numeric", "money", "DECIMAL(19,2)"},
		{"xml", "text", "xml", ""},
		{"citext", "citext", "", "from v25.3 on"},
		{"citext", "text", "citext", "with a collation that ignores case, before v25.3"},
		{"hstore", "jsonb", "hstore", ""},
		{"ltree", "ltree", "", "from v25.4 on"},
		{"ltree", "text", "ltree", "before v25.4"},
		{"vector", "vector", "", "from v24.2 on"},
		{"halfvec", "vector", "vector", ""},
		{"oid", "oid", "", ""},
		{"oid", "bigint", "system-type", ""},
		{"pg_lsn", "pg_lsn", "", "from v24.1 on"},
		{"pg_lsn", "text", "system-type", ""},
		{"xid8", "bigint", "system-type", ""},
		{"geometry", "geometry", "", ""},
		{"geography", "geography", "", ""},
	}
}

// typeParts cuts a type into its name without numbers, the numbers and the
// brackets of an array.
func typeParts(s string) (name, numbers, array string) {
	for strings.HasSuffix(s, "[]") {
		s, array = strings.TrimSuffix(s, "[]"), "[]"
	}
	open, end := strings.IndexByte(s, '('), strings.LastIndexByte(s, ')')
	if open < 0 || end < open || strings.HasPrefix(s, `"`) {
		return s, "", array
	}
	return s[:open] + s[end+1:], s[open : end+1], array
}

// sameType holds a column's type in CockroachDB against that in PostgreSQL. ok
// tells that it is the one that the mapping gives; rule names the rule that
// changes it on the way, if one does.
func sameType(postgres, cockroach string) (rule string, ok bool) {
	pn, pm, pa := typeParts(postgres)
	cn, cm, ca := typeParts(cockroach)
	if pa != ca {
		return "", false
	}
	if pn == cn {
		return "", pm == cm
	}
	for _, m := range Mappings() {
		if m.Postgres == pn && m.Cockroach == cn {
			return m.Rule, true
		}
	}
	return "", false
}

// Markdown is the published table.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Types: from PostgreSQL to CockroachDB

What ` + "`pg2crdb verify --against`" + ` takes for the same type, by the names that ` + "`format_type`" + ` gives in both databases. Lengths, precisions and arrays stay. A type that is not in the table has to be there under its own name, such as an enum; a column for which it is not is a difference, and needs a rule of the translation that explains it.

| PostgreSQL | CockroachDB | rule | |
|---|---|---|---|
`)
	for _, m := range Mappings() {
		rule := ""
		if m.Rule != "" {
			rule = fmt.Sprintf("[%s](../../rules/docs/%s.md)", m.Rule, m.Rule)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(m.Postgres), code(m.Cockroach), rule, m.Note)
	}
	b.WriteString(`
What is the same although the databases show it differently:

- A table without a primary key has a hidden column rowid in CockroachDB, and a key over it.
- An identity column shows a default of nextval in CockroachDB; so does a SERIAL that the translation makes one.
- NULLs come first in an ascending index of CockroachDB and last in one of PostgreSQL; the direction of each column is compared, the place of NULLs is not (rule [index-nulls-order](../../rules/docs/index-nulls-order.md)).
- Expressions are compared by their trees, without the casts to text that each database puts into them, and IN and BETWEEN as what they stand for.
- A GIN index is an inverted index, a B-tree is a prefix index.
- Of a view, the names and the types of its columns are compared.
`)
	return b.String()
}

func code(s string) string { return "`" + s + "`" }
