package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

// drop reports that the statement is refused and goes.
func (p *Pass) drop(fidelity Fidelity, message string) {
	p.Report(Finding{Severity: Error, Fidelity: fidelity, Message: message, Edits: p.DropStatement()})
}

// objectNodes are the statements that name a kind of object and do something
// to one that exists: see objectType.
var objectNodes = []pgsql.Kind{
	pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindAlterOwnerStmt, pgsql.KindAlterObjectSchemaStmt,
	pgsql.KindAlterObjectDependsStmt,
}

// objectType returns the kind of object that one of the objectNodes is about;
// zero for other statements.
func objectType(n pgsql.Node) pgsql.ObjectType {
	switch n := n.(type) {
	case *pgsql.DropStmt:
		return n.RemoveType
	case *pgsql.RenameStmt:
		return n.RenameType
	case *pgsql.AlterOwnerStmt:
		return n.ObjectType
	case *pgsql.AlterObjectSchemaStmt:
		return n.ObjectType
	case *pgsql.AlterObjectDependsStmt:
		return n.ObjectType
	}
	return 0
}

// isObject reports whether a statement of objectNodes is about one of the
// types.
func isObject(n pgsql.Node, types ...pgsql.ObjectType) bool {
	t := objectType(n)
	for _, x := range types {
		if t == x {
			return true
		}
	}
	return false
}

// withObjects returns the kinds together with objectNodes.
func withObjects(kinds ...pgsql.Kind) []pgsql.Kind { return append(kinds, objectNodes...) }

// defElem returns the option of that name, or nil.
func defElem(options []pgsql.Node, name string) *pgsql.DefElem {
	for _, o := range options {
		if d, ok := o.(*pgsql.DefElem); ok && d.Defname == name {
			return d
		}
	}
	return nil
}

// defText returns the value of an option that is a word or a string, or "".
func defText(d *pgsql.DefElem) string {
	if d == nil {
		return ""
	}
	if s, ok := d.Arg.(*pgsql.String); ok {
		return s.Sval
	}
	return ""
}
