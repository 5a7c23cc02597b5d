package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// dropNames returns the names of the objects of a DROP.
func dropNames(n *pgsql.DropStmt) []catalog.Name {
	var out []catalog.Name
	for _, o := range n.Objects {
		switch o := o.(type) {
		case *pgsql.List:
			out = append(out, catalog.ListName(o.Items))
		case *pgsql.String:
			out = append(out, catalog.Name{Name: o.Sval})
		case *pgsql.TypeName:
			out = append(out, catalog.ListName(o.Names))
		case *pgsql.ObjectWithArgs:
			out = append(out, catalog.ListName(o.Objname))
		}
	}
	return out
}
