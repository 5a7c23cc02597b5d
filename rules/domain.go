package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var domain = &Rule{
	Name:      "domain",
	Title:     "Domains do not exist",
	Condition: "`CREATE DOMAIN`, `ALTER DOMAIN`, `DROP DOMAIN`, what is said of a domain (COMMENT, GRANT, OWNER), and every place where a type is a domain.",
	Effect:    "CockroachDB refuses the statements (SQLSTATE 0A000), and then every statement that uses the domain, since its type does not exist (42704).",
	Workaround: "The domain is written out wherever it is used, and its own statements go. A column gets the base type, and the domain's COLLATE, DEFAULT, NOT NULL and checks, " +
		"with the column in place of VALUE; a check is called COLUMN_CONSTRAINT, since a table can have several columns of the domain. Domains over domains bring the checks of both. " +
		"`ALTER DOMAIN` becomes the ALTER TABLE of each column that is of the domain at that point, and `DROP DOMAIN ... CASCADE` drops those columns. All of that means the same. " +
		"In casts, arrays, composite types and functions the domain becomes its base type; where it has checks or is NOT NULL, nothing checks the value there any more.",
	Versions: "*",
	Issues:   []int{27796},
	Sources:  []string{"CockroachDB source v26.1, pkg/sql/parser/sql.y", "measured on v26.1", "PostgreSQL docs, sql-createdomain"},
	Examples: []Example{
		{
			Name: "a domain with a check",
			Input: "CREATE DOMAIN year AS integer CHECK (VALUE >= 1901 AND VALUE <= 2155);\n" +
				"CREATE TABLE film (id BIGINT PRIMARY KEY, released year, again year NOT NULL);\n",
			Output: "CREATE TABLE film (id BIGINT PRIMARY KEY, released integer CONSTRAINT released_year_check CHECK (released >= 1901 AND released <= 2155), " +
				"again integer NOT NULL CONSTRAINT again_year_check CHECK (again >= 1901 AND again <= 2155));\n",
			Want:  []string{"1:1 error exact", "2:52 error exact", "2:64 error exact"},
			Error: "unimplemented",
		},
		{
			Name: "a domain over a domain, with a default",
			Input: "CREATE DOMAIN short AS VARCHAR(40) CONSTRAINT filled CHECK (VALUE <> '');\n" +
				"CREATE DOMAIN code AS short DEFAULT 'x' NOT NULL CONSTRAINT plain CHECK (VALUE ~ '^[a-z]+$');\n" +
				"CREATE TABLE t (id INT8 PRIMARY KEY, c code, d code DEFAULT 'y'::code);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, c VARCHAR(40) NOT NULL DEFAULT 'x' CONSTRAINT c_filled CHECK (c <> '') CONSTRAINT c_plain CHECK (c ~ '^[a-z]+$'), " +
				"d VARCHAR(40) DEFAULT 'y'::VARCHAR(40) NOT NULL CONSTRAINT d_filled CHECK (d <> '') CONSTRAINT d_plain CHECK (d ~ '^[a-z]+$'));\n",
			Want:  []string{"1:1 error exact", "2:1 error exact", "3:40 error exact", "3:48 error exact", "3:66 error exact"},
			Error: "unimplemented",
		},
		{
			Name: "a domain that changes",
			Input: "CREATE DOMAIN age AS BIGINT;\nCREATE TABLE t (id INT8 PRIMARY KEY, a age);\nALTER DOMAIN age ADD CONSTRAINT adult CHECK (VALUE > 17) NOT VALID;\n" +
				"ALTER DOMAIN age OWNER TO root;\nALTER TABLE t ADD COLUMN b age;\nALTER DOMAIN age SET DEFAULT 18;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a BIGINT);\nALTER TABLE t ADD CONSTRAINT a_adult CHECK (a > 17) NOT VALID;\n" +
				"ALTER TABLE t ADD COLUMN b BIGINT CONSTRAINT b_adult CHECK (b > 17);\nALTER TABLE t ALTER COLUMN a SET DEFAULT 18;\nALTER TABLE t ALTER COLUMN b SET DEFAULT 18;\n",
			Want:  []string{"1:1 error exact", "2:40 error exact", "3:1 error exact", "4:1 error exact", "5:28 error exact", "6:1 error exact"},
			Error: "unimplemented",
		},
		{
			Name: "casts and functions lose the check",
			Input: "CREATE DOMAIN age AS BIGINT CHECK (VALUE > 0);\n" +
				"CREATE FUNCTION f(a age) RETURNS BIGINT LANGUAGE sql AS $$ SELECT a::age + 1 $$;\nDROP DOMAIN age;\n",
			Output: "CREATE FUNCTION f(a BIGINT) RETURNS BIGINT LANGUAGE sql AS $$ SELECT a::BIGINT + 1 $$;\n",
			Want:   []string{"1:1 error exact", "2:21 error weaker", "2:70 error weaker", "3:1 error exact"},
			Error:  "unimplemented",
		},
		{
			Name: "a table made of a query",
			Input: "CREATE DOMAIN age AS BIGINT DEFAULT 18 CHECK (VALUE > 0);\nCREATE TABLE s (id INT8 PRIMARY KEY, a age);\n" +
				"CREATE TABLE t AS SELECT id, a AS b FROM s;\n",
			Output: "CREATE TABLE s (id INT8 PRIMARY KEY, a BIGINT DEFAULT 18 CONSTRAINT a_age_check CHECK (a > 0));\n" +
				"CREATE TABLE t AS SELECT id, a AS b FROM s;\nALTER TABLE t ALTER COLUMN b SET DEFAULT 18;\nALTER TABLE t ADD CONSTRAINT b_age_check CHECK (b > 0);\n",
			Want:  []string{"1:1 error exact", "2:40 error exact", "3:14 warning exact"},
			Error: "unimplemented",
		},
		{
			Name: "an array of arrays",
			Input: "CREATE DOMAIN tags AS TEXT[];\n" +
				"CREATE TABLE t (id INT8 PRIMARY KEY, a tags[]);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a tags[]);\n",
			Want:   []string{"1:1 error exact", "2:40 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:  "an enum is no domain",
			Input: "CREATE TYPE e AS ENUM ('a');\nCREATE TABLE t (id INT8 PRIMARY KEY, a e);\nDROP TABLE t;\nDROP TYPE e;\n",
		},
	},
	Nodes: append([]pgsql.Kind{
		pgsql.KindCreateDomainStmt, pgsql.KindAlterDomainStmt, pgsql.KindRenameStmt, pgsql.KindAlterOwnerStmt, pgsql.KindAlterObjectSchemaStmt,
		pgsql.KindDropStmt, pgsql.KindCommentStmt, pgsql.KindSecLabelStmt, pgsql.KindGrantStmt, pgsql.KindAlterTableCmd, pgsql.KindTableLikeClause,
		pgsql.KindCreateTableAsStmt, pgsql.KindSelectStmt,
	}, typeNodes...),
	Unusual: true,
	Check:   checkDomain,
}

func checkDomain(p *Pass, n pgsql.Node) {
	gone := func(why string) {
		p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(), Message: why})
	}
	switch n := n.(type) {
	case *pgsql.CreateDomainStmt:
		gone(fmt.Sprintf("CockroachDB has no domains: %s is written out where it is used, and its definition goes", catalog.ListName(n.Domainname)))
	case *pgsql.AlterDomainStmt:
		alterDomain(p, n)
	case *pgsql.RenameStmt:
		switch {
		case n.RenameType == pgsql.ObjectDomconstraint:
			renameDomainCheck(p, n)
		case n.RenameType == pgsql.ObjectDomain, n.RenameType == pgsql.ObjectTypeObjectType && namesDomain(p, n.Object):
			gone("CockroachDB has no domains: there is nothing to rename")
		}
	case *pgsql.AlterOwnerStmt:
		if n.ObjectType == pgsql.ObjectDomain || n.ObjectType == pgsql.ObjectTypeObjectType && namesDomain(p, n.Object) {
			gone("CockroachDB has no domains: there is nothing to own")
		}
	case *pgsql.AlterObjectSchemaStmt:
		if n.ObjectType == pgsql.ObjectDomain || n.ObjectType == pgsql.ObjectTypeObjectType && namesDomain(p, n.Object) {
			gone("CockroachDB has no domains: there is nothing to move")
		}
	case *pgsql.DropStmt:
		dropDomain(p, n)
	case *pgsql.CommentStmt:
		if n.Objtype == pgsql.ObjectDomain || n.Objtype == pgsql.ObjectDomconstraint || n.Objtype == pgsql.ObjectTypeObjectType && namesDomain(p, n.Object) {
			gone("CockroachDB has no domains: the comment on it goes")
		}
	case *pgsql.SecLabelStmt:
		if n.Objtype == pgsql.ObjectDomain {
			gone("CockroachDB has no domains: the label of it goes")
		}
	case *pgsql.GrantStmt:
		if n.Objtype == pgsql.ObjectDomain || n.Objtype == pgsql.ObjectTypeObjectType && all(n.Objects, func(o pgsql.Node) bool { return namesDomain(p, o) }) {
			gone("CockroachDB has no domains: there are no privileges on it")
		}
	case *pgsql.AlterTableCmd:
		alterDomainColumn(p, n)
	case *pgsql.TableLikeClause:
		likeDomainColumns(p, n)
	case *pgsql.CreateTableAsStmt:
		if n.Into != nil && n.Objtype == pgsql.ObjectTable {
			resultDomainColumns(p, n.Into.Rel, n.Query, n.Into.ColNames)
		}
	case *pgsql.SelectStmt:
		if n.IntoClause != nil && pgsql.Node(n) == p.Stmt.Tree {
			resultDomainColumns(p, n.IntoClause.Rel, n, nil)
		}
	default:
		typeUses(p, n, useDomain)
	}
}

// namesDomain reports whether a node of a statement about types names a
// domain.
func namesDomain(p *Pass, n pgsql.Node) bool {
	t := p.Catalog.Type(objectName(n))
	return t != nil && t.Kind == catalog.Domain
}

// objectName reads the name of a type in a statement about it.
func objectName(n pgsql.Node) catalog.Name {
	switch n := n.(type) {
	case *pgsql.List:
		return catalog.ListName(n.Items)
	case *pgsql.TypeName:
		return catalog.ListName(n.Names)
	case *pgsql.String:
		return catalog.Name{Name: n.Sval}
	}
	return catalog.Name{}
}

func all(list []pgsql.Node, f func(pgsql.Node) bool) bool {
	for _, n := range list {
		if !f(n) {
			return false
		}
	}
	return len(list) > 0
}
