package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var unknownFunction = &Rule{
	Name:       "unknown-function",
	Title:      "A built-in function of PostgreSQL that CockroachDB lacks",
	Condition:  "A call, in a view, a default, a check, an index or any other expression of a statement, of a function that PostgreSQL 15 has built in and CockroachDB v26.1 has not. Bodies of functions are the subject of `routine-sql`.",
	Effect:     "The statement is refused (SQLSTATE 42883, or 0A000 for the text search functions that it knows by name only).",
	Workaround: "A person has to write the expression another way. For the common ones the finding names it.",
	Versions:   "*",
	Sources:    []string{"measured: each function name of PostgreSQL 15 asked of CockroachDB v26.1"},
	Examples: []Example{
		{
			Name:   "in a view",
			Setup:  "CREATE TABLE t (s TEXT PRIMARY KEY);\n",
			Input:  "CREATE VIEW v AS SELECT regexp_matches(s, 'x') AS m FROM t;\n",
			Want:   []string{"1:25 error manual"},
			Error:  "unknown function: regexp_matches()",
			Manual: true,
		},
		{
			Name:   "the function behind an operator",
			Setup:  "CREATE TABLE t (a FLOAT8 PRIMARY KEY, b FLOAT8);\n",
			Input:  "CREATE VIEW v AS SELECT float8mi(a, b * 2) AS d FROM t;\n",
			Output: "CREATE VIEW v AS SELECT (a - (b * 2)) AS d FROM t;\n",
			Want:   []string{"1:25 error exact"},
			Error:  "unknown function: float8mi()",
		},
		{
			Name:  "a function of one's own of that name",
			Setup: "CREATE TABLE t (s TEXT PRIMARY KEY);\nCREATE FUNCTION scale(x TEXT) RETURNS INT8 LANGUAGE sql AS 'SELECT 1';\n",
			Input: "CREATE VIEW v AS SELECT scale(s) AS m FROM t;\n", Target: ">=25.3",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		if ix, ok := p.Stmt.Tree.(*pgsql.IndexStmt); !missingFunction(p, n) || ok && !ix.Unique {
			return // rule index-method takes out what is a matter of speed only
		}
		name := catalog.ListName(n.Funcname).Name
		first := p.Stmt.tokenOf(n)
		if first < 0 {
			return
		}
		f := Finding{
			Severity: Error, Fidelity: Manual, Message: missingMessage(name),
			Todo: missingTodo(name), Until: missingUntil(name),
		}
		if largeObject[name] {
			// A dump has three or more calls for each large object: one of them
			// says what there is to say.
			seen := State[struct{ largeObjects bool }](p)
			f.Message = fmt.Sprintf("function %s() does not exist in CockroachDB, which has no large objects", name)
			f.Todo = "Keep the objects in BYTEA columns or in an object store, and leave them out of the dump (pg_dump --no-large-objects, before version 16 --no-blobs)"
			f.Follows, seen.largeObjects = seen.largeObjects, true
		}
		if edits, ok := asOperator(p.Stmt, first, n, name, func(a, b int, text string) Edit {
			return p.Replace(p.Stmt.Tokens[a].Start(), p.Stmt.Tokens[b].End(), text)
		}); ok {
			f.Fidelity, f.Todo, f.Edits = Exact, "", edits
			f.Message += ": the operator that it is takes its place"
		}
		f.at(p.Stmt, first, p.Stmt.nameEnd(first))
		p.Report(f)
	},
}

var largeObject = words("lo_create lo_creat lo_from_bytea lo_open lo_close lo_put lowrite loread lo_get lo_unlink lo_import lo_export lo_lseek lo_lseek64 lo_tell lo_truncate")

// isMissing reports whether a name is that of a built-in function of PostgreSQL
// that the target lacks.
func isMissing(p *Pass, name catalog.Name) bool {
	if name.Schema != "" && name.Schema != "pg_catalog" {
		return false
	}
	since := expr.FunctionSince(name.Name)
	pg, crdb := expr.HasFunction(name.Name)
	return pg && !crdb && since == "" || since != "" && p.Target.Meets("<"+since)
}

// missingFunction reports whether a call is of a function that the target
// lacks: one of PostgreSQL's own, or of an extension that CockroachDB has built
// in, that the history has not made itself.
func missingFunction(p *Pass, n *pgsql.FuncCall) bool {
	name := catalog.ListName(n.Funcname)
	if n.Funcformat == pgsql.CoerceSqlSyntax && name.Name != "normalize" {
		return false // what the grammar makes a call of, such as EXTRACT
	}
	return isMissing(p, name) && len(p.Catalog.Functions(name)) == 0
}

// missingUntil is the version from which on a function is there.
func missingUntil(name string) string { return expr.FunctionSince(name) }

func missingMessage(name string) string {
	if since := expr.FunctionSince(name); since != "" {
		return fmt.Sprintf("function %s() does not exist in CockroachDB before v%s", name, since)
	}
	return fmt.Sprintf("function %s() does not exist in CockroachDB", name)
}

// missingTodo says what can take a function's place.
func missingTodo(name string) string {
	if t, ok := instead[name]; ok {
		return t
	}
	if since := expr.FunctionSince(name); since != "" {
		return fmt.Sprintf("Set the target to \">=%s\", or write the expression without it", since)
	}
	return "Write the expression without it, or make a function of that name"
}

var instead = map[string]string{
	"pg_notify":               "CockroachDB has no LISTEN and NOTIFY: use a changefeed, or poll",
	"regexp_matches":          "Use regexp_extract for the first match, or ~ for a test",
	"regexp_match":            "Use regexp_extract for the first match, or ~ for a test",
	"to_date":                 "Use parse_date, or to_timestamp with a number",
	"to_number":               "Cast to DECIMAL",
	"make_interval":           "Write the interval as a literal, or multiply INTERVAL '1 s' by a number",
	"date_bin":                "Use date_trunc, or arithmetic on extract(epoch from x)",
	"pg_advisory_lock":        "CockroachDB has no advisory locks: lock a row with SELECT ... FOR UPDATE",
	"pg_advisory_xact_lock":   "CockroachDB has no advisory locks: lock a row with SELECT ... FOR UPDATE",
	"pg_try_advisory_lock":    "CockroachDB has no advisory locks: lock a row with SELECT ... FOR UPDATE",
	"txid_current":            "Use cluster_logical_timestamp()",
	"pg_current_xact_id":      "Use cluster_logical_timestamp()",
	"setweight":               "Weights of text search are not supported: search the parts in separate columns",
	"tsvector_update_trigger": "Make the column GENERATED ALWAYS AS (to_tsvector('english', ...)) STORED",
	"starts_with":             "Use LIKE with a prefix",
	"normalize":               "Normalize the text in the application, or leave it as it is where it is normalized already",
	"string_to_table":         "Use unnest(string_to_array(...))",
	"gcd":                     "Compute it in the application",
}
