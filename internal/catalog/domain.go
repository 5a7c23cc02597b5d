package catalog

import (
	"slices"
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// UserType returns the definition of the user-defined type that a type name
// means at this point of the history; nil if it is none of those.
func (c *Catalog) UserType(tn *pgsql.TypeName) *TypeDef {
	if tn == nil {
		return nil
	}
	n := ListName(tn.Names)
	if n.Name == "" || n.Schema == "pg_catalog" {
		return nil
	}
	return c.Type(n)
}

func (a *applier) userType(tn *pgsql.TypeName) *TypeDef { return a.UserType(tn) }

// TypeColumns calls f for every column of a table, in the order of the tables'
// names, whose type is t or a domain over it.
func (c *Catalog) TypeColumns(t *TypeDef, f func(*Table, *Column)) {
	tables := c.traces.types.of(c, t)
	slices.SortFunc(tables, func(a, b *Table) int { return a.Name.compare(b.Name) })
	for _, table := range slices.Compact(tables) {
		if table.Kind == View || table.Kind == MatView {
			continue
		}
		for _, col := range table.Columns() {
			if col.User.Is(t) {
				f(table, col)
			}
		}
	}
}

func (a *applier) createDomain(n *pgsql.CreateDomainStmt) {
	t := &TypeDef{
		Name: a.create(ListName(n.Domainname)), Kind: Domain,
		Base: TypeOf(n.TypeName), BaseUser: a.userType(n.TypeName), Def: a.place(),
	}
	if n.TypeName != nil {
		from := a.st.TokenAt(int(n.TypeName.Location))
		t.BaseSQL = a.text(from, TypeEnd(a.st, from))
	}
	if n.CollClause != nil {
		from := a.st.TokenAt(int(n.CollClause.Location)) + 1
		to := from
		for a.st.Is(to+1, ".") {
			to += 2
		}
		t.Collation = a.text(from, to)
	}
	for _, e := range n.Constraints {
		k, ok := e.(*pgsql.Constraint)
		if !ok {
			continue
		}
		switch k.Contype {
		case pgsql.ConstrNotnull:
			t.NotNull = true
		case pgsql.ConstrDefault:
			from := a.st.TokenAt(int(k.Location)) + 1
			t.Default = a.text(from, clauseEnd(a.st, from, len(a.st.Tokens))-1)
		case pgsql.ConstrCheck:
			a.addDomainCheck(t, k)
		}
	}
	set(a.Catalog, a.types, t.Name, t)
}

// addDomainCheck gives a domain a check, with the name that PostgreSQL gives
// it if the statement has none.
func (a *applier) addDomainCheck(t *TypeDef, k *pgsql.Constraint) {
	name := k.Conname
	if name == "" {
		name = t.NewCheckName()
	}
	t.Checks = append(t.Checks, Constraint{Name: name, Kind: Check, Expr: a.inParens(int(k.Location))})
}

// NewCheckName is the name that PostgreSQL gives to the next check of a domain
// that has none of its own.
func (t *TypeDef) NewCheckName() string {
	name := t.Name.Name + "_check"
	for i := 1; t.check(name) >= 0; i++ {
		name = t.Name.Name + "_check" + strconv.Itoa(i)
	}
	return name
}

func (t *TypeDef) check(name string) int {
	for i := range t.Checks {
		if t.Checks[i].Name == name {
			return i
		}
	}
	return -1
}

func (a *applier) alterDomain(n *pgsql.AlterDomainStmt) {
	t := a.Type(ListName(n.TypeName))
	if t == nil || t.Kind != Domain {
		return
	}
	keep(a.Catalog, t)
	switch n.Subtype {
	case "T":
		t.Default = ""
		if i := a.st.Find(0, "default"); n.Def != nil && i > 0 {
			t.Default = a.text(i+1, len(a.st.Tokens)-1)
		}
	case "N":
		t.NotNull = false
	case "O":
		t.NotNull = true
	case "C":
		if k, ok := n.Def.(*pgsql.Constraint); ok {
			switch k.Contype {
			case pgsql.ConstrCheck:
				a.addDomainCheck(t, k)
			case pgsql.ConstrNotnull:
				t.NotNull = true
			}
		}
	case "X":
		if i := t.check(n.Name); i >= 0 {
			t.Checks = append(t.Checks[:i:i], t.Checks[i+1:]...)
		}
	}
}

func (a *applier) renameDomainConstraint(n *pgsql.RenameStmt) {
	l, ok := n.Object.(*pgsql.List)
	if !ok {
		return
	}
	if t := a.Type(ListName(l.Items)); t != nil {
		if i := t.check(n.Subname); i >= 0 {
			keep(a.Catalog, t)
			t.Checks = slices.Clone(t.Checks)
			t.Checks[i].Name = n.Newname
		}
	}
}

// dropType removes a type; with cascade, the columns of it go along, and the
// domains over it.
func (a *applier) dropType(t *TypeDef, cascade bool) {
	unset(a.Catalog, a.types, t.Name)
	if !cascade {
		return
	}
	type column struct {
		table *Table
		name  string
	}
	var gone []column
	a.TypeColumns(t, func(table *Table, c *Column) { gone = append(gone, column{table, c.Name}) })
	for _, c := range gone {
		a.dropColumn(c.table, c.name)
	}
	for name, d := range a.types {
		if d.Is(t) {
			unset(a.Catalog, a.types, name)
		}
	}
}

// TypeFunctions returns the functions that take or return a type.
func (c *Catalog) TypeFunctions(t *TypeDef) []*Function {
	var out []*Function
	is := func(of Type) bool {
		return of.Name == t.Name.Name && c.Type(Name{of.Schema, of.Name}) == t
	}
	for _, fs := range c.functions {
		for _, f := range fs {
			if is(f.Returns) || slices.ContainsFunc(f.Args, is) {
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *Function) int { return a.Name.compare(b.Name) })
	return out
}
