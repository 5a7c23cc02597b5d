package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// bodyTables returns the tables that the body of a CREATE FUNCTION, CREATE
// PROCEDURE or DO statement names, each once. What the body puts together as
// text at run time is not seen.
func bodyTables(p *Pass, n pgsql.Node) []*catalog.Table {
	var out []*catalog.Table
	seen := map[*catalog.Table]bool{}
	for _, q := range bodyQueries(p.Stmt, n) {
		tree, err := pgsql.Parse(q)
		if err != nil {
			// An expression, such as a condition.
			if tree, err = pgsql.Parse("SELECT " + q); err != nil {
				continue
			}
		}
		pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
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

// bodyQueries returns the texts of the statements and expressions in a body.
func bodyQueries(st *Statement, n pgsql.Node) []string {
	language, body := "plpgsql", ""
	options := []pgsql.Node(nil)
	switch n := n.(type) {
	case *pgsql.CreateFunctionStmt:
		language, options = "sql", n.Options
	case *pgsql.DoStmt:
		options = n.Args
	}
	for _, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			continue
		}
		switch arg := d.Arg.(type) {
		case *pgsql.String:
			switch d.Defname {
			case "language":
				language = arg.Sval
			case "as":
				body = arg.Sval
			}
		case *pgsql.List:
			if len(arg.Items) > 0 && d.Defname == "as" {
				if s, ok := arg.Items[0].(*pgsql.String); ok {
					body = s.Sval
				}
			}
		}
	}
	switch language {
	case "plpgsql", "PLPGSQL":
		pl, err := pgsql.ParsePL(st.Text)
		if err != nil {
			return nil
		}
		var out []string
		pl.Walk(func(s *pgsql.PLStatement) { out = append(out, s.SQL...) })
		return out
	case "sql", "SQL":
		stmts, err := pgsql.Split([]byte(body))
		if err != nil {
			return nil
		}
		var out []string
		for _, s := range stmts {
			if s.Form == pgsql.SQL {
				out = append(out, s.Text)
			}
		}
		return out
	}
	return nil
}
