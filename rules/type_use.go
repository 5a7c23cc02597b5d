package rules

import (
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
	// Lit is the plain literal that a cast casts.
	Lit *typeLiteral
	// NameStart and NameEnd are the byte range of the name with its modifiers,
	// End is behind the array brackets as well.
	NameStart, NameEnd, End int
}

// typeLiteral is a literal: its value, and the byte range at which it stands.
type typeLiteral struct {
	value      string
	start, end int
	// quote writes a value as a literal that can stand there.
	quote func(string) string
}

// typeNodes are the kinds of node at which typeUses finds types.
var typeNodes = []pgsql.Kind{pgsql.KindTypeName, pgsql.KindCreateFunctionStmt, pgsql.KindDoStmt}

// typeUses calls f for the types that a node names: that of a TypeName, and
// for a function or DO those in its body. The use is f's until it returns.
func typeUses(p *Pass, n pgsql.Node, f func(*typeUse)) {
	switch n := n.(type) {
	case *pgsql.TypeName:
		// A dozen rules ask about each type, one after the other.
		if memo := &p.run.typeUse; memo.node != n || memo.stmt != p.Stmt {
			memo.node, memo.stmt = n, p.Stmt
			memo.ok = memo.use.of(p, n)
		}
		if memo := &p.run.typeUse; memo.ok {
			memo.use.p = p
			f(&memo.use)
		}
	case *pgsql.CreateFunctionStmt, *pgsql.DoStmt:
		for _, u := range bodyTypes(p) {
			u := u
			u.p = p
			f(&u)
		}
	}
}

// of makes u the use of the type that n names; ok is false if it is none.
func (u *typeUse) of(p *Pass, n *pgsql.TypeName) (ok bool) {
	*u = typeUse{p: p}
	if n.PctType || !u.place() {
		return false
	}
	st := p.Stmt
	first, last, ok := st.typeSpan(n)
	if !ok {
		return false
	}
	u.Type, u.User = catalog.TypeOf(n), p.Catalog.UserType(n)
	u.span(st, first, last)
	if u.Cast != nil {
		u.Lit = literalAt(st, u.Cast.Arg)
	}
	return true
}

// literalAt returns the plain literal that n is, or nil.
func literalAt(st *Statement, n pgsql.Node) *typeLiteral {
	token, value, ok := literal(st, n)
	if !ok {
		return nil
	}
	return &typeLiteral{value, st.Tokens[token].Start(), st.Tokens[token].End(), QuoteString}
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
	u.NameStart, u.NameEnd, u.End = st.Tokens[first].Start(), st.Tokens[max(end, first)].End(), st.Tokens[last].End()
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
			return st.Tokens[i-1].End()
		}
	}
	return st.Tokens[len(st.Tokens)-1].End()
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
	return token, s.Sval, token < len(st.Tokens) && st.Tokens[token].Kind() == pgsql.Literal
}

// bodyTypes returns the types that the body of the statement names: in its
// queries and expressions, and in declarations.
func bodyTypes(p *Pass) []typeUse {
	// Every rule about types asks for the same statement.
	cache := sharedState[bodyTypeMemory](p, bodyTypeKey)
	if cache.stmt != p.Stmt {
		*cache = bodyTypeMemory{p.Stmt, readBodyTypes(p)}
	}
	return cache.uses
}

// bodyTypeMemory holds the types of the current statement's body.
type bodyTypeMemory struct {
	stmt *Statement
	uses []typeUse
}

var bodyTypeKey = new(Rule)

func readBodyTypes(p *Pass) []typeUse {
	r := routineOf(p)
	if r == nil || r.body == nil || r.body.from == nil {
		return nil
	}
	b := r.body
	src := &Statement{Statement: b.src.Statement}
	var out []typeUse
	add := func(tn *pgsql.TypeName, first, last int, place typePlace, name string) *typeUse {
		u := typeUse{Type: catalog.TypeOf(tn), User: p.Catalog.UserType(tn), Place: place, Name: name}
		u.span(src, first, last)
		u.NameStart, u.NameEnd, u.End = b.from(u.NameStart), b.from(u.NameEnd), b.from(u.End)
		out = append(out, u)
		return &out[len(out)-1]
	}
	for _, f := range b.code {
		if f.tree == nil {
			continue
		}
		pgsql.Walk(f.tree, func(n pgsql.Node, parents []pgsql.Node) bool {
			tn, ok := n.(*pgsql.TypeName)
			if !ok || tn.PctType || len(parents) == 0 {
				return true
			}
			i := b.tokenAt(f, int(tn.Location))
			if i < 0 {
				return true
			}
			switch parent := parents[len(parents)-1].(type) {
			case *pgsql.TypeCast:
				u := add(tn, i, catalog.TypeEnd(src.Statement, i), typeCast, "")
				if k, ok := parent.Arg.(*pgsql.AConst); ok {
					u.Lit = bodyLiteral(p.Stmt, b, f, k)
				}
			case *pgsql.ColumnDef:
				add(tn, i, catalog.TypeEnd(src.Statement, i), typeRows, "")
			}
			return true
		})
	}
	if b.src.Block == nil {
		return out
	}
	b.src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Type.Empty() || src.Is(d.Type.Last-1, "%") {
				continue
			}
			tree, err := parseFragment("SELECT NULL::" + b.src.Span(d.Type))
			if err != nil {
				continue
			}
			pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
				if tn, ok := n.(*pgsql.TypeName); ok {
					add(tn, d.Type.First, d.Type.Last, typeVariable, d.Name)
				}
				return true
			})
		}
	})
	return out
}

// bodyLiteral returns the plain literal of a body that k is, or nil.
func bodyLiteral(st *Statement, b *routineBody, f fragment, k *pgsql.AConst) *typeLiteral {
	s, ok := k.Val.(*pgsql.String)
	i := b.tokenAt(f, int(k.Location))
	if !ok || i < 0 || b.src.Tokens[i].Kind() != pgsql.Literal {
		return nil
	}
	start, end, ok := b.place(pgsql.PLSpan{First: i, Last: i})
	if !ok {
		return nil
	}
	return &typeLiteral{s.Sval, start, end, func(v string) string { return b.escaped(st, QuoteString(v)) }}
}
