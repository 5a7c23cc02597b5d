package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var undefinedFunction = &Rule{
	Name:       "undefined-function",
	Title:      "A function that is neither built in nor made by the history",
	Condition:  "A call of a function that PostgreSQL and CockroachDB do not have built in, and that no statement in front of it has made: mostly one of an extension, such as `cron.schedule` or `crosstab`.",
	Effect:     "If nothing else has made the function, CockroachDB refuses the statement (SQLSTATE 42883).",
	Workaround: "Make the function before it is called, or do what it does in another way. (Built-in functions that only PostgreSQL has are the subject of `unknown-function`.)",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a function of an extension",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "SELECT cron.schedule('nightly', '0 0 * * *', 'DELETE FROM t');\n",
			Want:   []string{"1:8 warning manual"},
			Error:  "does not exist",
			Manual: true,
		},
		{
			Name:  "one that the history makes",
			Setup: "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql AS 'SELECT a';\n",
			Input: "SELECT f(1), upper('a'), public.f(2), st_x(st_makepoint(1, 2));\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		at := p.Stmt.tokenOf(n)
		if at < 0 || !undefined(p, name) {
			return
		}
		f := Finding{Severity: Warning, Fidelity: Manual, Message: fmt.Sprintf("neither CockroachDB nor the history has a function %s", name),
			Todo: "Make the function before it is called, or do without it"}
		f.at(p.Stmt, at, p.Stmt.nameEnd(at))
		p.Report(f)
	},
}

// undefined reports whether nobody is known to have a function of the name:
// neither database, nor the history so far.
func undefined(p *Pass, name catalog.Name) bool {
	if name.Schema == "pg_catalog" || name.Schema == "information_schema" || len(p.Catalog.Functions(name)) > 0 {
		return false
	}
	_, extension := extensionFunctions[name.Name]
	if ofHstore(p, name) || extension || grammarFunction[name.Name] || isBuiltin(name) {
		return false
	}
	// A type can be called like a function, and so can a composite type.
	return p.Catalog.Type(name) == nil && p.Catalog.Relation(name) == nil
}

// grammarFunction are names that the grammar itself makes calls of, and those
// that other rules speak of.
var grammarFunction = words("uuidv4 uuidv7 timezone xmlexists is_normalized normalize pg_collation_for overlay position substring trim btrim ltrim rtrim extract date_part system_user " +
	"coalesce greatest least nullif grouping")
