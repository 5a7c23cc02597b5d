package verify

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// aftermath is what statements that did not come to pass would have done. It
// tells errors that only follow from an earlier one.
type aftermath struct {
	// missing are the names of what would have been made, kept those of what
	// would have gone, with the statement that would have done it.
	missing, kept map[object]*statement
	// aborted is the last statement that failed.
	aborted *statement
}

// failed notes a statement that the server refused.
func (a *aftermath) failed(st *statement) {
	a.skipped(st)
	a.aborted = st
}

// skipped notes a statement that was not run.
func (a *aftermath) skipped(st *statement) {
	if a.missing == nil {
		a.missing, a.kept = map[object]*statement{}, map[object]*statement{}
	}
	made, gone := effect(st.Statement)
	for _, o := range made {
		a.missing[o] = st
	}
	for _, o := range gone {
		a.kept[o] = st
	}
}

// cause returns the statement whose failure led to an error, nil if it stands by
// itself.
func (a *aftermath) cause(pe *pgconn.PgError) *statement {
	in := func(m map[object]*statement, kinds ...kind) *statement {
		for _, name := range mentioned(pe.Message) {
			for _, k := range kinds {
				if st := m[object{k, name}]; st != nil {
					return st
				}
			}
		}
		return nil
	}
	switch pe.Code {
	case "25P02": // the transaction is aborted already
		return a.aborted
	case "42P01":
		return in(a.missing, relation)
	case "42703":
		return in(a.missing, column)
	case "42883":
		return in(a.missing, function)
	case "3F000":
		return in(a.missing, schema)
	case "42704", "22P02", "42830", "42809":
		return in(a.missing, other, relation)
	case "42P07":
		return in(a.kept, relation, other)
	case "42701":
		return in(a.kept, column)
	case "42723":
		return in(a.kept, function)
	case "42P06":
		return in(a.kept, schema)
	case "42710":
		return in(a.kept, other)
	}
	return nil
}

// lacks names what a server misses if no statement of the history makes it; empty for
// other errors, and for what a statement may make by the way: the sequence of a column,
// a table in a block.
func (h *history) lacks(pe *pgconn.PgError) string {
	names := mentioned(pe.Message)
	if len(names) == 0 {
		return ""
	}
	var what object
	noun := "schema"
	switch pe.Code {
	case "42P01":
		what, noun = object{relation, names[0]}, "relation"
		if strings.HasPrefix(what.name, "pg_") || strings.HasSuffix(what.name, "_seq") {
			return ""
		}
	case "3F000":
		what = object{schema, names[len(names)-1]}
	default:
		return ""
	}
	for _, u := range h.units {
		for _, st := range u.statements {
			made, _ := effect(st.Statement)
			_, block := st.Tree.(*pgsql.DoStmt)
			if slices.Contains(made, what) || block && strings.Contains(st.Text, what.name) {
				return ""
			}
		}
	}
	return noun + " " + rules.QuoteIdent(what.name)
}

// object is what a statement makes or drops.
type object struct {
	kind kind
	name string
}

// kind is what an object is, as far as the codes of errors tell.
type kind byte

const (
	relation kind = iota // a table, a view, a sequence
	column
	function
	schema
	other // a type, the label of one, an index, a constraint, a trigger, a role
)

// mentioned returns the names in a server's message: what stands in quotes, part
// by part, and what stands in front of parentheses.
func mentioned(message string) []string {
	var out []string
	rest := message
	for {
		_, behind, ok := strings.Cut(rest, `"`)
		if !ok {
			break
		}
		name, after, ok := strings.Cut(behind, `"`)
		if !ok {
			break
		}
		// The last part is what is missing; schemas stand in front of it.
		parts := strings.Split(name, ".")
		for i := len(parts) - 1; i >= 0; i-- {
			out = append(out, parts[i])
		}
		rest = after
	}
	for i := 0; i < len(message); i++ {
		if message[i] != '(' {
			continue
		}
		from := i
		for from > 0 && isNameByte(message[from-1]) {
			from--
		}
		if from < i {
			out = append(out, message[from:i])
		}
	}
	return out
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

// effect returns what a statement makes and what goes with it.
func effect(st *pgsql.Statement) (made, gone []object) {
	add := func(k kind, name string) { made = append(made, object{k, name}) }
	remove := func(k kind, name string) { gone = append(gone, object{k, name}) }
	st.Parse()
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		add(relation, n.Relation.Relname)
	case *pgsql.CreateTableAsStmt:
		if n.Into != nil && n.Into.Rel != nil {
			add(relation, n.Into.Rel.Relname)
		}
	case *pgsql.ViewStmt:
		add(relation, n.View.Relname)
	case *pgsql.IndexStmt:
		add(other, n.Idxname)
	case *pgsql.CreateSeqStmt:
		add(relation, n.Sequence.Relname)
	case *pgsql.CreateSchemaStmt:
		add(schema, n.Schemaname)
	case *pgsql.CreateRoleStmt:
		add(other, n.Role)
	case *pgsql.CreatedbStmt:
		add(other, n.Dbname)
	case *pgsql.CreateFunctionStmt:
		add(function, catalog.ListName(n.Funcname).Name)
	case *pgsql.CreateEnumStmt:
		add(other, catalog.ListName(n.TypeName).Name)
	case *pgsql.CompositeTypeStmt:
		add(other, n.Typevar.Relname)
	case *pgsql.CreateDomainStmt:
		add(other, catalog.ListName(n.Domainname).Name)
	case *pgsql.CreateTrigStmt:
		add(other, n.Trigname)
	case *pgsql.AlterEnumStmt:
		add(other, n.NewVal)
		remove(other, n.OldVal)
	case *pgsql.RenameStmt:
		k := kindOf(n.RenameType)
		add(k, n.Newname)
		if n.Subname != "" {
			remove(k, n.Subname)
		} else if n.Relation != nil {
			remove(k, n.Relation.Relname)
		}
	case *pgsql.DropStmt:
		for _, o := range n.Objects {
			remove(kindOf(n.RemoveType), dropped(o))
		}
	case *pgsql.AlterTableStmt:
		for _, c := range n.Cmds {
			cmd, ok := c.(*pgsql.AlterTableCmd)
			if !ok {
				continue
			}
			switch d := cmd.Def.(type) {
			case *pgsql.ColumnDef:
				if cmd.Subtype == pgsql.ATAddColumn {
					add(column, d.Colname)
				}
			case *pgsql.Constraint:
				if cmd.Subtype == pgsql.ATAddConstraint {
					add(other, d.Conname)
				}
			}
			switch cmd.Subtype {
			case pgsql.ATDropColumn:
				remove(column, cmd.Name)
			case pgsql.ATDropConstraint:
				remove(other, cmd.Name)
			}
		}
	}
	return made, gone
}

func kindOf(t pgsql.ObjectType) kind {
	switch t {
	case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectSequence, pgsql.ObjectForeignTable:
		return relation
	case pgsql.ObjectColumn:
		return column
	case pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine, pgsql.ObjectAggregate:
		return function
	case pgsql.ObjectSchema:
		return schema
	}
	return other
}

// dropped is the name of an object of DROP.
func dropped(o pgsql.Node) string {
	switch o := o.(type) {
	case *pgsql.List:
		return catalog.ListName(o.Items).Name
	case *pgsql.TypeName:
		return catalog.ListName(o.Names).Name
	case *pgsql.ObjectWithArgs:
		return catalog.ListName(o.Objname).Name
	case *pgsql.String:
		return o.Sval
	}
	return ""
}
