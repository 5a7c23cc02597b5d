package expr

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Scope is what an expression can name. Its zero value knows built-in things
// only; every field may be nil.
type Scope struct {
	// Catalog has the user's relations, types and functions.
	Catalog *catalog.Catalog
	// Table has the columns.
	Table *catalog.Table
	// Value is the type of VALUE in the CHECK of a domain.
	Value catalog.Type
	// Rows are tables of which one row has a name: NEW and OLD of a trigger.
	Rows map[string]*catalog.Table
	// Params are the types of a function's parameters, that of $1 first.
	Params []catalog.Type
	// Vars are the types of its named parameters and of its variables; the
	// zero Type for one that is not known, such as a record.
	Vars map[string]catalog.Type

	// level is the query around the expression.
	level *level

	// asked notes what is asked; nil for nothing.
	asked *Asked
}

// Volatility is how much the result of an operation depends on.
type Volatility uint8

const (
	// Immutable: on the arguments only.
	Immutable Volatility = iota
	// Stable: also on settings, the time zone or the current time.
	// CockroachDB says "context-dependent".
	Stable
	// Volatile: can change from one row to the next.
	Volatile
)

func (v Volatility) String() string {
	switch v {
	case Stable:
		return "stable"
	case Volatile:
		return "volatile"
	}
	return "immutable"
}

// Place is where an expression stands.
type Place uint8

const (
	StoredColumn     Place = iota // GENERATED ALWAYS AS (...) STORED
	VirtualColumn                 // GENERATED ALWAYS AS (...) VIRTUAL
	IndexElement                  // CREATE INDEX ... ((...))
	IndexPredicate                // CREATE INDEX ... WHERE ...
	ColumnDefault                 // DEFAULT in CREATE TABLE
	AddColumnDefault              // DEFAULT in ADD COLUMN
	SetDefault                    // ALTER COLUMN ... SET DEFAULT
	CheckConstraint               // CHECK (...)
	OnUpdate                      // CockroachDB's ON UPDATE
	TypeUsing                     // ALTER COLUMN ... TYPE ... USING ...
	PolicyUsing                   // USING of a policy
	PolicyCheck                   // WITH CHECK of a policy
	TriggerWhen                   // WHEN of a trigger
	Query                         // anywhere in SELECT, INSERT, UPDATE or DELETE
	ViewQuery                     // the same in a view
)

// String returns the place in CockroachDB's words, as its errors name it
// (pkg/sql/sem/tree, SchemaExprContext).
func (p Place) String() string {
	switch p {
	case StoredColumn:
		return "STORED COMPUTED COLUMN"
	case VirtualColumn:
		return "VIRTUAL COMPUTED COLUMN"
	case IndexElement:
		return "EXPRESSION INDEX ELEMENT"
	case IndexPredicate:
		return "INDEX PREDICATE"
	case ColumnDefault:
		return "DEFAULT (in CREATE TABLE)"
	case AddColumnDefault:
		return "DEFAULT (in ADD COLUMN)"
	case SetDefault:
		return "DEFAULT (in SET DEFAULT)"
	case CheckConstraint:
		return "CHECK"
	case OnUpdate:
		return "ON UPDATE"
	case TypeUsing:
		return "ALTER COLUMN TYPE USING EXPRESSION"
	case PolicyUsing:
		return "POLICY USING"
	case PolicyCheck:
		return "POLICY WITH CHECK"
	case TriggerWhen:
		return "WHEN"
	}
	return "query"
}

// immutableOnly reports whether CockroachDB refuses stable and volatile
// operations there.
func (p Place) immutableOnly() bool { return p <= IndexPredicate }

// Context is where an expression stands, and the type that is wanted of it:
// that of the column for a computed column or a DEFAULT, boolean for a CHECK or
// a predicate (filled in if empty). A literal can take that type.
type Context struct {
	Place Place
	Want  catalog.Type
	// Text is the statement, in which the locations of the nodes are byte
	// offsets. It may be empty; with it, the parentheses in
	// ('2020-01-01')::date are seen, which the tree does not keep and which
	// make CockroachDB take the literal for a string first.
	Text string
	// Shift is what has to be added to a location for its place in Text.
	Shift int
	// Volatility asks for Cast, Function, Operator and UserFunction causes in a
	// query as well, where CockroachDB takes all of them: in the body of a
	// routine they tell how stable it is.
	Volatility bool
	// Mend asks for IntegerDivision and HexDigest, and judges the rest as if
	// they and what has a Convert were written as they should be.
	Mend bool
}

// CauseKind says what a Cause is about.
type CauseKind uint8

const (
	// Cast is a cast that is not immutable, from From to To. It can be one
	// that nobody wrote: Implicit marks a literal that takes a type.
	Cast CauseKind = iota + 1
	// Function is a call of a built-in function that is not immutable.
	Function
	// Operator is an operator that is not immutable.
	Operator
	// UserFunction is a call of a user-defined function: one that is not
	// declared IMMUTABLE, or any in versions that take none there.
	UserFunction
	// UnknownFunction is a call of a function that neither CockroachDB nor
	// the catalog has.
	UnknownFunction
	// UnknownSignature is a call or an operator that CockroachDB has, but not
	// for these operands.
	UnknownSignature
	// UnknownType is a cast to a type that CockroachDB does not have.
	UnknownType
	// Syntax is something that CockroachDB's grammar does not have: an
	// operator, a named or VARIADIC argument, JSON_OBJECT and its kin.
	Syntax
	// Subquery is a query in the expression.
	Subquery
	// ResultType is the whole expression: it has not the type of its column,
	// and CockroachDB does not convert it.
	ResultType
	// IntegerDivision is a / of integers, which gives an integer in PostgreSQL
	// and a fraction in CockroachDB; // is CockroachDB's for it. It is a cause
	// only if Context.Mend is set, and mostly nothing that CockroachDB objects
	// to.
	IntegerDivision
	// HexDigest is sha256 or one of its kin, which give bytes in PostgreSQL
	// and a text of hexadecimal digits in CockroachDB; like IntegerDivision
	// else.
	HexDigest
)

func (k CauseKind) String() string {
	names := [...]string{"", "cast", "function", "operator", "user function", "unknown function",
		"unknown signature", "unknown type", "syntax", "subquery", "result type", "integer division", "hex digest"}
	if int(k) < len(names) {
		return names[k]
	}
	return ""
}

// Operand is an operand with its type in CockroachDB.
type Operand struct {
	Node pgsql.Node
	Type catalog.Type
}

// Cause is one thing in an expression for which CockroachDB refuses it.
type Cause struct {
	Kind CauseKind
	// Node is the part of the expression that it is about: *pgsql.TypeCast,
	// *pgsql.FuncCall, *pgsql.AExpr, *pgsql.AConst, ...
	Node pgsql.Node
	// Volatility is Immutable for kinds that are not about it.
	Volatility Volatility
	// Name is the function or the operator, as CockroachDB names it.
	Name string
	// From and To are the types of a Cast and a ResultType; To that of an
	// UnknownType.
	From, To catalog.Type
	// Later: CockroachDB takes the statement, and refuses to compute the
	// expression. Only if Context.Mend is set.
	Later bool
	// Operands are those of an UnknownSignature, in the order in which
	// CockroachDB sees them.
	Operands []Operand
	// Literal: of a Cast, that a literal is read as the type.
	Literal bool
	// Implicit: a literal that takes a type without a cast, as in
	// tz > '2020-01-01'.
	Implicit bool
	// Message is CockroachDB's own, without what surrounding calls put in
	// front, such as "string::timestamptz: context-dependent operators are not
	// allowed in STORED COMPUTED COLUMN".
	Message string
	// Convert are the casts that PostgreSQL makes by itself here: with them
	// written out, CockroachDB takes the operation and it means the same. Of
	// an UnknownSignature and a ResultType; empty if there are none such.
	Convert []Conversion
	// Versions is the range of CockroachDB versions in which the cause holds,
	// as a constraint such as "<25.3"; empty for all that are known.
	Versions string
}

// TypeOf returns the type that PostgreSQL gives an expression: the zero Type
// if it is not known, and "unknown" for a literal that would take any type.
// Length and precision are kept for columns and casts only.
func TypeOf(e pgsql.Node, s Scope) catalog.Type {
	switch n := e.(type) {
	case *pgsql.TypeCast:
		if t := catalog.TypeOf(n.TypeName); t.Name != "" {
			return t
		}
	case *pgsql.ColumnRef:
		qualifier, name := columnName(n)
		t, _ := s.named(qualifier, name)
		return t
	}
	return postgres{scope: s}.expr(e).catalogType()
}

// Judge returns why CockroachDB would refuse an expression where it stands, in
// the order in which it would find out; nil if it takes it. CockroachDB itself
// reports only the first.
func Judge(e pgsql.Node, s Scope, c Context) []Cause {
	k := cockroach{scope: s, place: c.Place, text: c.Text, shift: c.Shift, mend: c.Mend}
	k.judge(e, c.Want)
	return k.causes
}

// Column is a column of a query's result.
type Column struct {
	Name string
	// Postgres and Cockroach are its types; the zero Type if not known. Differs
	// reports that CockroachDB does not take them for one another.
	Postgres, Cockroach catalog.Type
	Differs             bool
	// Node is the expression in the query's list; nil for a column out of a
	// star, a UNION and the like.
	Node pgsql.Node
}

// JudgeQuery is Judge for all expressions of a SELECT, INSERT, UPDATE or
// DELETE. It also returns the result of the query, and whether its columns are
// all known. The context's Want, if given, is the type that the query's one
// column is assigned to; its Place is Query or ViewQuery, the first if it is
// neither.
func JudgeQuery(q pgsql.Node, s Scope, c Context) (causes []Cause, result []Column, complete bool) {
	k := cockroach{scope: s, place: max(c.Place, Query), text: c.Text, shift: c.Shift, mend: c.Mend, contexts: c.Volatility}
	var want []typ
	if c.Want.Name != "" {
		want = []typ{s.cockroachType(s.resolve(c.Want))}
	}
	r := k.query(q, want)
	for _, c := range r.columns {
		same := s.cockroachType(c.pg)
		differs := same.known() && !same.null() && c.crdb.known() && !c.crdb.null() && !equivalent(same, c.crdb)
		result = append(result, Column{c.name, c.pg.catalogType(), c.crdb.catalogType(), differs, c.node})
	}
	return k.causes, result, !r.open
}

// ResultColumns returns the columns of a query's result as PostgreSQL types
// them, with the zero Type where that is not known; ok is false if not all of
// the columns are. It is what catalog.Catalog.Results wants.
func ResultColumns(c *catalog.Catalog, query pgsql.Node) (columns []*catalog.Column, ok bool) {
	k := cockroach{scope: Scope{Catalog: c}, place: Query, mute: 1}
	r := k.query(query, nil)
	for _, col := range r.columns {
		t := col.pg
		if t.null() {
			t = typ{id: tText} // a literal, and NULL
		}
		columns = append(columns, &catalog.Column{Name: col.name, Type: t.catalogType()})
	}
	return columns, !r.open
}
