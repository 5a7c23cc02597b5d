// Package live reads the catalogs of real databases, PostgreSQL's and
// CockroachDB's, and compares them.
package live

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Catalog is what a database holds.
type Catalog struct {
	// Tables are tables and views, sorted by name.
	Tables []*Table
	// Enums are the labels of the enumerated types, by name.
	Enums map[string][]string
}

// Table is a table or a view.
type Table struct {
	Schema, Name string
	// Kind is as in pg_class: r for a table, p for a partitioned one, v for a view,
	// m for a materialized one.
	Kind        string
	Columns     []*Column
	Indexes     []*Index
	Checks      []*Check
	ForeignKeys []*ForeignKey
}

// Column is a column of a table or a view.
type Column struct {
	Name string
	// Type is as format_type writes it, such as "character varying(255)".
	Type    string
	NotNull bool
	// Default and Generated are expressions as the database writes them.
	Default, Generated string
	// Identity is a for ALWAYS, d for BY DEFAULT, empty for none.
	Identity string
	number   string
}

// Index is an index, of a key or by itself.
type Index struct {
	Name            string
	Primary, Unique bool
	// Method is as in pg_am.
	Method  string
	Columns []IndexColumn
	Include []string
	Where   string
}

// IndexColumn is a column or an expression of an index.
type IndexColumn struct {
	Expr string
	Desc bool
}

// Check is a CHECK constraint.
type Check struct{ Name, Expr string }

// ForeignKey is a foreign key.
type ForeignKey struct {
	Name                         string
	Columns                      []string
	RefTable                     string
	RefColumns                   []string
	OnDelete, OnUpdate, Matching string
}

// FullName is the table's name, with its schema where that is not public.
func (t *Table) FullName() string {
	if t.Schema == "public" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

// Column returns the column of a name, or nil.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// PrimaryKey returns the columns of the primary key.
func (t *Table) PrimaryKey() []string {
	for _, ix := range t.Indexes {
		if !ix.Primary {
			continue
		}
		var out []string
		for _, c := range ix.Columns {
			out = append(out, c.Expr)
		}
		return out
	}
	return nil
}

// Table returns the table of a full name, or nil.
func (c *Catalog) Table(name string) *Table {
	for _, t := range c.Tables {
		if t.FullName() == name {
			return t
		}
	}
	return nil
}

const schemas = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'crdb_internal', 'pg_extension') AND n.nspname NOT LIKE 'pg_temp%' AND n.nspname NOT LIKE 'pg_toast%'`

// Read reads the catalog of the session's database. What CockroachDB hides, a
// rowid and the columns behind index expressions, is left out, and what an
// extension of PostgreSQL brought.
func Read(ctx context.Context, conn *pgx.Conn, cockroach bool) (*Catalog, error) {
	r := &reader{ctx: ctx, conn: conn, tables: map[string]*Table{}, catalog: &Catalog{Enums: map[string][]string{}}}
	hidden := ""
	if cockroach {
		hidden = " AND NOT COALESCE(a.attishidden, true)"
	}
	r.query(`SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm') AND `+schemas+`
		AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`, func(f []string) {
		t := &Table{Schema: f[1], Name: f[2], Kind: f[3]}
		r.tables[f[0]] = t
		r.catalog.Tables = append(r.catalog.Tables, t)
	})
	r.query(`SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, COALESCE(pg_get_expr(d.adbin, d.adrelid), ''), a.attgenerated, a.attidentity
		FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attnum > 0 AND NOT a.attisdropped`+hidden+` ORDER BY a.attrelid, a.attnum`, func(f []string) {
		t := r.tables[f[0]]
		if t == nil {
			return
		}
		c := &Column{number: f[1], Name: f[2], Type: typeText(f[3]), NotNull: f[4] == "t" || f[4] == "true", Default: f[5], Identity: strings.TrimSpace(f[7])}
		if g := strings.TrimSpace(f[6]); g != "" {
			c.Default, c.Generated = "", f[5]
		}
		if c.Identity != "" {
			c.Default = "" // the identity's own sequence
		}
		t.Columns = append(t.Columns, c)
	})
	indexes := map[string]*Index{}
	owner := map[string]*Table{}
	options := map[string][]string{}
	keys := map[string]int{}
	r.query(`SELECT i.indexrelid, i.indrelid, c.relname, i.indisprimary, i.indisunique, am.amname, i.indnkeyatts, i.indoption, COALESCE(pg_get_expr(i.indpred, i.indrelid), '')
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam`, func(f []string) {
		t := r.tables[f[1]]
		if t == nil {
			return
		}
		ix := &Index{Name: f[2], Primary: isTrue(f[3]), Unique: isTrue(f[4]), Method: method(f[5]), Where: f[8]}
		indexes[f[0]], owner[f[0]] = ix, t
		keys[f[0]], _ = strconv.Atoi(f[6])
		options[f[0]] = strings.Fields(f[7])
		t.Indexes = append(t.Indexes, ix)
	})
	r.query(`SELECT i.indexrelid, k, pg_get_indexdef(i.indexrelid, k, true) FROM pg_index i, generate_series(1, 32) AS g (k)
		WHERE k <= i.indnatts ORDER BY i.indexrelid, k`, func(f []string) {
		ix := indexes[f[0]]
		if ix == nil {
			return
		}
		k, _ := strconv.Atoi(f[1])
		name := unquote(f[2])
		if k > keys[f[0]] {
			ix.Include = append(ix.Include, name)
			return
		}
		c := IndexColumn{Expr: name}
		if o := options[f[0]]; k <= len(o) {
			n, _ := strconv.Atoi(o[k-1])
			c.Desc = n&1 != 0
		}
		ix.Columns = append(ix.Columns, c)
	})
	r.query(`SELECT k.conrelid, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.contype = 'c'`, func(f []string) {
		if t := r.tables[f[0]]; t != nil {
			t.Checks = append(t.Checks, &Check{f[1], checkExpr(f[2])})
		}
	})
	r.query(`SELECT k.conrelid, k.conname, k.conkey, k.confrelid, k.confkey, k.confdeltype, k.confupdtype, k.confmatchtype FROM pg_constraint k WHERE k.contype = 'f'`, func(f []string) {
		t, ref := r.tables[f[0]], r.tables[f[3]]
		if t == nil || ref == nil {
			return
		}
		t.ForeignKeys = append(t.ForeignKeys, &ForeignKey{
			Name: f[1], Columns: t.named(f[2]), RefTable: ref.FullName(), RefColumns: ref.named(f[4]), OnDelete: f[5], OnUpdate: f[6], Matching: f[7],
		})
	})
	r.query(`SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid ORDER BY e.enumtypid, e.enumsortorder`, func(f []string) {
		r.catalog.Enums[f[0]] = append(r.catalog.Enums[f[0]], f[1])
	})
	if r.err != nil {
		return nil, r.err
	}
	for _, t := range r.catalog.Tables {
		t.tidy()
	}
	sort.Slice(r.catalog.Tables, func(i, j int) bool { return r.catalog.Tables[i].FullName() < r.catalog.Tables[j].FullName() })
	return r.catalog, nil
}

// tidy leaves out the indexes over hidden columns and puts the rest in order.
func (t *Table) tidy() {
	kept := t.Indexes[:0]
	for _, ix := range t.Indexes {
		if len(ix.Columns) == 1 && ix.Primary && t.Column(ix.Columns[0].Expr) == nil {
			continue // over rowid
		}
		kept = append(kept, ix)
	}
	t.Indexes = kept
	sort.Slice(t.Indexes, func(i, j int) bool { return t.Indexes[i].Name < t.Indexes[j].Name })
	sort.Slice(t.Checks, func(i, j int) bool { return t.Checks[i].Name < t.Checks[j].Name })
	sort.Slice(t.ForeignKeys, func(i, j int) bool { return t.ForeignKeys[i].Name < t.ForeignKeys[j].Name })
}

// named returns the columns of numbers such as {1,3}.
func (t *Table) named(numbers string) []string {
	var out []string
	for _, n := range strings.Split(strings.Trim(numbers, "{}"), ",") {
		for _, c := range t.Columns {
			if c.number == n {
				out = append(out, c.Name)
			}
		}
	}
	return out
}

func isTrue(s string) bool { return s == "t" || s == "true" }

// method gives CockroachDB's access methods the names of PostgreSQL's.
func method(am string) string {
	switch am {
	case "prefix":
		return "btree"
	case "inverted":
		return "gin"
	}
	return am
}

// typeText takes the schema public and pg_catalog off a type.
func typeText(s string) string {
	s = strings.TrimPrefix(s, "public.")
	return strings.TrimPrefix(s, "pg_catalog.")
}

// checkExpr returns the expression of CHECK (...) [NOT VALID].
func checkExpr(def string) string {
	def = strings.TrimSuffix(def, " NOT VALID")
	def = strings.TrimSuffix(def, " NO INHERIT")
	def, _ = strings.CutPrefix(def, "CHECK (")
	return strings.TrimSuffix(def, ")")
}

func unquote(s string) string {
	if n := len(s); n >= 2 && s[0] == '"' && s[n-1] == '"' && !strings.Contains(s[1:n-1], `" `) {
		return strings.ReplaceAll(s[1:n-1], `""`, `"`)
	}
	return s
}

// reader keeps the first error of its queries.
type reader struct {
	ctx     context.Context
	conn    *pgx.Conn
	tables  map[string]*Table // by oid
	catalog *Catalog
	err     error
}

func (r *reader) query(sql string, each func(fields []string)) {
	if r.err != nil {
		return
	}
	rows, err := r.conn.Query(r.ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		r.err = fmt.Errorf("read the catalog: %w", err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		raw := rows.RawValues()
		fields := make([]string, len(raw))
		for i, v := range raw {
			fields[i] = string(v)
		}
		each(fields)
	}
	if err := rows.Err(); err != nil {
		r.err = fmt.Errorf("read the catalog: %w", err)
	}
}
