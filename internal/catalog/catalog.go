// Package catalog follows what exists in a database while a history of
// statements is applied: schemas, tables, columns, types, constraints,
// indexes, sequences, views, functions and triggers. It believes the
// statements: one that refers to something unknown is followed as far as it
// goes and never an error.
package catalog

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Name is a qualified name, folded as PostgreSQL folds it.
type Name struct{ Schema, Name string }

func (n Name) String() string {
	if n.Schema == "" || n.Schema == "public" {
		return n.Name
	}
	return n.Schema + "." + n.Name
}

func (n Name) hash(seed maphash.Seed) uint64 {
	return maphash.String(seed, n.Schema)*31 + maphash.String(seed, n.Name)
}

// compare orders names by schema.
func (n Name) compare(o Name) int {
	return cmp.Or(cmp.Compare(n.Schema, o.Schema), cmp.Compare(n.Name, o.Name))
}

// Place is where a statement, or a part of one, stands in the history. Offsets
// are bytes in the source; Stop is behind the statement's semicolon.
type Place struct {
	Source     int
	Start, End int64
	Stop       int64
}

// Catalog is what exists at a point of the history.
type Catalog struct {
	// SearchPath is the current search path; the first schema is where
	// unqualified names are made.
	SearchPath []string
	// Results types the columns of a query's result, for views and CREATE TABLE
	// AS; ok is false if it does not know all of them. Package expr can, and
	// stands above this one. Nil leaves the types of expressions unknown.
	Results func(c *Catalog, query pgsql.Node) (columns []*Column, ok bool)

	schemas    map[string]bool
	relations  map[Name]*Table // tables, views, materialized views, foreign tables
	indexes    indexNames
	traces     traces
	sequences  map[Name]*Sequence
	types      map[Name]*TypeDef
	functions  map[Name][]*Function
	extensions map[string]*Extension

	outer *outerPath // see searchpath.go

	// See content.go.
	hot         []*Table // those that are unpacked
	statements  int      // that were applied
	cooled      int      // statements when tables were packed last
	applying    int      // nested calls of Apply
	whole       bool     // no table is packed any more
	journal     *journal // see journal.go
	packedDefs  numbers[*TypeDef]
	packedNames numbers[string]
	packedWords numbers[string]
	packing     []byte // what the next table is packed in
}

// New returns an empty database with the schema public.
func New() *Catalog {
	return &Catalog{
		SearchPath: []string{"public"},
		schemas:    map[string]bool{"public": true},
		relations:  map[Name]*Table{},
		indexes:    newIndexNames(),
		traces:     newTraces(),
		sequences:  map[Name]*Sequence{},
		types:      map[Name]*TypeDef{},
		functions:  map[Name][]*Function{},
		extensions: map[string]*Extension{},
	}
}

// RelKind says what a relation is.
type RelKind byte

const (
	Plain       RelKind = 'r'
	Partitioned RelKind = 'p'
	View        RelKind = 'v'
	MatView     RelKind = 'm'
	Foreign     RelKind = 'f'
)

// Table is a relation that has columns.
type Table struct {
	Name      Name
	Kind      RelKind
	Temporary bool
	Unlogged  bool
	// Def is the statement that made the table.
	Def Place
	// LastElement is the byte offset behind the last column or constraint in
	// the parentheses of CREATE TABLE, where another can be put; -1 if the
	// statement has no such list. Elements is how many there are.
	LastElement int64
	Elements    int
	// Renamed tells that the table or one of its columns had another name, after which
	// what was made with it may be called, such as a sequence.
	Renamed bool

	catalog *Catalog
	kin     *kin     // nil if it has none
	content *content // nil while it is packed
	packed  string
	asked   int // the last statement that asked for the content
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	if t == nil {
		return nil
	}
	for _, c := range t.Columns() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Constraint returns the constraint of that name, or nil.
func (t *Table) Constraint(name string) *Constraint {
	if t == nil {
		return nil
	}
	for _, c := range t.Constraints() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// PrimaryKey returns the primary key, or nil.
func (t *Table) PrimaryKey() *Constraint {
	if t == nil {
		return nil
	}
	for _, c := range t.Constraints() {
		if c.Kind == PrimaryKey {
			return c
		}
	}
	return nil
}

// Column is a column of a table.
type Column struct {
	Name string
	Type Type
	// User is the definition of a user-defined type, as the statement that gave
	// the column its type meant it; nil for others. It stays the same when the
	// type gets another name or schema.
	User *TypeDef
	// Default and Generated are the text of the expression, without
	// parentheses around it; empty if there is none.
	Default, Generated string
	// Cache is the CACHE of an identity's sequence, 0 if the statement names none.
	Cache int64
	// Start is what an identity's sequence starts at, 0 if that is not known.
	Start int64
	// Def is the column's definition; its End is where a clause can be added.
	Def Place
	// TypeEnd is the byte offset behind the type in the definition, where a
	// clause can be added too; 0 if it is not known.
	TypeEnd int64
	// Identity is 'a' for ALWAYS, 'd' for BY DEFAULT, 0 for none.
	Identity byte
	NotNull  bool
	// Serial reports one of PostgreSQL's serial pseudo types.
	Serial bool
}

// Type is a column's type. Built-in types have the names of pg_type (int4,
// varchar, timestamptz), whatever their spelling; Schema is empty for those.
type Type struct {
	Schema, Name string
	// Mods are the numbers in parentheses, such as a length.
	Mods []int32
	// Dims counts array dimensions.
	Dims  int
	SetOf bool
}

// Same reports whether two types are one but for modifiers and SETOF.
func (t Type) Same(o Type) bool { return t.Schema == o.Schema && t.Name == o.Name && t.Dims == o.Dims }

// ConstraintKind says what a constraint is.
type ConstraintKind byte

const (
	PrimaryKey ConstraintKind = 'p'
	Unique     ConstraintKind = 'u'
	Check      ConstraintKind = 'c'
	ForeignKey ConstraintKind = 'f'
	Exclude    ConstraintKind = 'x'
)

// Constraint is a constraint of a table. NOT NULL is the column's.
type Constraint struct {
	Name       string
	Kind       ConstraintKind
	Columns    []string
	RefTable   Name
	RefColumns []string
	// Expr is the text of a CHECK's expression.
	Expr string
	Def  Place
	// Unnamed is the byte offset in the source of Def where a constraint
	// without a name begins, so that its Name was made up; 0 if it was named.
	Unnamed int64
}

// Index is an index that a statement of its own made.
type Index struct {
	Name    Name
	Table   *Table
	Method  string
	Columns []IndexColumn
	// Include are the columns that the index carries beside its key.
	Include []string
	Unique  bool
	// Renamed tells that the index, its table or a column that it uses has another name
	// than in the statement that made it.
	Renamed bool
	Where   string
	Def     Place
}

// IndexColumn is a column or an expression of an index.
type IndexColumn struct {
	Column, Expr, Opclass, Collation string
	// Ordered tells that the statement says in which order the key is kept;
	// Descending that it is DESC.
	Ordered, Descending bool
	// Def is where the key stands in the statement that made the index.
	Def Place
}

// Sequence is a sequence.
type Sequence struct {
	Name Name
	// Table and Column are the column that owns it, if any.
	Table  Name
	Column string
	// Cache is how many values a session takes at once, 0 if no statement says.
	Cache int64
	Def   Place
}

// TypeKind says what a user-defined type is.
type TypeKind byte

const (
	Enum      TypeKind = 'e'
	Domain    TypeKind = 'd'
	Composite TypeKind = 'c'
	Range     TypeKind = 'r'
	Base      TypeKind = 'b'
)

// TypeDef is a user-defined type.
type TypeDef struct {
	Name Name
	Kind TypeKind
	// Values are the labels of an enum.
	Values []string
	// Base, NotNull, Default and Checks describe a domain; BaseUser is the
	// definition of its base if that is user-defined. Checks hold the text of
	// the expressions, in which VALUE stands for the value.
	Base      Type
	BaseUser  *TypeDef
	BaseSQL   string
	Collation string // as written, behind COLLATE
	NotNull   bool
	Default   string
	Checks    []Constraint
	Columns   []*Column // of a composite type
	Def       Place
}

// Is reports whether t is the type other, or a domain over it.
func (t *TypeDef) Is(other *TypeDef) bool {
	for ; t != nil; t = t.BaseUser {
		if t == other {
			return true
		}
	}
	return false
}

// Function is a function, a procedure or an aggregate.
type Function struct {
	Name      Name
	Args      []Type
	ArgNames  []string
	Returns   Type
	Language  string
	Procedure bool
	Aggregate bool
	// Volatility is "immutable", "stable" or "volatile".
	Volatility string
	Def        Place
}

// Trigger is a trigger of a table.
type Trigger struct {
	Name     string
	Function Name
	Def      Place
}

// Extension is an extension that was created.
type Extension struct {
	Name, Schema string
	Def          Place
}

// Schema reports whether a schema of that name was made.
func (c *Catalog) Schema(name string) bool { return c.schemas[name] }

// Schemas returns the names of all schemas, sorted.
func (c *Catalog) Schemas() []string {
	out := make([]string, 0, len(c.schemas))
	for s := range c.schemas {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// Extension returns an extension by name, or nil.
func (c *Catalog) Extension(name string) *Extension { return c.extensions[name] }

// Table returns the relation that a name in a statement means, or nil.
func (c *Catalog) Table(rv *pgsql.RangeVar) *Table {
	if rv == nil {
		return nil
	}
	return c.Relation(Name{rv.Schemaname, rv.Relname})
}

// Relation returns the relation of a name; without a schema the search path
// decides.
func (c *Catalog) Relation(n Name) *Table {
	t := lookup(c, c.relations, n)
	if c.applying > 0 && t != nil {
		c.touch(t)
	}
	return t
}

// Sequence returns the sequence of a name, or nil.
func (c *Catalog) Sequence(n Name) *Sequence { return lookup(c, c.sequences, n) }

// Type returns the user-defined type of a name, or nil.
func (c *Catalog) Type(n Name) *TypeDef { return lookup(c, c.types, n) }

// Functions returns the functions of a name.
func (c *Catalog) Functions(n Name) []*Function { return lookup(c, c.functions, n) }

// HasFunctions reports whether there are functions.
func (c *Catalog) HasFunctions() bool { return len(c.functions) > 0 }

// Indexes returns the indexes of a name: PostgreSQL allows one in a schema.
func (c *Catalog) Indexes(n Name) []*Index {
	if n.Schema != "" {
		return c.indexes.find(n)
	}
	for _, s := range c.SearchPath {
		if found := c.indexes.find(Name{s, n.Name}); len(found) > 0 {
			return found
		}
	}
	return c.indexes.find(Name{lastSchema, n.Name})
}

func lookup[V any](c *Catalog, m map[Name]V, n Name) V {
	_, v, _ := resolve(c, m, n)
	return v
}

// resolve completes a name with the schema in which the map has it.
func resolve[V any](c *Catalog, m map[Name]V, n Name) (_ Name, v V, ok bool) {
	if n.Schema == "" {
		for i := 0; i < len(c.SearchPath) && len(m) > 0; i++ { // most histories make no types
			s := c.SearchPath[i]
			if v, ok := m[Name{s, n.Name}]; ok {
				return Name{s, n.Name}, v, true
			}
		}
		n.Schema = lastSchema
	}
	v, ok = m[n]
	return n, v, ok
}

// lastSchema is where an unqualified name may be in the end. A dump empties the
// search path and qualifies all names; a fragment may use names whose schema it
// never says. Public is where they most likely are.
const lastSchema = "public"

// Tables returns all relations, sorted by name.
func (c *Catalog) Tables() []*Table { return sorted(c.relations) }

// Types returns all user-defined types, sorted by name.
func (c *Catalog) Types() []*TypeDef { return sorted(c.types) }

// HasType reports whether f does for a user-defined type.
func (c *Catalog) HasType(f func(*TypeDef) bool) bool {
	for _, t := range c.types {
		if f(t) {
			return true
		}
	}
	return false
}

// Sequences returns all sequences, sorted by name.
func (c *Catalog) Sequences() []*Sequence { return sorted(c.sequences) }

func sorted[V any](m map[Name]V) []V {
	names := make([]Name, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.SortFunc(names, Name.compare)
	out := make([]V, len(names))
	for i, n := range names {
		out[i] = m[n]
	}
	return out
}

// create returns the name under which a statement makes something.
func (c *Catalog) create(n Name) Name {
	if n.Schema == "" {
		n.Schema = "public"
		if len(c.SearchPath) > 0 {
			n.Schema = c.SearchPath[0]
		}
	}
	return n
}

func rangeName(rv *pgsql.RangeVar) Name {
	if rv == nil {
		return Name{}
	}
	return Name{rv.Schemaname, rv.Relname}
}

// ListName reads a name that the tree holds as a list of strings.
func ListName(list []pgsql.Node) Name {
	var n Name
	for _, part := range list {
		if s, ok := part.(*pgsql.String); ok {
			n = Name{n.Name, s.Sval}
		}
	}
	return n
}

// TypeOf reads a type name of the tree.
func TypeOf(tn *pgsql.TypeName) Type {
	t := PlainType(tn)
	if tn == nil || len(tn.Typmods) == 0 {
		return t
	}
	t.Mods = make([]int32, 0, len(tn.Typmods))
	for _, m := range tn.Typmods {
		if c, ok := m.(*pgsql.AConst); ok {
			if i, ok := c.Val.(*pgsql.Integer); ok {
				t.Mods = append(t.Mods, i.Ival)
			}
		}
	}
	return t
}

// PlainType is TypeOf without the modifiers.
func PlainType(tn *pgsql.TypeName) Type {
	if tn == nil {
		return Type{}
	}
	n := ListName(tn.Names)
	if n.Schema == "pg_catalog" {
		n.Schema = ""
	}
	t := Type{Schema: n.Schema, Name: n.Name, Dims: len(tn.ArrayBounds), SetOf: tn.Setof}
	if t.Schema == "" {
		t.Name = unaliased(t.Name)
	}
	return t
}

// unaliased replaces the spellings that the grammar leaves as they are.
func unaliased(name string) string {
	switch name {
	case "serial":
		return "serial4"
	case "bigserial":
		return "serial8"
	case "smallserial":
		return "serial2"
	case "character varying":
		return "varchar"
	}
	return name
}
