package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// fingerprint is the schema of the scratch database in words, with a sum of each
// table's rows. It takes a session of its own: the pass's may be in any state.
func (p *pass) fingerprint(ctx context.Context) (string, error) {
	conn, err := p.db.connect(ctx, nil)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	text, err := schemaText(ctx, conn, p.v.server.product)
	if err == nil {
		var rows string
		rows, err = rowSums(ctx, conn)
		text += rows
	}
	if err != nil {
		return "", p.v.server.fail(ctx, err, "read the schema back from %s", p.v.server.Address())
	}
	return text, nil
}

// schemaText returns the definitions of everything in a database, a line each
// part.
func schemaText(ctx context.Context, conn *pgx.Conn, product product) (string, error) {
	if product == postgres {
		return lines(ctx, conn, postgresSchema)
	}
	var b strings.Builder
	for _, what := range []string{"SCHEMAS", "TYPES", "TABLES", "ROUTINES", "TRIGGERS"} {
		text, err := lines(ctx, conn, "SHOW CREATE ALL "+what)
		var pe *pgconn.PgError
		if errors.As(err, &pe) && (pe.Code == "42601" || pe.Code == "0A000") {
			continue // routines and triggers are shown by newer versions only
		}
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// postgresSchema lists what a PostgreSQL holds. It is for the tests, in which
// PostgreSQL stands in.
const postgresSchema = `
	SELECT format('%s.%s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid)) AS line
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind <> 'i'
	UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
	UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
	ORDER BY line`

func lines(ctx context.Context, conn *pgx.Conn, sql string) (string, error) {
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return "", err
	}
	text, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	return strings.Join(text, "\n") + "\n", nil
}

// rowSums returns a line for each table that holds rows: how many, and a sum of
// them in any order.
func rowSums(ctx context.Context, conn *pgx.Conn) (string, error) {
	rows, err := conn.Query(ctx, `SELECT table_schema, table_name FROM information_schema.tables
		WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema', 'crdb_internal', 'pg_extension')`)
	if err != nil {
		return "", err
	}
	tables, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (name pgx.Identifier, err error) {
		var schema, table string
		err = r.Scan(&schema, &table)
		return pgx.Identifier{schema, table}, err
	})
	if err != nil {
		return "", err
	}
	var out []string
	for _, t := range tables {
		sum, n, err := rowSum(ctx, conn, t)
		if err != nil {
			return "", err
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("-- %s holds %d rows, %s\n", t.Sanitize(), n, sum))
		}
	}
	sort.Strings(out)
	return strings.Join(out, ""), nil
}

func rowSum(ctx context.Context, conn *pgx.Conn, table pgx.Identifier) (sum string, n int, err error) {
	rows, err := conn.Query(ctx, "SELECT * FROM "+table.Sanitize())
	if err != nil {
		return "", 0, err
	}
	defer rows.Close()
	var sums [sha256.Size]byte
	for rows.Next() {
		h := sha256.New()
		for _, v := range rows.RawValues() {
			fmt.Fprintf(h, "%d:%s,", len(v), v)
		}
		for i, b := range h.Sum(nil) {
			sums[i] ^= b
		}
		n++
	}
	return hex.EncodeToString(sums[:4]), n, rows.Err()
}

// firstDifference names the first line in which two texts differ.
func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(a) || i < len(b); i++ {
		var x, y string
		if i < len(a) {
			x = strings.TrimSpace(a[i])
		}
		if i < len(b) {
			y = strings.TrimSpace(b[i])
		}
		if x != y {
			return fmt.Sprintf("%q instead of %q", y, x)
		}
	}
	return "nothing that can be named"
}
