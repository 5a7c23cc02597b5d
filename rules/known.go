package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// knownStatement are the kinds of statement that CockroachDB has in a form
// that it shares with PostgreSQL; the parts of some are judged one by one.
// Sources: CockroachDB docs, sql-grammar.md; measured on v26.1 and on the
// conformance corpora.
var knownStatement = kinds(
	pgsql.KindSelectStmt, pgsql.KindInsertStmt, pgsql.KindUpdateStmt, pgsql.KindDeleteStmt, pgsql.KindTruncateStmt, pgsql.KindCallStmt, pgsql.KindCopyStmt,
	pgsql.KindCreateStmt, pgsql.KindAlterTableStmt, pgsql.KindIndexStmt, pgsql.KindViewStmt, pgsql.KindCreateTableAsStmt, pgsql.KindRefreshMatViewStmt,
	pgsql.KindCreateSeqStmt, pgsql.KindAlterSeqStmt, pgsql.KindCreateSchemaStmt, pgsql.KindCreateEnumStmt, pgsql.KindAlterEnumStmt, pgsql.KindCompositeTypeStmt,
	pgsql.KindCreateFunctionStmt, pgsql.KindAlterFunctionStmt, pgsql.KindCreateTrigStmt, pgsql.KindDoStmt, pgsql.KindCreatePolicyStmt, pgsql.KindAlterPolicyStmt,
	pgsql.KindCommentStmt, pgsql.KindGrantStmt, pgsql.KindGrantRoleStmt, pgsql.KindAlterDefaultPrivilegesStmt,
	pgsql.KindCreateRoleStmt, pgsql.KindAlterRoleStmt, pgsql.KindAlterRoleSetStmt, pgsql.KindDropRoleStmt, pgsql.KindDropOwnedStmt, pgsql.KindReassignOwnedStmt,
	pgsql.KindCreatedbStmt, pgsql.KindAlterDatabaseSetStmt, pgsql.KindDropdbStmt, pgsql.KindCreateExtensionStmt, pgsql.KindCreateStatsStmt,
	pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindAlterOwnerStmt, pgsql.KindAlterObjectSchemaStmt,
	pgsql.KindTransactionStmt, pgsql.KindVariableSetStmt, pgsql.KindVariableShowStmt, pgsql.KindExplainStmt, pgsql.KindPrepareStmt, pgsql.KindExecuteStmt,
	pgsql.KindDeallocateStmt, pgsql.KindDeclareCursorStmt, pgsql.KindFetchStmt, pgsql.KindClosePortalStmt, pgsql.KindDiscardStmt, pgsql.KindUnlistenStmt, pgsql.KindVacuumStmt,
)

func kinds(list ...pgsql.Kind) map[pgsql.Kind]bool {
	m := map[pgsql.Kind]bool{}
	for _, k := range list {
		m[k] = true
	}
	return m
}

// The objects that CockroachDB drops, renames, gives to an owner and moves to
// a schema.
var (
	knownDrop = objects(pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectIndex, pgsql.ObjectSequence, pgsql.ObjectTypeObjectType,
		pgsql.ObjectSchema, pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectTrigger, pgsql.ObjectPolicy)
	knownRename = objects(pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectIndex, pgsql.ObjectSequence, pgsql.ObjectTypeObjectType,
		pgsql.ObjectSchema, pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectPolicy, pgsql.ObjectColumn, pgsql.ObjectTabconstraint, pgsql.ObjectDatabase)
	knownOwner  = objects(pgsql.ObjectTypeObjectType, pgsql.ObjectSchema, pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectDatabase)
	knownSchema = objects(pgsql.ObjectTable, pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectSequence, pgsql.ObjectTypeObjectType,
		pgsql.ObjectFunction, pgsql.ObjectProcedure)
)

func objects(list ...pgsql.ObjectType) map[pgsql.ObjectType]bool {
	m := map[pgsql.ObjectType]bool{}
	for _, t := range list {
		m[t] = true
	}
	return m
}

// knownCommand are the commands of ALTER TABLE that CockroachDB has.
var knownCommand = func() map[pgsql.AlterTableType]bool {
	m := map[pgsql.AlterTableType]bool{}
	for _, t := range []pgsql.AlterTableType{
		pgsql.ATAddColumn, pgsql.ATColumnDefault, pgsql.ATDropNotNull, pgsql.ATSetNotNull, pgsql.ATDropColumn, pgsql.ATAddConstraint,
		pgsql.ATValidateConstraint, pgsql.ATDropConstraint, pgsql.ATAlterColumnType, pgsql.ATChangeOwner, pgsql.ATSetLogged, pgsql.ATSetUnLogged,
		pgsql.ATSetRelOptions, pgsql.ATResetRelOptions, pgsql.ATEnableRowSecurity, pgsql.ATDisableRowSecurity, pgsql.ATForceRowSecurity,
		pgsql.ATNoForceRowSecurity, pgsql.ATAddIdentity, pgsql.ATSetIdentity, pgsql.ATDropIdentity,
	} {
		m[t] = true
	}
	return m
}()

// Options, by what takes them.
var (
	knownFunctionOption = words("language as volatility strict leakproof security")
	knownSequenceOption = words("increment minvalue maxvalue start restart cache owned_by as cycle sequence_name")
)

// unknownPart is a part of a statement that is not on a list of what
// CockroachDB takes. Last is -1 for the statement as a whole.
type unknownPart struct {
	first, last int
	what        string
}

// unknownParts returns what of a statement is not known to be accepted.
func unknownParts(st *Statement) []unknownPart {
	whole := func(format string, args ...any) []unknownPart {
		return []unknownPart{{0, -1, fmt.Sprintf(format, args...)}}
	}
	if !knownStatement[st.Tree.Kind()] {
		return whole("a statement of the kind %s", st.Tree.Kind())
	}
	switch n := st.Tree.(type) {
	case *pgsql.DropStmt:
		if !knownDrop[n.RemoveType] {
			return whole("DROP %s", objectNoun(st, 1))
		}
	case *pgsql.RenameStmt:
		if !knownRename[n.RenameType] {
			return whole("the renaming of %s", objectNoun(st, 1))
		}
		if n.RenameType == pgsql.ObjectColumn && n.RelationType != pgsql.ObjectTable {
			return whole("the renaming of a column of %s", objectNoun(st, 1))
		}
	case *pgsql.AlterOwnerStmt:
		if !knownOwner[n.ObjectType] {
			return whole("ALTER %s ... OWNER TO", objectNoun(st, 1))
		}
	case *pgsql.AlterObjectSchemaStmt:
		if !knownSchema[n.ObjectType] {
			return whole("ALTER %s ... SET SCHEMA", objectNoun(st, 1))
		}
	case *pgsql.AlterTableStmt:
		return unknownCommands(st, n)
	case *pgsql.CreateStmt:
		return unknownTableParts(st, n)
	case *pgsql.ViewStmt:
		if len(n.Options) > 0 || n.WithCheckOption > pgsql.NOCheckOption {
			return whole("a view with options")
		}
	case *pgsql.CreateTableAsStmt:
		if into := n.Into; into != nil && (into.AccessMethod != "" || into.TableSpaceName != "" || into.OnCommit > pgsql.OncommitPreserveRows ||
			n.Objtype == pgsql.ObjectMatview && len(into.Options) > 0 || n.Objtype != pgsql.ObjectMatview && into.SkipData) {
			return whole("CREATE ... AS with such options")
		}
	case *pgsql.CreateFunctionStmt:
		if n.SqlBody != nil {
			return whole("a function body in the SQL standard's form")
		}
		return unknownOptions(st, n.Options, knownFunctionOption, "a function")
	case *pgsql.AlterFunctionStmt:
		return unknownOptions(st, n.Actions, knownFunctionOption, "a function")
	case *pgsql.CreateSeqStmt:
		return unknownOptions(st, n.Options, knownSequenceOption, "a sequence")
	case *pgsql.AlterSeqStmt:
		return unknownOptions(st, n.Options, knownSequenceOption, "a sequence")
	case *pgsql.DeclareCursorStmt:
		for _, w := range []string{"scroll", "binary"} {
			if at := st.Find(0, w); at > 0 && at < st.Find(0, "for") && !st.Is(at-1, "no") {
				return []unknownPart{{at, at, "a cursor that is " + strings.ToUpper(w)}}
			}
		}
	}
	return nil
}

func unknownCommands(st *Statement, n *pgsql.AlterTableStmt) []unknownPart {
	var out []unknownPart
	places := catalog.CommandTokens(st.Statement, n)
	for i, c := range n.Cmds {
		cmd, ok := c.(*pgsql.AlterTableCmd)
		if !ok || len(places) != len(n.Cmds) {
			continue
		}
		known := knownCommand[cmd.Subtype]
		switch n.Objtype {
		case pgsql.ObjectTable:
		case pgsql.ObjectView, pgsql.ObjectMatview, pgsql.ObjectSequence:
			known = cmd.Subtype == pgsql.ATChangeOwner
		default:
			known = false
		}
		if !known {
			first, last := places[i][0], places[i][1]
			out = append(out, unknownPart{first, last, "the command " + upperWords(st, first, min(last, first+3))})
		}
	}
	return out
}

func unknownTableParts(st *Statement, n *pgsql.CreateStmt) []unknownPart {
	var what []string
	if n.Partspec != nil {
		what = append(what, "PARTITION BY")
	}
	if n.Partbound != nil {
		what = append(what, "PARTITION OF")
	} else if len(n.InhRelations) > 0 {
		what = append(what, "INHERITS")
	}
	if n.OfTypename != nil {
		what = append(what, "OF a type")
	}
	if n.Tablespacename != "" {
		what = append(what, "TABLESPACE")
	}
	if n.AccessMethod != "" {
		what = append(what, "USING an access method")
	}
	if n.Oncommit > pgsql.OncommitPreserveRows {
		what = append(what, "ON COMMIT")
	}
	if what == nil {
		return nil
	}
	return []unknownPart{{0, -1, "CREATE TABLE with " + strings.Join(what, " and ")}}
}

func unknownOptions(st *Statement, options []pgsql.Node, known map[string]bool, of string) []unknownPart {
	var out []unknownPart
	for _, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok || known[d.Defname] {
			continue
		}
		first, last := 0, -1
		if at := st.tokenOf(d); at >= 0 {
			first, last = at, at
		}
		out = append(out, unknownPart{first, last, fmt.Sprintf("the option %s of %s", strings.ToUpper(d.Defname), of)})
	}
	return out
}

// objectNoun returns the words at token i that name a kind of object.
func objectNoun(st *Statement, i int) string {
	end := i
	for end+1 < len(st.Tokens) && objectWord[st.Word(end+1)] {
		end++
	}
	return upperWords(st, i, end)
}

func upperWords(st *Statement, first, last int) string {
	var out []string
	for i := first; i <= last; i++ {
		if st.Word(i) == "" {
			break
		}
		out = append(out, strings.ToUpper(st.Word(i)))
	}
	return strings.Join(out, " ")
}
