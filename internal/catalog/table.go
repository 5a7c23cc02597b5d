package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func (a *applier) createTable(n *pgsql.CreateStmt) *Table {
	name := a.create(rangeName(n.Relation))
	if n.IfNotExists && a.relations[name] != nil {
		return a.relations[name]
	}
	t := a.newTable(name, Plain, a.place())
	if n.Relation != nil {
		t.Temporary = n.Relation.Relpersistence == "t"
		t.Unlogged = n.Relation.Relpersistence == "u"
	}
	if n.Partspec != nil {
		t.Kind = Partitioned
	}
	for _, p := range n.InhRelations {
		parent := a.Table(p.(*pgsql.RangeVar))
		if parent == nil {
			continue
		}
		a.gain(t, copyColumns(parent.Columns())...)
		if n.Partbound != nil {
			t.relate().partitionOf = parent
			parent.relate().addPartition(t)
		} else {
			t.relate().inherits = append(t.relate().inherits, parent)
		}
	}
	elements := a.elementPlaces(n)
	for i, e := range n.TableElts {
		var def Place
		if i < len(elements) {
			def = elements[i]
			t.LastElement, t.Elements = def.End, i+1
		}
		switch e := e.(type) {
		case *pgsql.ColumnDef:
			a.addColumn(t, e, def)
		case *pgsql.Constraint:
			a.addConstraint(t, e, def)
		case *pgsql.TableLikeClause:
			if like := a.Table(e.Relation); like != nil {
				a.gain(t, copyColumns(like.Columns())...)
			}
		}
	}
	set(a.Catalog, a.relations, name, t)
	for i, e := range n.TableElts {
		if ix, ok := e.(*pgsql.IndexStmt); ok && i < len(elements) {
			a.createIndex(ix, elements[i])
		}
	}
	return t
}

// elementPlaces returns where the columns and constraints of CREATE TABLE
// stand.
func (a *applier) elementPlaces(n *pgsql.CreateStmt) []Place {
	if len(n.TableElts) == 0 || n.Relation == nil {
		return nil
	}
	i := a.st.TokenAt(int(n.Relation.Location))
	for i < len(a.st.Tokens) && !a.st.Is(i, "(") {
		i++
	}
	var out []Place
	for _, e := range a.st.Elements(i) {
		out = append(out, a.tokens(e[0], e[1]))
	}
	return out
}

func (a *applier) tokens(first, last int) Place {
	if first > last || last >= len(a.st.Tokens) {
		return a.place()
	}
	return Place{a.source, a.st.Start() + int64(a.st.Tokens[first].Start()), a.st.Start() + int64(a.st.Tokens[last].End()), a.st.Stop()}
}

func copyColumns(from []*Column) []*Column {
	out := make([]*Column, len(from))
	for i, c := range from {
		k := *c
		out[i] = &k
	}
	return out
}

// gain gives a table columns.
func (a *applier) gain(t *Table, columns ...*Column) {
	held := t.open()
	held.columns = append(held.columns, columns...)
	for _, c := range columns {
		a.traces.column(t, c)
	}
}

func (a *applier) addColumn(t *Table, d *pgsql.ColumnDef, def Place) {
	c := a.column(d)
	c.Def = def
	if t.Column(c.Name) != nil && len(t.Inherits()) == 0 && t.PartitionOf() == nil {
		return // already there: IF NOT EXISTS, or an error that PostgreSQL finds
	}
	if d.TypeName != nil && d.TypeName.Location > 0 {
		if i := a.st.TokenAt(int(d.TypeName.Location)); i < len(a.st.Tokens) {
			c.TypeEnd = a.st.Start() + int64(a.st.Tokens[TypeEnd(a.st, i)].End())
		}
	}
	a.gain(t, c)
	for _, e := range d.Constraints {
		k, ok := e.(*pgsql.Constraint)
		if !ok {
			continue
		}
		switch k.Contype {
		case pgsql.ConstrNotnull:
			c.NotNull = true
		case pgsql.ConstrNull:
			c.NotNull = false
		case pgsql.ConstrDefault:
			c.Default = a.defaultText(k)
		case pgsql.ConstrGenerated:
			c.Generated = a.inParens(int(k.Location))
		case pgsql.ConstrIdentity:
			c.NotNull = true
			c.Identity, c.Cache, c.Start = 'd', cacheOption(k.Options), startOption(k.Options)
			if k.GeneratedWhen == "a" {
				c.Identity = 'a'
			}
		case pgsql.ConstrPrimary, pgsql.ConstrUnique, pgsql.ConstrCheck, pgsql.ConstrForeign:
			a.addConstraintOn(t, k, []string{c.Name}, def)
		}
	}
}

// defaultText returns the text of a column's DEFAULT.
func (a *applier) defaultText(k *pgsql.Constraint) string {
	i := a.st.TokenAt(int(k.Location))
	if !a.st.Is(i, "default") {
		return ""
	}
	return a.text(i+1, clauseEnd(a.st, i+1, len(a.st.Tokens))-1)
}

// clauseEnd returns the index of the first token behind an expression that
// starts at token i: where the element ends or another column clause begins.
func clauseEnd(st *pgsql.Statement, i, end int) int {
	for i < end {
		switch {
		case st.Is(i, "(") || st.Is(i, "["):
			c := st.Close(i)
			if c < 0 {
				return end
			}
			i = c
		case st.Is(i, ",") || st.Is(i, ")") || st.Is(i, "]"):
			return i
		case st.Is(i, "not") && st.Is(i+1, "null"), st.Is(i, "null") && !st.Is(i-1, "default") && !st.Is(i-1, "is") && !st.Is(i-1, "not"):
			return i
		case st.Is(i, "constraint"), st.Is(i, "check"), st.Is(i, "unique"), st.Is(i, "references"),
			st.Is(i, "primary") && st.Is(i+1, "key"), st.Is(i, "generated"), st.Is(i, "collate") && st.Is(i-1, ")"):
			return i
		}
		i++
	}
	return i
}

func (a *applier) addConstraint(t *Table, k *pgsql.Constraint, def Place) {
	a.addConstraintOn(t, k, names(k.Keys), def)
}

func (a *applier) addConstraintOn(t *Table, k *pgsql.Constraint, columns []string, def Place) {
	out := &Constraint{Name: k.Conname, Columns: columns, Def: def}
	suffix := strings.Join(columns, "_")
	switch k.Contype {
	case pgsql.ConstrNotnull:
		// A property of the column; its name is not kept.
		for _, n := range columns {
			if c := t.Column(n); c != nil {
				c.NotNull = true
			}
		}
		return
	case pgsql.ConstrPrimary:
		out.Kind = PrimaryKey
		for _, n := range columns {
			if c := t.Column(n); c != nil {
				c.NotNull = true
			}
		}
		suffix = "pkey"
	case pgsql.ConstrUnique:
		out.Kind = Unique
		suffix += "_key"
	case pgsql.ConstrCheck:
		out.Kind = Check
		out.Expr = a.inParens(int(k.Location))
		// The name is made of the column that the expression names, if it names
		// one alone, whether the check stands with a column or not.
		suffix = "check"
		if column := onlyColumn(k.RawExpr); column != "" {
			suffix = column + "_check"
		}
	case pgsql.ConstrForeign:
		out.Kind = ForeignKey
		if len(columns) == 0 {
			columns = names(k.FkAttrs)
			out.Columns = columns
			suffix = strings.Join(columns, "_")
		}
		out.RefTable, out.RefColumns = a.resolved(rangeName(k.Pktable)), names(k.PkAttrs)
		suffix += "_fkey"
	case pgsql.ConstrExclusion:
		out.Kind = Exclude
		suffix = "excl"
	default:
		return
	}
	if k.Indexname != "" {
		// ADD CONSTRAINT ... USING INDEX takes an existing index over.
		if ixs := a.Indexes(Name{t.Name.Schema, k.Indexname}); len(ixs) == 1 {
			for _, c := range ixs[0].Columns {
				out.Columns = append(out.Columns, c.Column)
			}
			a.removeIndex(ixs[0])
		}
		if out.Name == "" {
			out.Name = k.Indexname
		}
	}
	if out.Name == "" {
		out.Unnamed = a.st.Start() + int64(k.Location)
		out.Name = freeName(t, t.Name.Name+"_"+suffix)
	}
	held := t.open()
	if len(held.constraints) < maxConstraints {
		held.constraints = append(held.constraints, out)
		a.traces.constraint(t, out)
	}
}

// maxConstraints is how many constraints of a table are followed. No table has as
// many, and to look through them at each statement has to come to an end.
const maxConstraints = 1 << 12

// freeName returns the first name that no constraint of the table has: the given
// one, or with the first number behind it for which that is so.
func freeName(t *Table, name string) string {
	if t.Constraint(name) == nil {
		return name
	}
	taken := make([]bool, len(t.Constraints())+2) // one of these numbers is free
	for _, c := range t.Constraints() {
		number, ok := strings.CutPrefix(c.Name, name)
		if !ok || number == "" || number[0] < '1' || number[0] > '9' {
			continue
		}
		if i, err := strconv.Atoi(number); err == nil && i > 0 && i < len(taken) {
			taken[i] = true
		}
	}
	return name + strconv.Itoa(1+slices.Index(taken[1:], false))
}

// onlyColumn returns the column that an expression names if it names one and
// no other.
func onlyColumn(expr pgsql.Node) string {
	only, more := "", false
	pgsql.Walk(expr, func(n pgsql.Node, _ []pgsql.Node) bool {
		if ref, ok := n.(*pgsql.ColumnRef); ok {
			name := ListName(ref.Fields).Name
			more = more || only != "" && only != name
			only = name
		}
		return true
	})
	if more {
		return ""
	}
	return only
}

// resolved completes a name with the schema in which its relation is.
func (a *applier) resolved(n Name) Name {
	if t := a.Relation(n); t != nil {
		return t.Name
	}
	return a.create(n)
}

func names(list []pgsql.Node) []string {
	var out []string
	for _, n := range list {
		if s, ok := n.(*pgsql.String); ok {
			out = append(out, s.Sval)
		}
	}
	return out
}

func (a *applier) createTableAs(n *pgsql.CreateTableAsStmt) {
	if n.Into == nil || n.Into.Rel == nil {
		return
	}
	name := a.create(rangeName(n.Into.Rel))
	kind := Plain
	if n.Objtype == pgsql.ObjectMatview {
		kind = MatView
	}
	t := a.newTable(name, kind, a.place())
	a.gain(t, a.resultColumns(n.Query, names(n.Into.ColNames))...)
	set(a.Catalog, a.relations, name, t)
}

// ResultColumns returns the columns that a query's result has at this point of
// the history, as a table made of it has them: with a name and a type, and with
// a place of their own within that of the statement.
func (c *Catalog) ResultColumns(st *pgsql.Statement, source int, query pgsql.Node, aliases []pgsql.Node) []*Column {
	a := &applier{Catalog: c, st: st, source: source}
	return a.resultColumns(query, names(aliases))
}

func (a *applier) createView(n *pgsql.ViewStmt) {
	name := a.create(rangeName(n.View))
	t := a.newTable(name, View, a.place())
	a.gain(t, a.resultColumns(n.Query, names(n.Aliases))...)
	set(a.Catalog, a.relations, name, t)
}

// resultColumns names and types the columns of a query. What is plainly a column
// of a known table keeps its user-defined type as the table's statement meant
// it; the rest is as Results says.
func (a *applier) resultColumns(query pgsql.Node, aliases []string) []*Column {
	out := a.plainColumns(query)
	if a.Results != nil {
		if typed, ok := a.Results(a.Catalog, query); ok {
			for i, c := range typed {
				if len(out) == len(typed) && out[i].Type.Name != "" {
					typed[i] = out[i]
				} else {
					c.User = a.Type(Name{c.Type.Schema, c.Type.Name})
				}
			}
			out = typed
		}
	}
	for i, c := range out {
		at := a.st.Start() + int64(i)
		k := &Column{Name: c.Name, Type: c.Type, User: c.User, Def: Place{a.source, at, at, a.st.Stop()}}
		if i < len(aliases) {
			k.Name = aliases[i]
		}
		out[i] = k
	}
	return out
}

// plainColumns are the columns of a query, with the types of those that are
// plain columns of a known table.
func (a *applier) plainColumns(query pgsql.Node) []*Column {
	sel, _ := query.(*pgsql.SelectStmt)
	if sel == nil {
		return nil
	}
	for sel.Larg != nil {
		sel = sel.Larg
	}
	var from []*Table
	for _, f := range sel.FromClause {
		pgsql.Walk(f, func(n pgsql.Node, _ []pgsql.Node) bool {
			if rv, ok := n.(*pgsql.RangeVar); ok {
				from = append(from, a.Table(rv))
			}
			_, sub := n.(*pgsql.RangeSubselect)
			return !sub
		})
	}
	var out []*Column
	for _, e := range sel.TargetList {
		rt, _ := e.(*pgsql.ResTarget)
		if rt == nil {
			continue
		}
		c := &Column{Name: rt.Name}
		switch v := rt.Val.(type) {
		case *pgsql.ColumnRef:
			last := v.Fields[len(v.Fields)-1]
			if _, star := last.(*pgsql.AStar); star {
				for _, t := range from {
					if t != nil {
						out = append(out, copyColumns(t.Columns())...)
					}
				}
				continue
			}
			s, _ := last.(*pgsql.String)
			if s == nil {
				break
			}
			for _, t := range from {
				if k := t.Column(s.Sval); k != nil {
					c.Type, c.User = k.Type, k.User
				}
			}
			if c.Name == "" {
				c.Name = s.Sval
			}
		case *pgsql.FuncCall:
			if c.Name == "" {
				c.Name = ListName(v.Funcname).Name
			}
		case *pgsql.TypeCast:
			c.Type, c.User = TypeOf(v.TypeName), a.userType(v.TypeName)
		}
		out = append(out, c)
	}
	return out
}

// TypeEnd returns the index of the last token of the type name that starts at
// token i: DOUBLE PRECISION, TIMESTAMP (3) WITH TIME ZONE, public.t[], ...
func TypeEnd(st *pgsql.Statement, i int) int {
	if oneWordType(st, i) {
		return i
	}
	if st.Is(i, "setof") {
		i++
	}
	switch {
	case st.Is(i, "double") && st.Is(i+1, "precision"), st.Is(i, "national") && (st.Is(i+1, "character") || st.Is(i+1, "char")):
		i++
	}
	if (st.Is(i, "character") || st.Is(i, "char") || st.Is(i, "bit") || st.Is(i, "nchar")) && st.Is(i+1, "varying") {
		i++
	}
	for st.Is(i+1, ".") {
		i += 2
	}
	if st.Is(i, "interval") {
		for st.Word(i+1) != "" && intervalWord[st.Word(i+1)] {
			i++
		}
	}
	if st.Is(i+1, "(") {
		if c := st.Close(i + 1); c > 0 {
			i = c
		}
	}
	if (st.Is(i+1, "with") || st.Is(i+1, "without")) && st.Is(i+2, "time") && st.Is(i+3, "zone") {
		i += 3
	}
	for {
		switch {
		case st.Is(i+1, "["):
			if c := st.Close(i + 1); c > 0 {
				i = c
				continue
			}
		case st.Is(i+1, "array"):
			i++
			continue
		}
		return i
	}
}

// oneWordType reports that the type name at token i is that token and no more, as
// it mostly is: in BIGINT NOT NULL. Where it does not, it may be so all the same.
func oneWordType(st *pgsql.Statement, i int) bool {
	if i < 0 || i+1 >= len(st.Tokens) || st.Tokens[i].Kind() != pgsql.Word {
		return false
	}
	switch st.Text[st.Tokens[i].Start()] | 0x20 {
	case 's', 'i': // SETOF numeric, INTERVAL DAY
		return false
	}
	next := st.Tokens[i+1]
	switch c := st.Text[next.Start()]; next.Kind() {
	case pgsql.Punct:
		return c == ',' || c == ')'
	case pgsql.Word:
		// NOT, NULL, DEFAULT, GENERATED, UNIQUE, REFERENCES: no type goes on with
		// such a letter.
		switch c | 0x20 {
		case 'n', 'd', 'g', 'u', 'r':
			return true
		}
	}
	return false
}

var intervalWord = map[string]bool{"year": true, "month": true, "day": true, "hour": true, "minute": true, "second": true, "to": true}
