package catalog

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// outerPath is the search path that a transaction with SET LOCAL search_path
// goes back to.
type outerPath struct {
	path   []string
	source int
}

// holdPath notes the search path in front of a SET LOCAL.
func (a *applier) holdPath() {
	if a.outer == nil {
		keep(a.Catalog, &a.outer)
		a.outer = &outerPath{a.SearchPath, a.source}
	}
}

// endLocal gives the search path back at the end of a transaction, and at that
// of the file, which may be a transaction of the tool's.
func (a *applier) endLocal() {
	if a.outer == nil {
		return
	}
	if t, ok := a.st.Tree.(*pgsql.TransactionStmt); a.source != a.outer.source ||
		ok && (t.Kind_ == pgsql.TransStmtCommit || t.Kind_ == pgsql.TransStmtRollback) {
		keep(a.Catalog, &a.SearchPath)
		keep(a.Catalog, &a.outer)
		a.SearchPath, a.outer = a.outer.path, nil
	}
}

func (a *applier) setSearchPath(n *pgsql.VariableSetStmt) {
	if n.IsLocal {
		a.holdPath()
	}
	keep(a.Catalog, &a.SearchPath)
	if n.Kind_ != pgsql.VarSetValue {
		a.SearchPath = []string{"public"}
		return
	}
	var path []string
	for _, v := range n.Args {
		if k, ok := v.(*pgsql.AConst); ok {
			if s, ok := k.Val.(*pgsql.String); ok {
				for _, p := range strings.Split(s.Sval, ",") {
					path = appendSchema(path, p)
				}
			}
		}
	}
	a.SearchPath = path
}

// Sort is what a name in an expression or a FROM clause stands for.
type Sort uint8

const (
	OfRelation Sort = iota // tables, views and sequences
	OfFunction
	OfType // also of a table's rows
)

// Homes returns the schemas in which something of the name is, sorted.
func (c *Catalog) Homes(sort Sort, name string) []string {
	var out []string
	for schema := range c.schemas {
		if c.holds(sort, Name{schema, name}) {
			out = append(out, schema)
		}
	}
	slices.Sort(out)
	return out
}

// HasHome reports whether something of the name is in any schema.
func (c *Catalog) HasHome(sort Sort, name string) bool {
	for schema := range c.schemas {
		if c.holds(sort, Name{schema, name}) {
			return true
		}
	}
	return false
}

// Home returns the first schema of a search path in which something of the name
// is; "" if it is in none of them.
func (c *Catalog) Home(sort Sort, name string, path []string) string {
	for _, schema := range path {
		if c.holds(sort, Name{schema, name}) {
			return schema
		}
	}
	return ""
}

func (c *Catalog) holds(sort Sort, n Name) bool {
	switch sort {
	case OfFunction:
		return len(c.functions[n]) > 0
	case OfType:
		return c.types[n] != nil || c.relations[n] != nil
	default:
		return c.relations[n] != nil || c.sequences[n] != nil
	}
}
