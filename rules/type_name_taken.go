package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var typeNameTaken = &Rule{
	Name:       "type-name-taken",
	Title:      "A type and a sequence of one name",
	Condition:  "`CREATE TYPE` with the name of a sequence in the same schema, or the other way round.",
	Effect:     "CockroachDB keeps types and relations under one name each (SQLSTATE 42P07). PostgreSQL does so for tables and views, which are types as well, but not for sequences.",
	Workaround: "None: one of the two needs another name, everywhere.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an enum after a sequence",
			Input:  "CREATE SEQUENCE a;\nCREATE TYPE a AS ENUM ('x');\n",
			Want:   []string{"2:1 error manual"},
			Error:  "already exists",
			Manual: true,
		},
		{
			Name:  "in another schema",
			Input: "CREATE SCHEMA s;\nCREATE SEQUENCE a;\nCREATE TYPE s.a AS ENUM ('x');\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateEnumStmt, pgsql.KindCompositeTypeStmt, pgsql.KindCreateSeqStmt, pgsql.KindGrantStmt},
	Check: func(p *Pass, n pgsql.Node) {
		var name catalog.Name
		taken := false
		switch n := n.(type) {
		case *pgsql.CreateEnumStmt:
			name = madeAs(p, catalog.ListName(n.TypeName))
			taken = p.Catalog.Sequence(name) != nil
		case *pgsql.CompositeTypeStmt:
			name = madeAs(p, catalog.Name{Schema: n.Typevar.Schemaname, Name: n.Typevar.Relname})
			taken = p.Catalog.Sequence(name) != nil
		case *pgsql.CreateSeqStmt:
			name = madeAs(p, catalog.Name{Schema: n.Sequence.Schemaname, Name: n.Sequence.Relname})
			t := p.Catalog.Type(name)
			taken = t != nil && t.Kind != catalog.Domain
		case *pgsql.GrantStmt:
			grantOnTaken(p, n)
		}
		if taken {
			p.Report(manual(fmt.Sprintf("a sequence and a type are both called %s: CockroachDB has one name for both", name), "Rename one of the two, and what uses it"))
		}
	},
}

// grantOnTaken reports privileges on a type that could not be made, since a
// sequence has its name.
func grantOnTaken(p *Pass, n *pgsql.GrantStmt) {
	if n.Objtype != pgsql.ObjectTypeObjectType || n.Targtype != pgsql.AclTargetObject {
		return
	}
	for _, o := range n.Objects {
		l, ok := o.(*pgsql.List)
		if !ok {
			continue
		}
		name := catalog.ListName(l.Items)
		if t := p.Catalog.Type(name); t != nil && t.Kind != catalog.Domain && p.Catalog.Sequence(name) != nil {
			f := manual(fmt.Sprintf("type %s could not be made, since a sequence has the name: the privileges would be those of the sequence", name.Name), "Rename one of the two, and what uses it")
			f.Follows = true
			p.Report(f)
			return
		}
	}
}

// madeAs completes a name with the schema in which a statement makes it.
func madeAs(p *Pass, n catalog.Name) catalog.Name {
	if n.Schema == "" {
		n.Schema = "public"
		if len(p.Catalog.SearchPath) > 0 {
			n.Schema = p.Catalog.SearchPath[0]
		}
	}
	return n
}
