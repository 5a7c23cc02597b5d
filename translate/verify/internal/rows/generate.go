// Package rows makes rows that probe the types of a table and its computed
// columns, and compares what two databases stored of them.
package rows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/translate/verify/internal/live"
)

// Plan says what rows of a table hold.
type Plan struct {
	Table *live.Table
	// Columns are those that get values: not the computed ones, not those that
	// the database numbers itself.
	Columns []*live.Column
	// Unprobed are the columns of types for which there are no values; they are
	// left to their default.
	Unprobed []*live.Column

	probes [][]string // by column
	unique map[string]bool
	parent map[string]reference // by column of a foreign key
}

// reference is a column of another table that a column refers to.
type reference struct{ table, column string }

// NewPlan plans the rows of a table of PostgreSQL.
func NewPlan(t *live.Table, enums map[string][]string) *Plan {
	p := &Plan{Table: t, unique: map[string]bool{}, parent: map[string]reference{}}
	for _, ix := range t.Indexes {
		// One column of each key is enough to tell the rows apart: the last.
		if ix.Unique && len(ix.Columns) > 0 {
			p.unique[ix.Columns[len(ix.Columns)-1].Expr] = true
		}
	}
	for _, k := range t.ForeignKeys {
		for i, c := range k.Columns {
			if i < len(k.RefColumns) {
				p.parent[c] = reference{k.RefTable, k.RefColumns[i]}
			}
		}
	}
	documents := documentKeys(t)
	for _, c := range t.Columns {
		if c.Generated != "" || c.Identity == "a" {
			continue
		}
		var probes []string
		if keys := documents[c.Name]; len(keys) > 0 {
			probes = documentsOf(keys)
		} else {
			probes = probesOf(c.Type, enums)
		}
		if len(probes) == 0 {
			p.Unprobed = append(p.Unprobed, c)
			continue
		}
		p.Columns = append(p.Columns, c)
		p.probes = append(p.probes, probes)
	}
	return p
}

// Null stands for NULL among the values of a row.
const Null = "\x00"

// Row makes row i. stored are the rows that the tables hold already, as column
// values by table; ok is false if a foreign key has nothing to refer to.
func (p *Plan) Row(i int, stored map[string][]map[string]string) (values []string, ok bool) {
	refers := map[string]map[string]string{} // the row that is referred to, by table
	for k, c := range p.Columns {
		probes := p.probes[k]
		ref, foreign := p.parent[c.Name]
		switch {
		case foreign:
			rows := stored[ref.table]
			if len(rows) == 0 || !c.NotNull && i%7 == 6 {
				if c.NotNull {
					return nil, false
				}
				values = append(values, Null)
				continue
			}
			if refers[ref.table] == nil {
				refers[ref.table] = rows[i%len(rows)]
			}
			values = append(values, refers[ref.table][ref.column])
		case p.unique[c.Name]:
			values = append(values, distinct(c.Type, probes, i))
		case !c.NotNull && (i+k)%7 == 6:
			values = append(values, Null)
		default:
			// Neighbouring columns do not go in step.
			values = append(values, probes[(i+k*3)%len(probes)])
		}
	}
	return values, true
}

// Insert writes the INSERT of a row.
func (p *Plan) Insert(values []string) string {
	names, texts := make([]string, len(values)), make([]string, len(values))
	for i, v := range values {
		names[i] = quoteIdent(p.Columns[i].Name)
		texts[i] = literal(v, p.Columns[i].Type)
	}
	if len(names) == 0 {
		return fmt.Sprintf("INSERT INTO %s DEFAULT VALUES", p.Name())
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", p.Name(), strings.Join(names, ", "), strings.Join(texts, ", "))
}

// Name is the quoted name of the table.
func (p *Plan) Name() string { return quoteIdent(p.Table.Schema) + "." + quoteIdent(p.Table.Name) }

func quoteIdent(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func literal(v, typ string) string {
	switch {
	case v == Null:
		return "NULL"
	case isNumber(typ):
		if strings.HasPrefix(v, "-") {
			return "(" + v + ")"
		}
		return v
	}
	return "'" + strings.ReplaceAll(v, "'", "''") + "'"
}

func isNumber(typ string) bool {
	if strings.HasSuffix(typ, "[]") {
		return false
	}
	switch base, _, _ := strings.Cut(typ, "("); base {
	case "smallint", "integer", "bigint", "numeric":
		return true
	}
	return false
}

// distinct makes value i of a column whose values have to differ.
func distinct(typ string, probes []string, i int) string {
	if i < len(probes) && !slices.Contains(probes[:i], probes[i]) {
		return probes[i]
	}
	base, numbers, _ := strings.Cut(strings.TrimSuffix(typ, "[]"), "(")
	switch base {
	case "smallint", "integer", "bigint", "numeric", "real", "double precision", "oid":
		return strconv.Itoa(1000 + i)
	case "text", "character varying", "character", "citext", "name":
		s := fmt.Sprintf("k%d", i)
		if n := leadingNumber(numbers); n > 0 && len(s) > n {
			s = s[len(s)-n:]
		}
		return s
	case "bytea":
		return fmt.Sprintf(`\x%08x`, i)
	case "uuid":
		return fmt.Sprintf("00000000-0000-4000-8000-%012x", i)
	case "date":
		return fmt.Sprintf("2%03d-01-%02d", i%1000, 1+i/1000%28)
	case "timestamp", "timestamp without time zone", "timestamp with time zone":
		return fmt.Sprintf("2001-01-01 00:%02d:%02d.%06d", i/60%60, i%60, i)
	}
	return probes[i%len(probes)]
}

func leadingNumber(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			break
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// documentKey is a member of a JSON document that a computed column reads.
type documentKey struct{ key, typ string }

// documentKeys finds what the computed columns of a table read of its JSON
// columns: doc->>'key', and the type of the column.
func documentKeys(t *live.Table) map[string][]documentKey {
	out := map[string][]documentKey{}
	for _, c := range t.Columns {
		if c.Generated == "" {
			continue
		}
		tree, err := pgsql.Parse("SELECT " + c.Generated)
		if err != nil {
			continue
		}
		pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			e, ok := n.(*pgsql.AExpr)
			if !ok {
				return true
			}
			if op := catalog.ListName(e.Name).Name; op != "->" && op != "->>" {
				return true
			}
			ref, isColumn := e.Lexpr.(*pgsql.ColumnRef)
			key, isText := textOf(e.Rexpr)
			if isColumn && isText {
				name := catalog.ListName(ref.Fields).Name
				k := documentKey{key, c.Type}
				if !slices.Contains(out[name], k) {
					out[name] = append(out[name], k)
				}
			}
			return true
		})
	}
	return out
}

// textOf returns the text of a literal, with a cast around it or not.
func textOf(n pgsql.Node) (string, bool) {
	if c, ok := n.(*pgsql.TypeCast); ok {
		n = c.Arg
	}
	return catalog.StringConst(n)
}
