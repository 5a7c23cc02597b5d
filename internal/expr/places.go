package expr

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Placed is an expression, or a query, at its place in a statement.
type Placed struct {
	// Node is the expression; for the places Query and ViewQuery a *pgsql.SelectStmt,
	// *pgsql.InsertStmt, *pgsql.UpdateStmt or *pgsql.DeleteStmt.
	Node  pgsql.Node
	Place Place
	Scope *Scope // shared with others of the statement
	// Want is the type of its column, where it has one.
	Want catalog.Type
	// Column is the name of that column.
	Column string
	// Owner is the node that it belongs to: a *pgsql.Constraint,
	// *pgsql.AlterTableCmd, *pgsql.IndexElem or the statement.
	Owner pgsql.Node
}

// Places appends to out the expressions of a statement that CockroachDB judges when
// it runs it: those of tables, indexes, policies, triggers and views, and the
// queries. The catalog is the one in front of the statement. Bodies of routines
// are texts and not among them.
func Places(out []Placed, tree pgsql.Node, c *catalog.Catalog) []Placed {
	f := placer{scope: Scope{Catalog: c}, out: out}
	switch n := tree.(type) {
	case *pgsql.CreateStmt:
		f.createTable(n)
	case *pgsql.AlterTableStmt:
		f.alterTable(n)
	case *pgsql.IndexStmt:
		f.setTable(c.Table(n.Relation))
		for _, e := range n.IndexParams {
			if i, ok := e.(*pgsql.IndexElem); ok {
				f.add(i.Expr, IndexElement, catalog.Type{}, "", i)
			}
		}
		f.add(n.WhereClause, IndexPredicate, catalog.Type{}, "", n)
	case *pgsql.CreatePolicyStmt:
		f.setTable(c.Table(n.Table))
		f.add(n.Qual, PolicyUsing, catalog.Type{}, "", n)
		f.add(n.WithCheck, PolicyCheck, catalog.Type{}, "", n)
	case *pgsql.AlterPolicyStmt:
		f.setTable(c.Table(n.Table))
		f.add(n.Qual, PolicyUsing, catalog.Type{}, "", n)
		f.add(n.WithCheck, PolicyCheck, catalog.Type{}, "", n)
	case *pgsql.CreateTrigStmt:
		if n.WhenClause != nil {
			t := c.Table(n.Relation)
			f.scope.Rows = map[string]*catalog.Table{"new": t, "old": t}
			f.add(n.WhenClause, TriggerWhen, catalog.Type{}, "", n)
		}
	case *pgsql.ViewStmt:
		f.query(n.Query, n, ViewQuery)
	case *pgsql.CreateTableAsStmt:
		if n.Objtype == pgsql.ObjectMatview {
			f.query(n.Query, n, ViewQuery)
		} else {
			f.query(n.Query, n, Query)
		}
	case *pgsql.ExplainStmt:
		f.query(n.Query, n, Query)
	case *pgsql.DeclareCursorStmt:
		f.query(n.Query, n, Query)
	case *pgsql.PrepareStmt:
		for _, t := range n.Argtypes {
			if tn, ok := t.(*pgsql.TypeName); ok {
				f.scope.Params = append(f.scope.Params, catalog.TypeOf(tn))
			}
		}
		f.query(n.Query, n, Query)
	default:
		f.query(n, n, Query)
	}
	return f.out
}

// placer collects expressions.
type placer struct {
	scope  Scope
	shared *Scope // the scope as it is, for those that are placed; nil until one is
	out    []Placed
}

func (f *placer) setTable(t *catalog.Table) { f.scope.Table, f.shared = t, nil }

func (f *placer) add(e pgsql.Node, p Place, want catalog.Type, column string, owner pgsql.Node) {
	if e == nil {
		return
	}
	if f.shared == nil {
		scope := f.scope
		f.shared = &scope
	}
	f.out = append(f.out, Placed{e, p, f.shared, want, column, owner})
}

func (f *placer) query(q, owner pgsql.Node, p Place) {
	switch q.(type) {
	case *pgsql.SelectStmt, *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt:
		f.add(q, p, catalog.Type{}, "", owner)
	}
}

func (f *placer) createTable(n *pgsql.CreateStmt) {
	for _, e := range n.TableElts {
		switch e := e.(type) {
		case *pgsql.ColumnDef:
			f.column(n, e, ColumnDefault)
		case *pgsql.Constraint:
			f.constraint(n, e, nil, "", ColumnDefault)
		}
	}
}

// table makes the columns of the statement's table known, once there is an
// expression that can name them.
func (f *placer) table(stmt pgsql.Node) {
	if f.scope.Table == nil {
		f.setTable(f.scope.Catalog.Shape(stmt))
	}
}

func (f *placer) column(stmt pgsql.Node, d *pgsql.ColumnDef, def Place) {
	for _, e := range d.Constraints {
		if k, ok := e.(*pgsql.Constraint); ok {
			f.constraint(stmt, k, d.TypeName, d.Colname, def)
		}
	}
}

// constraint adds the expression of a constraint, of a column or of the table
// (then column is nil).
func (f *placer) constraint(stmt pgsql.Node, k *pgsql.Constraint, column *pgsql.TypeName, name string, def Place) {
	switch k.Contype {
	case pgsql.ConstrCheck:
		f.table(stmt)
		f.add(k.RawExpr, CheckConstraint, catalog.Type{}, name, k)
	case pgsql.ConstrGenerated:
		f.table(stmt)
		f.add(k.RawExpr, StoredColumn, catalog.TypeOf(column), name, k)
	case pgsql.ConstrDefault:
		if _, simple := k.RawExpr.(*pgsql.AConst); !simple {
			f.add(k.RawExpr, def, catalog.TypeOf(column), name, k)
		}
	}
}

func (f *placer) alterTable(n *pgsql.AlterTableStmt) {
	for _, e := range n.Cmds {
		cmd, ok := e.(*pgsql.AlterTableCmd)
		if !ok {
			continue
		}
		switch cmd.Subtype {
		case pgsql.ATAddColumn:
			if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
				f.column(n, d, AddColumnDefault)
			}
		case pgsql.ATAddConstraint:
			if k, ok := cmd.Def.(*pgsql.Constraint); ok {
				f.constraint(n, k, nil, "", SetDefault)
			}
		case pgsql.ATAlterColumnType:
			if d, ok := cmd.Def.(*pgsql.ColumnDef); ok && d.RawDefault != nil {
				table := f.scope.Table
				f.setTable(f.scope.Catalog.Table(n.Relation)) // the value has the old type
				f.add(d.RawDefault, TypeUsing, catalog.TypeOf(d.TypeName), cmd.Name, cmd)
				f.setTable(table)
			}
		case pgsql.ATColumnDefault:
			if cmd.Def == nil {
				continue
			}
			f.table(n)
			if col := f.scope.Table.Column(cmd.Name); col != nil {
				f.add(cmd.Def, SetDefault, col.Type, cmd.Name, cmd)
			}
		}
	}
}

// Judge is Judge or JudgeQuery for the expression. Text is that of the
// statement; mend is Context.Mend. What is asked of the scope is noted in asked,
// which may be nil.
func (p *Placed) Judge(text string, mend bool, asked *Asked) []Cause {
	c := Context{Place: p.Place, Want: p.Want, Text: text, Mend: mend}
	scope := *p.Scope
	scope.asked = asked
	if p.Place >= Query {
		causes, _, _ := JudgeQuery(p.Node, scope, c)
		return causes
	}
	return Judge(p.Node, scope, c)
}
