package rules

import (
	"fmt"
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var routineSQL = &Rule{
	Name:  "routine-sql",
	Title: "SQL that CockroachDB does not run in a function",
	Condition: "A statement in the body of a function or procedure that defines something (`CREATE`, `ALTER`, `DROP`, `TRUNCATE`, `GRANT`, `SET`, ...), `MERGE`, `LOCK` or `NOTIFY`; a reference to `FOUND` away from the statement that sets it, `SQLERRM` or `SQLSTATE`; an expression with `FROM`; " +
		"arguments by name; a function that calls itself; before v25.1 `WITH`.",
	Effect:     "The function is refused when it is made (SQLSTATE 0A000, 42601, 42703 or 42883).",
	Workaround: "An expression with FROM becomes a subquery. For the rest none that is automatic: the line of the body that stands in the way is named.",
	Versions:   "*",
	Issues:     []int{110080, 122306, 122264, 93049, 92961},
	Sources:    []string{"CockroachDB docs, known limitations of routines", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a table made by a function",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f() RETURNS VOID LANGUAGE plpgsql AS $$\nBEGIN\n  CREATE TABLE t (a INT8);\nEND $$;\n",
			Want:   []string{"3:3 error manual"},
			Error:  "CREATE TABLE usage inside a function definition is not supported",
			Manual: true,
		},
		{
			Name:   "FOUND, away from the statement that sets it",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\nBEGIN\n  DELETE FROM t;\n  RAISE NOTICE 'done';\n  IF NOT FOUND THEN\n    RETURN 0;\n  END IF;\n  RETURN 1;\nEND $$;\n",
			Want:   []string{"5:10 error manual"},
			Error:  "column \"found\" does not exist",
			Manual: true,
		},
		{
			Name:  "statements that change rows",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE sql AS 'INSERT INTO t VALUES (i) RETURNING id';\n", Target: ">=23.2",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutSQL) },
}

// sql judges the queries and expressions of a body.
func (br *bodyReader) sql() {
	trigger := br.r.isTrigger()
	stop := func(s pgsql.PLSpan, bind bool, message, todo, until string) {
		br.add(bodyIssue{PLSpan: s, about: aboutSQL, bind: bind && trigger, fidelity: Manual, message: message, todo: todo, until: until})
	}
	for _, f := range br.b.code {
		head := pgsql.PLSpan{First: f.First, Last: f.First}
		if f.tree == nil {
			continue
		}
		if what, syntax := refusedInBody(f.tree); what != "" && f.query {
			stop(head, !syntax, what+" inside a function is not supported", "Run it outside: as a statement of its own, or from the application", "")
			continue
		}
		if sel, ok := f.tree.(*pgsql.SelectStmt); ok && !f.query && f.node.Kind != pgsql.PLPerform && len(sel.FromClause) > 0 {
			br.add(bodyIssue{PLSpan: f.PLSpan, about: aboutSQL, fidelity: Exact, message: "an expression with FROM is a syntax error in CockroachDB: a subquery takes its place",
				edits: []Edit{br.insert(f.First, "(SELECT "), br.after(f.Last, ")")}})
		}
		hasFrom := false
		pgsql.Walk(f.tree, func(n pgsql.Node, parents []pgsql.Node) bool {
			br.syntax(f, n, parents)
			switch n := n.(type) {
			case *pgsql.AIndirection:
				br.slice(f, n)
			case *pgsql.SelectStmt:
				hasFrom = hasFrom || len(n.FromClause) > 0
			case *pgsql.WithClause:
				if br.Target.Meets("<25.1") {
					stop(head, true, "WITH inside a function does not exist before v25.1", "Set the target to \">=25.1\", or write a subquery", "25.1")
				}
			case *pgsql.CommonTableExpr:
				br.returning(f, n)
			case *pgsql.NamedArgExpr:
				if i := br.b.tokenAt(f, int(n.Location)); i >= 0 {
					stop(pgsql.PLSpan{First: i, Last: i}, true, "arguments by name are not supported", "Pass the arguments in order", "")
				}
			case *pgsql.FuncCall:
				br.call(f, n, stop)
			case *pgsql.AExpr:
				br.operator(f, n)
			case *pgsql.ColumnRef:
				i := br.b.tokenAt(f, int(n.Location))
				if i < 0 || len(n.Fields) != 1 {
					break
				}
				br.special(i, catalog.ListName(n.Fields).Name, hasFrom, stop)
			}
			return true
		})
	}
}

// syntax judges a part of a query that CockroachDB's grammar lacks.
func (br *bodyReader) syntax(f fragment, n pgsql.Node, parents []pgsql.Node) {
	if _, named := n.(*pgsql.NamedArgExpr); named {
		return // see sql
	}
	what, todo := querySyntaxOf(n)
	if len(parents) > 0 && isPartTarget(n, parents[len(parents)-1]) {
		what, todo = partTarget()
	}
	if what == "" {
		return
	}
	at := pgsql.PLSpan{First: f.First, Last: f.First}
	for i := len(parents); i >= 0; i-- {
		if i < len(parents) {
			n = parents[i]
		}
		if k := br.b.tokenAt(f, pgsql.Location(n)); k >= 0 && k > f.First {
			at = pgsql.PLSpan{First: k, Last: k}
			break
		}
	}
	br.add(bodyIssue{PLSpan: at, about: aboutSyntax, fidelity: Manual, message: "CockroachDB has no " + what, todo: todo})
}

// operator judges an operator by CockroachDB's grammar.
func (br *bodyReader) operator(f fragment, n *pgsql.AExpr) {
	name := missingOperator(n)
	i := br.b.tokenAt(f, int(n.Location))
	if name == "" || i < 0 {
		return
	}
	br.add(bodyIssue{
		PLSpan: pgsql.PLSpan{First: i, Last: i}, about: aboutOperator, fidelity: Manual,
		message: "CockroachDB has no operator " + name, todo: missingOperatorTodo(name),
	})
}

// special judges a name that PL/pgSQL sets by itself.
func (br *bodyReader) special(i int, name string, hasFrom bool, stop func(pgsql.PLSpan, bool, string, string, string)) {
	if br.r.language != "plpgsql" {
		return
	}
	if _, declared := br.vars[name]; declared || br.declares(name) {
		return
	}
	at := pgsql.PLSpan{First: i, Last: i}
	switch name {
	case "found":
		if !hasFrom && br.setsFound == nil {
			stop(at, true, "the variable FOUND does not exist", "Ask for the row itself: RETURNING ... INTO, or SELECT EXISTS (...) INTO a variable", "")
		}
	case "sqlerrm", "sqlstate":
		stop(at, true, fmt.Sprintf("the variable %s does not exist", name), "Raise or log a message of your own; which error it was is known from the WHEN branch", "")
	case "tg_argv":
		if !br.r.isTrigger() || !br.Target.Meets("<26.2") {
			break
		}
		is := bodyIssue{PLSpan: at, about: aboutSQL, bind: true, fidelity: Manual, until: "26.2",
			message: "TG_ARGV is refused before v26.2 unless the session sets allow_create_trigger_function_with_argv_references, and counts from 1 then",
			todo:    "Make one function for each trigger with the value in its body, or set the target to \">=26.2\""}
		if src := br.b.src; src.Is(i+1, "[") && src.Is(i+3, "]") {
			if k, err := strconv.Atoi(src.Str(i + 2)); err == nil {
				is.Last, is.argument = i+3, k+1
			}
		}
		br.add(is)
	}
}

// declares reports whether a block of the body declares the name.
func (br *bodyReader) declares(name string) bool {
	if br.declared == nil {
		br.declared = map[string]bool{}
		if br.r.plpgsql() {
			br.b.src.Walk(func(n *pgsql.PLNode) {
				for _, d := range n.Decls {
					br.declared[d.Name] = true
				}
			})
		}
	}
	return br.declared[name]
}

// call judges a function call.
func (br *bodyReader) call(f fragment, n *pgsql.FuncCall, stop func(pgsql.PLSpan, bool, string, string, string)) {
	i := br.b.tokenAt(f, int(n.Location))
	if i < 0 {
		return
	}
	name := catalog.ListName(n.Funcname)
	at := pgsql.PLSpan{First: i, Last: br.nameEnd(i)}
	switch {
	case br.r.noun != "DO block" && name.Name == br.r.name.Name && (name.Schema == br.r.name.Schema || name.Schema == "" || br.r.name.Schema == "") &&
		len(n.Args) <= len(br.r.params) && len(br.Catalog.Functions(name)) == 0 && !isBuiltin(name):
		stop(at, true, "a function that calls itself is not supported", "Write a loop or WITH RECURSIVE", "")
	case missingFunction(br.Pass, n):
		if edits, ok := asOperator(&Statement{Statement: br.b.src.Statement}, i, n, name.Name, br.replace); ok {
			br.add(bodyIssue{PLSpan: at, about: aboutSQL, bind: br.r.isTrigger(), fidelity: Exact, edits: edits, message: missingMessage(name.Name) + ": the operator that it is takes its place"})
			break
		}
		stop(at, true, missingMessage(name.Name), missingTodo(name.Name), missingUntil(name.Name))
	}
}

func (br *bodyReader) nameEnd(i int) int {
	for br.b.src.Is(i+1, ".") {
		i += 2
	}
	return i
}

// isBuiltin reports whether either database has a function of the name built
// in, which a call may mean.
func isBuiltin(name catalog.Name) bool {
	pg, crdb := expr.HasFunction(name.Name)
	return pg || crdb
}

// refusedInBody names the kind of a statement that CockroachDB does not take
// in a body, or returns ""; syntax tells that it does not even parse it there.
func refusedInBody(n pgsql.Node) (what string, syntax bool) {
	switch n := n.(type) {
	case *pgsql.SelectStmt:
		if n.IntoClause != nil {
			return "SELECT INTO a table", true
		}
		return "", false
	case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.CallStmt, *pgsql.TransactionStmt, *pgsql.DoStmt, nil:
		return "", false
	case *pgsql.MergeStmt:
		return "MERGE", true
	case *pgsql.LockStmt:
		return "LOCK", true
	case *pgsql.NotifyStmt:
		return "NOTIFY", true
	case *pgsql.ListenStmt:
		return "LISTEN", true
	case *pgsql.TruncateStmt:
		return "TRUNCATE", false
	case *pgsql.VariableSetStmt:
		return "SET", false
	case *pgsql.CreateStmt:
		return "CREATE TABLE", false
	case *pgsql.CreateTableAsStmt:
		return "CREATE TABLE AS", false
	case *pgsql.AlterTableStmt:
		return "ALTER TABLE", false
	case *pgsql.IndexStmt:
		return "CREATE INDEX", false
	case *pgsql.ViewStmt:
		return "CREATE VIEW", false
	case *pgsql.CreateEnumStmt, *pgsql.CompositeTypeStmt:
		return "CREATE TYPE", false
	case *pgsql.AlterEnumStmt:
		return "ALTER TYPE", false
	case *pgsql.CreateFunctionStmt:
		return "CREATE FUNCTION", false
	case *pgsql.CreateExtensionStmt:
		return "CREATE EXTENSION", false
	case *pgsql.CreateSchemaStmt:
		return "CREATE SCHEMA", false
	case *pgsql.CreateSeqStmt:
		return "CREATE SEQUENCE", false
	case *pgsql.CreateRoleStmt:
		return "CREATE ROLE", false
	case *pgsql.CreateTrigStmt:
		return "CREATE TRIGGER", false
	case *pgsql.DropStmt, *pgsql.DropRoleStmt:
		return "DROP", false
	case *pgsql.GrantStmt, *pgsql.GrantRoleStmt:
		return "GRANT", false
	case *pgsql.RefreshMatViewStmt:
		return "REFRESH MATERIALIZED VIEW", false
	}
	return "a statement of kind " + n.Kind().String(), false
}
