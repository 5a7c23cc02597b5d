package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// typePlace says what a statement names a type for.
type typePlace uint8

const (
	typeColumn    typePlace = iota + 1 // of a column that CREATE TABLE or ADD COLUMN makes
	typeAltered                        // what ALTER COLUMN TYPE makes of a column
	typeAttribute                      // of an attribute of a composite type
	typeCast                           // that a cast leads to, or a typed literal has
	typeParam                          // of a parameter of a function that is made
	typeResult                         // of a function that is made
	typeSignature                      // in the name of a function, such as that of a DROP
	typeVariable                       // of a variable of a PL/pgSQL body
	typeDomain                         // that a domain is over
	typeRows                           // of a column of rows that a query gives a form
)

// typeUse is a place in a statement at which a type is named.
type typeUse struct {
	p     *Pass
	Type  catalog.Type
	User  *catalog.TypeDef // nil for what no statement made
	Place typePlace
	// Name is that of the column, attribute, parameter or variable.
	Name string
	// Table is the relation that ALTER TABLE changes.
	Table *pgsql.RangeVar
	// Def is the column's definition, Cast the cast; nil elsewhere.
	Def  *pgsql.ColumnDef
	Cast *pgsql.TypeCast
	// NameStart and NameEnd are the byte range of the name with its modifiers,
	// End is behind the array brackets as well.
	NameStart, NameEnd, End int
}

// typeNodes are the kinds of node at which typeUses finds types.
var typeNodes = []pgsql.Kind{pgsql.KindTypeName, pgsql.KindCreateFunctionStmt, pgsql.KindDoStmt}

// typeUses calls f for the types that a node names: that of a TypeName, and
// for a function or DO those in its body.
func typeUses(p *Pass, n pgsql.Node, f func(*typeUse)) {
	switch n := n.(type) {
	case *pgsql.TypeName:
		// A dozen rules ask about each type, one after the other.
		if memo := &p.run.typeUse; memo.node != n || memo.stmt != p.Stmt {
			memo.node, memo.stmt = n, p.Stmt
			memo.use, memo.ok = typeUseOf(p, n)
		}
		if memo := &p.run.typeUse; memo.ok {
			u := *memo.use
			u.p = p
			f(&u)
		}
	case *pgsql.CreateFunctionStmt, *pgsql.DoStmt:
		for _, u := range bodyTypes(p) {
			u := u
			u.p = p
			f(&u)
		}
	}
}

func typeUseOf(p *Pass, n *pgsql.TypeName) (*typeUse, bool) {
	u := &typeUse{p: p, Type: catalog.TypeOf(n), User: p.Catalog.UserType(n)}
	if n.PctType || !u.place() {
		return nil, false
	}
	st := p.Stmt
	first, last, ok := st.typeSpan(n)
	if !ok {
		return nil, false
	}
	u.span(st, first, last)
	return u, true
}

// span sets the byte ranges of a type name that stands at the tokens
// [first, last].
func (u *typeUse) span(st *Statement, first, last int) {
	if st.Is(first, "setof") {
		first++
	}
	end := last
	for end > first {
		if st.Is(end, "]") {
			end = st.Open(end) - 1
		} else if st.Is(end, "array") {
			end--
		} else {
			break
		}
	}
	u.NameStart, u.NameEnd, u.End = st.Tokens[first].Start, st.Tokens[max(end, first)].End, st.Tokens[last].End
}

// place finds out what the type is named for. It reports false where the name
// of a type is no use of it, and in statements that other rules speak of as a
// whole.
func (u *typeUse) place() bool {
	switch n := u.p.Parent(0).(type) {
	case *pgsql.ColumnDef:
		u.Def, u.Name = n, n.Colname
		switch parent := u.p.Parent(1).(type) {
		case *pgsql.CreateStmt:
			u.Place = typeColumn
		case *pgsql.CompositeTypeStmt:
			u.Place = typeAttribute
		case *pgsql.AlterTableCmd:
			alter, ok := u.p.Parent(2).(*pgsql.AlterTableStmt)
			if !ok || alter.Objtype == pgsql.ObjectTypeObjectType {
				return false
			}
			u.Table, u.Place = alter.Relation, typeColumn
			if parent.Subtype == pgsql.ATAlterColumnType {
				u.Name, u.Place = parent.Name, typeAltered
			}
		case *pgsql.RangeFunction:
			u.Place = typeRows
		default:
			return false
		}
	case *pgsql.TypeCast:
		u.Cast, u.Place = n, typeCast
	case *pgsql.FunctionParameter:
		u.Name, u.Place = n.Name, typeParam
		if n.Mode == pgsql.FuncParamTable {
			u.Place = typeResult
		}
	case *pgsql.CreateFunctionStmt:
		u.Place = typeResult
	case *pgsql.ObjectWithArgs:
		u.Place = typeSignature
	case *pgsql.CreateDomainStmt:
		u.Place = typeDomain
	default:
		return false
	}
	switch u.p.Stmt.Tree.(type) {
	case *pgsql.DefineStmt, *pgsql.CreateCastStmt, *pgsql.CreateOpClassStmt, *pgsql.CreateOpFamilyStmt, *pgsql.AlterOpFamilyStmt, *pgsql.CreateTransformStmt:
		return false
	}
	return true
}

// what names the thing that has the type.
func (u *typeUse) what() string {
	switch u.Place {
	case typeColumn, typeAltered:
		return "column " + u.Name
	case typeAttribute:
		return "attribute " + u.Name
	case typeCast:
		return "a cast"
	case typeParam:
		if u.Name == "" {
			return "a parameter"
		}
		return "parameter " + u.Name
	case typeResult:
		return "the result"
	case typeVariable:
		return "variable " + u.Name
	case typeDomain:
		return "the domain"
	}
	return "an argument"
}

// written is the type as the statement has it, without array brackets.
func (u *typeUse) written() string { return u.p.Stmt.Text[u.NameStart:u.NameEnd] }

// brackets are the array brackets behind the name.
func (u *typeUse) brackets() string { return u.p.Stmt.Text[u.NameEnd:u.End] }

// builtin returns the name of a type of PostgreSQL's own, or of one of its
// extensions; "" for types that a statement made.
func (u *typeUse) builtin() string {
	if u.User != nil || u.Type.Schema != "" && !extensionTypes[u.Type.Name] {
		return ""
	}
	return u.Type.Name
}

// extensionTypes are types of extensions, which stand in whatever schema the
// extension was put.
var extensionTypes = map[string]bool{
	"citext": true, "hstore": true, "ltree": true, "lquery": true, "ltxtquery": true, "vector": true, "halfvec": true, "sparsevec": true,
	"geometry": true, "geography": true, "box2d": true, "box3d": true,
}

// report adds the place to a finding and reports it.
func (u *typeUse) report(f Finding) {
	f.Start, f.End = u.NameStart, u.End
	u.p.Report(f)
}

// columnEnd returns the byte offset behind the definition of the column, where
// a clause can be added.
func (u *typeUse) columnEnd() int {
	st := u.p.Stmt
	i := st.TokenAt(u.NameStart)
	for ; i < len(st.Tokens); i++ {
		switch {
		case st.Is(i, "(") || st.Is(i, "["):
			if c := st.Close(i); c > 0 {
				i = c
			}
		case st.Is(i, ",") || st.Is(i, ")"):
			return st.Tokens[i-1].End
		}
	}
	return st.Tokens[len(st.Tokens)-1].End
}

// clause returns the column's clause of a kind, or nil.
func (u *typeUse) clause(kind pgsql.ConstrType) *pgsql.Constraint {
	if u.Def == nil {
		return nil
	}
	for _, e := range u.Def.Constraints {
		if k, ok := e.(*pgsql.Constraint); ok && k.Contype == kind {
			return k
		}
	}
	return nil
}

// literal returns the token and the value of the plain literal that n is.
func literal(st *Statement, n pgsql.Node) (token int, value string, ok bool) {
	c, ok := n.(*pgsql.AConst)
	if !ok {
		return 0, "", false
	}
	s, ok := c.Val.(*pgsql.String)
	if !ok {
		return 0, "", false
	}
	token = st.TokenAt(int(c.Location))
	return token, s.Sval, token < len(st.Tokens) && st.Tokens[token].Kind == pgsql.Literal
}

// bodyTypes returns the types that the body of the statement names, where it
// is sure that a word is a type: behind ::, in CAST and in DECLARE.
func bodyTypes(p *Pass) []typeUse {
	// Every rule about types asks for the same statement.
	shared := *p
	shared.Rule = bodyTypesKey
	cache := State[bodyCache](&shared)
	if cache.stmt == p.Stmt {
		return cache.uses
	}
	*cache = bodyCache{stmt: p.Stmt}
	st := p.Stmt
	language, body := bodyOf(st)
	if body < 0 || language != "sql" && language != "plpgsql" {
		return nil
	}
	text, from, ok := rawBody(st, body)
	if !ok {
		return nil
	}
	parts, err := pgsql.Split([]byte(text))
	if err != nil {
		return nil
	}
	declaring := false
	for _, part := range parts {
		if part.Form != pgsql.SQL {
			continue
		}
		b := &Statement{Statement: part}
		add := func(i int, place typePlace, name string) {
			if u, ok := wordType(p, b, i, from+int(part.Start())); ok {
				u.Place, u.Name = place, name
				cache.uses = append(cache.uses, u)
			}
		}
		if declaring && b.Is(0, "begin") {
			declaring = false
		}
		if declaring {
			declaredType(b, 0, add)
		}
		for i := range b.Tokens {
			switch {
			case language == "plpgsql" && b.Is(i, "declare"):
				declaring = true
				declaredType(b, i+1, add)
			case b.Is(i, "::"):
				add(i+1, typeCast, "")
			case b.Is(i, "cast") && b.Is(i+1, "("):
				if as := b.Find(i+2, "as"); as > 0 {
					add(as+1, typeCast, "")
				}
			}
		}
	}
	return cache.uses
}

// bodyTypesKey is under which the types of the last body are kept; it is no rule.
var bodyTypesKey = new(Rule)

type bodyCache struct {
	stmt *Statement
	uses []typeUse
}

// declaredType finds the type of the declaration at token i.
func declaredType(b *Statement, i int, add func(int, typePlace, string)) {
	if i+1 >= len(b.Tokens) || b.Is(i, "begin") {
		return
	}
	name := pgsql.Fold(b.Str(i))
	i++
	if b.Is(i, "constant") {
		i++
	}
	if b.Is(i, "alias") || b.Is(i, "cursor") || b.Is(i, "no") || b.Is(i, "scroll") {
		return
	}
	add(i, typeVariable, name)
}

// wordType reads the type name at token i of a part of a body, which starts at
// a byte offset of the statement.
func wordType(p *Pass, b *Statement, i, offset int) (typeUse, bool) {
	if i >= len(b.Tokens) || b.Tokens[i].Kind != pgsql.Word && b.Tokens[i].Kind != pgsql.Quoted {
		return typeUse{}, false
	}
	last := catalog.TypeEnd(b.Statement, i)
	if last >= len(b.Tokens) || b.Is(last+1, "%") {
		return typeUse{}, false
	}
	u := typeUse{}
	u.span(b, i, last)
	end := b.nameEnd(i)
	var parts []string
	for k := i; k <= end; k += 2 {
		parts = append(parts, pgsql.Fold(b.Str(k)))
	}
	u.Type.Name = parts[len(parts)-1]
	if len(parts) > 1 && parts[len(parts)-2] != "pg_catalog" {
		u.Type.Schema = parts[len(parts)-2]
	}
	u.Type.Dims = strings.Count(b.Text[u.NameEnd:u.End], "[")
	if len(parts) == 1 || u.Type.Schema != "" {
		u.User = p.Catalog.Type(catalog.Name{Schema: u.Type.Schema, Name: u.Type.Name})
	}
	u.NameStart, u.NameEnd, u.End = u.NameStart+offset, u.NameEnd+offset, u.End+offset
	return u, true
}

// bodyOf returns the language of a function or DO statement and the token of
// its body; -1 if it has none in a string.
func bodyOf(st *Statement) (language string, body int) {
	var options []pgsql.Node
	language, body = "sql", -1
	switch n := st.Tree.(type) {
	case *pgsql.CreateFunctionStmt:
		options = n.Options
	case *pgsql.DoStmt:
		options, language = n.Args, "plpgsql"
	}
	text, found := "", false
	for _, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			continue
		}
		switch arg := d.Arg.(type) {
		case *pgsql.String:
			switch d.Defname {
			case "language":
				language = strings.ToLower(arg.Sval)
			case "as":
				text, found = arg.Sval, true
			}
		case *pgsql.List:
			if s, ok := first(arg.Items).(*pgsql.String); ok && d.Defname == "as" && len(arg.Items) == 1 {
				text, found = s.Sval, true
			}
		}
	}
	if !found {
		return language, -1
	}
	for i := range st.Tokens {
		if raw, _, ok := rawBody(st, i); ok && raw == text {
			return language, i
		}
	}
	return language, -1
}

func first(list []pgsql.Node) pgsql.Node {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// rawBody returns the text within a string token and the byte offset at which
// it starts, if it stands there as it is: in dollar quotes, or in quotes
// without anything that is escaped.
func rawBody(st *Statement, i int) (text string, start int, ok bool) {
	t := st.Tokens[i]
	s := st.Text[t.Start:t.End]
	switch t.Kind {
	case pgsql.Dollar:
		tag := strings.IndexByte(s[1:], '$') + 2
		return s[tag : len(s)-tag], t.Start + tag, true
	case pgsql.Literal:
		if s[0] != '\'' || strings.Contains(s[1:len(s)-1], "'") {
			return "", 0, false
		}
		return s[1 : len(s)-1], t.Start + 1, true
	}
	return "", 0, false
}
