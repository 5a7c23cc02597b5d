package expr

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// column returns the type of the column that a name means, and whether there
// is one. A name in front of the column's must be the table's.
func (s Scope) column(ref *pgsql.ColumnRef) (catalog.Type, bool) {
	n := len(ref.Fields)
	if n == 0 {
		return catalog.Type{}, false
	}
	last, _ := ref.Fields[n-1].(*pgsql.String)
	if last == nil {
		return catalog.Type{}, false
	}
	if s.Table == nil {
		if n == 1 && last.Sval == "value" && s.Value.Name != "" {
			return s.Value, true
		}
		return catalog.Type{}, false
	}
	if n > 1 {
		if rel, _ := ref.Fields[n-2].(*pgsql.String); rel == nil || rel.Sval != s.Table.Name.Name {
			return catalog.Type{}, false
		}
	}
	if c := s.Table.Column(last.Sval); c != nil {
		return c.Type, true
	}
	return catalog.Type{}, false
}

// name reads a function's name. Built-in ones have no schema.
func name(list []pgsql.Node) catalog.Name {
	n := catalog.ListName(list)
	if n.Schema == "pg_catalog" {
		n.Schema = ""
	}
	return n
}

// userFunctions returns the functions of the catalog that a call can mean.
func (s Scope) userFunctions(n catalog.Name) []*catalog.Function {
	if s.Catalog == nil {
		return nil
	}
	return s.Catalog.Functions(n)
}

// operator reads an operator's name; one in a schema of the user's is unknown.
func operator(list []pgsql.Node) string {
	if n := name(list); n.Schema == "" {
		return n.Name
	}
	return ""
}

// items returns the elements of the list on the right of IN or BETWEEN.
func items(n pgsql.Node) []pgsql.Node {
	if l, ok := n.(*pgsql.List); ok {
		return l.Items
	}
	return nil
}

// argument is the expression of a call's argument, named or not.
func argument(n pgsql.Node) pgsql.Node {
	if a, ok := n.(*pgsql.NamedArgExpr); ok {
		return a.Arg
	}
	return n
}
