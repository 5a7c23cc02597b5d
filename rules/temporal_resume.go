package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var temporalResume = &Rule{
	Name:      "temporal-resume",
	Title:     "temporal-sql-tool cannot repeat a DROP",
	Layout:    "temporal",
	Condition: "A version of a Temporal schema directory that drops indexes, tables, columns or something else.",
	Effect: "The tool applies statement by statement, without a transaction, and notes the version behind the last one. After an interruption the next run starts the version " +
		"again. It passes over errors that say \"already exists\", but CockroachDB, like PostgreSQL, says \"does not exist\" for a DROP that was done, and there the tool stops for good.",
	Workaround: "In front of the DROP stands a statement that makes what it drops, in the cheapest form: an empty partial index, a table or a column without rows. The first run passes over it, since it is there already; " +
		"a repeated run makes it and drops it again. The drops of a version that nothing else depends on are combined into one statement and put last, so that CockroachDB has one job instead of many. " +
		"An index on a column that is dropped and added again goes with the column, so its own DROP is left out.",
	Versions: "*",
	Sources: []string{
		"measured on v26.1: the second run of a half-applied version stops at \"does not exist\"; CREATE INDEX, CREATE TABLE and ADD COLUMN of what is there say \"already exists\"",
		"measured with temporal-sql-tool v1.30.4: killed in the last DROP of a version, it leaves the DROP to CockroachDB, which ends it, and the version as it was",
		"temporal: tools/common/schema/updatetask.go",
	},
	Examples: []Example{
		{
			Name:  "drops in the middle go to the end",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT);\nCREATE INDEX by_a ON t (a);\nCREATE INDEX by_b ON t (b);\n",
			Input: "DROP INDEX by_a;\nDROP INDEX by_b;\nCREATE INDEX by_ab ON t (a, b);\n",
			Output: "CREATE INDEX by_ab ON t (a, b);\n" + resumeComment +
				"CREATE INDEX by_a ON t (a) WHERE false;\nCREATE INDEX by_b ON t (a) WHERE false;\nDROP INDEX by_a, by_b;\n",
			Want: []string{"1:1 warning exact"},
		},
		{
			Name:   "columns of one table are dropped at once",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT, c TEXT);\n",
			Input:  "ALTER TABLE t DROP b;\nALTER TABLE t DROP c;\n",
			Output: resumeComment + "ALTER TABLE t ADD COLUMN b BOOL;\nALTER TABLE t ADD COLUMN c BOOL;\nALTER TABLE t DROP COLUMN b, DROP COLUMN c;\n",
			Want:   []string{"1:1 warning exact"},
		},
		{
			Name:  "a column that comes again",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY, b VARCHAR(10));\nCREATE INDEX by_b ON t (b);\n",
			Input: "DROP INDEX by_b;\nALTER TABLE t DROP COLUMN b;\nALTER TABLE t ADD COLUMN b VARCHAR(255) NOT NULL DEFAULT '';\nCREATE INDEX by_b ON t (b);\n",
			Output: resumeComment + "ALTER TABLE t ADD COLUMN b VARCHAR(255);\n" +
				"ALTER TABLE t DROP COLUMN b;\nALTER TABLE t ADD COLUMN b VARCHAR(255) NOT NULL DEFAULT '';\nCREATE INDEX by_b ON t (b);\n",
			Want: []string{"1:1 warning exact", "2:1 warning exact"},
		},
		{
			Name:   "one drop at the end",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input:  "CREATE TABLE u (a TEXT PRIMARY KEY);\nDROP TABLE t;\n",
			Output: "CREATE TABLE u (a TEXT PRIMARY KEY);\n" + resumeComment + "CREATE TABLE t (id INT8 PRIMARY KEY);\nDROP TABLE t;\n",
			Want:   []string{"2:1 warning exact"},
		},
		{
			Name:  "an index that comes again",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT);\nCREATE INDEX by_b ON t (b);\n",
			Input: "DROP INDEX by_b;\nCREATE INDEX by_b ON t (b, a);\n",
			Output: resumeComment + "CREATE INDEX by_b ON t (a) WHERE false;\nDROP INDEX by_b;\n" +
				"CREATE INDEX by_b ON t (b, a);\n",
			Want: []string{"1:1 warning exact"},
		},
		{
			Name:  "what is made in front of its drop stays",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input: "CREATE INDEX by_a ON t (a);\nDROP INDEX by_a;\n",
		},
	},
	Statement: func(p *Pass) { State[resumeUnits](p).see(p) },
	Finish: func(p *Pass) {
		for _, u := range State[resumeUnits](p).units {
			u.finish(p)
		}
	},
}

const resumeComment = "-- So that this version can be repeated: the tool passes over \"already exists\", not over \"does not exist\".\n"

// resumeUnits remembers, for each version of the history, what it drops, adds
// and makes.
type resumeUnits struct{ units []*resumeUnit }

type resumeUnit struct {
	name  string
	last  *Statement
	drops []drop
	adds  []columnAdd
	made  []making
}

// making is a statement that makes a table or an index.
type making struct {
	name   catalog.Name
	number int
}

// drop is a statement that drops and does nothing else.
type drop struct {
	st      *Statement
	kind    string // "INDEX", "TABLE", or the name of the table whose columns go
	names   []string
	cascade bool
	// guards are statements that make what is dropped, one for each name; one
	// that is not known is empty.
	guards []string
	// columns holds, for indexes, the columns of each; for columns, nothing.
	columns [][]columnKey
	table   catalog.Name
}

type columnKey struct {
	table  catalog.Name
	column string
}

type columnAdd struct {
	columnKey
	number  int
	sqlType string
}

func (r *resumeUnits) see(p *Pass) {
	st := p.Stmt
	if st.Form != pgsql.SQL || st.Text == "" {
		return
	}
	if n := len(r.units); n == 0 || r.units[n-1].name != st.Unit {
		r.units = append(r.units, &resumeUnit{name: st.Unit})
	}
	u := r.units[len(r.units)-1]
	u.last = st
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		u.making(n.Relation, n.Relation.Relname, st)
	case *pgsql.IndexStmt:
		u.making(n.Relation, n.Idxname, st)
	case *pgsql.DropStmt:
		u.dropping(p, n)
	case *pgsql.AlterTableStmt:
		u.altering(p, n)
	case *pgsql.RenameStmt:
		byHand(p, st)
	}
}

// byHand reports a statement that cannot be repeated and is left as it is.
func byHand(p *Pass, st *Statement) {
	p.Report(Finding{Stmt: st, Severity: Warning, Fidelity: Weaker,
		Message: "an interrupted run of temporal-sql-tool repeats this statement, and the tool stops at its error: such a database has to be finished by hand"})
}

func (u *resumeUnit) making(rv *pgsql.RangeVar, name string, st *Statement) {
	if rv != nil {
		u.made = append(u.made, making{catalog.Name{Schema: rv.Schemaname, Name: name}, st.Number})
	}
}

func (u *resumeUnit) dropping(p *Pass, n *pgsql.DropStmt) {
	if n.MissingOk {
		return // temporal-if-exists speaks of it
	}
	d := drop{st: p.Stmt, cascade: n.Behavior == pgsql.DropCascade}
	switch n.RemoveType {
	case pgsql.ObjectIndex:
		d.kind = "INDEX"
	case pgsql.ObjectTable:
		d.kind = "TABLE"
	default:
		byHand(p, p.Stmt)
		return
	}
	for _, name := range dropNames(n) {
		quoted, guard := quoteName(name), ""
		var keys []columnKey
		switch ixs := p.Catalog.Indexes(name); {
		case d.kind == "TABLE":
			guard = "CREATE TABLE " + quoted + " (id INT8 PRIMARY KEY)"
		case len(ixs) == 1 && ixs[0].Table != nil:
			t := ixs[0].Table
			for _, c := range ixs[0].Columns {
				keys = append(keys, columnKey{t.Name, c.Column})
			}
			if pk := t.PrimaryKey(); pk != nil && len(pk.Columns) > 0 {
				guard = fmt.Sprintf("CREATE INDEX %s ON %s (%s) WHERE false", QuoteIdent(name.Name), quoteName(t.Name), QuoteIdent(pk.Columns[0]))
			}
		}
		d.names, d.guards, d.columns = append(d.names, quoted), append(d.guards, guard), append(d.columns, keys)
	}
	u.drops = append(u.drops, d)
}

func (u *resumeUnit) altering(p *Pass, n *pgsql.AlterTableStmt) {
	st := p.Stmt
	t := p.Catalog.Table(n.Relation)
	if t == nil || n.Relation == nil {
		return
	}
	at := st.TokenAt(int(n.Relation.Location))
	d := drop{st: st, kind: st.textOf(at, st.nameEnd(at)), table: t.Name}
	for _, c := range n.Cmds {
		cmd, ok := c.(*pgsql.AlterTableCmd)
		if !ok {
			return
		}
		switch cmd.Subtype {
		case pgsql.ATDropColumn:
			if cmd.MissingOk {
				return // temporal-if-exists speaks of it
			}
			d.names = append(d.names, cmd.Name)
			d.guards = append(d.guards, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s BOOL", d.kind, QuoteIdent(cmd.Name)))
		case pgsql.ATAddColumn:
			if def, ok := cmd.Def.(*pgsql.ColumnDef); ok {
				first, last, _ := st.typeSpan(def.TypeName)
				u.adds = append(u.adds, columnAdd{columnKey{t.Name, def.Colname}, st.Number, st.textOf(first, last)})
			}
		case pgsql.ATAddConstraint, pgsql.ATDropConstraint:
			byHand(p, st)
			return
		}
	}
	switch len(d.names) {
	case 0:
	case len(n.Cmds):
		u.drops = append(u.drops, d)
	default:
		byHand(p, st)
	}
}

func (u *resumeUnit) finish(p *Pass) {
	again := map[columnKey]bool{} // columns that are dropped and added again
	var rest []drop
	for _, d := range u.drops {
		if d.table == (catalog.Name{}) {
			rest = append(rest, d)
			continue
		}
		if u.guard(p, d, again) {
			continue
		}
		rest = append(rest, d)
	}
	var left []drop
	for _, d := range rest {
		if d.kind == "INDEX" && goesWithColumns(d, again) {
			p.Report(Finding{Stmt: d.st, Severity: Warning, Fidelity: Exact, Edits: []Edit{d.st.Dropped()},
				Message: "the index goes with its column, which this version drops; a DROP INDEX of its own could not be repeated after an interruption"})
			continue
		}
		left = append(left, d)
	}
	u.combine(p, left)
}

// guard makes the drop of columns repeatable that the version adds again. It
// reports false if it adds none of them.
func (u *resumeUnit) guard(p *Pass, d drop, again map[columnKey]bool) bool {
	var guards []string
	found := false
	for _, name := range d.names {
		key := columnKey{d.table, name}
		if a := u.added(key, func(n int) bool { return n > d.st.Number }); a != nil {
			found, again[key] = true, true
			if !u.guarded(d, name) {
				guards = append(guards, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", d.kind, QuoteIdent(name), a.sqlType))
			}
		}
	}
	if found {
		d.insert(p, guards)
	}
	return found
}

// insert puts guards in front of a drop, if there are any.
func (d *drop) insert(p *Pass, guards []string) {
	if len(guards) == 0 {
		return
	}
	p.Report(Finding{Stmt: d.st, Severity: Warning, Fidelity: Exact,
		Message: "after an interruption temporal-sql-tool starts the version again and would stop here at \"does not exist\": a statement in front makes what is gone, and is passed over while it is there",
		Edits:   []Edit{d.st.Replace(0, 0, guardText(guards))}})
}

func guardText(guards []string) string {
	if len(guards) == 0 {
		return ""
	}
	return resumeComment + strings.Join(guards, ";\n") + ";\n"
}

// added returns the first statement that adds the column, of those whose number
// suits.
func (u *resumeUnit) added(key columnKey, suits func(number int) bool) *columnAdd {
	for i := range u.adds {
		if a := &u.adds[i]; a.columnKey == key && suits(a.number) {
			return a
		}
	}
	return nil
}

// guarded reports whether the version makes what it drops in front of the drop.
func (u *resumeUnit) guarded(d drop, name string) bool {
	before := func(n int) bool { return n < d.st.Number }
	if d.table != (catalog.Name{}) {
		return u.added(columnKey{d.table, name}, before) != nil
	}
	return u.makes(name, before)
}

// makes reports whether the version makes a table or an index of that name, by
// a statement whose number suits.
func (u *resumeUnit) makes(name string, suits func(number int) bool) bool {
	for _, m := range u.made {
		if suits(m.number) && (name == quoteName(m.name) || name == QuoteIdent(m.name.Name)) {
			return true
		}
	}
	return false
}

// missing returns the guards that a drop lacks, and whether all are known.
func (u *resumeUnit) missing(d drop) (guards []string, ok bool) {
	ok = true
	for i, name := range d.names {
		if !u.guarded(d, name) {
			guards = append(guards, d.guards[i])
			ok = ok && d.guards[i] != ""
		}
	}
	return guards, ok
}

func goesWithColumns(d drop, gone map[columnKey]bool) bool {
	for _, keys := range d.columns {
		with := false
		for _, k := range keys {
			with = with || gone[k]
		}
		if !with {
			return false
		}
	}
	return len(d.columns) > 0
}

// combine makes one statement of the drops and puts it last, with guards in
// front. Drops of several kinds, and of what the version makes again, stay
// where they are and get a guard each.
func (u *resumeUnit) combine(p *Pass, drops []drop) {
	together := len(drops) > 0 && (len(drops) > 1 || drops[0].st != u.last) &&
		u.last.Err == nil // it might be a quote without an end, which would swallow what comes behind
	var guards []string
	known := true
	for _, d := range drops {
		gs, ok := u.missing(d)
		guards, known = append(guards, gs...), known && ok
		together = together && d.kind == drops[0].kind && !u.remade(d)
	}
	if !known || !together {
		for _, d := range drops {
			if gs, ok := u.missing(d); ok {
				d.insert(p, gs)
			} else {
				byHand(p, d.st)
			}
		}
		return
	}
	first := drops[0]
	var names []string
	cascade := false
	for _, d := range drops {
		names = append(names, d.names...)
		cascade = cascade || d.cascade
	}
	text := "DROP " + first.kind + " " + strings.Join(names, ", ")
	if first.table != (catalog.Name{}) {
		for i, n := range names {
			names[i] = "DROP COLUMN " + QuoteIdent(n)
		}
		text = "ALTER TABLE " + first.kind + " " + strings.Join(names, ", ")
	}
	if cascade {
		text += " CASCADE"
	}
	text = guardText(guards) + text
	f := Finding{Stmt: first.st, Severity: Warning, Fidelity: Exact,
		Message: "after an interruption temporal-sql-tool starts the version again and would stop here at \"does not exist\": the drops become one statement at the end of the version, behind statements that make what is gone"}
	for _, d := range drops {
		if d.st == u.last {
			f.Edits = append(f.Edits, d.st.Replace(0, len(d.st.Text), text))
		} else {
			f.Edits = append(f.Edits, d.st.Dropped())
		}
	}
	if drops[len(drops)-1].st != u.last {
		end := u.last.Stop()
		close := "\n"
		if !strings.HasSuffix(u.last.Tail, ";") {
			close = ";\n"
		}
		f.Edits = append(f.Edits, Edit{Source: u.last.Source, Start: end, End: end, New: close + text + ";"})
	}
	p.Report(f)
}

// remade reports whether the version makes what it dropped again.
func (u *resumeUnit) remade(d drop) bool {
	for _, name := range d.names {
		if u.makes(name, func(n int) bool { return n > d.st.Number }) {
			return true
		}
	}
	return false
}
