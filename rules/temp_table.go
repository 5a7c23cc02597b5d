package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var tempTable = &Rule{
	Name:      "temporary-table",
	Title:     "Temporary tables are experimental",
	Condition: "`CREATE TEMP TABLE`, in each of its spellings, and `ON COMMIT DROP` or `DELETE ROWS`.",
	Effect: "CockroachDB makes temporary tables only in a session with experimental_enable_temp_tables (SQLSTATE XCEXF), and knows no ON COMMIT other than PRESERVE ROWS " +
		"(SQLSTATE 0A000), which CREATE TABLE AS does not take at all.",
	Workaround: "The session variable is set in front of the first temporary table of the file. ON COMMIT PRESERVE ROWS, the default, goes from CREATE TABLE AS. ON COMMIT DROP and DELETE ROWS are left to a person.",
	Versions:   "*",
	Issues:     []int{46260, 46556},
	Sources:    []string{"CockroachDB docs, temporary-tables.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "two temporary tables",
			Input:  "CREATE TEMP TABLE a (id INT8 PRIMARY KEY);\nCREATE TEMPORARY TABLE b ON COMMIT PRESERVE ROWS AS SELECT 1 AS id;\n",
			Output: "SET experimental_enable_temp_tables = 'on';\nCREATE TEMP TABLE a (id INT8 PRIMARY KEY);\nCREATE TEMPORARY TABLE b AS SELECT 1 AS id;\n",
			Want:   []string{"1:8 error weaker", "2:8 error weaker", "2:26 error exact"},
			Error:  "temporary tables are only supported experimentally",
		},
		{
			Name:   "a table that is dropped at COMMIT",
			Input:  "CREATE TEMP TABLE a (id INT8 PRIMARY KEY) ON COMMIT DROP;\n",
			Output: "SET experimental_enable_temp_tables = 'on';\nCREATE TEMP TABLE a (id INT8 PRIMARY KEY) ON COMMIT DROP;\n",
			Want:   []string{"1:8 error weaker", "1:43 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "the variable is set",
			Input: "SET experimental_enable_temp_tables = 'on';\nCREATE TEMP TABLE a (id INT8 PRIMARY KEY);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindVariableSetStmt, pgsql.KindCreateStmt, pgsql.KindCreateTableAsStmt},
	Statement: func(p *Pass) {
		s := State[tempTables](p)
		if s.set == nil {
			*s = tempTables{set: map[int]bool{}, first: map[int]int64{}}
		}
		st := p.Stmt
		var rel *pgsql.RangeVar
		onCommit, as := pgsql.OnCommitAction(0), false
		switch n := st.Tree.(type) {
		case *pgsql.VariableSetStmt:
			if n.Name == "experimental_enable_temp_tables" {
				s.set[st.Source] = true
			}
			return
		case *pgsql.CreateStmt:
			rel, onCommit = n.Relation, n.Oncommit
		case *pgsql.CreateTableAsStmt:
			if n.Into == nil {
				return
			}
			rel, onCommit, as = n.Into.Rel, n.Into.OnCommit, true
		default:
			return
		}
		if rel == nil || rel.Relpersistence != "t" && rel.Schemaname != "pg_temp" {
			return
		}
		if !s.set[st.Source] {
			at, ok := s.first[st.Source]
			if !ok {
				at = st.Start()
				s.first[st.Source] = at
			}
			set := Edit{Source: st.Source, Start: at, End: at, New: "SET experimental_enable_temp_tables = 'on';\n", Once: true}
			f := Finding{Severity: Error, Fidelity: Weaker, Edits: []Edit{set},
				Message: "temporary tables are experimental in CockroachDB (slow to make, not for many sessions) and need experimental_enable_temp_tables"}
			i := 1
			if !st.Is(i, "temp") && !st.Is(i, "temporary") && !st.Is(i, "local") && !st.Is(i, "global") {
				i = 0 // in pg_temp
			}
			f.at(st, i, i)
			p.Report(f)
		}
		reportOnCommit(p, rel, onCommit, as)
	},
}

// tempTables is what the rule remembers of each source.
type tempTables struct {
	set   map[int]bool  // the variable is set
	first map[int]int64 // where the first temporary table is made
}

func reportOnCommit(p *Pass, rel *pgsql.RangeVar, action pgsql.OnCommitAction, as bool) {
	st := p.Stmt
	i := st.clause(tableTail(st, rel), "on")
	if i < 0 || !st.Is(i+1, "commit") {
		return
	}
	last := i + 2 // DROP
	if action != pgsql.OncommitDrop {
		last = i + 3
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "rows are preserved anyway, and CREATE TABLE AS takes no ON COMMIT: it goes", Edits: []Edit{p.Delete(i, last)}}
	switch {
	case action == pgsql.OncommitPreserveRows && !as:
		return
	case action != pgsql.OncommitPreserveRows:
		f = manual(fmt.Sprintf("CockroachDB does not do %s", st.textOf(i, last)),
			"Take the clause out and write what it does in front of COMMIT: DROP TABLE, or DELETE")
	}
	f.at(st, i, last)
	p.Report(f)
}
