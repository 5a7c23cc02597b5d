package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var trigger = &Rule{
	Name:  "trigger",
	Title: "Clauses of CREATE TRIGGER",
	Condition: "`CREATE TRIGGER` before v24.3; `FOR EACH STATEMENT` (also what it means to say nothing), `INSTEAD OF`, `TRUNCATE`, `REFERENCING`, `UPDATE OF column`, `CREATE CONSTRAINT TRIGGER`, " +
		"a trigger on a view, a field of NEW or OLD in `WHEN` without parentheses; `CREATE OR REPLACE TRIGGER` and `DROP TRIGGER ... CASCADE` before v26.2; `ALTER TRIGGER`.",
	Effect: "Each is refused (SQLSTATE 0A000, 42601, or 42P01 for NEW and OLD).",
	Workaround: "`NEW.a` becomes `(NEW).a`. `UPDATE OF a` becomes `UPDATE` with `WHEN ((NEW).a IS DISTINCT FROM (OLD).a)`: PostgreSQL fires also where the statement sets the column to the value that it has. " +
		"A constraint trigger becomes an AFTER trigger, which cannot wait for the end of the transaction. OR REPLACE becomes DROP TRIGGER IF EXISTS in front. A statement-level trigger becomes one for rows where its function does for the rows of a transition table what it does for each of them, or only raises errors. Other ones and INSTEAD OF triggers are left to a person.",
	Versions: "*",
	Issues:   []int{28296, 126362, 126363, 135655, 135656, 135657, 135658, 114687, 128422, 128151},
	Sources:  []string{"CockroachDB docs, triggers.md and known limitations, v24.3 to v26.2", "CockroachDB source v26.1, optbuilder/create_trigger.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "fields in WHEN",
			Target: ">=24.3",
			Setup:  triggerSetup,
			Input:  "CREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a OR OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f();\n",
			Output: "CREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW WHEN ((OLD).a IS DISTINCT FROM (NEW).a OR OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION f();\n",
			Want:   []string{"1:57 error exact"},
			Error:  "no data source matches p",
		},
		{
			Name:   "some columns",
			Target: ">=24.3",
			Setup:  triggerSetup,
			Input:  "CREATE TRIGGER tg AFTER UPDATE OF a, b ON t FOR EACH ROW EXECUTE PROCEDURE f();\n",
			Output: "CREATE TRIGGER tg AFTER UPDATE ON t FOR EACH ROW WHEN ((NEW).a IS DISTINCT FROM (OLD).a OR (NEW).b IS DISTINCT FROM (OLD).b) EXECUTE PROCEDURE f();\n",
			Want:   []string{"1:32 error changed"},
			Error:  "column lists are not yet supported for triggers",
		},
		{
			Name:   "some columns, and inserts",
			Target: ">=24.3",
			Setup:  triggerSetup,
			Input:  "CREATE TRIGGER tg BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f();\nDROP TRIGGER tg ON t;\n",
			Output: "CREATE TRIGGER tg_insert BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n" +
				"CREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW WHEN ((NEW).a IS DISTINCT FROM (OLD).a) EXECUTE FUNCTION f();\nDROP TRIGGER tg_insert ON t;\nDROP TRIGGER tg ON t;\n",
			Want:  []string{"1:43 error changed", "2:1 warning exact"},
			Error: "column lists are not yet supported for triggers",
		},
		{
			Name:   "a constraint trigger",
			Target: ">=24.3",
			Setup:  triggerSetup,
			Input:  "CREATE CONSTRAINT TRIGGER tg AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();\n",
			Output: "CREATE TRIGGER tg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Want:   []string{"1:8 error changed"},
			Error:  "syntax error",
		},
		{
			Name:   "once for a statement",
			Target: ">=24.3",
			Setup:  triggerSetup,
			Input:  "CREATE TRIGGER tg AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION f();\n",
			Want:   []string{"1:37 error manual"},
			Error:  "statement-level triggers are not yet supported",
			Manual: true,
		},
		{
			Name:   "once for a statement, where rows are as good",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8);\nCREATE TABLE log (id INT8, a INT8);\n",
			Input: "CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, a) SELECT n.id, n.a FROM new_rows n WHERE n.a > 0; RETURN NULL; END $$;\n" +
				"CREATE TRIGGER tg AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION f();\n" +
				"CREATE FUNCTION g() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not here'; END $$;\nCREATE TRIGGER no BEFORE DELETE ON t EXECUTE FUNCTION g();\n",
			Output: "CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (id, a) SELECT n.id, n.a FROM (SELECT (NEW).id AS id, (NEW).a AS a) n WHERE n.a > 0; RETURN NULL; END $$;\n" +
				"CREATE TRIGGER tg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n" +
				"CREATE FUNCTION g() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not here'; END $$;\nCREATE TRIGGER no AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION g();\n",
			Want:  []string{"2:71 error weaker", "4:38 error weaker"},
			Error: "statement-level triggers are not yet supported",
		},
		{
			Name:   "to replace a trigger",
			Target: "26.1",
			Setup:  triggerSetup,
			Input:  "CREATE OR REPLACE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();\nDROP TRIGGER tg ON t CASCADE;\n",
			Output: "DROP TRIGGER IF EXISTS tg ON t;\nCREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();\nDROP TRIGGER tg ON t;\n",
			Want:   []string{"1:8 error exact", "2:22 error exact"},
			Error:  "CREATE OR REPLACE TRIGGER is not supported",
		},
		{
			Name:   "a plain trigger stays",
			Target: ">=24.3",
			Setup:  triggerSetup,
			Input:  "CREATE TRIGGER tg BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE f();\n",
		},
		{
			Name:   "before v24.3",
			Input:  "CREATE TRIGGER tg BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE f();\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindCreateTrigStmt, pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindAlterObjectDependsStmt},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[triggers](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			if r := routineOf(p); r.isTrigger() {
				triggerRoutinesOf(p).see(r)
			}
		case *pgsql.CreateTrigStmt:
			mem.made.set(madeTriggerOf(p, n))
			checkTrigger(p, n)
		case *pgsql.DropStmt:
			if n.RemoveType == pgsql.ObjectTrigger {
				checkDropTrigger(p, n)
			}
		case *pgsql.RenameStmt:
			if n.RenameType == pgsql.ObjectTrigger {
				renameTrigger(p, n)
			}
		case *pgsql.AlterObjectDependsStmt:
			if n.ObjectType == pgsql.ObjectTrigger || n.ObjectType == pgsql.ObjectFunction || n.ObjectType == pgsql.ObjectProcedure || n.ObjectType == pgsql.ObjectRoutine {
				p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(), Message: "DEPENDS ON EXTENSION is not supported, and CockroachDB's extensions are never dropped: the statement goes"})
			}
		}
	},
}

const triggerSetup = "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8);\nCREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n"

// triggers is the rule's memory: the triggers that were made, and those that
// became two.
type triggers struct {
	made  madeTriggers
	split map[splitTrigger]bool
}

// splitTrigger is the second half of a trigger.
type splitTrigger struct {
	triggerID
	half string
}

func triggerIDOf(p *Pass, rv *pgsql.RangeVar, name string) triggerID {
	if rv == nil {
		return triggerID{name: name}
	}
	return triggerID{tableID(p, catalog.Name{Schema: rv.Schemaname, Name: rv.Relname}), name}
}

// tableID names a table the same way however it is qualified.
func tableID(p *Pass, name catalog.Name) string {
	if t := p.Catalog.Relation(name); t != nil {
		name = t.Name
	}
	if name.Schema == "" {
		name.Schema = "public"
	}
	return name.Schema + "." + name.Name
}

// The bits of CreateTrigStmt.
const (
	timingBefore    = 2
	timingInsteadOf = 64
	eventInsert     = 4
	eventDelete     = 8
	eventUpdate     = 16
	eventTruncate   = 32
)

func checkTrigger(p *Pass, n *pgsql.CreateTrigStmt) {
	st := p.Stmt
	function := catalog.ListName(n.Funcname)
	if p.Target.Meets("<24.3") {
		f := manual("triggers do not exist before v24.3", "Set the target to \">=24.3\", use ON UPDATE for a column that holds the time of the last change, or move what the trigger does to the application")
		f.Until, f.Follows = "24.3", isBroken(p, function)
		p.Report(f)
		return
	}
	execute := st.find(0, "execute")
	stop := func(first, last int, message, todo string) {
		f := Finding{Severity: Error, Fidelity: Manual, Message: message, Todo: todo}
		f.at(st, first, last)
		p.Report(f)
	}
	on := st.find(3, "on")
	if execute < 0 || on < 0 {
		return
	}
	const perRow = "Make it a trigger FOR EACH ROW whose function needs no more than its row, or move it to the application"
	if t := p.Catalog.Table(n.Relation); t != nil && (t.Kind == catalog.View || t.Kind == catalog.MatView) && n.Timing != timingInsteadOf {
		stop(on, on+1, "triggers on views are not supported", "Put the trigger on the table")
		return
	}
	switch {
	case n.Timing == timingInsteadOf:
		i := st.find(0, "instead")
		stop(i, i+1, "INSTEAD OF triggers are not supported", "Let the application write to the tables behind the view")
		return
	case n.Events&eventTruncate != 0:
		i := st.find(0, "truncate")
		stop(i, i, "triggers on TRUNCATE are not supported", "Do in the application what the trigger does, or delete the trigger")
		return
	case !n.Row && reportPerRow(p, n, on, execute):
		return
	case !n.Row:
		first, last := execute, execute
		if i := st.find(on, "for"); i >= 0 && i < execute {
			first, last = i, min(i+2, execute-1)
		}
		message := "statement-level triggers are not supported"
		if len(n.TransitionRels) > 0 {
			message += ", and neither are their transition tables (REFERENCING)"
		} else if first == execute {
			message += " (without FOR EACH ROW it is one)"
		}
		stop(first, last, message, perRow)
		return
	case len(n.TransitionRels) > 0:
		i := st.find(on, "referencing")
		stop(i, i, "transition tables (REFERENCING) are not supported", perRow)
		return
	}
	if n.Replace && p.Target.Meets("<26.2") {
		i := st.find(0, "replace")
		f := Finding{Severity: Error, Fidelity: Exact, Until: "26.2", Message: "CREATE OR REPLACE TRIGGER is not supported before v26.2: a DROP TRIGGER IF EXISTS in front takes its place"}
		f.at(st, 1, i)
		f.Edits = []Edit{p.Insert(0, fmt.Sprintf("DROP TRIGGER IF EXISTS %s ON %s;\n", QuoteIdent(n.Trigname), relationText(st, n.Relation))), p.Delete(1, i)}
		p.Report(f)
	}
	if n.Isconstraint {
		reportConstraintTrigger(p, n, on, execute)
	}
	if len(n.Columns) > 0 {
		reportTriggerColumns(p, n, on, execute)
	}
	if n.WhenClause != nil {
		reportTriggerWhen(p, n)
	}
	if isBroken(p, function) {
		f := Finding{Severity: Error, Fidelity: Manual, Follows: true, Message: fmt.Sprintf("function %s is not made on the target, so the trigger is not either", function), Todo: "Mend the function first"}
		f.at(st, execute, len(st.Tokens)-1)
		p.Report(f)
	} else if isMissing(p, function) && len(p.Catalog.Functions(function)) == 0 {
		stop(execute+2, execute+2, missingMessage(function.Name), missingTodo(function.Name))
	}
}

// reportPerRow makes a trigger for rows of one for statements where that comes
// to the same.
func reportPerRow(p *Pass, n *pgsql.CreateTrigStmt, on, execute int) bool {
	st := p.Stmt
	function := catalog.ListName(n.Funcname)
	_, r := triggerRoutinesOf(p).read(function.Name)
	if r == nil || isBroken(p, function) || n.Events&eventTruncate != 0 || n.WhenClause != nil {
		return false
	}
	f := Finding{Severity: Error, Fidelity: Weaker}
	each := st.find(on, "each")
	first, last := execute, execute-1 // FOR EACH STATEMENT, which may be left out
	if each > 0 && each < execute {
		first, last = each-1, each+1
	}
	f.at(st, first, max(first, last))
	if len(n.TransitionRels) > 0 {
		var rows []transition
		for _, e := range n.TransitionRels {
			if t, ok := e.(*pgsql.TriggerTransition); ok {
				rows = append(rows, transition{t.Name, map[bool]string{true: "NEW", false: "OLD"}[t.IsNew]})
			}
		}
		edits, ok := perRow(p, r, p.Catalog.Table(n.Relation), rows)
		from := st.find(on, "referencing")
		if !ok || from < 0 || from > first {
			return false
		}
		f.Message = fmt.Sprintf("statement-level triggers are not supported: what function %s does for the rows together it does as well for each of them, so that the trigger is one for rows; a statement that changes many rows takes longer", function)
		f.Edits = append(edits, p.Delete(from, first-1))
	} else {
		if !onlyRaises(r) {
			return false
		}
		f.Message = fmt.Sprintf("statement-level triggers are not supported: function %s only raises errors, so that the trigger is one for rows; it does not run for a statement that changes none", function)
		if n.Timing == timingBefore { // a row's BEFORE trigger could take the row out
			i := st.find(0, "before")
			f.Edits = append(f.Edits, p.Replace(st.Tokens[i].Start(), st.Tokens[i].End(), "AFTER"))
		}
	}
	if last < first {
		f.Edits = append(f.Edits, p.Insert(st.Tokens[execute].Start(), "FOR EACH ROW "))
	} else {
		f.Edits = append(f.Edits, p.Replace(st.Tokens[last].Start(), st.Tokens[last].End(), "ROW"))
	}
	p.Report(f)
	return true
}

// relationText returns a relation's name as the statement writes it.
func relationText(st *Statement, rv *pgsql.RangeVar) string {
	i := st.TokenAt(int(rv.Location))
	return st.textOf(i, st.nameEnd(i))
}

func reportConstraintTrigger(p *Pass, n *pgsql.CreateTrigStmt, on, execute int) {
	st := p.Stmt
	i := st.find(0, "constraint")
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CONSTRAINT TRIGGER is not supported: it becomes an AFTER trigger, which it is"}
	switch {
	case n.Initdeferred:
		f.Fidelity, f.Message = Changed, "CONSTRAINT TRIGGER is not supported: it becomes an AFTER trigger, which runs at the end of its statement and not of the transaction, so that it may see or refuse what later statements would mend"
	case n.Deferrable:
		f.Fidelity, f.Message = Weaker, "CONSTRAINT TRIGGER is not supported: it becomes an AFTER trigger, which SET CONSTRAINTS cannot defer"
	}
	f.at(st, i, i)
	f.Edits = []Edit{p.Delete(i, i)}
	// What stands between the table and FOR EACH ROW: FROM table, [NOT]
	// DEFERRABLE, INITIALLY ...
	first := st.nameEnd(on+1) + 1
	last := st.find(first, "for")
	if last > first && last < execute {
		f.Edits = append(f.Edits, p.Delete(first, last-1))
	}
	p.Report(f)
}

// reportTriggerColumns turns UPDATE OF columns into a WHEN condition. Where
// the trigger has other events, whose rows have no OLD, it becomes two.
func reportTriggerColumns(p *Pass, n *pgsql.CreateTrigStmt, on, execute int) {
	st := p.Stmt
	of := st.find(0, "of")
	if of < 0 || of > on {
		return
	}
	var conds []string
	for _, c := range n.Columns {
		if s, ok := c.(*pgsql.String); ok {
			q := QuoteIdent(s.Sval)
			conds = append(conds, fmt.Sprintf("(NEW).%s IS DISTINCT FROM (OLD).%s", q, q))
		}
	}
	cond := strings.Join(conds, " OR ")
	f := Finding{Severity: Error, Fidelity: Changed, Message: "UPDATE OF columns is not supported: WHEN asks whether a column changes; PostgreSQL fires the trigger also for a column that is set to the value it has"}
	last := st.find(of, "or")
	if last < 0 || last > on {
		last = on
	}
	f.at(st, of, last-1)
	f.Edits = append(f.Edits, p.Delete(of, last-1))
	when := st.find(on, "when")
	if when > 0 && when < execute {
		f.Edits = append(f.Edits, p.Insert(st.Tokens[when+1].End(), "("), p.Insert(st.Tokens[st.Close(when+1)].Start(), ") AND ("+cond+")"))
	} else {
		f.Edits = append(f.Edits, p.Insert(st.Tokens[execute].Start(), "WHEN ("+cond+") "))
	}
	if others := n.Events &^ eventUpdate; others != 0 {
		update := st.find(0, "update")
		events := update
		for st.Is(events-1, "or") {
			events -= 2
		}
		// The other trigger is the statement with its other events.
		var names []string
		for _, e := range []struct {
			bit  int32
			name string
		}{{eventInsert, "insert"}, {eventDelete, "delete"}} {
			if others&e.bit != 0 {
				names = append(names, e.name)
			}
		}
		name := n.Trigname + "_" + strings.Join(names, "_")
		at := st.find(0, "trigger") + 1
		text := st.Text[:st.Tokens[at].Start()] + QuoteIdent(name) + " " + st.textOf(at+1, events-1) + " " + strings.ToUpper(strings.Join(names, " OR ")) + " " + st.textOf(on, len(st.Tokens)-1)
		f.Message += "; for its other events a trigger " + name + " is made"
		f.Edits = append(f.Edits, p.Insert(0, text+";\n"))
		if events < update {
			f.Edits = append(f.Edits, p.Delete(events, update-1))
		}
		if last < on {
			f.Edits = append(f.Edits, p.Delete(last, on-1))
		}
		mem := State[triggers](p)
		mem.split = mapSet(mem.split, splitTrigger{triggerIDOf(p, n.Relation, n.Trigname), name}, true)
	}
	p.Report(f)
}

// reportTriggerWhen puts the row variables of a WHEN condition in parentheses.
func reportTriggerWhen(p *Pass, n *pgsql.CreateTrigStmt) {
	st := p.Stmt
	var f Finding
	pgsql.Walk(n.WhenClause, func(node pgsql.Node, _ []pgsql.Node) bool {
		c, ok := node.(*pgsql.ColumnRef)
		if !ok || len(c.Fields) < 2 {
			return true
		}
		row, ok := c.Fields[0].(*pgsql.String)
		if !ok || row.Sval != "new" && row.Sval != "old" {
			return true
		}
		i := st.TokenAt(int(c.Location))
		if f.Message == "" {
			f = Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%s in front of a dot is read as a table's name: a field of the row is written (%s).a", st.Str(i), st.Str(i))}
			f.at(st, i, i+2)
		}
		if st.Is(i+2, "*") {
			f.Edits = append(f.Edits, p.Delete(i+1, i+2))
		} else {
			f.Edits = append(f.Edits, p.Replace(st.Tokens[i].Start(), st.Tokens[i].End(), "("+st.Str(i)+")"))
		}
		return true
	})
	if f.Message != "" {
		p.Report(f)
	}
}

func checkDropTrigger(p *Pass, n *pgsql.DropStmt) {
	st := p.Stmt
	if p.Target.Meets("<24.3") {
		f := Finding{Severity: Error, Fidelity: Exact, Until: "24.3", Message: "triggers do not exist before v24.3, so there is none to drop: the statement goes", Edits: p.DropStatement()}
		p.Report(f)
		return
	}
	last := len(st.Tokens) - 1
	if n.Behavior == pgsql.DropCascade && p.Target.Meets("<26.2") {
		f := Finding{Severity: Error, Fidelity: Exact, Until: "26.2", Message: "CASCADE is not supported on DROP TRIGGER before v26.2; nothing depends on a trigger: it goes"}
		f.at(st, last, last)
		f.Edits = []Edit{p.Delete(last, last)}
		p.Report(f)
	}
	id, table := droppedTrigger(p, n)
	for _, suffix := range []string{"_insert", "_delete", "_insert_delete"} {
		half := splitTrigger{id, id.name + suffix}
		if split := State[triggers](p).split; split[half] {
			exists := ""
			if n.MissingOk {
				exists = "IF EXISTS "
			}
			p.Report(Finding{
				Severity: Warning, Fidelity: Exact, Message: fmt.Sprintf("the trigger became two: %s is dropped as well", half.half),
				Edits: []Edit{p.Insert(0, fmt.Sprintf("DROP TRIGGER %s%s ON %s;\n", exists, QuoteIdent(half.half), table))},
			})
			delete(split, half)
		}
	}
}

// droppedTrigger returns the trigger that a DROP TRIGGER names, and its table as
// the statement writes it.
func droppedTrigger(p *Pass, n *pgsql.DropStmt) (id triggerID, table string) {
	if len(n.Objects) != 1 {
		return id, ""
	}
	l, ok := n.Objects[0].(*pgsql.List)
	if !ok || len(l.Items) < 2 {
		return id, ""
	}
	last, ok := l.Items[len(l.Items)-1].(*pgsql.String)
	if !ok {
		return id, ""
	}
	on := p.Stmt.find(0, "on")
	table = p.Stmt.textOf(on+1, p.Stmt.nameEnd(on+1))
	return triggerID{tableID(p, catalog.ListName(l.Items[:len(l.Items)-1])), last.Sval}, table
}

// renameTrigger drops the trigger and makes it again under its new name.
func renameTrigger(p *Pass, n *pgsql.RenameStmt) {
	mem := State[triggers](p)
	id := triggerIDOf(p, n.Relation, n.Subname)
	kept := mem.made.byID[id]
	if kept == nil || p.Target.Meets("<24.3") {
		p.Report(manual("ALTER TRIGGER is a syntax error in CockroachDB", "Drop the trigger and make it again under its new name"))
		return
	}
	made := kept.stmt.reread()
	name := made.find(0, "trigger") + 1
	text := made.Text[:made.Tokens[name].Start()] + QuoteIdent(n.Newname) + made.Text[made.Tokens[name].End():]
	f := Finding{Severity: Error, Fidelity: Exact, Message: "ALTER TRIGGER is a syntax error in CockroachDB: the trigger is dropped and made again under its new name"}
	f.Edits = []Edit{p.Replace(0, len(p.Stmt.Text), fmt.Sprintf("DROP TRIGGER %s ON %s;\n%s", QuoteIdent(n.Subname), relationText(p.Stmt, n.Relation), text))}
	p.Report(f)
	mem.made.remove(id)
}
