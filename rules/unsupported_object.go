package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var unsupportedObject = &Rule{
	Name:       "unsupported-object",
	Title:      "Kinds of objects that CockroachDB does not have",
	Condition:  "`CREATE`, `ALTER`, `DROP` or `COMMENT ON` of an aggregate (`CREATE AGGREGATE`: see `user-aggregate`), an operator, an operator class or family, a cast, a conversion, a transform, an access method, a language or a rule.",
	Effect:     "Each is a syntax error (SQLSTATE 0A000 or 42601).",
	Workaround: "`CREATE LANGUAGE` goes: PL/pgSQL is built in, and functions in other languages are reported by themselves. `DROP`, `ALTER` and `COMMENT ON` of what cannot exist go. What is created otherwise is left to a person.",
	Versions:   "*",
	Issues:     []int{17511, 74775, 65017},
	Sources:    []string{"CockroachDB docs, postgresql-compatibility.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a language",
			Input:  "ALTER PROCEDURAL LANGUAGE plpgsql OWNER TO admin;\nCREATE LANGUAGE pllua HANDLER pllua_call_handler;\nCREATE TABLE t (a INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (a INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact", "2:1 error weaker"},
			Error:  "syntax error",
		},
		{
			Name:   "an operator",
			Input:  "CREATE OPERATOR === (leftarg = INT8, rightarg = INT8, procedure = int8eq);\n",
			Want:   []string{"1:1 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "a rule, and its end",
			Setup:  "CREATE TABLE t (a INT8 PRIMARY KEY);\n",
			Input:  "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;\nDROP RULE r ON t;\n",
			Output: "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;\n",
			Want:   []string{"1:1 error manual", "2:1 error exact"},
			Error:  "syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{
		pgsql.KindDefineStmt, pgsql.KindRuleStmt, pgsql.KindCreateOpClassStmt, pgsql.KindCreateOpFamilyStmt, pgsql.KindAlterOpFamilyStmt,
		pgsql.KindAlterOperatorStmt, pgsql.KindCreateCastStmt, pgsql.KindCreateConversionStmt, pgsql.KindCreateTransformStmt, pgsql.KindCreateAmStmt,
		pgsql.KindCreatePLangStmt, pgsql.KindDropStmt, pgsql.KindAlterOwnerStmt, pgsql.KindRenameStmt, pgsql.KindAlterObjectSchemaStmt, pgsql.KindCommentStmt,
	},
	Check: func(p *Pass, node pgsql.Node) {
		if len(p.Parents) > 0 {
			return
		}
		var o pgsql.ObjectType
		gone := "there is none to drop"
		switch n := node.(type) {
		case *pgsql.CreatePLangStmt:
			f := Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(), Message: "CREATE LANGUAGE is not supported; PL/pgSQL is built in: the statement goes"}
			if n.Plname != "plpgsql" && n.Plname != "sql" {
				f.Fidelity, f.Message = Weaker, fmt.Sprintf("CockroachDB does not run language %s: the statement goes; functions in it are reported by themselves", n.Plname)
			}
			p.Report(f)
			return
		case *pgsql.DropStmt:
			o = n.RemoveType
		case *pgsql.AlterOwnerStmt:
			o, gone = n.ObjectType, "there is none to alter"
		case *pgsql.RenameStmt:
			o, gone = n.RenameType, "there is none to rename"
		case *pgsql.AlterObjectSchemaStmt:
			o, gone = n.ObjectType, "there is none to move"
		case *pgsql.CommentStmt:
			o, gone = n.Objtype, "there is none to comment on"
		case *pgsql.DefineStmt:
			if o, gone = n.Kind_, ""; o == pgsql.ObjectAggregate {
				return // rule user-aggregate
			}
		default:
			o, gone = objectOfKind[node.Kind()], ""
		}
		name, ok := absentObjects[o]
		switch {
		case !ok:
		case gone != "":
			p.Report(Finding{Severity: Error, Fidelity: Exact, Follows: true, Edits: p.DropStatement(), Message: fmt.Sprintf("CockroachDB has no %s of one's own, so %s: the statement goes", name.plural, gone)})
		default:
			p.Report(manual(fmt.Sprintf("CockroachDB has no %s of one's own", name.plural), name.todo))
		}
	},
}

// objectOfKind says what the statements make that are about one kind of object.
var objectOfKind = map[pgsql.Kind]pgsql.ObjectType{
	pgsql.KindRuleStmt: pgsql.ObjectRule, pgsql.KindCreateOpClassStmt: pgsql.ObjectOpclass, pgsql.KindCreateOpFamilyStmt: pgsql.ObjectOpfamily,
	pgsql.KindAlterOpFamilyStmt: pgsql.ObjectOpfamily, pgsql.KindAlterOperatorStmt: pgsql.ObjectOperator, pgsql.KindCreateCastStmt: pgsql.ObjectCast,
	pgsql.KindCreateConversionStmt: pgsql.ObjectConversion, pgsql.KindCreateTransformStmt: pgsql.ObjectTransform, pgsql.KindCreateAmStmt: pgsql.ObjectAccessMethod,
}

type absentObject struct{ plural, todo string }

var absentObjects = map[pgsql.ObjectType]absentObject{
	pgsql.ObjectAggregate:    {"aggregates", "Use a built-in aggregate (string_agg, array_agg, ...) where the aggregate is called, or aggregate in the application"},
	pgsql.ObjectOperator:     {"operators", "Call the operator's function instead"},
	pgsql.ObjectOpclass:      {"operator classes", "Delete the statement, and the operator class from the indexes that name it"},
	pgsql.ObjectOpfamily:     {"operator families", "Delete the statement, and what names the family"},
	pgsql.ObjectCast:         {"casts", "Call a function where the cast is meant, and delete the statement"},
	pgsql.ObjectConversion:   {"conversions between encodings", "Delete the statement: CockroachDB stores UTF-8 only"},
	pgsql.ObjectTransform:    {"transforms", "Delete the statement, with the functions that need it"},
	pgsql.ObjectAccessMethod: {"access methods", "Delete the statement, and USING where a table or an index names the method"},
	pgsql.ObjectLanguage:     {"languages", "Delete the statement"},
	pgsql.ObjectRule:         {"rules", "Write what the rule does as a trigger or as constraints, or in the application"},
}
