package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// undo is a statement of a transaction: the edit that takes it out, and, of one
// that changes the schema, the statement and what it did.
type undo struct {
	edit    Edit
	stmt    *Statement
	effects effects
}

// effects are the names of what a statement makes, and of what is not there any
// more behind it. They are without a schema, which is near enough to tell
// which statements fall with a transaction.
type effects struct{ made, gone []string }

func effectsOf(tree pgsql.Node) (e effects) {
	relation := func(rv *pgsql.RangeVar) {
		if rv != nil {
			e.made = append(e.made, rv.Relname)
		}
	}
	switch n := tree.(type) {
	case *pgsql.CreateStmt:
		relation(n.Relation)
	case *pgsql.CreateTableAsStmt:
		if n.Into != nil {
			relation(n.Into.Rel)
		}
	case *pgsql.ViewStmt:
		if !n.Replace {
			relation(n.View)
		}
	case *pgsql.CreateSeqStmt:
		relation(n.Sequence)
	case *pgsql.CreateEnumStmt:
		e.made = append(e.made, catalog.ListName(n.TypeName).Name)
	case *pgsql.CompositeTypeStmt:
		relation(n.Typevar)
	case *pgsql.CreateSchemaStmt:
		e.made = append(e.made, n.Schemaname)
	case *pgsql.AlterEnumStmt:
		if n.OldVal == "" {
			e.made = append(e.made, enumValue(n))
		}
	case *pgsql.CreateFunctionStmt:
		if !n.Replace {
			var in []pgsql.Node
			for _, o := range n.Parameters {
				if param, ok := o.(*pgsql.FunctionParameter); ok && param.Mode != pgsql.FuncParamOut && param.Mode != pgsql.FuncParamTable {
					in = append(in, param.ArgType)
				}
			}
			e.made = append(e.made, routineSignature(n.Funcname, in))
		}
	case *pgsql.DropStmt:
		e.gone = dropped(n)
	case *pgsql.RenameStmt:
		switch n.RenameType {
		case pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectSequence:
			if n.Relation != nil {
				e.gone, e.made = []string{n.Relation.Relname}, []string{n.Newname}
			}
		case pgsql.ObjectTypeObjectType:
			e.gone, e.made = []string{objectName(n.Object).Name}, []string{n.Newname}
		}
	}
	return e
}

func enumValue(n *pgsql.AlterEnumStmt) string {
	return catalog.ListName(n.TypeName).Name + "." + n.NewVal
}

// routineSignature names a function, with the types of its arguments.
func routineSignature(name, types []pgsql.Node) string {
	var args []string
	for _, t := range types {
		if t, ok := t.(*pgsql.TypeName); ok {
			args = append(args, typeText(catalog.TypeOf(t)))
		}
	}
	return catalog.ListName(name).Name + "(" + strings.Join(args, ", ") + ")"
}

// dropped returns the names of the relations, the types and the functions that
// a statement drops.
func dropped(n *pgsql.DropStmt) []string {
	var out []string
	if isObject(n, pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine) {
		for _, o := range n.Objects {
			if o, ok := o.(*pgsql.ObjectWithArgs); ok && !o.ArgsUnspecified {
				out = append(out, routineSignature(o.Objname, o.Objargs))
			}
		}
		return out
	}
	if !isObject(n, pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectSequence, pgsql.ObjectTypeObjectType, pgsql.ObjectSchema) {
		return nil
	}
	for _, o := range n.Objects {
		out = append(out, objectName(o).Name)
	}
	return out
}

// undone is how a database that kept what was rolled back differs from one that
// did not: what is there too many, and what is missing.
type undone struct{ extra, missing map[string]bool }

// add notes what a statement did that was rolled back.
func (u *undone) add(e effects) {
	for _, name := range e.gone {
		if u.extra[name] {
			delete(u.extra, name)
		} else {
			u.missing = mapSet(u.missing, name, true)
		}
	}
	for _, name := range e.made {
		if u.missing[name] {
			delete(u.missing, name)
		} else {
			u.extra = mapSet(u.extra, name, true)
		}
	}
}

// follow reports a statement that fails because of what was kept.
func (u *undone) follow(p *Pass) {
	if len(u.extra) == 0 && len(u.missing) == 0 {
		return
	}
	e := effectsOf(p.Stmt.Tree)
	defer func() {
		for _, name := range e.made {
			delete(u.missing, name)
		}
		for _, name := range e.gone {
			delete(u.extra, name)
		}
	}()
	for _, name := range e.made {
		if u.extra[name] {
			u.report(p, fmt.Sprintf("a transaction that was rolled back made %s, which CockroachDB has kept", name))
			return
		}
	}
	for _, name := range append(e.gone, named(p.Stmt.Tree)...) {
		if u.missing[name] {
			u.report(p, fmt.Sprintf("a transaction that was rolled back dropped or renamed %s, which CockroachDB has not undone", name))
			return
		}
	}
}

func (u *undone) report(p *Pass, why string) {
	p.Report(Finding{Severity: Error, Fidelity: Exact, Follows: true, Message: why + "; without that transaction the statement is right as it stands"})
}

// named are the relation or the type that a statement changes.
func named(tree pgsql.Node) []string {
	switch n := tree.(type) {
	case *pgsql.AlterTableStmt:
		if n.Relation != nil {
			return []string{n.Relation.Relname}
		}
	case *pgsql.IndexStmt:
		if n.Relation != nil {
			return []string{n.Relation.Relname}
		}
	case *pgsql.AlterEnumStmt:
		return []string{catalog.ListName(n.TypeName).Name}
	}
	return nil
}
