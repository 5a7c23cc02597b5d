package verify

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// outside returns what a statement reaches beyond the database that it is run
// in, such as "the roles of the server"; empty if it stays within. A
// verification must not leave anything behind on a server that is not its own,
// so those are not run there.
func outside(st *pgsql.Statement) string {
	st.Parse()
	if st.Tree == nil {
		return outsideWords(st)
	}
	if what := outsideNode(st.Tree); what != "" {
		return what
	}
	other := ""
	pgsql.Walk(st.Tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if rv, ok := n.(*pgsql.RangeVar); ok && rv.Catalogname != "" {
			other = "another database"
		}
		return other == ""
	})
	return other
}

const (
	databases = "the databases of the server"
	roles     = "the roles of the server"
	files     = "the files of the server"
)

func outsideNode(n pgsql.Node) string {
	switch n := n.(type) {
	case *pgsql.CreatedbStmt, *pgsql.AlterDatabaseStmt, *pgsql.AlterDatabaseSetStmt, *pgsql.AlterDatabaseRefreshCollStmt, *pgsql.DropdbStmt:
		return databases
	case *pgsql.CreateRoleStmt, *pgsql.AlterRoleStmt, *pgsql.AlterRoleSetStmt, *pgsql.DropRoleStmt, *pgsql.GrantRoleStmt,
		*pgsql.ReassignOwnedStmt, *pgsql.DropOwnedStmt:
		return roles
	case *pgsql.CreateTableSpaceStmt, *pgsql.AlterTableSpaceOptionsStmt, *pgsql.DropTableSpaceStmt:
		return files
	case *pgsql.AlterSystemStmt, *pgsql.CheckPointStmt, *pgsql.LoadStmt:
		return "the server's settings"
	case *pgsql.CreateSubscriptionStmt:
		return "another server"
	case *pgsql.CopyStmt:
		if n.IsProgram || n.Filename != "" {
			return files
		}
	case *pgsql.GrantStmt:
		return outsideObject(n.Objtype)
	case *pgsql.CommentStmt:
		return outsideObject(n.Objtype)
	case *pgsql.SecLabelStmt:
		return outsideObject(n.Objtype)
	case *pgsql.AlterOwnerStmt:
		return outsideObject(n.ObjectType)
	case *pgsql.RenameStmt:
		return outsideObject(n.RenameType)
	case *pgsql.DoStmt:
		return outsideBody(n)
	}
	return ""
}

func outsideObject(t pgsql.ObjectType) string {
	switch t {
	case pgsql.ObjectDatabase:
		return databases
	case pgsql.ObjectRole:
		return roles
	case pgsql.ObjectTablespace:
		return files
	}
	return ""
}

// outsideBody looks into the body of a DO block, where CREATE ROLE is often
// guarded by a look at pg_roles. In a text that the block EXECUTEs it counts
// as well.
func outsideBody(n *pgsql.DoStmt) string {
	for _, a := range n.Args {
		d, ok := a.(*pgsql.DefElem)
		if !ok || d.Defname != "as" {
			continue
		}
		if body, ok := d.Arg.(*pgsql.String); ok {
			if what := outsideText(pgsql.Lex(body.Sval), 0); what != "" {
				return what
			}
		}
	}
	return ""
}

// outsideText looks for statements about databases and roles among tokens, and
// in the texts among those.
func outsideText(st *pgsql.Statement, depth int) string {
	for i := range st.Tokens {
		switch st.Word(i) {
		case "create", "alter", "drop":
			switch st.Word(i + 1) {
			case "database", "tablespace":
				return databases
			case "role", "user", "group":
				if st.Is(i+2, "mapping") {
					continue
				}
				return roles
			}
		}
		if depth > 0 {
			continue
		}
		text, open := st.Str(i), 1
		switch st.Tokens[i].Kind() {
		case pgsql.Dollar:
			open += strings.IndexByte(text[1:], '$') + 1
		case pgsql.Literal:
		default:
			continue
		}
		if what := outsideText(pgsql.Lex(text[open:len(text)-open]), 1); what != "" {
			return what
		}
	}
	return ""
}

// outsideWords judges a statement that PostgreSQL's grammar does not read, by
// its first words: CockroachDB's own statements reach far.
func outsideWords(st *pgsql.Statement) string {
	switch st.Word(0) {
	case "create", "alter", "drop", "comment", "show":
		i := 1
		for st.Is(i, "or") || st.Is(i, "replace") || st.Is(i, "unique") || st.Is(i, "on") || st.Is(i, "if") || st.Is(i, "not") || st.Is(i, "exists") {
			i++
		}
		switch st.Word(i) {
		case "table", "index", "inverted", "vector", "view", "materialized", "sequence", "type", "function", "procedure", "trigger", "policy",
			"schema", "domain", "extension", "aggregate", "operator", "cast", "collation", "rule", "statistics", "text", "constraint", "column":
			return ""
		}
	case "insert", "upsert", "update", "delete", "select", "with", "values", "truncate", "merge", "copy", "do", "begin", "commit", "rollback",
		"refresh", "analyze":
		return ""
	}
	return "more than pg2crdb can tell"
}
