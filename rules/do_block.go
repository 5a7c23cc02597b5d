package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var doBlock = &Rule{
	Name:  "do-block",
	Title: "DO runs a block of PL/pgSQL",
	Condition: "A statement `DO $$ ... $$`. CockroachDB has it from v25.1 on, for PL/pgSQL without DDL in the block " +
		"and without the statements that its PL/pgSQL lacks.",
	Effect: "Up to v24.3 `DO` is a syntax error. From v25.1 on a block with DDL is refused when it is read, even if " +
		"that branch would never run (SQLSTATE 0A000).",
	Workaround: "Blocks that only guard `CREATE EXTENSION` of an extension that CockroachDB does not need, and blocks that " +
		"only drop indexes that a failed `CREATE INDEX CONCURRENTLY` left invalid (CockroachDB rolls such builds back), " +
		"have nothing to do there and go. Statements that the block only guards are taken out of it: what runs if something is not there, or where the error that it is there is caught, gets " +
		"`IF NOT EXISTS`, what runs if it is there `IF EXISTS`. What else a block asks of the catalog is answered by what the history has made, and texts for `EXECUTE` that depend on nothing but constants, the catalog and settings are put together. A block that ends transactions becomes a procedure, which is called and dropped. In a block that v25.1 runs but for some PL/pgSQL, that is mended in place. Anything else a person has to rewrite.",
	Versions: "*",
	Issues:   []int{110080},
	Sources: []string{
		"CockroachDB docs v25.1 to v26.2, do.md", "release note v25.1.0-alpha.3 (#138709)",
		"measured on v26.1: DDL in a block is refused with 0A000",
	},
	Examples: []Example{
		{
			Name:   "a guard around an extension that CockroachDB does not need",
			Input:  "DO LANGUAGE 'plpgsql' $$\nBEGIN\n  IF (NOT EXISTS (SELECT extname FROM pg_extension WHERE extname = 'btree_gin')) THEN\n    CREATE EXTENSION btree_gin;\n  END IF;\nEND\n$$;\nCREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Output: "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "CREATE EXTENSION usage inside a function definition is not supported",
		},
		{
			Name: "a block that drops invalid indexes",
			Input: "DO $$\nDECLARE\n  r RECORD;\nBEGIN\n  FOR r IN SELECT i.relname AS name FROM pg_class i, pg_index x WHERE i.oid = x.indexrelid AND NOT x.indisvalid LOOP\n" +
				"    EXECUTE format('DROP INDEX %I', r.name);\n    RAISE NOTICE 'Dropped %', r.name;\n  END LOOP;\nEND $$;\nCREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Output: "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "guards around types, columns and constraints",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "DO $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN\n    CREATE TYPE mood AS ENUM ('sad', 'ok');\n  END IF;\n" +
				"  -- the column\n  IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'm') THEN\n    ALTER TABLE t\n      ADD COLUMN m mood;\n  END IF;\nEND $$;\n" +
				"DO $$ BEGIN\n  ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0);\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;\n",
			Output: "CREATE TYPE IF NOT EXISTS mood AS ENUM ('sad', 'ok');\n-- the column\nALTER TABLE t\n  ADD COLUMN IF NOT EXISTS m mood;\nALTER TABLE t ADD CONSTRAINT IF NOT EXISTS positive CHECK (id > 0);\n",
			Want:   []string{"1:1 error exact", "12:1 error exact"},
			Error:  "usage inside a function definition is not supported",
		},
		{
			Name:   "a trigger, and an error that is not about what is there",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n",
			Input: "DO $$ BEGIN\n  CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\nEXCEPTION WHEN others THEN NULL;\nEND $$;\n" +
				"DO $$ BEGIN\n  ALTER TABLE t ALTER COLUMN a SET NOT NULL;\nEXCEPTION WHEN SQLSTATE '23502' THEN RAISE NOTICE 'there are NULLs';\nEND $$;\n",
			Output: "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\nALTER TABLE t ALTER COLUMN a SET NOT NULL;\n",
			Want:   []string{"1:1 error weaker", "5:1 error weaker"},
			Error:  "usage inside a function definition is not supported",
		},
		{
			Name:  "what the history answers",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "DO $$\nDECLARE\n  owner TEXT := coalesce(current_setting('app.owner', true), 'root');\nBEGIN\n" +
				"  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a') THEN\n    ALTER TABLE t RENAME COLUMN a TO b;\n" +
				"  ELSE\n    ALTER TABLE t ADD COLUMN b TEXT;\n  END IF;\n  EXECUTE format('GRANT SELECT ON t TO %I', owner);\nEND $$;\n",
			Output: "ALTER TABLE t RENAME COLUMN a TO b;\nGRANT SELECT ON t TO root;\n",
			Want:   []string{"1:1 error changed"},
			Error:  "unimplemented",
		},
		{
			Name:   "a guard that asks for something that is not the history's",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "DO $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app') THEN\n    ALTER TABLE t ADD COLUMN a TEXT;\n  END IF;\nEND $$;\n",
			Want:   []string{"4:5 error manual"},
			Error:  "ALTER TABLE usage inside a function definition is not supported",
			Manual: true,
		},
		{
			Name:   "a block that ends transactions",
			Target: ">=24.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "DO $$\nBEGIN\n  FOR i IN 1..3 LOOP\n    INSERT INTO t VALUES (i);\n    COMMIT;\n  END LOOP;\nEND $$;\n",
			Output: "CREATE PROCEDURE do_block_1() LANGUAGE plpgsql AS $$\nBEGIN\n  FOR i IN 1..3 LOOP\n    INSERT INTO t VALUES (i);\n    COMMIT;\n  END LOOP;\nEND $$;\nCALL do_block_1();\nDROP PROCEDURE do_block_1();\n",
			Want:   []string{"1:1 error exact"},
			Error:  "transaction control statements in DO blocks",
		},
		{
			Name:   "a block that v25.1 runs stays for such a target",
			Target: ">=25.1",
			Input:  "DO $$\nBEGIN\n  RAISE NOTICE 'hello';\nEND $$;\n",
		},
		{
			Name:   "the same block for the portable baseline",
			Input:  "DO $$\nBEGIN\n  RAISE NOTICE 'hello';\nEND $$;\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindDoStmt},
	Check: func(p *Pass, n pgsql.Node) {
		if len(p.Parents) > 0 {
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement()}
		r := routineOf(p)
		if r.language != "plpgsql" {
			p.Report(manual(fmt.Sprintf("DO runs PL/pgSQL only in CockroachDB, not %s", r.language), "Rewrite what the block does as plain statements, or in the application"))
			return
		}
		if r.body == nil || r.body.err != nil {
			why := "it has no body"
			if r.body != nil {
				why = r.body.err.Error()
			}
			p.Report(manual("the DO block cannot be judged: "+why, "Rewrite what the block does as plain statements"))
			return
		}
		switch {
		case onlyGuardsExtensions(r.body.src):
			f.Message = "the DO block only guards CREATE EXTENSION of an extension that CockroachDB does not need: it goes"
			p.Report(f)
			return
		case onlyDropsInvalidIndexes(r.body.src):
			f.Message = "the DO block only drops invalid indexes, which CockroachDB never leaves behind: it goes"
			p.Report(f)
			return
		}
		var issues []bodyIssue
		for _, is := range bodyIssues(p, r, nil) {
			if is.rank() == Error {
				issues = append(issues, is)
			}
		}
		if len(issues) == 0 && p.Target.Within(">=25.1") {
			return
		}
		if l := liftOf(p); l != nil {
			f.Message, f.Fidelity = l.message, l.fidelity
			if len(l.statements) > 0 {
				f.Edits = []Edit{p.Replace(0, len(p.Stmt.Text), l.text())}
			}
			p.Report(f)
			return
		}
		if endsTransactions(r) && p.Target.Within(">=24.1") {
			asProcedure(p, r)
			return
		}
		reportBlock(p, r, issues)
	},
}

// endsTransactions reports whether a block has COMMIT or ROLLBACK in it.
func endsTransactions(r *routine) bool {
	found := false
	r.body.src.Walk(func(n *pgsql.PLNode) { found = found || n.Kind == pgsql.PLCommit || n.Kind == pgsql.PLRollback })
	return found
}

// asProcedure makes a procedure of a block, which may end transactions, calls
// it and drops it.
func asProcedure(p *Pass, r *routine) {
	st := p.Stmt
	name := fmt.Sprintf("do_block_%d", st.Pos.Line)
	at := st.Tokens[r.body.token]
	p.Report(Finding{
		Severity: Error, Fidelity: Exact, Message: "COMMIT and ROLLBACK in a DO block are not supported: a procedure, which may end transactions, takes its place",
		Edits: []Edit{
			p.Replace(0, at.Start(), "CREATE PROCEDURE "+name+"() LANGUAGE plpgsql AS "),
			p.Replace(at.End(), len(st.Text), ";\nCALL "+name+"();\nDROP PROCEDURE "+name+"()"),
		},
	})
}

// reportBlock reports what keeps the target from running a DO block: each
// thing that an edit mends, or the first that it does not.
func reportBlock(p *Pass, r *routine, issues []bodyIssue) {
	for i := range issues {
		if is := &issues[i]; is.fidelity == Manual {
			f := Finding{
				Severity: Error, Fidelity: Manual, Until: is.until, Message: fmt.Sprintf("CockroachDB does not run this DO block: line %d of the body: %s", r.body.src.Line(is.First), is.message),
				Todo: "Rewrite what the block does as plain statements, with IF NOT EXISTS or IF EXISTS where it guards something",
			}
			f.inBody(r.body, is.PLSpan)
			p.Report(f)
			return
		}
	}
	if !p.Target.Within(">=25.1") {
		f := manual("DO is a syntax error before v25.1", "Set the target to \">=25.1\", or rewrite what the block does as plain statements")
		f.Until = "25.1"
		p.Report(f)
		return
	}
	for i := range issues {
		issues[i].report(p, r)
	}
}

// manual is a finding of the whole statement that a person has to deal with.
func manual(message, todo string) Finding {
	return Finding{Severity: Error, Fidelity: Manual, Message: message, Todo: todo}
}

// onlyGuardsExtensions reports whether all that a block does is to create
// extensions that CockroachDB does not need.
func onlyGuardsExtensions(body *pgsql.PLSource) bool {
	found, other := false, false
	body.Walk(func(n *pgsql.PLNode) {
		switch n.Kind {
		case pgsql.PLBlock, pgsql.PLIf, pgsql.PLReturn, pgsql.PLRaise, pgsql.PLNull:
		case pgsql.PLSQL:
			name, ok := createdExtension(body.Span(n.Exprs[0]))
			if ok && unneeded(name) {
				found = true
				return
			}
			other = true
		default:
			other = true
		}
	})
	return found && !other
}

func createdExtension(sql string) (string, bool) {
	tree, err := pgsql.Parse(sql)
	if err != nil {
		return "", false
	}
	if c, ok := tree.(*pgsql.CreateExtensionStmt); ok {
		return c.Extname, true
	}
	return "", false
}

// onlyDropsInvalidIndexes recognises a loop over pg_index's invalid entries
// that does no more than DROP INDEX.
func onlyDropsInvalidIndexes(body *pgsql.PLSource) bool {
	drops, asked, other := false, false, false
	body.Walk(func(n *pgsql.PLNode) {
		switch n.Kind {
		case pgsql.PLBlock, pgsql.PLReturn, pgsql.PLRaise, pgsql.PLNull:
		case pgsql.PLForQuery:
			if !asksInvalid(body.Span(n.Exprs[0])) {
				other = true
			}
			asked = true
		case pgsql.PLExecute:
			if len(n.Exprs) != 1 || !formatsDropIndex(body.Span(n.Exprs[0])) {
				other = true
			}
			drops = true
		default:
			other = true
		}
	})
	return drops && asked && !other
}

// asksInvalid reports whether a query's conditions, joined by AND, hold
// NOT indisvalid over pg_index.
func asksInvalid(query string) bool {
	tree, err := pgsql.Parse(query)
	sel, ok := tree.(*pgsql.SelectStmt)
	if err != nil || !ok {
		return false
	}
	fromIndex := false
	for _, n := range sel.FromClause {
		pgsql.Walk(n, func(n pgsql.Node, _ []pgsql.Node) bool {
			if rv, ok := n.(*pgsql.RangeVar); ok && rv.Relname == "pg_index" {
				fromIndex = true
			}
			return true
		})
	}
	return fromIndex && requiresInvalid(sel.WhereClause)
}

func requiresInvalid(cond pgsql.Node) bool {
	b, ok := cond.(*pgsql.BoolExpr)
	if !ok {
		return false
	}
	switch b.Boolop {
	case pgsql.NotExpr:
		c, ok := b.Args[0].(*pgsql.ColumnRef)
		return ok && catalog.ListName(c.Fields).Name == "indisvalid"
	case pgsql.AndExpr:
		for _, a := range b.Args {
			if requiresInvalid(a) {
				return true
			}
		}
	}
	return false
}

// formatsDropIndex recognises format('DROP INDEX ... %I', ...).
func formatsDropIndex(expr string) bool {
	tree, err := pgsql.Parse("SELECT " + expr)
	sel, ok := tree.(*pgsql.SelectStmt)
	if err != nil || !ok || len(sel.TargetList) != 1 {
		return false
	}
	rt, _ := sel.TargetList[0].(*pgsql.ResTarget)
	call, _ := rt.Val.(*pgsql.FuncCall)
	if call == nil || catalog.ListName(call.Funcname).Name != "format" || len(call.Args) == 0 {
		return false
	}
	text, ok := catalog.StringConst(call.Args[0])
	return ok && strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), "DROP INDEX ") && !strings.Contains(text, ";")
}
