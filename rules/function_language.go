package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionLanguage = &Rule{
	Name:  "function-language",
	Title: "Functions in languages that CockroachDB does not run",
	Condition: "`CREATE FUNCTION` or `CREATE PROCEDURE` in a language other than SQL and PL/pgSQL (C, internal, PL/Python, PL/Perl, PL/v8, ...); " +
		"PL/pgSQL and procedures before v23.2; trigger functions before v24.3; event trigger functions in every version.",
	Effect:     "The statement is refused: the language, the syntax or the type `trigger` does not exist (SQLSTATE 42704, 0A000 or 42601).",
	Workaround: "None that is automatic: the function has to be written in SQL or PL/pgSQL, or move to the application.",
	Versions:   "*",
	Issues:     []int{17511, 28296},
	Sources: []string{
		"CockroachDB docs, create-function.md and create-procedure.md of v23.2, triggers.md of v24.3", "measured on v26.1",
	},
	Examples: []Example{
		{
			Name:   "a function in C",
			Input:  "CREATE FUNCTION f(INT8) RETURNS INT8 AS 'module', 'f' LANGUAGE c;\n",
			Want:   []string{"1:55 error manual"},
			Error:  "C is not yet supported",
			Manual: true,
		},
		{
			Name:   "a trigger function from v24.3 on",
			Target: ">=24.3",
			Input:  "CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n",
		},
		{
			Name:   "a trigger function for the portable baseline",
			Input:  "CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n",
			Want:   []string{"1:29 error manual"},
			Manual: true,
		},
		{
			Name:   "PL/pgSQL before v23.2",
			Target: "23.1",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n",
			Want:   []string{"1:34 error manual"},
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, r := node.(*pgsql.CreateFunctionStmt), routineOf(p)
		if r.language == "plpgsql" && len(r.params) == 1 {
			if _, ok := converterBody(p, n); ok {
				return // its calls are replaced, and it goes
			}
		}
		message, todo, until, first, last := languageObstacle(p, n, r)
		if message == "" {
			return
		}
		f := Finding{Severity: Error, Fidelity: Manual, Message: message, Todo: todo, Until: until}
		f.at(p.Stmt, first, last)
		p.Report(f)
		breakRoutine(p, r.name)
	},
}

// languageObstacle says why the target has no functions of this kind, and at
// which tokens that shows; the message is empty if it has.
func languageObstacle(p *Pass, n *pgsql.CreateFunctionStmt, r *routine) (message, todo, until string, first, last int) {
	st := p.Stmt
	first, last = 0, len(st.Tokens)-1
	for _, o := range optionSpans(st, n.Options) {
		if o.Defname == "language" {
			first, last = o.first, o.first+1
		}
	}
	const move = "Write it in SQL or PL/pgSQL, or move what it does to the application"
	switch {
	case r.language != "" && r.language != "sql" && r.language != "plpgsql":
		return fmt.Sprintf("CockroachDB does not run functions in language %s", r.language), move, "", first, last
	case n.IsProcedure && p.Target.Meets("<23.2"):
		i := st.find(0, "procedure")
		return "CREATE PROCEDURE is a syntax error before v23.2", "Set the target to \">=23.2\", or make it a function", "23.2", i, i
	case r.isTrigger() && p.Target.Meets("<24.3"), builtin(r.returns) == "event_trigger":
		if i, j, ok := st.typeSpan(n.ReturnType); ok {
			first, last = i, j
		}
		if !r.isTrigger() {
			return "CockroachDB has no event triggers, and no type for their functions", "Delete the function and its event trigger; check in the application or in CI what they checked", "", first, last
		}
		return "trigger functions do not exist before v24.3", "Set the target to \">=24.3\", use ON UPDATE for a column that holds the time of the last change, or move what the trigger does to the application", "24.3", first, last
	case r.language == "plpgsql" && p.Target.Meets("<23.2"):
		return "PL/pgSQL does not exist before v23.2", "Set the target to \">=23.2\", or write the function in SQL", "23.2", first, last
	}
	return "", "", "", 0, 0
}

// broken is the memory of routines that the target does not take: what uses
// one fails only because of it.
type broken struct{ names map[catalog.Name]bool }

var brokenKey = new(Rule)

// breakRoutine notes that the routine is not made on the target.
func breakRoutine(p *Pass, name catalog.Name) {
	mem := sharedState[broken](p, brokenKey)
	if mem.names == nil {
		mem.names = map[catalog.Name]bool{}
	}
	mem.names[catalog.Name{Name: name.Name}] = true
}

// isBroken reports whether breakRoutine was told of the routine.
func isBroken(p *Pass, name catalog.Name) bool {
	return sharedState[broken](p, brokenKey).names[catalog.Name{Name: name.Name}]
}
