package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var triggerFunction = &Rule{
	Name:  "trigger-function",
	Title: "The function of a trigger is judged when the trigger is made",
	Condition: "`CREATE TRIGGER` with a function whose body reads a field of NEW, OLD or another row variable without parentheses (`NEW.a`), or holds SQL that CockroachDB does not run in functions; " +
		"`CREATE OR REPLACE FUNCTION` of a function that a trigger uses, before v26.2; `DROP FUNCTION ... CASCADE`.",
	Effect: "CockroachDB analyses the SQL of a trigger's function for the table of the trigger: `CREATE FUNCTION` succeeds and `CREATE TRIGGER` is refused (SQLSTATE 42P01 for NEW.a, 0A000, 42703 or 42883 for the rest). " +
		"A function in use cannot be replaced before v26.2 (0A000).",
	Workaround: "In the function's body, `NEW.a` becomes `(NEW).a` wherever it is read; the assignment `NEW.a := x` works as it is. To replace a function, its triggers are dropped and made again around it. " +
		"`DROP FUNCTION ... CASCADE` becomes DROP TRIGGER and DROP FUNCTION.",
	Versions: "*",
	Issues:   []int{114687, 134555, 135311},
	Sources:  []string{"CockroachDB docs, triggers.md", "CockroachDB source v26.1, optbuilder/create_trigger.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "fields of the row",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, at TIMESTAMPTZ);\n",
			Input: "CREATE FUNCTION touch() RETURNS TRIGGER AS $$\nBEGIN\n  IF NEW.a IS DISTINCT FROM OLD.a THEN\n    NEW.at := now();\n  END IF;\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n" +
				"CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();\n",
			Output: "CREATE FUNCTION touch() RETURNS TRIGGER AS $$\nBEGIN\n  IF (NEW).a IS DISTINCT FROM (OLD).a THEN\n    NEW.at := now();\n  END IF;\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n" +
				"CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();\n",
			Want:  []string{"9:54 error exact"},
			Error: "no data source matches prefix: new in this context",
		},
		{
			Name:   "the time of the last change",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, updated_at TIMESTAMPTZ);\n",
			Input: "CREATE FUNCTION set_updated_at() RETURNS TRIGGER AS $$\nBEGIN\n  NEW.updated_at = NOW();\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n" +
				"CREATE TRIGGER set_updated_at BEFORE UPDATE ON t FOR EACH ROW EXECUTE PROCEDURE set_updated_at();\n",
		},
		{
			Name:   "a function that the trigger cannot run",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "CREATE FUNCTION f() RETURNS TRIGGER AS $$\nBEGIN\n  INSERT INTO t SELECT 1 WHERE pg_notify('a', 'b') IS NULL;\n  RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n" +
				"CREATE TRIGGER tg AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Want:   []string{"7:50 error manual"},
			Error:  "unknown function: pg_notify()",
			Manual: true,
		},
		{
			Name:   "to replace a function in use",
			Target: "26.1",
			Setup:  triggerSetup + "CREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Input:  "CREATE OR REPLACE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$;\n",
			Output: "DROP TRIGGER tg ON t;\nCREATE OR REPLACE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$;\nCREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Want:   []string{"1:1 error exact"},
			Error:  "cannot replace a trigger function with an active trigger",
		},
		{
			Name:   "arguments of triggers",
			Target: "26.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN NEW.a := TG_ARGV[0]; RETURN NEW; END $$;\n" +
				"CREATE TRIGGER tg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f('x');\n",
			Output: "CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN NEW.a := 'x'; RETURN NEW; END $$;\n" +
				"CREATE TRIGGER tg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f('x');\n",
			Want:  []string{"2:51 error exact"},
			Error: "referencing the TG_ARGV trigger function parameter is not yet supported",
		},
		{
			Name:   "to drop a function with its triggers",
			Target: "26.1",
			Setup:  triggerSetup + "CREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();\n",
			Input:  "DROP FUNCTION f() CASCADE;\n",
			Output: "DROP TRIGGER tg ON t;\nDROP FUNCTION f();\n",
			Want:   []string{"1:19 error exact"},
			Error:  "drop function cascade not supported",
		},
	},
	Finish: reportArguments,
	Nodes:  []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindCreateTrigStmt, pgsql.KindDropStmt, pgsql.KindRenameStmt},
	Check: func(p *Pass, node pgsql.Node) {
		mem := State[triggerFunctions](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			r := routineOf(p)
			if !r.isTrigger() || p.Target.Meets("<24.3") {
				return
			}
			if n.Replace {
				reportReplaced(p, mem, r)
			}
			triggerRoutinesOf(p).see(r)
		case *pgsql.CreateTrigStmt:
			if p.Target.Meets("<24.3") || !n.Row || n.Timing == timingInsteadOf || n.Events&eventTruncate != 0 || len(n.TransitionRels) > 0 {
				return // rule trigger says that it is not made at all
			}
			if reportBound(p, mem, n) {
				mem.triggers.set(madeTriggerOf(p, n))
			}
		case *pgsql.DropStmt:
			switch n.RemoveType {
			case pgsql.ObjectTrigger:
				id, _ := droppedTrigger(p, n)
				mem.triggers.remove(id)
			case pgsql.ObjectFunction, pgsql.ObjectProcedure, pgsql.ObjectRoutine:
				reportDropCascade(p, mem, n)
			case pgsql.ObjectTable:
				for _, o := range n.Objects {
					if l, ok := o.(*pgsql.List); ok {
						mem.triggers.forget(tableID(p, catalog.ListName(l.Items)))
					}
				}
			}
		case *pgsql.RenameStmt:
			if n.RenameType == pgsql.ObjectTrigger {
				mem.triggers.remove(triggerIDOf(p, n.Relation, n.Subname))
			}
		}
	},
}

// triggerFunctions is the rule's memory: the triggers that still exist.
type triggerFunctions struct {
	triggers madeTriggers
	// arguments are the places where functions look at a trigger's arguments.
	arguments []triggerArgument
}

// triggerArgument is a place in a trigger function that looks at an argument of
// the trigger.
type triggerArgument struct {
	r    *triggerRoutine
	edit Edit   // that writes the argument
	all  string // the trigger's arguments
	f    Finding
	at   pgsql.PLSpan
}

// argumentTexts returns the arguments of a trigger.
func argumentTexts(n *pgsql.CreateTrigStmt) []string {
	var out []string
	for _, a := range n.Args {
		if s, ok := a.(*pgsql.String); ok {
			out = append(out, s.Sval)
		}
	}
	return out
}

// argumentOf returns the k-th argument, from 1, as an expression.
func argumentOf(n *pgsql.CreateTrigStmt, k int) string {
	if args := argumentTexts(n); k <= len(args) {
		return QuoteString(args[k-1])
	}
	return "NULL::TEXT"
}

// reportArguments writes the arguments of triggers into the functions that look
// at them, where all triggers of a function have the same.
func reportArguments(p *Pass) {
	mem := State[triggerFunctions](p)
	first := map[*triggerRoutine]string{}
	differ := map[*triggerRoutine]bool{}
	for _, a := range mem.arguments {
		if all, ok := first[a.r]; ok && all != a.all {
			differ[a.r] = true
		}
		first[a.r] = a.all
	}
	done := map[string]bool{}
	for _, a := range mem.arguments {
		f := a.f
		if !differ[a.r] {
			f.Fidelity, f.Todo = Exact, ""
			f.Message += "; all triggers of the function have the same arguments: their value stands in the body"
			key := fmt.Sprintf("%p %d", a.r, a.at.First)
			if f.Follows = done[key]; !f.Follows {
				f.Edits = []Edit{a.edit}
			}
			done[key] = true
		}
		p.Report(f)
	}
}

// reportBound reports what CockroachDB finds in the function when the trigger
// is made, and tells whether the trigger is made in the end.
func reportBound(p *Pass, mem *triggerFunctions, n *pgsql.CreateTrigStmt) (made bool) {
	name := catalog.ListName(n.Funcname)
	kept, r := triggerRoutinesOf(p).read(name.Name)
	st := p.Stmt
	i := st.find(0, "execute")
	if isBroken(p, name) || i < 0 {
		return false
	}
	made = true
	if r == nil {
		return made
	}
	place := func(f *Finding) { f.at(st, i, min(i+2, len(st.Tokens)-1)) }
	var fix Finding
	said := map[string]bool{}
	for _, is := range bodyIssues(p, r, p.Catalog.Table(n.Relation)) {
		if !is.bind {
			continue
		}
		where := fmt.Sprintf("function %s, line %d of the body: ", name, r.body.src.Line(is.First))
		if is.argument > 0 && r.body.from != nil {
			f := Finding{Stmt: p.Stmt.kept(true), Severity: Error, Fidelity: Manual, Message: where + is.message, Todo: is.todo, Until: is.until}
			place(&f)
			edit := r.body.replace(r.stmt, is.PLSpan, argumentOf(n, is.argument))
			mem.arguments = append(mem.arguments, triggerArgument{kept, edit, strings.Join(argumentTexts(n), "\x00"), f, is.PLSpan})
			continue
		}
		if is.fidelity == Manual {
			f := Finding{Severity: is.rank(), Fidelity: Manual, Message: where + is.message, Todo: is.todo, Until: is.until}
			place(&f)
			p.Report(f)
			made = false
			continue
		}
		switch {
		case fix.Message == "":
			fix = Finding{Severity: is.rank(), Fidelity: is.fidelity, Message: where + is.message}
		case !said[is.message]:
			fix.Message += fmt.Sprintf("; line %d: %s", r.body.src.Line(is.First), is.message)
		}
		said[is.message] = true
		fix.Severity = max(fix.Severity, is.rank())
		fix.Fidelity = max(fix.Fidelity, is.fidelity)
		fix.Edits = append(fix.Edits, is.edits...)
	}
	if fix.Message != "" {
		// The body is mended once, however many triggers run it.
		if fix.Follows = kept.mended; fix.Follows {
			fix.Edits = nil
		}
		kept.mended = true
		place(&fix)
		p.Report(fix)
	}
	return made
}

// reportReplaced drops a function's triggers in front of a CREATE OR REPLACE
// and makes them again behind it.
func reportReplaced(p *Pass, mem *triggerFunctions, r *routine) {
	using := mem.triggers.using(r.name.Name)
	if len(using) == 0 || !p.Target.Meets("<26.2") {
		return
	}
	st := p.Stmt
	before, after := "", ""
	for _, tg := range using {
		before += fmt.Sprintf("DROP TRIGGER %s ON %s;\n", QuoteIdent(tg.id.name), tg.table)
		after += "\n" + tg.stmt.text + ";"
	}
	stop := st.Stop() - st.Start()
	if st.Tail == "" {
		after = ";" + after
	}
	p.Report(Finding{
		Severity: Error, Fidelity: Exact, Until: "26.2", Edits: []Edit{p.Insert(0, before), p.Insert(int(stop), after)},
		Message: "a function that a trigger uses cannot be replaced before v26.2: the trigger is dropped in front of it and made again behind it",
	})
}

// reportDropCascade writes DROP FUNCTION ... CASCADE without the word, with
// the triggers that it would drop in front.
func reportDropCascade(p *Pass, mem *triggerFunctions, n *pgsql.DropStmt) {
	st := p.Stmt
	text := ""
	for _, o := range n.Objects {
		if f, ok := o.(*pgsql.ObjectWithArgs); ok {
			for _, tg := range mem.triggers.using(catalog.ListName(f.Objname).Name) {
				text += fmt.Sprintf("DROP TRIGGER %s ON %s;\n", QuoteIdent(tg.id.name), tg.table)
				mem.triggers.remove(tg.id)
			}
		}
	}
	if n.Behavior != pgsql.DropCascade {
		return
	}
	last := len(st.Tokens) - 1
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CASCADE is not supported on DROP FUNCTION and DROP PROCEDURE: what is known to use the function is dropped in front, and the word goes"}
	f.at(st, last, last)
	f.Edits = []Edit{p.Delete(last, last)}
	if text != "" {
		f.Edits = append(f.Edits, p.Insert(0, text))
	}
	p.Report(f)
}
