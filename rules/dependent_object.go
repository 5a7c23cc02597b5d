package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var dependentObject = &Rule{
	Name:       "dependent-object",
	Title:      "A table that cannot be renamed or dropped while a view or a function uses it",
	Condition:  "`ALTER TABLE ... RENAME TO`, `RENAME COLUMN` or `SET SCHEMA` of a table that a view uses, and `RENAME TO`, `SET SCHEMA` or `DROP TABLE` of one that the body of a function uses.",
	Effect:     "In PostgreSQL a view follows the renaming, and nobody asks what the body of a function names. CockroachDB refuses the statement (SQLSTATE 2BP01).",
	Workaround: "Where the history drops or replaces the view or the function later on and nothing uses it in between, the drop moves in front. Otherwise left to a person: drop it, rename, and create it again with the new name.",
	Versions:   "*",
	Issues:     []int{10083},
	Sources:    []string{"CockroachDB docs, alter-table.md, known limitations", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE VIEW v AS SELECT id FROM t;\n",
			Input:  "ALTER TABLE t RENAME COLUMN a TO b;\nALTER TABLE t RENAME TO u;\n",
			Want:   []string{"2:1 error manual"},
			Error:  "because view \"v\" depends on it",
			Manual: true,
		},
		{
			Name:   "a function",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE FUNCTION f() RETURNS INT8 LANGUAGE sql AS 'SELECT id FROM t LIMIT 1';\n",
			Input:  "DROP TABLE t;\n",
			Want:   []string{"1:12 error manual"},
			Error:  "other objects depend on it",
			Manual: true,
		},
		{
			Name:   "a function that is dropped later on",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE FUNCTION f() RETURNS INT8 LANGUAGE sql AS 'SELECT id FROM t LIMIT 1';\nCREATE FUNCTION g() RETURNS INT8 LANGUAGE sql AS 'SELECT id FROM t LIMIT 1';\n",
			Input:  "ALTER TABLE t RENAME TO u;\nDROP FUNCTION f();\nCREATE OR REPLACE FUNCTION g() RETURNS INT8 LANGUAGE sql AS 'SELECT id FROM u LIMIT 1';\n",
			Output: "DROP FUNCTION f();\nDROP FUNCTION g;\nALTER TABLE t RENAME TO u;\nCREATE OR REPLACE FUNCTION g() RETURNS INT8 LANGUAGE sql AS 'SELECT id FROM u LIMIT 1';\n",
			Want:   []string{"1:1 error exact"},
			Error:  "because function \"f\" depends on it",
		},
		{
			Name:  "the view is gone",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE VIEW v AS SELECT id FROM t;\nDROP VIEW v;\n",
			Input: "ALTER TABLE t RENAME TO u;\n",
		},
	},
	Finish: clearObstacles,
	Statement: func(p *Pass) {
		followObstacles(p)
		d := State[dependents](p)
		if d.of == nil {
			d.of, d.tables = map[tableKey][]dependent{}, map[string][]tableKey{}
		}
		if p.Stmt.Down {
			return
		}
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.ViewStmt:
			d.view(p, n.View, n.Query)
		case *pgsql.CreateTableAsStmt:
			if n.Objtype == pgsql.ObjectMatview && n.Into != nil {
				d.view(p, n.Into.Rel, n.Query)
			}
		case *pgsql.CreateFunctionStmt:
			d.function(p, n)
		case *pgsql.RenameStmt:
			d.rename(p, n)
		case *pgsql.AlterObjectSchemaStmt:
			if t := p.Catalog.Table(n.Relation); t != nil && relationObject(n.ObjectType) {
				d.refuse(p, t, "", "move to another schema", 0, len(p.Stmt.Tokens)-1)
			}
		case *pgsql.DropStmt:
			d.drop(p, n)
		}
	},
}

// dependents is what views and functions use.
type dependents struct {
	of map[tableKey][]dependent
	// tables are those that something of a name uses, so that it is found
	// again among many.
	tables map[string][]tableKey
}

// add notes that e uses a table.
func (d *dependents) add(t *catalog.Table, e dependent) {
	key := keyOf(t)
	d.of[key] = append(d.of[key], e)
	d.tables[e.name.Name] = append(d.tables[e.name.Name], key)
}

// dependent is a view or a function that uses a table.
type dependent struct {
	kind string // "view" or "function"
	name catalog.Name
	// columns that a view names; all if it says *.
	columns map[string]bool
	all     bool
}

// relationObject reports whether a kind of object is one that views use.
func relationObject(t pgsql.ObjectType) bool {
	return t == pgsql.ObjectTable || t == pgsql.ObjectView || t == pgsql.ObjectMatview
}

// severity is that of a change that e stands in the way of. A function that the
// target refuses does not, until somebody rewrites it.
func (e dependent) severity(p *Pass) Severity {
	if e.kind != "view" && isBroken(p, e.name) {
		return Warning
	}
	return Error
}

// forget takes a view or a function out.
func (d *dependents) forget(kind string, name catalog.Name) {
	var left []tableKey // of others of that name
	for _, key := range d.tables[name.Name] {
		var keep []dependent
		for _, e := range d.of[key] {
			if e.kind != kind || e.name.Name != name.Name || e.name.Schema != name.Schema && e.name.Schema != "" && name.Schema != "" {
				keep = append(keep, e)
				if e.name.Name == name.Name {
					left = append(left, key)
				}
			}
		}
		d.of[key] = keep
	}
	d.tables[name.Name] = slices.Compact(left)
	if len(left) == 0 {
		delete(d.tables, name.Name)
	}
}

func (d *dependents) view(p *Pass, rv *pgsql.RangeVar, query pgsql.Node) {
	if rv == nil {
		return
	}
	e := dependent{kind: "view", name: catalog.Name{Schema: rv.Schemaname, Name: rv.Relname}, columns: map[string]bool{}}
	d.forget(e.kind, e.name)
	var tables []*catalog.Table
	pgsql.Walk(query, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			if t := p.Catalog.Table(n); t != nil {
				tables = append(tables, t)
			}
		case *pgsql.ColumnRef:
			switch last := n.Fields[len(n.Fields)-1].(type) {
			case *pgsql.String:
				e.columns[last.Sval] = true
			case *pgsql.AStar:
				e.all = true
			}
		case *pgsql.JoinExpr:
			e.all = e.all || n.IsNatural
			for _, c := range names(n.UsingClause) {
				e.columns[c] = true
			}
		}
		return true
	})
	for _, t := range tables {
		d.add(t, e)
	}
}

func (d *dependents) function(p *Pass, n *pgsql.CreateFunctionStmt) {
	e := dependent{kind: "function", name: catalog.ListName(n.Funcname)}
	if n.IsProcedure {
		e.kind = "procedure"
	}
	if n.Replace {
		d.forget(e.kind, e.name)
	}
	if catalog.TypeOf(n.ReturnType).Name == "trigger" {
		return // read when the trigger is made, for the trigger
	}
	for _, t := range bodyTables(p) {
		d.add(t, e)
	}
}

func (d *dependents) rename(p *Pass, n *pgsql.RenameStmt) {
	t := p.Catalog.Table(n.Relation)
	if t == nil || t.PartitionOf() != nil {
		return
	}
	last := len(p.Stmt.Tokens) - 1
	switch {
	case relationObject(n.RenameType):
		d.refuse(p, t, "", "be renamed", 0, last)
	case n.RenameType == pgsql.ObjectColumn && n.RelationType == pgsql.ObjectTable:
		d.refuse(p, t, n.Subname, "have column "+n.Subname+" renamed", 0, last)
	}
}

func (d *dependents) drop(p *Pass, n *pgsql.DropStmt) {
	list := dropList(p.Stmt)
	for i, o := range n.Objects {
		var name catalog.Name
		switch o := o.(type) {
		case *pgsql.List:
			name = catalog.ListName(o.Items)
		case *pgsql.ObjectWithArgs:
			name = catalog.ListName(o.Objname)
		}
		switch n.RemoveType {
		case pgsql.ObjectView, pgsql.ObjectMatview:
			d.forget("view", name)
		case pgsql.ObjectFunction:
			d.forget("function", name)
		case pgsql.ObjectProcedure:
			d.forget("procedure", name)
		case pgsql.ObjectTable:
			t := p.Catalog.Relation(name)
			if t == nil || t.PartitionOf() != nil || i >= len(list.Elements) {
				continue
			}
			if n.Behavior == pgsql.DropCascade {
				d.of[keyOf(t)] = nil
				continue
			}
			var users []dependent
			for _, e := range d.of[keyOf(t)] {
				if e.kind != "view" { // PostgreSQL refuses that as well
					users = append(users, e)
				}
			}
			report(p, users, fmt.Sprintf("CockroachDB does not drop %s while", t.Name), "Drop %s first", list.Elements[i][0], list.Elements[i][1])
		}
	}
}

// refuse reports a change that a dependent stands in the way of.
func (d *dependents) refuse(p *Pass, t *catalog.Table, column, what string, first, last int) {
	var users []dependent
	for _, e := range d.of[keyOf(t)] {
		if column == "" || e.kind == "view" && (e.all || e.columns[column]) {
			users = append(users, e)
		}
	}
	report(p, users, fmt.Sprintf("in CockroachDB table %s cannot %s while", t.Name, what), "Drop %s before, and create it again with the new name behind", first, last)
}

// report notes that users stand in the way of what the tokens say. Functions
// that the target refuses do not, until somebody rewrites them.
func report(p *Pass, users []dependent, message, todo string, first, last int) {
	var obstacles []*obstacle
	var names []string
	severity := Warning
	for _, e := range users {
		severity = max(severity, e.severity(p))
	}
	seen := map[string]bool{}
	for _, e := range users {
		name := e.kind + " " + e.name.String()
		if e.severity(p) < severity || seen[name] {
			continue
		}
		seen[name] = true
		names = append(names, name)
		obstacles = append(obstacles, &obstacle{kind: e.kind, name: e.name})
	}
	if len(names) == 0 {
		return
	}
	verb := map[bool]string{true: "uses", false: "use"}[len(names) == 1]
	f := manual(fmt.Sprintf("%s %s %s it", message, strings.Join(names, ", "), verb), fmt.Sprintf(todo, strings.Join(names, ", ")))
	f.at(p.Stmt, first, last)
	f.Severity = severity
	obstruct(p, f, obstacles)
}
