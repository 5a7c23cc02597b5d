package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var primaryKeyChange = &Rule{
	Name:      "primary-key-change",
	Title:     "A primary key that is dropped or replaced",
	Condition: "`ALTER TABLE ... DROP CONSTRAINT` of the primary key, `DROP COLUMN` of one of its columns, and `ADD COLUMN ... PRIMARY KEY` where the old key goes.",
	Effect: "CockroachDB refuses to drop a primary key unless the same statement adds another one (SQLSTATE 0A000). From v26.1 on tables are made with schema_locked, and " +
		"the change is refused until the table is unlocked (SQLSTATE 57000).",
	Workaround: "A key that is dropped and added by two statements becomes one statement with both commands; a column of the old key that is dropped with it is dropped behind it, and one that brings the new key is added in front. Where the " +
		"target holds v26.1 the table is unlocked around it (the parameter exists from v23.1 on, so a target with both v22.2 and v26.1 has no such text). A key that nothing replaces makes way for a hidden column `rowid`, " +
		"which is what CockroachDB gives to a table without a primary key. So does one that a `DROP COLUMN` takes along.",
	Versions: "*",
	Issues:   []int{48026},
	Sources:  []string{"CockroachDB docs, alter-table.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "another key of an index that there is",
			Target: ">=26.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, v INT8 NOT NULL);\nCREATE UNIQUE INDEX i ON t (id, v);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX i;\n",
			Output: "DROP INDEX i CASCADE;\nALTER TABLE t SET (schema_locked = false);\nALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (id, v);\nALTER TABLE t SET (schema_locked = true);\n",
			Want:   []string{"1:15 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "two statements and a column in between",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey;\nALTER TABLE t DROP COLUMN id;\nALTER TABLE t ADD PRIMARY KEY (a);\n",
			Output: "ALTER TABLE t SET (schema_locked = false);\nALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a);\nALTER TABLE t SET (schema_locked = true);\nALTER TABLE t DROP COLUMN id;\n",
			Want:   []string{"1:15 error exact"},
			Error:  "schema change is disallowed",
		},
		{
			Name:   "one statement, for v26.1",
			Target: "26.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pk PRIMARY KEY (a);\n",
			Output: "ALTER TABLE t SET (schema_locked = false);\nALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pk PRIMARY KEY (a);\nALTER TABLE t SET (schema_locked = true);\n",
			Want:   []string{"1:15 error exact"},
			Error:  "schema change is disallowed",
		},
		{
			Name:   "one statement, before v26.1",
			Target: "25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pk PRIMARY KEY (a);\n",
		},
		{
			Name:   "a key that nothing replaces",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey;\n",
			Output: "ALTER TABLE t ADD COLUMN rowid INT8 NOT VISIBLE NOT NULL DEFAULT unique_rowid();\nALTER TABLE t SET (schema_locked = false);\n" +
				"ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (rowid);\nALTER TABLE t SET (schema_locked = true);\n",
			Want:  []string{"1:15 error exact"},
			Error: "schema change is disallowed",
		},
		{
			Name:   "a column of the old key goes",
			Target: "25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP COLUMN id, ADD PRIMARY KEY (a);\n",
			Output: "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a);\nALTER TABLE t DROP COLUMN id;\n",
			Want:   []string{"1:15 error exact"},
			Error:  "is referenced by the primary key",
		},
		{
			Name:   "a column takes the key along",
			Target: "25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP COLUMN id;\n",
			Output: "ALTER TABLE t ADD COLUMN rowid INT8 NOT VISIBLE NOT NULL DEFAULT unique_rowid();\nALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (rowid);\nALTER TABLE t DROP COLUMN id;\n",
			Want:   []string{"1:15 error exact"},
			Error:  "is referenced by the primary key",
		},
		{
			Name:   "a column brings the new key",
			Target: "25.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL);\n",
			Input:  "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD COLUMN u UUID DEFAULT gen_random_uuid() PRIMARY KEY;\n",
			Output: "ALTER TABLE t ADD COLUMN u UUID DEFAULT gen_random_uuid() NOT NULL;\nALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (u);\n",
			Want:   []string{"1:83 error exact"},
			Error:  "multiple primary keys",
		},
		{
			Name:   "of a table that another history makes",
			Target: "26.1",
			Input:  "ALTER TABLE elsewhere DROP CONSTRAINT elsewhere_pkey, ADD PRIMARY KEY (a);\n",
			Output: "ALTER TABLE elsewhere SET (schema_locked = false);\nALTER TABLE elsewhere DROP CONSTRAINT elsewhere_pkey, ADD PRIMARY KEY (a);\nALTER TABLE elsewhere SET (schema_locked = true);\n",
			Want:   []string{"1:23 error exact"},
			Error:  "does not exist", // the table does not
			Manual: true,
		},
		{
			Name:  "another constraint",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT CONSTRAINT c CHECK (a <> ''));\n",
			Input: "ALTER TABLE t DROP CONSTRAINT c;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		s := State[keyChanges](p)
		if s.pending == nil {
			s.pending = map[tableKey]*keyChange{}
		}
		if n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt); ok && n.Objtype == pgsql.ObjectTable {
			s.unlocked.see(p, n)
			switch t := p.Catalog.Table(n.Relation); {
			case t == nil:
				s.unknown(p, n)
			case t.PartitionOf() == nil:
				s.alter(p, n, t)
			}
		}
	},
	Finish: func(p *Pass) {
		s := State[keyChanges](p)
		for _, c := range s.order {
			if !c.done && !c.hide(p) {
				f := manual(fmt.Sprintf("CockroachDB drops primary key %s only together with the next one, and a table always has one", c.name),
					"Say which columns are the key from now on: ALTER TABLE ... DROP CONSTRAINT ..., ADD PRIMARY KEY (...) in one statement, and unlock the table around it from v26.1 on (SET (schema_locked = false))")
				f.Stmt, f.Start, f.End = c.stmt, c.start, c.end
				p.Report(f)
			}
		}
	},
}

// keyChanges is what the rule remembers.
type keyChanges struct {
	// pending are the tables whose key was dropped and not yet replaced.
	pending  map[tableKey]*keyChange
	order    []*keyChange
	unlocked unlockedTables
}

// keyChange is a dropped key.
type keyChange struct {
	stmt       *Statement
	start, end int
	name       string
	columns    []string
	drop       string // the command that drops it
	list       List
	element    int
	// moved are statements that drop a column of the old key.
	moved []*Statement
	done  bool
	// What is needed to put a hidden column in the key's place; head is empty
	// where that cannot be.
	head, before, after string
}

// hide puts the hidden column of a table without a key in its place.
func (c *keyChange) hide(p *Pass) bool {
	if c.head == "" || len(c.moved) > 0 {
		return false
	}
	p.Report(Finding{Stmt: c.stmt, Start: c.start, End: c.end, Severity: Error, Fidelity: Exact,
		Message: fmt.Sprintf("CockroachDB drops primary key %s only together with the next one: it is the hidden column rowid, which a table without a key has there", c.name),
		Edits: []Edit{
			c.stmt.Replace(0, 0, c.head+" ADD COLUMN rowid INT8 NOT VISIBLE NOT NULL DEFAULT unique_rowid();\n"+c.before),
			c.stmt.Replace(c.end, c.end, ", ADD PRIMARY KEY (rowid)"),
			c.stmt.Replace(len(c.stmt.Text), len(c.stmt.Text), c.after),
		}})
	return true
}

func (s *keyChanges) alter(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table) {
	key := keyOf(t)
	adds := addsKey(n, false)
	ofIndex := addsKey(n, true) >= 0 // see constraintUsingIndex, which makes it one of columns
	var dropped *keyChange
	var columns []int // the commands that drop columns of the key
	alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
		r := list.Elements[i]
		switch cmd.Subtype {
		case pgsql.ATDropConstraint:
			if pk := t.PrimaryKey(); pk != nil && pk.Name == cmd.Name {
				dropped = &keyChange{name: cmd.Name, columns: pk.Columns, drop: p.Stmt.textOf(r[0], r[1]), list: list, element: i}
				dropped.start, dropped.end = p.Stmt.span(r[0], r[1])
			}
		case pgsql.ATDropColumn:
			c := s.pending[key]
			switch {
			case c != nil && containsName(c.columns, cmd.Name) && len(n.Cmds) == 1:
				c.moved = append(c.moved, p.Stmt.kept(true))
			case adds >= 0 && t.PrimaryKey() != nil && containsName(t.PrimaryKey().Columns, cmd.Name):
				columns = append(columns, i)
			case c == nil && dropped == nil && t.PrimaryKey() != nil && containsName(t.PrimaryKey().Columns, cmd.Name):
				f := s.loseColumn(p, n, t, cmd.Name)
				f.at(p.Stmt, r[0], r[1])
				p.Report(f)
			}
		}
	})
	switch {
	case len(columns) > 0:
		s.replace(p, n, t, dropped, columns)
	case dropped != nil && (adds >= 0 || ofIndex):
		s.together(p, n, dropped)
	case ofIndex:
		delete(s.pending, key) // they are joined when it is one of columns
	case (dropped != nil || s.pending[key] != nil) && s.column(p, n, key, dropped):
		delete(s.pending, key)
	case dropped != nil:
		dropped.stmt = p.Stmt.kept(true)
		if before, after, ok := s.lock(p, n); ok && t.Column("rowid") == nil {
			dropped.head, dropped.before, dropped.after = alterHead(p.Stmt, n), before, after
		}
		s.pending[key] = dropped
		s.order = append(s.order, dropped)
	case adds >= 0 && s.pending[key] != nil:
		s.join(p, n, t, s.pending[key], adds)
		delete(s.pending, key)
	}
}

// unknown deals with a table that the history does not make: a constraint that
// goes where a primary key comes is the old one.
func (s *keyChanges) unknown(p *Pass, n *pgsql.AlterTableStmt) {
	if addsKey(n, false) < 0 {
		return
	}
	var old *keyChange
	alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
		if cmd.Subtype == pgsql.ATDropConstraint {
			r := list.Elements[i]
			old = &keyChange{name: cmd.Name, list: list, element: i}
			old.start, old.end = p.Stmt.span(r[0], r[1])
		}
	})
	if old != nil {
		s.together(p, n, old)
	}
}

// addsKey returns the number of the command that adds a primary key, of columns or of an
// index that there is; -1 if none does.
func addsKey(n *pgsql.AlterTableStmt, ofIndex bool) int {
	for i, e := range n.Cmds {
		if cmd, ok := e.(*pgsql.AlterTableCmd); ok && cmd.Subtype == pgsql.ATAddConstraint {
			if k, ok := cmd.Def.(*pgsql.Constraint); ok && k.Contype == pgsql.ConstrPrimary && (k.Indexname != "") == ofIndex {
				return i
			}
		}
	}
	return -1
}

// lockOption reads SET (schema_locked = ...).
func lockOption(cmd *pgsql.AlterTableCmd) (locked, ok bool) {
	l, _ := cmd.Def.(*pgsql.List)
	if l == nil {
		return false, false
	}
	for _, e := range l.Items {
		d, isDef := e.(*pgsql.DefElem)
		if !isDef || d.Defname != "schema_locked" {
			continue
		}
		switch a := d.Arg.(type) {
		case *pgsql.String:
			return a.Sval != "false" && a.Sval != "off", true
		case *pgsql.TypeName:
			name := catalog.ListName(a.Names).Name
			return name != "false" && name != "off", true
		}
		return true, true
	}
	return false, false
}

// lock returns the statements to stand around a change of the key; ok is false
// if no text does for all versions of the target.
func (s *keyChanges) lock(p *Pass, n *pgsql.AlterTableStmt) (before, after string, ok bool) {
	if !p.Target.Meets(">=26.1") || s.unlocked.has(p, n) {
		return "", "", true
	}
	head := strings.Replace(alterHead(p.Stmt, n), " ONLY", "", 1)
	return head + " SET (schema_locked = false);\n", ";\n" + head + " SET (schema_locked = true)", p.Target.Within(">=23.1")
}

const lockMessage = "from v26.1 on a table is locked against a change of its primary key, and before v23.1 there is no word to unlock it"

// together deals with a statement that drops a key and adds another one.
func (s *keyChanges) together(p *Pass, n *pgsql.AlterTableStmt, c *keyChange) {
	before, after, ok := s.lock(p, n)
	f := Finding{Start: c.start, End: c.end, Severity: Error, Fidelity: Exact}
	switch {
	case !ok:
		f = manual(lockMessage, "Choose a target without v22.2, or one without v26.1 and later")
		f.Start, f.End, f.Until = c.start, c.end, "23.1"
	case before == "":
		return
	default:
		f.Message = "from v26.1 on the table has to be unlocked for a change of its primary key"
		f.Edits = []Edit{p.Insert(0, before), p.Insert(len(p.Stmt.Text), after)}
	}
	p.Report(f)
}

// loseColumn deals with a column of the key that is dropped and takes the key
// with it, as PostgreSQL has it.
func (s *keyChanges) loseColumn(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table, column string) Finding {
	pk := t.PrimaryKey()
	before, after, ok := s.lock(p, n)
	if !ok || t.Column("rowid") != nil {
		return manual(fmt.Sprintf("CockroachDB does not drop column %s, which is part of the primary key", column),
			"Replace the primary key first: DROP CONSTRAINT "+QuoteIdent(pk.Name)+", ADD PRIMARY KEY (...) in one statement")
	}
	head := alterHead(p.Stmt, n)
	edit := p.Insert(0, head+" ADD COLUMN rowid INT8 NOT VISIBLE NOT NULL DEFAULT unique_rowid();\n"+before+
		head+" DROP CONSTRAINT "+QuoteIdent(pk.Name)+", ADD PRIMARY KEY (rowid)"+strings.TrimSuffix(after, "\n")+";\n")
	edit.Once = true
	return Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{edit},
		Message: fmt.Sprintf("CockroachDB does not drop column %s, which is part of primary key %s: the hidden column rowid, which a table without a key has there, takes its place in front", column, pk.Name)}
}

// replace deals with a statement that adds a primary key and drops columns of
// the old one: they are dropped behind it.
func (s *keyChanges) replace(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table, dropped *keyChange, columns []int) {
	list := commandList(p.Stmt, n)
	pk := t.PrimaryKey()
	before, after, ok := s.lock(p, n)
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB drops no column of primary key %s: the key is replaced in front, and the column dropped behind it", pk.Name)}
	first := list.Elements[columns[0]]
	f.at(p.Stmt, first[0], first[1])
	if !ok {
		m := manual(lockMessage, "Choose a target without v22.2, or one without v26.1 and later")
		m.Start, m.End, m.Until = f.Start, f.End, "23.1"
		p.Report(m)
		return
	}
	if before != "" {
		f.Edits = append(f.Edits, p.Insert(0, before))
	}
	for k, i := range columns {
		r := list.Elements[i]
		after += ";\n" + alterHead(p.Stmt, n) + " " + strings.Join(strings.Fields(p.Stmt.textOf(r[0], r[1])), " ")
		if k == 0 && dropped == nil {
			start, end := p.Stmt.span(r[0], r[1])
			f.Edits = append(f.Edits, p.Replace(start, end, "DROP CONSTRAINT "+QuoteIdent(pk.Name)))
			continue
		}
		f.DropElement(list, i)
	}
	f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), after))
	p.Report(f)
}

// column deals with a column that brings the key which takes the place of a
// dropped one, of this statement or of an earlier one.
func (s *keyChanges) column(p *Pass, n *pgsql.AlterTableStmt, key tableKey, dropped *keyChange) (done bool) {
	alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
		d, ok := cmd.Def.(*pgsql.ColumnDef)
		if done || !ok || cmd.Subtype != pgsql.ATAddColumn {
			return
		}
		f, add, ok := keyColumn(p, d, list.Elements[i])
		before, after, lockable := s.lock(p, n)
		if !ok || !lockable {
			return
		}
		c := dropped
		if c == nil {
			// The earlier statement is reported for its own, and both at once.
			c = s.pending[key]
			g := Finding{Stmt: c.stmt, Start: c.start, End: c.end, Severity: Error, Fidelity: Exact,
				Message: fmt.Sprintf("CockroachDB drops primary key %s only together with the next one, which comes with column %s", c.name, d.Colname)}
			g.DropElement(c.list, c.element)
			p.Report(g)
		} else {
			f.DropElement(c.list, c.element)
		}
		for _, m := range c.moved {
			after += ";\n" + strings.Join(strings.Fields(m.Text), " ")
			f.Edits = append(f.Edits, m.Dropped())
		}
		f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), ";\n"+before+alterHead(p.Stmt, n)+" "+c.drop+", "+add+after))
		p.Report(f)
		c.done, done = true, true
	})
	return done
}

// join makes one statement of the one that dropped the key and this one, which
// adds the next.
func (s *keyChanges) join(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table, c *keyChange, adds int) {
	c.done = true
	before, after, ok := s.lock(p, n)
	f := Finding{Stmt: c.stmt, Start: c.start, End: c.end, Severity: Error, Fidelity: Exact}
	if !ok {
		f = manual(lockMessage, "Choose a target without v22.2, or one without v26.1 and later")
		f.Stmt, f.Start, f.End, f.Until = c.stmt, c.start, c.end, "23.1"
		p.Report(f)
		return
	}
	f.Message = fmt.Sprintf("CockroachDB drops primary key %s only together with the next one: both become one statement", c.name)
	cmds := commandList(p.Stmt, n)
	var nullable []string
	if k, ok := n.Cmds[adds].(*pgsql.AlterTableCmd).Def.(*pgsql.Constraint); ok {
		for _, e := range k.Keys {
			if col := t.Column(e.(*pgsql.String).Sval); col != nil && !col.NotNull {
				nullable = append(nullable, col.Name)
			}
		}
	}
	for _, m := range c.moved {
		after += ";\n" + strings.Join(strings.Fields(m.Text), " ")
		f.Edits = append(f.Edits, m.Dropped())
	}
	// The catalog calls the columns of a dropped key NOT NULL still, as
	// PostgreSQL does.
	f.Edits = append(f.Edits,
		p.Insert(0, setNotNull(p.Stmt, n, withoutSetNotNull(n, nullable))+before),
		p.Insert(p.Stmt.Tokens[cmds.Elements[adds][0]].Start(), c.drop+", "))
	if after != "" {
		f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), after))
	}
	f.DropElement(c.list, c.element)
	p.Report(f)
}
