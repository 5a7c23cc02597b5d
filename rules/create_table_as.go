package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var createTableAs = &Rule{
	Name:       "create-table-as",
	Title:      "CREATE TABLE AS in forms that CockroachDB lacks",
	Condition:  "`CREATE TABLE ... AS ... WITH NO DATA`, `SELECT ... INTO table`, `CREATE TABLE ... AS EXECUTE`, a list of names that is shorter than the query.",
	Effect:     "CockroachDB refuses them (SQLSTATE 0A000 or 42601). SELECT INTO is CREATE TABLE AS in another order of words.",
	Workaround: "WITH NO DATA becomes `LIMIT 0` on the query. SELECT INTO becomes CREATE TABLE AS. A short list is completed with the names that the query gives. AS EXECUTE is left to a person.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-table-as.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "WITH NO DATA",
			Setup:  "CREATE TABLE s (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE TABLE t AS SELECT id FROM s WITH NO DATA;\nCREATE TABLE u AS SELECT id FROM s ORDER BY id LIMIT 5 WITH NO DATA;\n",
			Output: "CREATE TABLE t AS SELECT id FROM s LIMIT 0;\nCREATE TABLE u AS SELECT * FROM (SELECT id FROM s ORDER BY id LIMIT 5) AS q LIMIT 0;\n",
			Want:   []string{"1:36 error exact", "2:56 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "SELECT INTO",
			Setup:  "CREATE TABLE s (id INT8 PRIMARY KEY);\n",
			Input:  "SELECT id INTO TABLE t FROM s;\nWITH x AS (SELECT 1 AS a) SELECT a INTO u FROM x;\n",
			Output: "CREATE TABLE t AS SELECT id FROM s;\nCREATE TABLE u AS WITH x AS (SELECT 1 AS a) SELECT a FROM x;\n",
			Want:   []string{"1:11 error exact", "2:36 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a short list of names",
			Setup:  "CREATE TABLE s (id INT8 PRIMARY KEY, n INT8);\n",
			Input:  "CREATE TABLE t (a) AS SELECT * FROM s;\n",
			Output: "CREATE TABLE t (a, n) AS SELECT * FROM s;\n",
			Want:   []string{"1:16 error exact"},
			Error:  "specifies 1 column name, but data source has 2 columns",
		},
		{
			Name:   "a prepared statement",
			Input:  "CREATE TABLE t AS EXECUTE q;\n",
			Want:   []string{"1:19 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "the plain form",
			Setup: "CREATE TABLE s (id INT8 PRIMARY KEY);\n",
			Input: "CREATE TABLE t AS SELECT id FROM s WITH DATA;\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateTableAsStmt, pgsql.KindSelectStmt},
	Statement: func(p *Pass) {
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.CreateTableAsStmt:
			if n.Objtype == pgsql.ObjectTable && n.Into != nil {
				completeColumns(p, n.Into.Rel, n.Into.ColNames, n.Query)
				reportTableAs(p, n)
			}
		case *pgsql.SelectStmt:
			reportSelectInto(p, n)
		}
	},
}

func reportTableAs(p *Pass, n *pgsql.CreateTableAsStmt) {
	st := p.Stmt
	as := st.Find(tableTail(st, n.Into.Rel), "as")
	if as < 0 {
		return
	}
	if st.Is(as+1, "execute") {
		f := manual("CockroachDB does not make a table of a prepared statement", "Write the query of the prepared statement instead of EXECUTE")
		f.at(st, as+1, len(st.Tokens)-1)
		p.Report(f)
		return
	}
	end := len(st.Tokens) - 3
	if !n.Into.SkipData || !st.Words(end, "with", "no", "data") {
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no WITH NO DATA: the query gets LIMIT 0"}
	f.at(st, end, end+2)
	sel, _ := n.Query.(*pgsql.SelectStmt)
	if sel == nil || sel.LimitCount != nil || sel.LimitOffset != nil || len(sel.LockingClause) > 0 {
		start, _ := st.span(as+1, as+1)
		f.Edits = []Edit{p.Insert(start, "SELECT * FROM ("), p.Replace(st.Tokens[end-1].End(), st.Tokens[end+2].End(), ") AS q LIMIT 0")}
	} else {
		f.Edits = []Edit{p.Replace(f.Start, f.End, "LIMIT 0")}
	}
	p.Report(f)
}

func reportSelectInto(p *Pass, n *pgsql.SelectStmt) {
	st := p.Stmt
	into := n.IntoClause
	for s := n; into == nil && s.Larg != nil; s = s.Larg {
		into = s.Larg.IntoClause // the INTO of a UNION stands in its first query
	}
	if into == nil || into.Rel == nil {
		return
	}
	name := st.tokenOf(into.Rel)
	first := name
	for first > 0 && !st.Is(first, "into") {
		first--
	}
	if name < 0 || !st.Is(first, "into") {
		return
	}
	last := st.nameEnd(name)
	kind := strings.ToUpper(strings.Join(strings.Fields(strings.TrimSuffix(strings.ToLower(st.textOf(first+1, name-1)), "table")), " "))
	if kind != "" {
		kind += " "
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no SELECT INTO: it becomes CREATE TABLE AS"}
	f.at(st, first, last)
	f.Edits = []Edit{p.Insert(0, fmt.Sprintf("CREATE %sTABLE %s AS ", kind, st.textOf(name, last))), p.Delete(first, last)}
	p.Report(f)
}
