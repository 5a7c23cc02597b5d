package expr

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// column is a column of a FROM item or of a query's result, as each database
// types it: sum(int4) is an int8 in PostgreSQL and a numeric in CockroachDB.
type column struct {
	name     string
	pg, crdb typ
	// node is the expression in the query's list, where there is one.
	node pgsql.Node
}

// relation is a FROM item or the result of a query.
type relation struct {
	name    string
	columns []column
	// open: there can be columns that are not known.
	open bool
	// scalar: a function's result that is no row; the name means the value.
	scalar bool
}

func (r *relation) column(name string) *column {
	for i := range r.columns {
		if r.columns[i].name == name {
			return &r.columns[i]
		}
	}
	return nil
}

// level is what the expressions of one query can name.
type level struct {
	relations []relation
	ctes      []relation
	// merged are the columns of JOIN ... USING, which two relations have.
	merged map[string]bool
	outer  *level
}

// find looks a column up, in the query itself first and then in those around
// it. Found is true for one that is there and not known, too.
func (l *level) find(qualifier, name string) (c column, found bool) {
	for ; l != nil; l = l.outer {
		open := false
		for i := range l.relations {
			r := &l.relations[i]
			if qualifier != "" && r.name != qualifier {
				continue
			}
			if c := r.column(name); c != nil {
				return *c, true
			}
			open = open || r.open || qualifier != ""
		}
		for i := range l.relations {
			if r := &l.relations[i]; qualifier == "" && r.name == name {
				if r.scalar && len(r.columns) > 0 {
					return r.columns[0], true
				}
				return column{}, true // the row as a whole
			}
		}
		if open {
			return column{}, true
		}
	}
	return column{}, false
}

// cte returns the WITH query of a name.
func (l *level) cte(name string) (relation, bool) {
	for ; l != nil; l = l.outer {
		for i := len(l.ctes) - 1; i >= 0; i-- {
			if l.ctes[i].name == name {
				return l.ctes[i], true
			}
		}
	}
	return relation{}, false
}

// column returns the types of the column, the parameter or the variable that a
// name means; types that are not known if there is none.
func (s Scope) column(ref *pgsql.ColumnRef) column {
	qualifier, name := columnName(ref)
	if name == "" {
		return column{}
	}
	if c, found := s.level.find(qualifier, name); found {
		s.asked.other()
		return c
	}
	t, _ := s.named(qualifier, name)
	return s.typed(name, t)
}

// columnName splits a column's name; name is empty for a star.
func columnName(ref *pgsql.ColumnRef) (qualifier, name string) {
	n := len(ref.Fields)
	if n == 0 {
		return "", ""
	}
	last, _ := ref.Fields[n-1].(*pgsql.String)
	if last == nil {
		return "", ""
	}
	if n > 1 {
		if rel, _ := ref.Fields[n-2].(*pgsql.String); rel != nil {
			qualifier = rel.Sval
		}
	}
	return qualifier, last.Sval
}

// typed makes a column of a type of the catalog.
func (s Scope) typed(name string, t catalog.Type) column {
	pg := s.resolve(t)
	return column{name: name, pg: pg, crdb: s.cockroachType(pg)}
}

// named returns the type of what a name means outside of any query: a column
// of the table, of a row, a parameter or a variable.
func (s Scope) named(qualifier, name string) (catalog.Type, bool) {
	s.asked.column(&s, qualifier, name)
	if s.Table != nil && (qualifier == "" || qualifier == s.Table.Name.Name) {
		if c := s.Table.Column(name); c != nil {
			return c.Type, true
		}
	}
	if qualifier != "" {
		if t := s.Rows[qualifier]; t != nil {
			if c := t.Column(name); c != nil {
				return c.Type, true
			}
		}
	}
	if t, ok := s.Vars[name]; ok {
		return t, true
	}
	if s.Table == nil && qualifier == "" && name == "value" && s.Value.Name != "" {
		return s.Value, true
	}
	return catalog.Type{}, false
}

// param returns the type of $n.
func (s Scope) param(n *pgsql.ParamRef) column {
	s.asked.other()
	if i := int(n.Number); i >= 1 && i <= len(s.Params) {
		return s.typed("", s.Params[i-1])
	}
	return column{}
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
	list := s.Catalog.Functions(n)
	s.asked.function(n, len(list) > 0)
	return list
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
