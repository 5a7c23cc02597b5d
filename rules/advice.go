package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// The rules of advice speak of the schema as the history leaves it, at the
// place that made what they speak of.

// definitions are the statements that a place of the catalog can be in.
type definitions struct{ at map[definition]*Statement }

// definition tells the statements of a history apart, as catalog.Place does.
type definition struct {
	source int
	stop   int64
}

// rememberedTrees are the statements that define something of the schema.
var rememberedTrees = []pgsql.Kind{
	pgsql.KindCreateStmt, pgsql.KindCreateSchemaStmt, pgsql.KindCreateTableAsStmt, pgsql.KindAlterTableStmt, pgsql.KindIndexStmt,
}

// remember notes a statement of those. It is the Statement hook of the rules of
// advice.
func remember(p *Pass) {
	if p.Stmt.Down {
		return
	}
	d := State[definitions](p)
	if d.at == nil {
		d.at = map[definition]*Statement{}
	}
	d.at[definition{p.Stmt.Source, p.Stmt.Stop()}] = p.Stmt
}

// statementOf returns the statement that a place is in; nil if none of those
// that are remembered is.
func statementOf(p *Pass, at catalog.Place) *Statement {
	return State[definitions](p).at[definition{at.Source, at.Stop}]
}

// advise reports a warning at a place of the catalog.
func advise(p *Pass, at catalog.Place, message, todo string) {
	if st := statementOf(p, at); st != nil {
		p.Report(Finding{
			Stmt: st, Start: int(at.Start - st.Start()), End: int(at.End - st.Start()),
			Severity: Warning, Message: message, Todo: todo,
		})
	}
}

// adviseName is advise at the name that a CREATE TABLE or a CREATE INDEX gives
// to what it makes; at the whole of other statements.
func adviseName(p *Pass, at catalog.Place, message, todo string) {
	if st := statementOf(p, at); st != nil {
		if i := madeName(st); i >= 0 {
			start, end := st.span(i, i)
			at.Start, at.End = st.Start()+int64(start), st.Start()+int64(end)
		}
	}
	advise(p, at, message, todo)
}

// madeName returns the token with the name of the table or the index that a
// statement makes; -1 if there is none.
func madeName(st *Statement) int {
	var rel *pgsql.RangeVar
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		rel = n.Relation
	case *pgsql.CreateTableAsStmt:
		if n.Into != nil {
			rel = n.Into.Rel
		}
	case *pgsql.IndexStmt:
		if n.Idxname != "" {
			return st.Find(0, "on") - 1
		}
	}
	if rel == nil {
		return -1
	}
	if i := st.tokenOf(rel); i >= 0 {
		return st.nameEnd(i)
	}
	return -1
}

// lastingTables returns the tables that the history leaves behind and that are
// tables of their own in CockroachDB: no temporary ones, no partitions, no
// children of others.
func lastingTables(p *Pass) []*catalog.Table {
	var out []*catalog.Table
	for _, t := range p.Catalog.Tables() {
		if (t.Kind == catalog.Plain || t.Kind == catalog.Partitioned) && t.PartitionOf() == nil && len(t.Inherits()) == 0 && !t.Temporary {
			out = append(out, t)
		}
	}
	return out
}

// key is a list of columns that an index of the target holds in order.
type key struct {
	// what names it in a message.
	what    string
	columns []catalog.IndexColumn
	include []string
	where   string // as tokens with a space between each
	unique  bool
	primary bool
	def     catalog.Place
	index   *catalog.Index // nil for a constraint
}

// keysOf returns the keys of a table that are kept in plain indexes of the
// target: its primary key, its unique constraints and its indexes. Indexes by
// hash and BRIN indexes become plain ones.
func keysOf(t *catalog.Table) []key {
	var out []key
	for _, k := range t.Constraints() {
		if k.Kind != catalog.PrimaryKey && k.Kind != catalog.Unique {
			continue
		}
		e := key{what: "the unique constraint " + k.Name, unique: true, primary: k.Kind == catalog.PrimaryKey, def: k.Def}
		if e.primary {
			e.what = "the primary key"
		}
		for _, c := range k.Columns {
			e.columns = append(e.columns, catalog.IndexColumn{Column: c, Def: k.Def})
		}
		out = append(out, e)
	}
	for _, ix := range t.Indexes() {
		switch ix.Method {
		case "btree", "hash", "brin":
			out = append(out, key{
				what: "index " + ix.Name.Name, columns: ix.Columns, include: ix.Include,
				where: normalText(ix.Where), unique: ix.Unique, def: ix.Def, index: ix,
			})
		}
	}
	return out
}

// normalText returns the tokens of a text with a space between each.
func normalText(text string) string {
	if text == "" {
		return ""
	}
	if s, err := pgsql.Split([]byte(text)); err == nil && len(s) > 0 {
		return s[0].Normal()
	}
	return text
}

// timeColumn reports whether a column is a point in time; its values mostly
// rise with the inserts.
func timeColumn(c *catalog.Column) bool {
	t := c.Type
	for def := c.User; def != nil && def.Kind == catalog.Domain; def = def.BaseUser {
		t = def.Base
	}
	name := builtin(t)
	return name == "timestamptz" || name == "timestamp"
}

// drawn tells that the values of a column come from a sequence: what makes
// them, for a message, and how many a session takes at once (0 or 1: each by
// itself). The text is empty for other columns.
func drawn(p *Pass, c *catalog.Column) (what string, cache int64) {
	switch {
	case c.Serial:
		return "SERIAL", 0
	case c.Identity != 0:
		return "an identity", c.Cache
	case c.Default == "":
		return "", 0
	}
	tree, err := pgsql.Parse("SELECT " + c.Default)
	if err != nil {
		return "", 0
	}
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		call, ok := n.(*pgsql.FuncCall)
		if !ok || catalog.ListName(call.Funcname).Name != "nextval" || len(call.Args) != 1 {
			return true
		}
		what = "nextval"
		if name, ok := catalog.StringConst(call.Args[0]); ok {
			if s := p.Catalog.Sequence(sequenceName(name)); s != nil {
				cache = s.Cache
			}
		}
		return false
	})
	return what, cache
}

// sequenceName reads the name in nextval's argument.
func sequenceName(text string) catalog.Name {
	var parts []string
	if s, err := pgsql.Split([]byte(text)); err == nil && len(s) > 0 {
		for i := range s[0].Tokens {
			if !s[0].Is(i, ".") {
				parts = append(parts, pgsql.Fold(s[0].Str(i)))
			}
		}
	}
	switch len(parts) {
	case 0:
		return catalog.Name{}
	case 1:
		return catalog.Name{Name: parts[0]}
	}
	return catalog.Name{Schema: parts[len(parts)-2], Name: parts[len(parts)-1]}
}

// columnList writes columns for a message.
func columnList(columns []string) string { return "(" + strings.Join(columns, ", ") + ")" }
