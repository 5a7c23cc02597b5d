package catalog

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

// Shape returns the table that a CREATE TABLE makes or an ALTER TABLE leaves,
// as far as the names and the types of its columns go; nil for other
// statements, and if the table that is altered is not known. The catalog stays
// as it is: it is asked in front of the statement.
func (c *Catalog) Shape(tree pgsql.Node) *Table {
	switch n := tree.(type) {
	case *pgsql.CreateStmt:
		t := &Table{Name: c.create(rangeName(n.Relation)), content: &content{columns: make([]*Column, 0, len(n.TableElts))}}
		held := t.content
		for _, p := range n.InhRelations {
			if rv, ok := p.(*pgsql.RangeVar); ok {
				if parent := c.Table(rv); parent != nil {
					held.columns = append(held.columns, parent.Columns()...)
				}
			}
		}
		for _, e := range n.TableElts {
			switch e := e.(type) {
			case *pgsql.ColumnDef:
				held.columns = append(held.columns, c.column(e))
			case *pgsql.TableLikeClause:
				if like := c.Table(e.Relation); like != nil {
					held.columns = append(held.columns, like.Columns()...)
				}
			}
		}
		return t
	case *pgsql.AlterTableStmt:
		old := c.Table(n.Relation)
		if old == nil {
			return nil
		}
		t := &Table{Name: old.Name, Kind: old.Kind, content: &content{columns: old.Columns()}}
		held := t.content
		for _, e := range n.Cmds {
			cmd, ok := e.(*pgsql.AlterTableCmd)
			if !ok {
				continue
			}
			d, ok := cmd.Def.(*pgsql.ColumnDef)
			if !ok {
				continue
			}
			switch cmd.Subtype {
			case pgsql.ATAddColumn:
				held.columns = append(held.columns[:len(held.columns):len(held.columns)], c.column(d))
			case pgsql.ATAlterColumnType:
				held.columns = append([]*Column(nil), held.columns...)
				for i, col := range held.columns {
					if col.Name == cmd.Name {
						k := *col
						k.Type, k.User = TypeOf(d.TypeName), c.UserType(d.TypeName)
						held.columns[i] = &k
					}
				}
			}
		}
		return t
	}
	return nil
}

// column is a column as its definition types it.
func (c *Catalog) column(d *pgsql.ColumnDef) *Column {
	out := &Column{Name: d.Colname, Type: TypeOf(d.TypeName), User: c.UserType(d.TypeName), NotNull: d.IsNotNull}
	switch out.Type.Name {
	case "serial2", "serial4", "serial8":
		out.Serial, out.NotNull = true, true
		out.Type.Name = "int" + out.Type.Name[len("serial"):]
	}
	return out
}
