package consolidate

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// state is what the catalog knew in front of a statement and forgets with it.
type state struct {
	table   *catalog.Table
	dropped []*catalog.Table
	known   bool // all objects of a DROP
}

func (b *builder) snapshot(st *pgsql.Statement) state {
	var s state
	switch n := st.Tree.(type) {
	case *pgsql.AlterTableStmt:
		s.table = b.catalog.Table(n.Relation)
	case *pgsql.DropStmt:
		s.known = true
		for _, o := range n.Objects {
			l, ok := o.(*pgsql.List)
			if !ok {
				s.known = false
				continue
			}
			name := catalog.ListName(l.Items)
			switch n.RemoveType {
			case pgsql.ObjectTable:
				t := b.catalog.Relation(name)
				s.known = s.known && (t != nil && b.table(t) != nil || n.MissingOk && t == nil)
				if t != nil {
					s.dropped = append(s.dropped, t)
				}
			case pgsql.ObjectIndex:
				ixs := b.catalog.Indexes(name)
				s.known = s.known && (len(ixs) == 1 && ixs[0].Table != nil && b.table(ixs[0].Table) != nil || n.MissingOk && len(ixs) == 0)
			default:
				s.known = false
			}
		}
	}
	return s
}

// table returns the record of a table, or nil if its CREATE TABLE is carried
// over.
func (b *builder) table(t *catalog.Table) *table {
	if t == nil {
		return nil
	}
	return b.tables[t.Def]
}

// absorb lets the final tables express a statement. It reports false if they
// cannot.
func (b *builder) absorb(st *pgsql.Statement, source int, before state) bool {
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		return b.create(n, st, source)
	case *pgsql.IndexStmt:
		return b.index(n, st)
	case *pgsql.AlterTableStmt:
		return b.alter(n, st, before)
	case *pgsql.DropStmt:
		if !before.known {
			return false
		}
		for _, t := range before.dropped {
			b.table(t).gone = true
		}
		return true
	}
	return false
}

func (b *builder) create(n *pgsql.CreateStmt, st *pgsql.Statement, source int) bool {
	def := b.catalog.Table(n.Relation)
	if def == nil || n.Relation.Relpersistence == "t" || len(n.InhRelations) > 0 || n.OfTypename != nil || def.LastElement < 0 {
		return false
	}
	if def.Def.Source != source || def.Def.Start != st.Start() {
		return n.IfNotExists // it was there already
	}
	for _, e := range n.TableElts {
		if _, like := e.(*pgsql.TableLikeClause); like {
			return false
		}
	}
	t := &table{def: def, st: st, source: source, place: def.Def, comments: leadComments(st), altered: map[*catalog.Column]bool{}}
	b.tables[def.Def] = t
	b.order = append(b.order, t)
	return true
}

// index takes an index into its table.
func (b *builder) index(n *pgsql.IndexStmt, st *pgsql.Statement) bool {
	t := b.table(b.catalog.Table(n.Relation))
	if t == nil || len(t.def.Indexes()) == 0 {
		return false
	}
	ix := t.def.Indexes()[len(t.def.Indexes())-1]
	if ix.Def.Start != st.Start() {
		return n.IfNotExists
	}
	elements := catalog.IndexElements(st, n)
	if len(elements) == 0 {
		return false
	}
	open, end := elements[0][0]-1, elements[len(elements)-1][1]+1
	text := "INDEX " + quote(ix.Name.Name) + " " + slice(st, open, end)
	switch {
	case n.AccessMethod == "gin" || n.AccessMethod == "gist":
		text = "INVERTED " + text
	case n.Unique:
		text = "UNIQUE " + text
	}
	if end+1 < len(st.Tokens) {
		text += " " + slice(st, end+1, len(st.Tokens)-1)
	}
	t.extra = append(t.extra, element{text: text, comments: leadComments(st), index: ix})
	return true
}

func (b *builder) alter(n *pgsql.AlterTableStmt, st *pgsql.Statement, before state) bool {
	t := b.table(before.table)
	commands := catalog.CommandTokens(st, n)
	if t == nil || len(commands) != len(n.Cmds) {
		return false
	}
	for _, c := range n.Cmds {
		if cmd, ok := c.(*pgsql.AlterTableCmd); !ok || !absorbed[cmd.Subtype] {
			return false
		}
	}
	comments := leadComments(st)
	for i, c := range n.Cmds {
		cmd := c.(*pgsql.AlterTableCmd)
		switch cmd.Subtype {
		case pgsql.ATAddColumn:
			def := cmd.Def.(*pgsql.ColumnDef)
			if col := t.def.Column(def.Colname); col != nil && col.Def.Source == t.sourceOf(col) && within(st, col.Def) {
				t.extra = append(t.extra, element{text: slice(st, st.TokenAt(int(def.Location)), commands[i][1]), comments: comments, column: col})
				comments = ""
			}
		case pgsql.ATAddConstraint:
			for _, k := range t.def.Constraints() {
				if within(st, k.Def) && k.Def.Start == st.Start()+int64(st.Tokens[commands[i][0]].Start) {
					first := commands[i][0] + 1 // behind ADD
					last := commands[i][1]
					if st.Words(last-1, "not", "valid") {
						last -= 2 // a new table holds no row that could violate it
					}
					t.extra = append(t.extra, element{text: slice(st, first, last), comments: comments, constraint: k})
					comments = ""
				}
			}
		default:
			if col := t.def.Column(cmd.Name); col != nil {
				t.altered[col] = true
			}
		}
	}
	return true
}

// absorbed are the commands that the final table shows.
var absorbed = map[pgsql.AlterTableType]bool{
	pgsql.ATAddColumn: true, pgsql.ATDropColumn: true, pgsql.ATAddConstraint: true, pgsql.ATDropConstraint: true,
	pgsql.ATColumnDefault: true, pgsql.ATSetNotNull: true, pgsql.ATDropNotNull: true, pgsql.ATAlterColumnType: true,
	pgsql.ATValidateConstraint: true,
}

func (t *table) sourceOf(c *catalog.Column) int { return c.Def.Source }

// within reports whether a place lies in a statement.
func within(st *pgsql.Statement, p catalog.Place) bool {
	return p.Start >= st.Start() && p.End <= st.End()
}

// slice returns the text of the tokens [first, last].
func slice(st *pgsql.Statement, first, last int) string {
	if first < 0 || last < first || last >= len(st.Tokens) {
		return ""
	}
	return st.Text[st.Tokens[first].Start:st.Tokens[last].End]
}

func quote(name string) string {
	for i, r := range name {
		if !(r == '_' || r >= 'a' && r <= 'z' || i > 0 && r >= '0' && r <= '9') {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return name
}
