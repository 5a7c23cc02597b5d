package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var resultType = &Rule{
	Name:      "result-type",
	Title:     "A column of a view or of a table made of a query gets another type",
	Condition: "A column of `CREATE VIEW`, `CREATE MATERIALIZED VIEW` or `CREATE TABLE ... AS` whose expression has another type in CockroachDB than in PostgreSQL: `sum()` of integers, `extract()`, a power of integers.",
	Effect: "The statement is accepted, and the column is of the other type: `sum()` of INTEGER is a BIGINT in PostgreSQL and a DECIMAL in CockroachDB, `extract()` a NUMERIC there and a FLOAT8 here. " +
		"Programs get values of another kind, and a table stores them.",
	Workaround: "The expression is cast to the type that it has in PostgreSQL.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, functions-aggregate and functions-datetime", "CockroachDB docs, functions-and-operators.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a sum and a year",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INTEGER, d DATE);\n",
			Input:  "CREATE VIEW v AS SELECT d, sum(n) AS total, extract(year FROM d) AS year, count(*) AS n FROM t GROUP BY d;\n",
			Output: "CREATE VIEW v AS SELECT d, sum(n)::INT8 AS total, extract(year FROM d)::NUMERIC AS year, count(*) AS n FROM t GROUP BY d;\n",
			Want:   []string{"1:28 warning exact", "1:45 warning exact"},
		},
		{
			Name:  "a sum of BIGINT is a NUMERIC in both",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, n BIGINT);\n",
			Input: "CREATE TABLE u AS SELECT sum(n) AS total, max(n) AS most FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindViewStmt, pgsql.KindCreateTableAsStmt},
	Check: func(p *Pass, node pgsql.Node) {
		query := pgsql.Node(nil)
		switch n := node.(type) {
		case *pgsql.ViewStmt:
			query = n.Query
		case *pgsql.CreateTableAsStmt:
			query = n.Query
		}
		_, columns, _ := expr.JudgeQuery(query, expr.Scope{Catalog: p.Catalog}, expr.Context{Text: p.Stmt.Text, Mend: true})
		var list []*objection
		at := statementSite(p)
		for _, c := range columns {
			if c.Differs && c.Node != nil {
				cause := expr.Cause{Node: c.Node, From: c.Cockroach, To: c.Postgres, Convert: []expr.Conversion{{Node: c.Node, To: c.Postgres}}}
				list = append(list, &objection{Cause: cause, column: c.Name, site: at})
			}
		}
		writeCasts(list)
		for _, o := range list {
			f := Finding{Severity: Warning, Fidelity: Exact, Edits: o.casts,
				Message: fmt.Sprintf("column %s is of type %s in PostgreSQL and of %s in CockroachDB: the cast is written out", o.column, typeSQL(o.To), typeSQL(o.From))}
			if len(o.casts) == 0 {
				f.Fidelity, f.Todo = Manual, fmt.Sprintf("Cast it to %s", typeSQL(o.To))
			}
			o.at(&f)
			p.Report(f)
		}
	},
}
