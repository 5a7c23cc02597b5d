package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexNullsDistinct = &Rule{
	Name:      "index-nulls-distinct",
	Title:     "NULLS [NOT] DISTINCT in an index",
	Condition: "`CREATE [UNIQUE] INDEX ... NULLS DISTINCT` or `NULLS NOT DISTINCT`.",
	Effect:    "A syntax error (SQLSTATE 42601). In CockroachDB, NULL values of a unique index are always distinct.",
	Workaround: "`NULLS DISTINCT` goes, and so does `NULLS NOT DISTINCT` over columns that are NOT NULL. With one column that can be NULL a second, partial unique index makes the rows with NULL unique as well. " +
		"With several such columns, or where the index is partial already, it is manual.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, unique.md", "measured on v26.1: CREATE UNIQUE INDEX ON t ((a IS NULL)) WHERE a IS NULL lets in one NULL"},
	Examples: []Example{
		{
			Name:   "one column that can be NULL",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;\n",
			Output: "CREATE UNIQUE INDEX i ON t (a);\nCREATE UNIQUE INDEX i_null ON t ((a IS NULL)) WHERE a IS NULL;\n",
			Want:   []string{"1:32 error exact"},
			Error:  "at or near \"nulls\": syntax error",
		},
		{
			Name:   "one of two columns",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT NOT NULL);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a, b) NULLS NOT DISTINCT;\n",
			Output: "CREATE UNIQUE INDEX i ON t (a, b);\nCREATE UNIQUE INDEX i_null ON t (b) WHERE a IS NULL;\n",
			Want:   []string{"1:35 error exact"},
			Error:  "at or near \"nulls\": syntax error",
		},
		{
			Name:   "several columns that can be NULL",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a, b) NULLS NOT DISTINCT;\n",
			Want:   []string{"1:35 error manual"},
			Error:  "at or near \"nulls\": syntax error",
			Manual: true,
		},
		{
			Name:   "the default",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a) NULLS DISTINCT;\n",
			Output: "CREATE UNIQUE INDEX i ON t (a);\n",
			Want:   []string{"1:32 error exact"},
			Error:  "at or near \"nulls\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		st := p.Stmt
		at := st.Find(afterKeys(st, n), "nulls")
		if at < 0 || !(st.Is(at+1, "distinct") || st.Words(at+1, "not", "distinct")) {
			return
		}
		end := st.find(at, "distinct")
		f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Delete(at, end)},
			Message: "CockroachDB has no such clause: NULL values of a unique index are distinct there, as this says"}
		f.at(st, at, end)
		if n.Unique && n.NullsNotDistinct {
			second, ok := nullIndex(p, n)
			switch {
			case !ok:
				f.Edits, f.Fidelity = nil, Manual
				f.Message = "CockroachDB has no NULLS NOT DISTINCT: rows that are equal but for NULL values are not refused"
				f.Todo = "Make the columns NOT NULL with a value that stands for NULL, or a unique index on COALESCE of each"
			case second == "":
				f.Message = "CockroachDB has no NULLS NOT DISTINCT; no column of this index can be NULL, so the clause goes"
			default:
				f.Message = "CockroachDB has no NULLS NOT DISTINCT: a second, partial index keeps the rows with NULL unique"
				f.Edits = append(f.Edits, p.Insert(len(st.Text), ";\n"+second))
			}
		}
		p.Report(f)
	},
}

// nullIndex returns the statement that makes the rows unique in which the one
// column that can be NULL is; "" if there is no such column. ok is false if
// this cannot be said in one index.
func nullIndex(p *Pass, n *pgsql.IndexStmt) (text string, ok bool) {
	t := p.Catalog.Table(n.Relation)
	nullable := ""
	var others []string
	for _, e := range n.IndexParams {
		c := t.Column(e.(*pgsql.IndexElem).Name)
		switch {
		case c == nil:
			return "", false
		case c.NotNull:
			others = append(others, QuoteIdent(c.Name))
		case nullable != "":
			return "", false
		default:
			nullable = QuoteIdent(c.Name)
		}
	}
	if nullable == "" {
		return "", true
	}
	if n.WhereClause != nil || n.Idxname == "" {
		return "", false
	}
	if others == nil {
		others = []string{"(" + nullable + " IS NULL)"}
	}
	first := p.Stmt.TokenAt(int(n.Relation.Location))
	return "CREATE UNIQUE INDEX " + QuoteIdent(n.Idxname+"_null") + " ON " + p.Stmt.textOf(first, p.Stmt.nameEnd(first)) +
		" (" + strings.Join(others, ", ") + ") WHERE " + nullable + " IS NULL", true
}
