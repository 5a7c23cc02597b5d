package consolidate

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// alterTable takes what an ALTER TABLE does into its table. What the table's
// statement cannot say is carried over; if it comes with what it can, all
// statements of the table are.
func (b *builder) alterTable(it *item, n *pgsql.AlterTableStmt, before state) {
	b.aboutRelations(it, before.mentioned)
	t := b.tables[before.table]
	if t == nil {
		return
	}
	absorbs, carries := 0, 0
	for _, c := range n.Cmds {
		cmd, ok := c.(*pgsql.AlterTableCmd)
		switch {
		case !ok:
		case absorbed[cmd.Subtype]:
			absorbs++
		default:
			carries++
		}
		if ok && carriedUnsafely[cmd.Subtype] {
			t.unfolded = true
		}
	}
	if absorbs == 0 {
		if t.unfolded {
			it.table = t
		}
		b.lock(it, n, t)
		return
	}
	it.table = t
	commands := catalog.CommandTokens(it.st, n)
	if carries > 0 || len(commands) != len(n.Cmds) {
		t.unfolded = true
		return
	}
	lead := leadComments(it.st)
	for i, c := range n.Cmds {
		cmd := c.(*pgsql.AlterTableCmd)
		e := t.command(it.st, cmd, commands[i])
		if e == nil {
			continue
		}
		e.late = true
		e.lead = append(lead, e.lead...)
		lead = nil
		t.elements = append(t.elements, e)
	}
	// Comments between the commands stand in front of one of them.
	between(it.st, commands, t.elements)
}

// lock sorts ALTER TABLE ... SET (schema_locked = ...), which a translation puts
// around a change: a table that is made as it has to be needs none. The last one
// stays if it leaves the table unlocked.
func (b *builder) lock(it *item, n *pgsql.AlterTableStmt, t *table) {
	locked, ok := schemaLocked(n)
	if !ok || t.unfolded {
		return
	}
	for _, old := range b.items[:it.number] {
		if o, ok := old.st.Tree.(*pgsql.AlterTableStmt); ok && !old.gone && old.table == nil {
			if _, ok := schemaLocked(o); ok && b.catalog.Table(o.Relation) == t.def {
				old.gone = true
			}
		}
	}
	it.gone = locked
}

// schemaLocked reads ALTER TABLE ... SET (schema_locked = ...).
func schemaLocked(n *pgsql.AlterTableStmt) (locked, ok bool) {
	if len(n.Cmds) != 1 {
		return false, false
	}
	cmd, _ := n.Cmds[0].(*pgsql.AlterTableCmd)
	if cmd == nil || cmd.Subtype != pgsql.ATSetRelOptions {
		return false, false
	}
	list, _ := cmd.Def.(*pgsql.List)
	if list == nil || len(list.Items) != 1 {
		return false, false
	}
	d, _ := list.Items[0].(*pgsql.DefElem)
	if d == nil || d.Defname != "schema_locked" {
		return false, false
	}
	s, _ := d.Arg.(*pgsql.String)
	return s == nil || s.Sval != "false", true
}

// absorbed are the commands whose effect a CREATE TABLE can have.
var absorbed = map[pgsql.AlterTableType]bool{
	pgsql.ATAddColumn: true, pgsql.ATDropColumn: true, pgsql.ATAddConstraint: true, pgsql.ATDropConstraint: true,
	pgsql.ATColumnDefault: true, pgsql.ATSetNotNull: true, pgsql.ATDropNotNull: true, pgsql.ATAlterColumnType: true,
	pgsql.ATValidateConstraint: true,
}

// carriedUnsafely are the commands that change what a column is and that are not
// put into the column's text.
var carriedUnsafely = map[pgsql.AlterTableType]bool{
	pgsql.ATAddIdentity: true, pgsql.ATDropIdentity: true, pgsql.ATSetIdentity: true, pgsql.ATDropExpression: true,
	pgsql.ATAddInherit: true, pgsql.ATDropInherit: true, pgsql.ATAttachPartition: true, pgsql.ATDetachPartition: true,
	pgsql.ATAddOf: true, pgsql.ATDropOf: true,
}

// command takes in one command of an ALTER TABLE, and returns the element that
// it adds, if it adds one.
func (t *table) command(st *pgsql.Statement, cmd *pgsql.AlterTableCmd, tokens [2]int) *element {
	start := st.Start() + int64(st.Tokens[tokens[0]].Start())
	switch cmd.Subtype {
	case pgsql.ATAddColumn:
		def := cmd.Def.(*pgsql.ColumnDef)
		col := t.def.Column(def.Colname)
		if col == nil || col.Def.Start != start {
			return nil // it was there already: IF NOT EXISTS
		}
		return &element{text: slice(st, st.TokenAt(int(def.Location)), tokens[1]), column: col}
	case pgsql.ATAddConstraint:
		k := constraintAt(t.def, start)
		if k == nil {
			t.unfolded = true
			return nil
		}
		first, last := tokens[0]+1, tokens[1] // behind ADD
		if st.Words(last-1, "not", "valid") {
			last -= 2 // a new table holds no row that could violate it
		}
		if st.Words(first, "constraint", "if", "not", "exists") {
			t.unfolded = true
		}
		return &element{text: slice(st, first, last), constraint: k}
	case pgsql.ATAlterColumnType:
		if col := t.def.Column(cmd.Name); col != nil {
			t.changed[col] = newType(st, tokens)
			if t.changed[col] == "" || cmd.Def.(*pgsql.ColumnDef).CollClause != nil {
				t.unfolded = true
			}
		}
	case pgsql.ATColumnDefault, pgsql.ATSetNotNull, pgsql.ATDropNotNull:
		if col := t.def.Column(cmd.Name); col != nil {
			t.change(col)
		}
	case pgsql.ATDropConstraint:
		// The columns of a primary key stay without NULL when it goes.
		for _, col := range t.def.Columns() {
			if col.NotNull {
				t.change(col)
			}
		}
	}
	return nil
}

// change notes that a column's text may not be what it was.
func (t *table) change(c *catalog.Column) {
	if _, ok := t.changed[c]; !ok {
		t.changed[c] = ""
	}
}

// between gives the comments between the commands of an ALTER TABLE to the
// elements that the commands added last.
func between(st *pgsql.Statement, commands [][2]int, elements []*element) {
	if len(elements) < len(commands) {
		return
	}
	added := elements[len(elements)-len(commands):]
	for _, c := range st.Comments {
		if c.Start < 0 || c.End > len(st.Text) {
			continue
		}
		for i, r := range commands {
			if c.End <= st.Tokens[r[0]].Start() && added[i].late {
				added[i].lead = append(added[i].lead, st.Text[c.Start:c.End])
				break
			}
		}
	}
}

// newType returns the type of an ALTER COLUMN ... TYPE as it is written.
func newType(st *pgsql.Statement, tokens [2]int) string {
	for i := tokens[0]; i < tokens[1]; i++ {
		if st.Is(i, "type") {
			return slice(st, i+1, min(catalog.TypeEnd(st, i+1), tokens[1]))
		}
	}
	return ""
}

// unfoldRenamed: a table whose name or whose parts' names change is carried over
// as it stands. A rename of anything else makes all that is there so far be.
func (b *builder) unfoldRenamed(it *item, relation *pgsql.RangeVar, before state) {
	b.aboutRelations(it, before.mentioned)
	if before.table != nil && relation != nil {
		if t := b.tables[before.table]; t != nil {
			it.table = t
			t.unfolded = true
			if v := b.objects[objectKey("view", before.table.Name)]; v != nil {
				v.demoted = true
			}
			return
		}
		if before.table.Kind == catalog.Plain {
			return // one of before
		}
	}
	for _, t := range b.order {
		t.unfolded = true
	}
	for _, o := range b.made {
		o.demoted = true
	}
}
