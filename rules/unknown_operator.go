package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var unknownOperator = &Rule{
	Name:       "unknown-operator",
	Title:      "An operator that CockroachDB lacks",
	Condition:  "An operator that is not in CockroachDB's grammar: `@?`, `^@`, `!!`, `@` in front of a number, those of geometric types and ranges (`<<|`, `~=`, `-|-`), of word similarity (`<%`), of the schema's own, or one with a schema other than pg_catalog.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000).",
	Workaround: "Manual: call a function that does the same. For the common ones the finding names it.",
	Versions:   "*",
	Issues:     []int{65017},
	Sources:    []string{"CockroachDB docs, functions-and-operators.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a prefix",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE VIEW v AS SELECT a ^@ 'x' AS p FROM t;\n",
			Want:   []string{"1:27 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "in a function",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE FUNCTION f(x TEXT) RETURNS INT8 LANGUAGE sql AS 'SELECT id FROM t WHERE a <% x';\n",
			Want:   []string{"1:82 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "what CockroachDB has",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, tags TEXT[]);\n",
			Input: "CREATE VIEW v AS SELECT id FROM t WHERE a !~* 'x' AND tags @> ARRAY['y'] AND a OPERATOR(pg_catalog.<>) ALL (ARRAY['z']);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindAExpr, pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, ok := node.(*pgsql.AExpr)
		if !ok {
			reportBody(p, aboutOperator)
			return
		}
		name := missingOperator(n)
		at := p.Stmt.tokenOf(n)
		if name == "" || at < 0 {
			return
		}
		f := manual("CockroachDB has no operator "+name, missingOperatorTodo(name))
		f.at(p.Stmt, at, at)
		p.Report(f)
	},
}

// missingOperator returns the name of an operator that CockroachDB's grammar
// lacks; "" for one that it has.
func missingOperator(n *pgsql.AExpr) string {
	switch n.Kind_ {
	case pgsql.AexprOP, pgsql.AexprOPAny, pgsql.AexprOPAll:
	default:
		return ""
	}
	name := catalog.ListName(n.Name)
	operands := 2
	if n.Lexpr == nil {
		operands = 1
	}
	if expr.HasOperator(name.Name, operands) && (name.Schema == "" || name.Schema == "pg_catalog") {
		return ""
	}
	return name.Name
}

// missingOperatorTodo says what to write in place of an operator.
func missingOperatorTodo(name string) string {
	if todo := operatorTodo[name]; todo != "" {
		return todo
	}
	return "Call a function that does the same"
}

// operatorTodo says what to write in place of an operator.
var operatorTodo = map[string]string{
	"@?": "Call jsonb_path_exists (from v25.2 on)", "^@": "Call starts_with", "@": "Call abs", "!!": "Call factorial of your own, or write !! of a tsquery as a text",
	"<%": "Use similarity() and %", "%>": "Use similarity() and %", "~=": "Compare the parts", "-|-": "Compare the bounds",
}
