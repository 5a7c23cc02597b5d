package rules

import (
	"fmt"
	"slices"
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
	Workaround: "An index that is not unique goes: queries return the same, and search the table. A UNIQUE constraint of CREATE TABLE on composite columns that are NOT NULL becomes a unique index on their fields. Another key or unique index guards the data, so a person has to put another column in its place.",
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
			Name:   "a unique constraint on a composite column without NULL",
			Target: ">=23.1",
			Setup:  "CREATE TYPE pair AS (a INT8, b INT8);\n",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, p pair NOT NULL, n INT8, UNIQUE (n, p));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, p pair NOT NULL, n INT8);\nCREATE UNIQUE INDEX t_n_p_key ON t (n, ((p).a), ((p).b));\n",
			Want:   []string{"1:63 error weaker"},
			Error:  "which is not indexable",
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
			if uniqueFields(p, n) {
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

// uniqueFields makes a unique index on the fields of composite columns of a
// UNIQUE constraint in CREATE TABLE, where such an index stands for it.
func uniqueFields(p *Pass, n *pgsql.Constraint) bool {
	create, ok := p.Parent(0).(*pgsql.CreateStmt)
	if !ok || n.Contype != pgsql.ConstrUnique || len(n.Including) > 0 || n.NullsNotDistinct || n.Deferrable || !p.Target.Within(">=23.1") {
		return false
	}
	elements := tableElements(p.Stmt, create)
	at := slices.Index(create.TableElts, pgsql.Node(n))
	if at < 0 || at >= len(elements) {
		return false
	}
	var columns, composite []string
	for _, key := range keyNames(n.Keys) {
		typ, user := keyType(p, key)
		if why, _ := unindexable(p, typ, user); why == "" {
			columns = append(columns, QuoteIdent(key))
			continue
		}
		if user == nil || user.Kind != catalog.Composite || typ.Dims > 0 || !notNull(create, key) {
			return false
		}
		composite = append(composite, key)
		for _, field := range user.Columns {
			if why, _ := unindexable(p, field.Type, field.User); why != "" {
				return false
			}
			columns = append(columns, fmt.Sprintf("((%s).%s)", QuoteIdent(key), QuoteIdent(field.Name)))
		}
	}
	if len(composite) == 0 {
		return false
	}
	name := n.Conname
	if name == "" {
		name = strings.Join(append(append([]string{create.Relation.Relname}, keyNames(n.Keys)...), "key"), "_")
	}
	if name = QuoteIdent(name) + " "; len(name) > 64 {
		name = "" // PostgreSQL shortens it in its own way
	}
	st := p.Stmt
	f := Finding{Severity: Error, Fidelity: Weaker, Message: fmt.Sprintf("column %s is of a composite type, which no key of CockroachDB holds: a unique index on its fields takes the place of the constraint; values with a NULL in a field are not compared, and ON CONFLICT and foreign keys do not find it",
		strings.Join(composite, " and "))}
	f.at(st, elements[at][0], elements[at][1])
	f.DropElement(List{Elements: elements, Whole: [2]int{-1, -1}}, at)
	f.Edits = append(f.Edits, p.Insert(len(st.Text), fmt.Sprintf(";\nCREATE UNIQUE INDEX %sON %s (%s)", name, relationText(st, create.Relation), strings.Join(columns, ", "))))
	p.Report(f)
	return true
}

// notNull reports whether CREATE TABLE says that a column holds no NULL.
func notNull(n *pgsql.CreateStmt, column string) bool {
	for _, e := range n.TableElts {
		if d, ok := e.(*pgsql.ColumnDef); ok && d.Colname == column {
			return slices.ContainsFunc(d.Constraints, func(c pgsql.Node) bool {
				k, ok := c.(*pgsql.Constraint)
				return ok && (k.Contype == pgsql.ConstrNotnull || k.Contype == pgsql.ConstrPrimary)
			})
		}
	}
	return false
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
