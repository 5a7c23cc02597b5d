package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var withReturning = &Rule{
	Name:       "with-returning",
	Title:      "A statement in WITH that returns nothing",
	Condition:  "An INSERT, UPDATE or DELETE in a WITH clause without `RETURNING`.",
	Effect:     "CockroachDB refuses it: \"WITH clause does not return any columns\" (SQLSTATE 0A000).",
	Workaround: "It gets `RETURNING 1`, which nothing reads.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, common-table-expressions.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a delete",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "WITH gone AS (DELETE FROM t WHERE id = 1) INSERT INTO u VALUES (1);\n",
			Output: "WITH gone AS (DELETE FROM t WHERE id = 1 RETURNING 1) INSERT INTO u VALUES (1);\n",
			Want:   []string{"1:15 error exact"},
			Error:  "does not return any columns",
		},
		{
			Name:   "in a function",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE plpgsql AS $$ BEGIN WITH x AS (INSERT INTO u VALUES (i) ON CONFLICT DO NOTHING) UPDATE t SET id = 3 WHERE id = 2; RETURN 1; END $$;\n",
			Output: "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE plpgsql AS $$ BEGIN WITH x AS (INSERT INTO u VALUES (i) ON CONFLICT DO NOTHING RETURNING 1) UPDATE t SET id = 3 WHERE id = 2; RETURN 1; END $$;\n",
			Want:   []string{"1:80 error exact"},
			Error:  "does not return any columns",
		},
		{
			Name:  "one that returns rows",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "WITH gone AS (DELETE FROM t RETURNING id) SELECT count(*) FROM gone;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCommonTableExpr, pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, ok := node.(*pgsql.CommonTableExpr)
		if !ok {
			reportBody(p, aboutWith)
			return
		}
		if !silentWrite(n) || n.Location < 0 {
			return
		}
		if first, last := queryOf(p.Stmt.Statement, p.Stmt.TokenAt(int(n.Location))); first >= 0 {
			f := Finding{Severity: Error, Fidelity: Exact, Message: returningMessage(n), Edits: []Edit{p.Insert(p.Stmt.Tokens[last].End(), " RETURNING 1")}}
			f.at(p.Stmt, first, first)
			p.Report(f)
		}
	},
}

// returning judges a query of a WITH clause in a body.
func (br *bodyReader) returning(f fragment, n *pgsql.CommonTableExpr) {
	if !silentWrite(n) {
		return
	}
	if first, last := queryOf(br.b.src.Statement, br.b.tokenAt(f, int(n.Location))); first >= 0 {
		br.add(bodyIssue{PLSpan: pgsql.PLSpan{First: first, Last: first}, about: aboutWith, bind: br.r.isTrigger(), fidelity: Exact,
			message: returningMessage(n), edits: []Edit{br.after(last, " RETURNING 1")}})
	}
}

func returningMessage(n *pgsql.CommonTableExpr) string {
	return fmt.Sprintf("CockroachDB takes no statement in WITH that returns nothing: %s gets RETURNING 1, which nothing reads", n.Ctename)
}

// silentWrite reports whether a query of a WITH clause changes rows and returns
// none.
func silentWrite(n *pgsql.CommonTableExpr) bool {
	switch q := n.Ctequery.(type) {
	case *pgsql.InsertStmt:
		return len(q.ReturningList) == 0
	case *pgsql.UpdateStmt:
		return len(q.ReturningList) == 0
	case *pgsql.DeleteStmt:
		return len(q.ReturningList) == 0
	}
	return false
}

// queryOf returns the tokens of the query in parentheses of a WITH clause, whose
// name is token i; -1 if they are not found.
func queryOf(st *pgsql.Statement, i int) (first, last int) {
	if i < 0 {
		return -1, -1
	}
	open := st.Find(i, "as")
	for open >= 0 && open < len(st.Tokens) && !st.Is(open, "(") { // AS [NOT] MATERIALIZED (
		open++
	}
	if end := st.Close(open); open >= 0 && end > open+1 {
		return open + 1, end - 1
	}
	return -1, -1
}
