package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// plObstacle returns the first thing in a PL/pgSQL body that the target does
// not run, in words; "" if there is none.
//
// Sources: CockroachDB docs plpgsql.md (known limitations, v23.2 to v26.2),
// measured on v26.1.
func plObstacle(p *Pass, body *pgsql.PLBody) string {
	why := ""
	note := func(s *pgsql.PLStatement, format string, args ...any) {
		if why == "" {
			why = fmt.Sprintf("line %d: ", max(s.Line, 1)) + fmt.Sprintf(format, args...)
		}
	}
	body.Walk(func(s *pgsql.PLStatement) {
		switch s.Kind {
		case "fors", "dynfors", "forc", "foreach_a":
			note(s, "a FOR loop over a query, a cursor or an array is not supported")
		case "dynexecute":
			note(s, "EXECUTE of a text is not supported")
		case "perform":
			note(s, "PERFORM is not supported")
		case "getdiag":
			note(s, "GET DIAGNOSTICS is not supported")
		case "assert":
			note(s, "ASSERT is not supported")
		case "return_query":
			note(s, "RETURN QUERY is not supported")
		case "execsql":
			for _, q := range s.SQL {
				tree, err := pgsql.Parse(q)
				if err != nil {
					continue // expressions with PL/pgSQL's own syntax
				}
				if name := ddlName(tree); name != "" {
					note(s, "%s inside a block is not supported", name)
				}
			}
		}
	})
	return why
}

// ddlName names the kind of a statement that defines something, or returns "".
func ddlName(n pgsql.Node) string {
	switch n.(type) {
	case *pgsql.SelectStmt, *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.MergeStmt, *pgsql.CallStmt,
		*pgsql.TransactionStmt, nil:
		return ""
	case *pgsql.CreateExtensionStmt:
		return "CREATE EXTENSION"
	case *pgsql.CreateStmt:
		return "CREATE TABLE"
	case *pgsql.AlterTableStmt:
		return "ALTER TABLE"
	case *pgsql.IndexStmt:
		return "CREATE INDEX"
	case *pgsql.CreateEnumStmt, *pgsql.CompositeTypeStmt:
		return "CREATE TYPE"
	case *pgsql.DropStmt:
		return "DROP"
	}
	return "a statement of kind " + n.Kind().String()
}
