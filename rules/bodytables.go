package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// bodyTables returns the tables that the body of the routine which the
// statement makes or runs names, each once. What a body puts together as text
// at run time is not seen.
func bodyTables(p *Pass) []*catalog.Table {
	r := routineOf(p)
	if r == nil || r.body == nil {
		return nil
	}
	var out []*catalog.Table
	seen := map[*catalog.Table]bool{}
	for _, f := range r.body.code {
		if f.tree == nil {
			continue
		}
		pgsql.Walk(f.tree, func(n pgsql.Node, _ []pgsql.Node) bool {
			if rv, ok := n.(*pgsql.RangeVar); ok {
				if t := p.Catalog.Table(rv); t != nil && !seen[t] {
					seen[t] = true
					out = append(out, t)
				}
			}
			return true
		})
	}
	return out
}
