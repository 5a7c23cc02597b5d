package catalog

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Apply lets the catalog follow a statement of source number source.
func (c *Catalog) Apply(st *pgsql.Statement, source int) {
	c.applying++
	c.apply(st, source)
	c.applying--
	c.statements++
	c.cool()
}

func (c *Catalog) apply(st *pgsql.Statement, source int) {
	a := &applier{Catalog: c, st: st, source: source}
	a.endLocal()
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		a.createTable(n)
	case *pgsql.CreateForeignTableStmt:
		if n.BaseStmt != nil {
			if t := a.createTable(n.BaseStmt); t != nil {
				t.Kind = Foreign
			}
		}
	case *pgsql.CreateTableAsStmt:
		a.createTableAs(n)
	case *pgsql.ViewStmt:
		a.createView(n)
	case *pgsql.AlterTableStmt:
		a.alterTable(n)
	case *pgsql.IndexStmt:
		a.createIndex(n, a.place())
	case *pgsql.RenameStmt:
		a.rename(n)
	case *pgsql.DropStmt:
		a.drop(n)
	case *pgsql.CreateSeqStmt:
		name := c.create(rangeName(n.Sequence))
		s := &Sequence{Name: name, Def: a.place()}
		set(c, c.sequences, name, s)
		a.sequenceOptions(s, n.Options)
	case *pgsql.AlterSeqStmt:
		if s := c.Sequence(rangeName(n.Sequence)); s != nil {
			keep(c, s)
			a.sequenceOptions(s, n.Options)
		}
	case *pgsql.CreateSchemaStmt:
		a.createSchema(n)
	case *pgsql.CreateEnumStmt:
		t := &TypeDef{Name: c.create(ListName(n.TypeName)), Kind: Enum, Def: a.place()}
		for _, v := range n.Vals {
			if s, ok := v.(*pgsql.String); ok {
				t.Values = append(t.Values, s.Sval)
			}
		}
		set(c, c.types, t.Name, t)
	case *pgsql.AlterEnumStmt:
		if t := c.Type(ListName(n.TypeName)); t != nil && n.NewVal != "" && n.OldVal == "" {
			keep(c, t)
			t.Values = append(t.Values, n.NewVal)
		}
	case *pgsql.CreateDomainStmt:
		a.createDomain(n)
	case *pgsql.AlterDomainStmt:
		a.alterDomain(n)
	case *pgsql.CompositeTypeStmt:
		t := &TypeDef{Name: c.create(rangeName(n.Typevar)), Kind: Composite, Def: a.place()}
		for _, e := range n.Coldeflist {
			if d, ok := e.(*pgsql.ColumnDef); ok {
				t.Columns = append(t.Columns, &Column{Name: d.Colname, Type: TypeOf(d.TypeName), User: a.userType(d.TypeName)})
			}
		}
		set(c, c.types, t.Name, t)
	case *pgsql.CreateRangeStmt:
		name := c.create(ListName(n.TypeName))
		set(c, c.types, name, &TypeDef{Name: name, Kind: Range, Def: a.place()})
	case *pgsql.DefineStmt:
		switch n.Kind_ {
		case pgsql.ObjectTypeObjectType:
			name := c.create(ListName(n.Defnames))
			set(c, c.types, name, &TypeDef{Name: name, Kind: Base, Def: a.place()})
		case pgsql.ObjectAggregate:
			name := c.create(ListName(n.Defnames))
			if len(c.functions[name]) < maxOverloads {
				set(c, c.functions, name, append(c.functions[name], &Function{Name: name, Aggregate: true, Def: a.place()}))
			}
		}
	case *pgsql.CreateFunctionStmt:
		a.createFunction(n)
	case *pgsql.AlterFunctionStmt:
		a.alterFunction(n)
	case *pgsql.CreateTrigStmt:
		if t := c.Table(n.Relation); t != nil {
			held := t.open()
			held.triggers = append(held.triggers, &Trigger{Name: n.Trigname, Function: ListName(n.Funcname), Def: a.place()})
		}
	case *pgsql.CreateExtensionStmt:
		e := &Extension{Name: n.Extname, Def: a.place()}
		for _, o := range n.Options {
			if d, ok := o.(*pgsql.DefElem); ok && d.Defname == "schema" {
				if s, ok := d.Arg.(*pgsql.String); ok {
					e.Schema = s.Sval
				}
			}
		}
		set(c, c.extensions, e.Name, e)
	case *pgsql.AlterObjectSchemaStmt:
		a.setSchema(n)
	case *pgsql.VariableSetStmt:
		if strings.EqualFold(n.Name, "search_path") {
			a.setSearchPath(n)
		}
	case *pgsql.SelectStmt:
		a.selectStmt(n)
	}
}

// applier is one application of a statement.
type applier struct {
	*Catalog
	st     *pgsql.Statement
	source int
}

// place is that of the whole statement.
func (a *applier) place() Place {
	return Place{a.source, a.st.Start(), a.st.End(), a.st.Stop()}
}

// text returns the source between two tokens, both included.
func (a *applier) text(first, last int) string {
	if first < 0 || last < first || last >= len(a.st.Tokens) {
		return ""
	}
	return strings.Clone(a.st.Text[a.st.Tokens[first].Start():a.st.Tokens[last].End()])
}

// inParens returns the text within the parentheses that open at or behind the
// byte offset.
func (a *applier) inParens(off int) string {
	i := a.st.TokenAt(off)
	for i < len(a.st.Tokens) && !a.st.Is(i, "(") {
		i++
	}
	return a.text(i+1, a.st.Close(i)-1)
}

func (a *applier) createSchema(n *pgsql.CreateSchemaStmt) {
	name := n.Schemaname
	if name == "" && n.Authrole != nil {
		name = n.Authrole.Rolename
	}
	set(a.Catalog, a.schemas, name, true)
	// The elements are made in the new schema, whatever the search path says.
	path := a.SearchPath
	a.SearchPath = append([]string{name}, path...)
	for _, e := range n.SchemaElts {
		sub := *a.st
		sub.Tree = e
		a.Apply(&sub, a.source)
	}
	a.SearchPath = path
}

func (a *applier) createFunction(n *pgsql.CreateFunctionStmt) {
	f := &Function{
		Name: a.create(ListName(n.Funcname)), Returns: TypeOf(n.ReturnType), Procedure: n.IsProcedure,
		Language: "sql", Volatility: "volatile", Def: a.place(),
	}
	for _, p := range n.Parameters {
		if fp, ok := p.(*pgsql.FunctionParameter); ok && fp.Mode != pgsql.FuncParamOut && fp.Mode != pgsql.FuncParamTable {
			f.Args = append(f.Args, TypeOf(fp.ArgType))
			f.ArgNames = append(f.ArgNames, fp.Name)
		}
	}
	for _, o := range n.Options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			continue
		}
		if s, ok := d.Arg.(*pgsql.String); ok {
			switch d.Defname {
			case "language":
				f.Language = strings.ToLower(s.Sval)
			case "volatility":
				f.Volatility = s.Sval
			}
		}
	}
	old := a.functions[f.Name]
	if n.Replace {
		for i, o := range old {
			if sameArgs(o.Args, f.Args) {
				all := slices.Clone(old)
				all[i] = f
				set(a.Catalog, a.functions, f.Name, all)
				return
			}
		}
	}
	if len(old) < maxOverloads {
		set(a.Catalog, a.functions, f.Name, append(old, f))
	}
}

// maxOverloads is how many functions of one name are followed. None has as many, and
// to look through them at each call has to come to an end.
const maxOverloads = 1 << 8

func (a *applier) alterFunction(n *pgsql.AlterFunctionStmt) {
	for _, o := range n.Actions {
		d, ok := o.(*pgsql.DefElem)
		if !ok || d.Defname != "volatility" {
			continue
		}
		if s, ok := d.Arg.(*pgsql.String); ok {
			for _, f := range a.Named(n.Func) {
				keep(a.Catalog, f)
				f.Volatility = s.Sval
			}
		}
	}
}

// Named returns the functions that a name with its argument types means; all
// of the name if it gives no types.
func (c *Catalog) Named(o *pgsql.ObjectWithArgs) []*Function {
	if o == nil {
		return nil
	}
	all := c.Functions(ListName(o.Objname))
	if o.ArgsUnspecified {
		return all
	}
	var args []Type
	for _, t := range o.Objargs {
		if tn, ok := t.(*pgsql.TypeName); ok {
			args = append(args, TypeOf(tn))
		}
	}
	for _, f := range all {
		if sameArgs(f.Args, args) {
			return []*Function{f}
		}
	}
	return nil
}

func sameArgs(a, b []Type) bool {
	return slices.EqualFunc(a, b, Type.Same)
}

// selectStmt follows pg_dump's set_config('search_path', ...) and SELECT INTO.
func (a *applier) selectStmt(n *pgsql.SelectStmt) {
	if n.IntoClause != nil && n.IntoClause.Rel != nil {
		name := a.create(rangeName(n.IntoClause.Rel))
		t := a.newTable(name, Plain, a.place())
		a.gain(t, a.resultColumns(n, nil)...)
		set(a.Catalog, a.relations, name, t)
		return
	}
	if len(n.TargetList) != 1 {
		return
	}
	rt, _ := n.TargetList[0].(*pgsql.ResTarget)
	if rt == nil {
		return
	}
	f, _ := rt.Val.(*pgsql.FuncCall)
	if f == nil || ListName(f.Funcname).Name != "set_config" || len(f.Args) < 2 {
		return
	}
	if name, ok := StringConst(f.Args[0]); !ok || name != "search_path" {
		return
	}
	if value, ok := StringConst(f.Args[1]); ok {
		if len(f.Args) > 2 && isTrue(f.Args[2]) {
			a.holdPath()
		}
		keep(a.Catalog, &a.SearchPath)
		a.SearchPath = nil
		for _, p := range strings.Split(value, ",") {
			a.SearchPath = appendSchema(a.SearchPath, p)
		}
	}
}

func isTrue(n pgsql.Node) bool {
	k, ok := n.(*pgsql.AConst)
	if !ok {
		return false
	}
	b, ok := k.Val.(*pgsql.Boolean)
	return ok && b.Boolval
}

func appendSchema(path []string, p string) []string {
	p = strings.Trim(strings.TrimSpace(p), `"`)
	if p == "" || p == "$user" || p == "pg_catalog" {
		return path
	}
	return append(path, p)
}

// StringConst returns the value of a string literal, cast or not.
func StringConst(n pgsql.Node) (string, bool) {
	switch n := n.(type) {
	case *pgsql.TypeCast:
		return StringConst(n.Arg)
	case *pgsql.AConst:
		if s, ok := n.Val.(*pgsql.String); ok {
			return s.Sval, true
		}
	}
	return "", false
}
