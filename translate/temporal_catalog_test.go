package translate_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// catalogQueries list the columns, indexes and constraints of the tables. Both
// databases answer them, each in its own spelling.
var catalogQueries = []string{
	`SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END ||
		COALESCE(CASE WHEN a.attgenerated = 's' THEN ' computed' ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END, '')
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`,
	`SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND t.relkind = 'r'`,
	`SELECT t.relname || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
	WHERE n.nspname = 'public' AND t.relkind = 'r' AND c.contype IN ('p', 'c')`,
}

// spelling is what the two databases write differently and mean alike: casts of
// constants, the name of the database, ASC, operator classes of inverted
// indexes, parentheses and quotes.
var spelling = regexp.MustCompile(`::[a-z]+( without time zone| varying)?|[a-z0-9_]*\.?public\.| asc\b| jsonb_path_ops|[()" ]`)

// catalogOf returns the columns with their types, defaults and NOT NULL, the
// indexes and the constraints, in one spelling. INTEGER is BIGINT, as
// CockroachDB has it.
func catalogOf(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	var out []string
	for _, q := range catalogQueries {
		for _, line := range strs(t, conn, q) {
			line = strings.ReplaceAll(strings.ToLower(line), " integer", " bigint")
			out = append(out, spelling.ReplaceAllString(line, ""))
		}
	}
	slices.Sort(out)
	return out
}
