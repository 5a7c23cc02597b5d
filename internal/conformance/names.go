package conformance

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// object names what a statement makes or needs, without its schema: near
// enough to tell which statements fall with another.
type object struct {
	space string // relation, type, function, schema, or the kind of a lesser one
	name  string
}

const (
	relation = "relation"
	typ      = "type"
	function = "function"
	schema   = "schema"
)

var spaces = map[pgsql.ObjectType]string{
	pgsql.ObjectTable: relation, pgsql.ObjectView: relation, pgsql.ObjectMatview: relation,
	pgsql.ObjectSequence: relation, pgsql.ObjectIndex: relation, pgsql.ObjectForeignTable: relation,
	pgsql.ObjectTypeObjectType: typ, pgsql.ObjectDomain: typ,
	pgsql.ObjectFunction: function, pgsql.ObjectProcedure: function,
	pgsql.ObjectRoutine: function, pgsql.ObjectAggregate: function,
	pgsql.ObjectSchema: schema,
}

func space(t pgsql.ObjectType) string {
	if s, ok := spaces[t]; ok {
		return s
	}
	return fmt.Sprintf("object %d", t)
}

// makes returns the objects that the statement creates.
func makes(tree pgsql.Node) []object {
	switch n := tree.(type) {
	case *pgsql.CreateStmt:
		return relations(n.Relation)
	case *pgsql.CreateForeignTableStmt:
		if n.BaseStmt != nil {
			return relations(n.BaseStmt.Relation)
		}
	case *pgsql.CreateTableAsStmt:
		if n.Into != nil {
			return relations(n.Into.Rel)
		}
	case *pgsql.ViewStmt:
		return relations(n.View)
	case *pgsql.CreateSeqStmt:
		return relations(n.Sequence)
	case *pgsql.IndexStmt:
		if n.Idxname != "" {
			return []object{{relation, n.Idxname}}
		}
	case *pgsql.CreateEnumStmt:
		return last(typ, n.TypeName)
	case *pgsql.CreateRangeStmt:
		return last(typ, n.TypeName)
	case *pgsql.CreateDomainStmt:
		return last(typ, n.Domainname)
	case *pgsql.CompositeTypeStmt:
		if n.Typevar != nil {
			return []object{{typ, n.Typevar.Relname}}
		}
	case *pgsql.CreateFunctionStmt:
		return last(function, n.Funcname)
	case *pgsql.DefineStmt:
		return last(space(n.Kind_), n.Defnames)
	case *pgsql.CreateSchemaStmt:
		return []object{{schema, n.Schemaname}}
	case *pgsql.CreateTrigStmt:
		return []object{{space(pgsql.ObjectTrigger), n.Trigname}}
	case *pgsql.CreatePolicyStmt:
		return []object{{space(pgsql.ObjectPolicy), n.PolicyName}}
	case *pgsql.RuleStmt:
		return []object{{space(pgsql.ObjectRule), n.Rulename}}
	case *pgsql.RenameStmt:
		if s, ok := spaces[n.RenameType]; ok {
			return []object{{s, n.Newname}}
		}
	}
	return nil
}

// needs returns the objects that the statement names.
func needs(tree pgsql.Node) map[object]bool {
	out := map[object]bool{}
	add := func(objects []object) {
		for _, o := range objects {
			out[o] = true
		}
	}
	pgsql.Walk(tree, func(n pgsql.Node, parents []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			add(relations(n))
		case *pgsql.TypeName:
			add(last(typ, n.Names))
			add(last(relation, n.Names)) // a table is a type, too
		case *pgsql.FuncCall:
			add(last(function, n.Funcname))
		case *pgsql.CreateTrigStmt:
			add(last(function, n.Funcname))
		case *pgsql.ObjectWithArgs:
			add(last(function, n.Objname))
		case *pgsql.DropStmt:
			for _, o := range n.Objects {
				add(named(n.RemoveType, o))
			}
		case *pgsql.CommentStmt:
			add(named(n.Objtype, n.Object))
		case *pgsql.AlterOwnerStmt:
			add(named(n.ObjectType, n.Object))
		case *pgsql.AlterObjectSchemaStmt:
			add(named(n.ObjectType, n.Object))
		case *pgsql.GrantStmt:
			for _, o := range n.Objects {
				add(named(n.Objtype, o))
			}
		case *pgsql.RenameStmt:
			add(named(n.RenameType, n.Object))
		case *pgsql.DefElem:
			if n.Defname == "as" && len(parents) == 1 {
				body(n.Arg, out)
			}
		}
		return true
	})
	return out
}

// body adds the words of a function's body that may be tables or functions.
func body(n pgsql.Node, out map[object]bool) {
	items := []pgsql.Node{n}
	if l, ok := n.(*pgsql.List); ok {
		items = l.Items
	}
	for _, item := range items {
		s, ok := item.(*pgsql.String)
		if !ok {
			continue
		}
		stmts, err := pgsql.Split([]byte(s.Sval))
		if err != nil {
			continue
		}
		for _, st := range stmts {
			for i, t := range st.Tokens {
				if t.Kind() == pgsql.Word || t.Kind() == pgsql.Quoted {
					name := pgsql.Fold(st.Str(i))
					out[object{relation, name}] = true
					if st.Is(i+1, "(") {
						out[object{function, name}] = true
					}
				}
			}
		}
	}
}

func relations(r *pgsql.RangeVar) []object {
	if r == nil {
		return nil
	}
	return []object{{relation, r.Relname}}
}

// named returns what an object of DROP, COMMENT and the like names.
func named(t pgsql.ObjectType, n pgsql.Node) []object {
	switch n := n.(type) {
	case *pgsql.String:
		return []object{{space(t), n.Sval}}
	case *pgsql.List:
		out := last(space(t), n.Items)
		if _, major := spaces[t]; !major && len(n.Items) > 1 {
			out = append(out, last(relation, n.Items[:len(n.Items)-1])...) // the table of a trigger, a column, ...
		}
		return out
	}
	return nil
}

func last(space string, names []pgsql.Node) []object {
	if len(names) == 0 {
		return nil
	}
	if s, ok := names[len(names)-1].(*pgsql.String); ok && !strings.HasPrefix(s.Sval, "pg_catalog") {
		return []object{{space, s.Sval}}
	}
	return nil
}

// wait finds the statements that cannot succeed because one that they need is
// left to a person.
func (j *Judged) wait() {
	missing := map[object]int{}
	for i := range j.Outcomes {
		o := &j.Outcomes[i]
		if !o.DDL() {
			continue
		}
		tree, _ := pgsql.Parse(j.SQL(o.Verdict))
		if o.Verdict.Verdict != Accepted {
			for _, d := range o.DependsOn {
				if d < 0 || !j.Outcomes[d].Predicted() {
					o.Waits = append(o.Waits, d)
				}
			}
			if tree != nil && len(o.Waits) == 0 {
				for n := range needs(tree) {
					if by, ok := missing[n]; ok && by != i {
						o.Waits = append(o.Waits, by)
					}
				}
			}
		}
		if tree == nil {
			continue
		}
		for _, m := range makes(tree) {
			if o.Predicted() {
				delete(missing, m)
			} else {
				missing[m] = i
			}
		}
	}
}
