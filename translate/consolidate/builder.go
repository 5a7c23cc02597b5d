package consolidate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// item is one statement of the history.
type item struct {
	st     *pgsql.Statement
	source int
	number int
	// known tells that the database has it already (Options.From).
	known bool
	// path is the statement that set the search path for it, "" for the default.
	path string
	// rows are those of COPY ... FROM stdin.
	rows []byte

	// table is the table whose final form expresses the statement, object what it
	// makes or changes; at most one is set. With neither the statement is carried
	// over.
	table  *table
	object *object
	// about tells whether what a statement that is carried over is about is
	// still there at the end; nil if it is about nothing that can go.
	about func() bool
	// gone tells that it has no effect on what is there at the end.
	gone bool
	// columns are those that an INSERT or a COPY means without naming them; fits
	// says why its rows do not fit the table at the end, empty if they do.
	columns []*catalog.Column
	fits    func() string
}

// builder follows a history and sorts its statements into those that final
// tables express and those that are carried over.
type builder struct {
	catalog *catalog.Catalog
	items   []*item
	tables  map[*catalog.Table]*table
	order   []*table
	objects map[string]*object
	// made are all objects in their order, those that are gone among them.
	made []*object
	path string
	// rows are the tables that hold rows at this point; opaque tells that
	// something ran that may have written anywhere.
	rows   map[*catalog.Table]bool
	opaque bool
	notes  []note
}

// note is about a statement that the final tables do not express.
type note struct {
	item            *item
	text            string
	leftOut, manual bool
}

func newBuilder() *builder {
	c := catalog.New()
	c.KeepUnpacked()
	return &builder{catalog: c, tables: map[*catalog.Table]*table{}, objects: map[string]*object{}, rows: map[*catalog.Table]bool{}}
}

func (b *builder) carried(it *item, text string) {
	b.notes = append(b.notes, note{item: it, text: text})
}

func (b *builder) leftOut(it *item, manual bool, format string, args ...any) {
	it.gone = true
	b.notes = append(b.notes, note{it, fmt.Sprintf(format, args...), true, manual})
}

// see takes the next statement.
func (b *builder) see(it *item) error {
	st := it.st
	switch {
	case st.Form == pgsql.Meta:
		it.number = len(b.items)
		b.leftOut(it, false, "%s belongs to psql and is left out", firstWord(st.Text))
		return nil
	case st.Form != pgsql.SQL || st.Text == "":
		return nil
	}
	if st.Parse(); st.Err != nil {
		return fmt.Errorf("%w: only a translation that can be applied can be consolidated", errors.New(st.Err.Message))
	}
	it.number, it.path = len(b.items), b.path
	before := b.snapshot(st)
	b.catalog.Apply(st, it.source)
	if it.known {
		for _, t := range b.catalog.Tables() {
			b.rows[t] = true // for all that is known
		}
		b.followPath(st)
		return nil
	}
	b.items = append(b.items, it)
	b.sort(it, before)
	return nil
}

// sort decides what becomes of a statement.
func (b *builder) sort(it *item, before state) {
	st := it.st
	switch n := st.Tree.(type) {
	case *pgsql.TransactionStmt:
		it.gone = true // the schema is applied as a whole
	case *pgsql.VariableSetStmt:
		if b.followPath(st) {
			it.gone = true
		}
	case *pgsql.CreateStmt:
		b.createTable(it, n)
	case *pgsql.IndexStmt:
		b.createIndex(it, n)
	case *pgsql.AlterTableStmt:
		b.alterTable(it, n, before)
	case *pgsql.DropStmt:
		b.drop(it, n, before)
	case *pgsql.RenameStmt:
		b.unfoldRenamed(it, n.Relation, before)
	case *pgsql.AlterObjectSchemaStmt:
		b.unfoldRenamed(it, n.Relation, before)
	case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.MergeStmt, *pgsql.TruncateStmt, *pgsql.CopyStmt,
		*pgsql.SelectStmt, *pgsql.DoStmt, *pgsql.CallStmt:
		b.data(it)
	case *pgsql.CommentStmt:
		b.comment(it, n)
	default:
		if b.object(it) {
			return
		}
		b.aboutRelations(it, before.mentioned)
		if _, ok := n.(*pgsql.CreateTrigStmt); !ok {
			return
		}
		b.trigger(it, n.(*pgsql.CreateTrigStmt))
	}
}

// followPath follows the search path, and reports whether the statement does
// nothing but set it.
func (b *builder) followPath(st *pgsql.Statement) bool {
	n, ok := st.Tree.(*pgsql.VariableSetStmt)
	if ok && strings.EqualFold(n.Name, "search_path") {
		b.path = st.Text
		if n.Kind_ != pgsql.VarSetValue {
			b.path = ""
		}
		return true
	}
	if sel, ok := st.Tree.(*pgsql.SelectStmt); ok && setsPath(sel) {
		b.path = st.Text
		return true
	}
	return false
}

// setsPath reports whether a query is pg_dump's set_config of the search path.
func setsPath(n *pgsql.SelectStmt) bool {
	if len(n.TargetList) != 1 {
		return false
	}
	rt, _ := n.TargetList[0].(*pgsql.ResTarget)
	if rt == nil {
		return false
	}
	f, _ := rt.Val.(*pgsql.FuncCall)
	if f == nil || catalog.ListName(f.Funcname).Name != "set_config" || len(f.Args) == 0 {
		return false
	}
	name, ok := catalog.StringConst(f.Args[0])
	return ok && name == "search_path"
}

// state is what the catalog knew in front of a statement and may forget with it.
type state struct {
	// mentioned are the relations that the statement names, table the one that an
	// ALTER TABLE is about.
	mentioned []*catalog.Table
	table     *catalog.Table
	// dropped are the relations, indexes and tables with a unique constraint
	// that a DROP names; unknown tells that it names others too.
	dropped []*catalog.Table
	indexes []*catalog.Index
	uniques []*catalog.Table
	unknown bool
}

func (b *builder) snapshot(st *pgsql.Statement) state {
	var s state
	pgsql.Walk(st.Tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if rv, ok := n.(*pgsql.RangeVar); ok {
			if t := b.catalog.Table(rv); t != nil {
				s.mentioned = append(s.mentioned, t)
			}
		}
		return true
	})
	switch n := st.Tree.(type) {
	case *pgsql.AlterTableStmt:
		s.table = b.catalog.Table(n.Relation)
	case *pgsql.RenameStmt:
		s.table = b.catalog.Table(n.Relation)
		if n.RenameType == pgsql.ObjectIndex && n.Relation != nil {
			if ixs := b.catalog.Indexes(catalog.Name{Schema: n.Relation.Schemaname, Name: n.Relation.Relname}); len(ixs) > 0 {
				s.table = ixs[0].Table
			}
		}
	case *pgsql.AlterObjectSchemaStmt:
		s.table = b.catalog.Table(n.Relation)
	case *pgsql.DropStmt:
		b.snapshotDrop(&s, n)
	}
	return s
}

func (b *builder) snapshotDrop(s *state, n *pgsql.DropStmt) {
	for _, o := range n.Objects {
		l, ok := o.(*pgsql.List)
		if !ok {
			continue
		}
		name := catalog.ListName(l.Items)
		switch n.RemoveType {
		case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview:
			if t := b.catalog.Relation(name); t != nil {
				s.dropped = append(s.dropped, t)
			} else if !n.MissingOk {
				s.unknown = true
			}
		case pgsql.ObjectIndex:
			if ixs := b.catalog.Indexes(name); len(ixs) > 0 {
				s.indexes = append(s.indexes, ixs[0])
				continue
			}
			t := b.uniqueNamed(name)
			switch {
			case t != nil:
				s.uniques = append(s.uniques, t)
			case !n.MissingOk:
				s.unknown = true
			}
		}
	}
}

// uniqueNamed returns the table with a unique constraint of that name, which
// DROP INDEX drops in CockroachDB.
func (b *builder) uniqueNamed(name catalog.Name) *catalog.Table {
	for _, t := range b.catalog.Tables() {
		if k := t.Constraint(name.Name); k != nil && k.Kind == catalog.Unique && (name.Schema == "" || name.Schema == t.Name.Schema) {
			return t
		}
	}
	return nil
}

// there reports whether a relation is still there.
func (b *builder) there(t *catalog.Table) bool { return b.catalog.Relation(t.Name) == t }

// aboutRelations makes a carried statement go with the relations that it names.
func (b *builder) aboutRelations(it *item, relations []*catalog.Table) {
	if len(relations) == 0 {
		return
	}
	it.about = func() bool {
		for _, t := range relations {
			if !b.there(t) {
				return false
			}
		}
		return true
	}
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return w
}

// head names a statement by its first two words.
func head(st *pgsql.Statement) string {
	return strings.TrimSpace(strings.ToUpper(st.Str(0)) + " " + strings.ToUpper(st.Word(1)))
}

// leadComments returns the comments right in front of a statement: those that
// no empty line parts from it.
func leadComments(st *pgsql.Statement) []string {
	var out []string
	end := 0 // offset of what follows
	for i := len(st.Comments) - 1; i >= 0; i-- {
		c := st.Comments[i]
		if c.Start >= 0 {
			continue
		}
		lead := st.Lead
		gap := lead[len(lead)+c.End:]
		if end < 0 {
			gap = lead[len(lead)+c.End : len(lead)+end]
		}
		if strings.Count(gap, "\n") > 1 || !ownLine(lead, len(lead)+c.Start, st.LeadPos.Column == 1) {
			break
		}
		out = append([]string{lead[len(lead)+c.Start : len(lead)+c.End]}, out...)
		end = c.Start
	}
	return out
}

// ownLine reports whether nothing but white space is in front of an offset on
// its line; start tells that the text begins a line.
func ownLine(text string, at int, start bool) bool {
	for at > 0 {
		at--
		switch text[at] {
		case ' ', '\t', '\r':
		case '\n':
			return true
		default:
			return false
		}
	}
	return start
}

func quote(name string) string {
	for i, r := range name {
		if !(r == '_' || r >= 'a' && r <= 'z' || i > 0 && r >= '0' && r <= '9') {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return name
}

func quoteName(n catalog.Name) string {
	if n.Schema == "" || n.Schema == "public" {
		return quote(n.Name)
	}
	return quote(n.Schema) + "." + quote(n.Name)
}

// slice returns the text of the tokens [first, last].
func slice(st *pgsql.Statement, first, last int) string {
	if first < 0 || last < first || last >= len(st.Tokens) {
		return ""
	}
	return st.Text[st.Tokens[first].Start():st.Tokens[last].End()]
}
