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
	Condition: "A version of a Temporal schema directory that drops indexes, tables or columns, other than by one statement at its very end.",
	Effect: "The tool applies statement by statement, without a transaction, and notes the version behind the last one. After an interruption the next run starts the version " +
		"again. It passes over errors that say \"already exists\", but CockroachDB, like PostgreSQL, says \"does not exist\" for a DROP that was done, and there the tool stops for good.",
	Workaround: "The drops of a version are combined into one statement and put last: it is atomic, so nothing can come between. A column that is dropped and added again is first added once more: " +
		"that is an \"already exists\" on the first run, and makes the drop repeatable on the next; an index on the column goes with it, so its own DROP is left out.",
	Versions: "*",
	Sources:  []string{"measured on v26.1: DROP INDEX a, b, c is one step; the second run of a half-applied version stops at \"does not exist\"", "temporal: tools/common/schema/updatetask.go"},
	Examples: []Example{
		{
			Name:   "drops in the middle go to the end",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT);\nCREATE INDEX by_a ON t (a);\nCREATE INDEX by_b ON t (b);\n",
			Input:  "DROP INDEX by_a;\nDROP INDEX by_b;\nCREATE INDEX by_ab ON t (a, b);\n",
			Output: "CREATE INDEX by_ab ON t (a, b);\nDROP INDEX by_a, by_b;\n",
			Want:   []string{"1:1 warning exact"},
		},
		{
			Name:   "columns of one table are dropped at once",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT, c TEXT);\n",
			Input:  "ALTER TABLE t DROP b;\nALTER TABLE t DROP c;\n",
			Output: "ALTER TABLE t DROP COLUMN b, DROP COLUMN c;\n",
			Want:   []string{"1:1 warning exact"},
		},
		{
			Name:  "a column that comes again",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY, b VARCHAR(10));\nCREATE INDEX by_b ON t (b);\n",
			Input: "DROP INDEX by_b;\nALTER TABLE t DROP COLUMN b;\nALTER TABLE t ADD COLUMN b VARCHAR(255) NOT NULL DEFAULT '';\nCREATE INDEX by_b ON t (b);\n",
			Output: "-- So that this version can be repeated: the tool passes over \"already exists\", not over \"does not exist\".\nALTER TABLE t ADD COLUMN b VARCHAR(255);\n" +
				"ALTER TABLE t DROP COLUMN b;\nALTER TABLE t ADD COLUMN b VARCHAR(255) NOT NULL DEFAULT '';\nCREATE INDEX by_b ON t (b);\n",
			Want: []string{"1:1 warning exact", "2:1 warning exact"},
		},
		{
			Name:  "one drop at the end stays",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY);\nCREATE INDEX by_a ON t (a);\n",
			Input: "CREATE TABLE u (a TEXT PRIMARY KEY);\nDROP INDEX by_a;\n",
		},
	},
	Statement: func(p *Pass) { State[resumeUnits](p).see(p) },
	Finish: func(p *Pass) {
		for _, u := range State[resumeUnits](p).units {
			u.finish(p)
		}
	},
}

// resumeUnits remembers, for each version of the history, what it drops, adds
// and makes.
type resumeUnits struct{ units []*resumeUnit }

type resumeUnit struct {
	name  string
	last  *Statement
	drops []drop
	adds  []columnAdd
	made  []catalog.Name // names of tables and indexes, with the statement that makes them
	madeN []int
}

// drop is a statement that drops and does nothing else.
type drop struct {
	st      *Statement
	kind    string // "INDEX", "TABLE", or the name of the table whose columns go
	names   []string
	cascade bool
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
	}
}

func (u *resumeUnit) making(rv *pgsql.RangeVar, name string, st *Statement) {
	if rv != nil {
		u.made = append(u.made, catalog.Name{Schema: rv.Schemaname, Name: name})
		u.madeN = append(u.madeN, st.Number)
	}
}

func (u *resumeUnit) dropping(p *Pass, n *pgsql.DropStmt) {
	d := drop{st: p.Stmt, cascade: n.Behavior == pgsql.DropCascade}
	switch n.RemoveType {
	case pgsql.ObjectIndex:
		d.kind = "INDEX"
	case pgsql.ObjectTable:
		d.kind = "TABLE"
	default:
		return
	}
	for _, name := range dropNames(n) {
		d.names = append(d.names, quoteName(name))
		var keys []columnKey
		if ixs := p.Catalog.Indexes(name); d.kind == "INDEX" && len(ixs) == 1 && ixs[0].Table != nil {
			for _, c := range ixs[0].Columns {
				keys = append(keys, columnKey{ixs[0].Table.Name, c.Column})
			}
		}
		d.columns = append(d.columns, keys)
	}
	u.drops = append(u.drops, d)
}

func (u *resumeUnit) altering(p *Pass, n *pgsql.AlterTableStmt) {
	st := p.Stmt
	t := p.Catalog.Table(n.Relation)
	if t == nil {
		return
	}
	d := drop{st: st, kind: st.textOf(st.TokenAt(int(n.Relation.Location)), st.nameEnd(st.TokenAt(int(n.Relation.Location)))), table: t.Name}
	for _, c := range n.Cmds {
		cmd, ok := c.(*pgsql.AlterTableCmd)
		if !ok {
			return
		}
		switch cmd.Subtype {
		case pgsql.ATDropColumn:
			d.names = append(d.names, cmd.Name)
		case pgsql.ATAddColumn:
			if def, ok := cmd.Def.(*pgsql.ColumnDef); ok {
				first, last, _ := st.typeSpan(def.TypeName)
				u.adds = append(u.adds, columnAdd{columnKey{t.Name, def.Colname}, st.Number, st.textOf(first, last)})
			}
		}
	}
	if len(d.names) == len(n.Cmds) {
		u.drops = append(u.drops, d)
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
	var text strings.Builder
	found := false
	for _, name := range d.names {
		key := columnKey{d.table, name}
		var later *columnAdd
		guarded := false
		for i := range u.adds {
			if a := &u.adds[i]; a.columnKey == key {
				if a.number < d.st.Number {
					guarded = true
				} else if later == nil {
					later = a
				}
			}
		}
		if later == nil {
			continue
		}
		found = true
		again[key] = true
		if !guarded {
			fmt.Fprintf(&text, "ALTER TABLE %s ADD COLUMN %s %s;\n", d.kind, QuoteIdent(name), later.sqlType)
		}
	}
	if text.Len() > 0 {
		p.Report(Finding{Stmt: d.st, Severity: Warning, Fidelity: Exact,
			Message: "an interrupted run of temporal-sql-tool repeats this DROP COLUMN, and the tool stops at \"does not exist\": the column is first added, which the tool passes over while it exists",
			Edits:   []Edit{d.st.Replace(0, 0, "-- So that this version can be repeated: the tool passes over \"already exists\", not over \"does not exist\".\n"+text.String())}})
	}
	return found
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

// combine makes one statement of the drops and puts it last.
func (u *resumeUnit) combine(p *Pass, drops []drop) {
	if len(drops) == 0 || len(drops) == 1 && drops[0].st == u.last {
		return
	}
	first := drops[0]
	var names []string
	cascade := false
	for _, d := range drops {
		if d.kind != first.kind || u.remade(d) {
			p.Report(Finding{Stmt: d.st, Severity: Warning, Fidelity: Weaker,
				Message: "an interrupted run of temporal-sql-tool repeats this DROP, and the tool stops at \"does not exist\": such a database has to be finished by hand"})
			return
		}
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
	f := Finding{Stmt: first.st, Severity: Warning, Fidelity: Exact,
		Message: "an interrupted run of temporal-sql-tool repeats the drops of this version, and the tool stops at \"does not exist\": they become one statement at the end"}
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
	for i, made := range u.made {
		if u.madeN[i] < d.st.Number {
			continue
		}
		for _, n := range d.names {
			if n == quoteName(made) || n == QuoteIdent(made.Name) {
				return true
			}
		}
	}
	return false
}
