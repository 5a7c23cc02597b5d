package rules

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// A condition of a DO block asks the tables of the system catalog what exists.
// What follows answers it from what the history has made.

// catalogTables are the tables in which a guard looks for what exists, by name,
// with the rows that are known of them, those of the given tables; nil where
// nothing is known, such as of roles, which belong to the whole cluster.
var catalogTables = map[string]func(c *catalog.Catalog, tables []*catalog.Table) []map[string]value{
	"columns": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			for _, col := range t.Columns() {
				nullable := "YES"
				if col.NotNull {
					nullable = "NO"
				}
				rows = append(rows, catalogRow("table_schema", t.Name.Schema, "table_name", t.Name.Name, "column_name", col.Name, "is_nullable", nullable))
			}
		}
		return rows
	},
	"tables": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			if t.Kind != catalog.MatView {
				rows = append(rows, catalogRow("table_schema", t.Name.Schema, "table_name", t.Name.Name))
			}
		}
		return rows
	},
	"pg_tables": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			if t.Kind == catalog.Plain || t.Kind == catalog.Partitioned {
				rows = append(rows, catalogRow("schemaname", t.Name.Schema, "tablename", t.Name.Name))
			}
		}
		return rows
	},
	"pg_views": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			if t.Kind == catalog.View {
				rows = append(rows, catalogRow("schemaname", t.Name.Schema, "viewname", t.Name.Name))
			}
		}
		return rows
	},
	"pg_matviews": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			if t.Kind == catalog.MatView {
				rows = append(rows, catalogRow("schemaname", t.Name.Schema, "matviewname", t.Name.Name))
			}
		}
		return rows
	},
	"table_constraints": func(c *catalog.Catalog, _ []*catalog.Table) (rows []map[string]value) {
		kinds := map[catalog.ConstraintKind]string{catalog.PrimaryKey: "PRIMARY KEY", catalog.Unique: "UNIQUE", catalog.Check: "CHECK", catalog.ForeignKey: "FOREIGN KEY"}
		for _, t := range c.Tables() {
			for _, k := range t.Constraints() {
				if kind, ok := kinds[k.Kind]; ok {
					rows = append(rows, catalogRow("constraint_schema", t.Name.Schema, "table_schema", t.Name.Schema, "table_name", t.Name.Name, "constraint_name", k.Name, "constraint_type", kind))
				}
			}
		}
		return rows
	},
	"pg_constraint": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			for _, k := range t.Constraints() {
				rows = append(rows, catalogRow("conname", k.Name, "contype", string(rune(k.Kind))))
			}
		}
		return rows
	},
	"pg_indexes": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			for _, ix := range t.Indexes() {
				rows = append(rows, catalogRow("schemaname", t.Name.Schema, "tablename", t.Name.Name, "indexname", ix.Name.Name))
			}
			for _, k := range t.Constraints() {
				if k.Kind == catalog.PrimaryKey || k.Kind == catalog.Unique || k.Kind == catalog.Exclude {
					rows = append(rows, catalogRow("schemaname", t.Name.Schema, "tablename", t.Name.Name, "indexname", k.Name))
				}
			}
		}
		return rows
	},
	"pg_trigger": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			for _, tg := range t.Triggers() {
				rows = append(rows, catalogRow("tgname", tg.Name))
			}
		}
		return rows
	},
	"triggers": func(_ *catalog.Catalog, tables []*catalog.Table) (rows []map[string]value) {
		for _, t := range tables {
			for _, tg := range t.Triggers() {
				rows = append(rows, catalogRow("trigger_schema", t.Name.Schema, "trigger_name", tg.Name, "event_object_schema", t.Name.Schema, "event_object_table", t.Name.Name))
			}
		}
		return rows
	},
	"schemata": func(c *catalog.Catalog, _ []*catalog.Table) (rows []map[string]value) {
		for _, s := range c.Schemas() {
			rows = append(rows, catalogRow("schema_name", s))
		}
		return rows
	},
	"pg_namespace": func(c *catalog.Catalog, _ []*catalog.Table) (rows []map[string]value) {
		for _, s := range c.Schemas() {
			rows = append(rows, catalogRow("nspname", s))
		}
		return rows
	},
	"pg_type": func(c *catalog.Catalog, _ []*catalog.Table) (rows []map[string]value) {
		for _, t := range c.Types() {
			rows = append(rows, catalogRow("typname", t.Name.Name, "typtype", string(rune(t.Kind))))
		}
		return rows
	},
	"pg_class": nil, "pg_index": nil, "pg_roles": nil, "pg_user": nil, "pg_authid": nil, "pg_extension": nil, "pg_attribute": nil, "pg_proc": nil, "pg_enum": nil,
	"pg_sequences": nil, "sequences": nil, "views": nil, "constraint_column_usage": nil, "key_column_usage": nil, "referential_constraints": nil,
	"routines": nil, "domains": nil, "pg_policies": nil, "pg_policy": nil, "pg_publication": nil, "pg_event_trigger": nil,
}

// catalogRow makes a row of names and values.
func catalogRow(pairs ...string) map[string]value {
	row := make(map[string]value, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		row[pairs[i]] = value{text: pairs[i+1]}
	}
	return row
}

// ofTable are the tables whose rows belong to a table that a query names by one
// of these columns.
var ofTable = map[string]string{
	"columns": "table_name", "table_constraints": "table_name", "pg_indexes": "tablename", "triggers": "event_object_table",
}

// selected returns the rows that a query over one catalog table finds; ok is
// false if that is not known. A row that is missing says something only of
// tables that the history has made.
func selected(c *catalog.Catalog, q *pgsql.SelectStmt, vars map[string]value) (rows []map[string]value, ok bool) {
	if q.Larg != nil || len(q.FromClause) != 1 || len(q.GroupClause) > 0 || q.HavingClause != nil || q.LimitOffset != nil || len(q.ValuesLists) > 0 {
		return nil, false
	}
	from, ok := q.FromClause[0].(*pgsql.RangeVar)
	if !ok || from.Schemaname != "" && from.Schemaname != "pg_catalog" && from.Schemaname != "information_schema" {
		return nil, false
	}
	all := catalogTables[from.Relname]
	if all == nil {
		return nil, false
	}
	tables := c.Tables()
	column, ofOne := ofTable[from.Relname]
	if name := equals(q.WhereClause, column, vars); ofOne && name != "" {
		tables = slices.DeleteFunc(tables, func(t *catalog.Table) bool { return t.Name.Name != name })
		ofOne = len(tables) == 0
	}
	for _, row := range all(c, tables) {
		e := evaluator{vars: vars, row: row}
		match, known := value{text: "true"}, true
		if q.WhereClause != nil {
			match, known = e.eval(q.WhereClause)
		}
		yes, isBool := match.truth()
		if !known || !isBool {
			return nil, false
		}
		if yes {
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		return rows, true
	}
	return nil, !ofOne
}

// equals returns the constant that a condition compares a column with, "" if
// there is none.
func equals(cond pgsql.Node, column string, vars map[string]value) string {
	text := ""
	pgsql.Walk(cond, func(n pgsql.Node, _ []pgsql.Node) bool {
		a, ok := n.(*pgsql.AExpr)
		if !ok || a.Kind_ != pgsql.AexprOP || catalog.ListName(a.Name).Name != "=" {
			return true
		}
		c, ok := a.Lexpr.(*pgsql.ColumnRef)
		if ok && catalog.ListName(c.Fields).Name == column {
			e := evaluator{vars: vars}
			if v, known := e.eval(a.Rexpr); known {
				text = v.text
			}
		}
		return true
	})
	return text
}
