package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var unindexableType = &Rule{
	Name:  "unindexable-type",
	Title: "Types that a plain index does not hold",
	Condition: "A btree index, a PRIMARY KEY or a UNIQUE constraint on a column of a composite type, or of type `tsvector`, `tsquery`, `geometry`, `geography`, `vector` or `refcursor`; " +
		"of type `jsonb` before v23.2, or of an array type before v23.1.",
	Effect:     "CockroachDB refuses it (SQLSTATE 0A000).",
	Workaround: "An index that is not unique goes: queries return the same, and search the table. A key or a unique index guards the data, so a person has to put another column in its place.",
	Versions:   "*",
	Issues:     []int{35730},
	Sources:    []string{"release notes v23.1 and v23.2", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an index on a composite type",
			Target: ">=23.1",
			Setup:  "CREATE TYPE pair AS (a INT8, b INT8);\nCREATE TABLE t (id INT8 PRIMARY KEY, p pair, n INT8);\n",
			Input:  "CREATE INDEX i ON t (p);\nCREATE INDEX j ON t (n);\n",
			Output: "CREATE INDEX j ON t (n);\n",
			Want:   []string{"1:22 error weaker"},
			Error:  "which is not indexable",
		},
		{
			Name:   "a unique constraint",
			Target: ">=23.1",
			Setup:  "CREATE TYPE pair AS (a INT8, b INT8);\n",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, p pair UNIQUE, n INT8, UNIQUE (n, p));\n",
			Want:   []string{"1:45 error manual", "1:61 error manual"},
			Error:  "which is not indexable",
			Manual: true,
		},
		{
			Name:   "an array, for all versions",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT[]);\n",
			Input:  "CREATE INDEX i ON t (a);\nCREATE INDEX j ON t USING GIN (a);\n",
			Output: "CREATE INDEX j ON t USING GIN (a);\n",
			Want:   []string{"1:22 error weaker"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt, pgsql.KindConstraint},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.IndexStmt:
			unindexedKeys(p, n)
		case *pgsql.Constraint:
			if n.Contype != pgsql.ConstrPrimary && n.Contype != pgsql.ConstrUnique {
				return
			}
			keys := keyNames(n.Keys)
			if d, ok := p.Parent(0).(*pgsql.ColumnDef); ok {
				keys = []string{d.Colname}
			}
			for _, key := range keys {
				t, user := keyType(p, key)
				if why, until := unindexable(p, t, user); why != "" {
					f := manual(fmt.Sprintf("column %s is %s, which no key of CockroachDB holds", key, why), "Make the key of other columns, or of a text or a number that stands for the value")
					f.Until = until
					if i := p.Stmt.tokenOf(n); i >= 0 {
						f.at(p.Stmt, i, i)
					}
					p.Report(f)
				}
			}
		}
	},
}

func unindexedKeys(p *Pass, n *pgsql.IndexStmt) {
	if m := n.AccessMethod; m != "" && m != "btree" || p.Stmt.Inverted() {
		return
	}
	elements := catalog.IndexElements(p.Stmt.Statement, n)
	c := p.Catalog.Table(n.Relation)
	for i, e := range n.IndexParams {
		el, ok := e.(*pgsql.IndexElem)
		if !ok || i >= len(elements) {
			continue
		}
		col := c.Column(el.Name)
		if col == nil {
			continue
		}
		why, until := unindexable(p, col.Type, col.User)
		if why == "" {
			continue
		}
		f := Finding{Severity: Error, Fidelity: Weaker, Until: until, Edits: p.DropStatement(),
			Message: fmt.Sprintf("column %s is %s, which a plain index of CockroachDB does not hold: the index goes", el.Name, why)}
		if n.Unique {
			f.Fidelity, f.Edits = Manual, nil
			f.Message = fmt.Sprintf("column %s is %s, which a unique index of CockroachDB does not hold", el.Name, why)
			f.Todo = "Make the index on a text or a number that stands for the value"
		}
		f.at(p.Stmt, elements[i][0], elements[i][1])
		p.Report(f)
		return
	}
}

// unindexable says in words what is in the way of an index on a type, and from
// which version on it is not.
func unindexable(p *Pass, t catalog.Type, user *catalog.TypeDef) (why, until string) {
	switch name := t.Name; {
	case t.Dims > 0 && user != nil && user.Kind == catalog.Composite:
		return "an array of a composite type", ""
	case t.Dims > 0:
		if !p.Target.Within(">=23.1") {
			return "an array", "23.1"
		}
	case user != nil:
		if user.Kind == catalog.Composite {
			return "of a composite type", ""
		}
	case name == "json" || name == "jsonb":
		if !p.Target.Within(">=23.2") {
			return "JSONB", "23.2"
		}
	case noPlainIndex[name]:
		return "a " + strings.ToUpper(name), ""
	}
	return "", ""
}

var noPlainIndex = map[string]bool{"tsvector": true, "tsquery": true, "geometry": true, "geography": true, "vector": true, "refcursor": true}

// keyType returns the type of a column that a constraint of the statement is
// on.
func keyType(p *Pass, name string) (catalog.Type, *catalog.TypeDef) {
	switch n := p.Stmt.Tree.(type) {
	case *pgsql.CreateStmt:
		for _, e := range n.TableElts {
			if d, ok := e.(*pgsql.ColumnDef); ok && d.Colname == name {
				return catalog.TypeOf(d.TypeName), p.Catalog.UserType(d.TypeName)
			}
		}
	case *pgsql.AlterTableStmt:
		for _, e := range n.Cmds {
			if cmd, ok := e.(*pgsql.AlterTableCmd); ok {
				if d, ok := cmd.Def.(*pgsql.ColumnDef); ok && d.Colname == name {
					return catalog.TypeOf(d.TypeName), p.Catalog.UserType(d.TypeName)
				}
			}
		}
		if c := p.Catalog.Table(n.Relation).Column(name); c != nil {
			return c.Type, c.User
		}
	}
	return catalog.Type{}, nil
}

func keyNames(list []pgsql.Node) []string {
	var out []string
	for _, n := range list {
		if s, ok := n.(*pgsql.String); ok {
			out = append(out, s.Sval)
		}
	}
	return out
}
