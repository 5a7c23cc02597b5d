package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var materializedIndex = &Rule{
	Name:      "materialized-index",
	Title:     "An index or a view on a materialized view that holds no data yet",
	Condition: "`CREATE INDEX` on a materialized view that was made `WITH NO DATA`, or a view, a table or a SQL function made of a query that reads it, in front of its first `REFRESH`. pg_dump writes them in that order.",
	Effect:    "The statement is refused (SQLSTATE 55000, \"materialized view has not been populated\").",
	Workaround: "`WITH NO DATA` goes: the view is made with what its query gives at that point. Where a REFRESH follows, nothing else differs; " +
		"otherwise the view can be read, where PostgreSQL refuses to read it before the first REFRESH.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, views.md (materialized views)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "in the order of a dump",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE MATERIALIZED VIEW v AS SELECT a FROM t WITH NO DATA;\nCREATE UNIQUE INDEX i ON v (a);\nCREATE INDEX k ON v (a);\nREFRESH MATERIALIZED VIEW v;\n",
			Output: "CREATE MATERIALIZED VIEW v AS SELECT a FROM t;\nCREATE UNIQUE INDEX i ON v (a);\nCREATE INDEX k ON v (a);\nREFRESH MATERIALIZED VIEW v;\n",
			Want:   []string{"2:26 error exact"},
			Error:  "has not been populated",
		},
		{
			Name:   "without a REFRESH",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE MATERIALIZED VIEW v AS SELECT a FROM t WITH NO DATA;\nCREATE INDEX i ON v (a);\n",
			Output: "CREATE MATERIALIZED VIEW v AS SELECT a FROM t;\nCREATE INDEX i ON v (a);\n",
			Want:   []string{"2:19 error weaker"},
			Error:  "has not been populated",
		},
		{
			Name:   "a view of it",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE MATERIALIZED VIEW v AS SELECT a FROM t WITH NO DATA;\nCREATE VIEW w AS SELECT a FROM v;\nREFRESH MATERIALIZED VIEW v;\n",
			Output: "CREATE MATERIALIZED VIEW v AS SELECT a FROM t;\nCREATE VIEW w AS SELECT a FROM v;\nREFRESH MATERIALIZED VIEW v;\n",
			Want:   []string{"2:32 error exact"},
			Error:  "has not been populated",
		},
		{
			Name:  "behind the REFRESH",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "CREATE MATERIALIZED VIEW v AS SELECT a FROM t WITH NO DATA;\nREFRESH MATERIALIZED VIEW v;\nCREATE INDEX i ON v (a);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindViewStmt, pgsql.KindCreateFunctionStmt, pgsql.KindCreateTableAsStmt, pgsql.KindRefreshMatViewStmt, pgsql.KindIndexStmt},
	Statement: func(p *Pass) {
		if p.Stmt.Down {
			return
		}
		s := State[emptyViews](p)
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.ViewStmt:
			s.read(p, n.Query, true)
		case *pgsql.CreateFunctionStmt:
			if r := routineOf(p); len(s.views) > 0 && r.body != nil && r.language == "sql" {
				for _, f := range r.body.code {
					if f.tree != nil {
						s.read(p, f.tree, false)
					}
				}
			}
		case *pgsql.CreateTableAsStmt:
			s.read(p, n.Query, true)
			if n.Objtype == pgsql.ObjectMatview && n.Into != nil && n.Into.Rel != nil && n.Into.SkipData {
				s.views = append(s.views, &emptyView{made: p.Stmt, def: p.Stmt.Start(), name: n.Into.Rel.Relname})
			}
		case *pgsql.RefreshMatViewStmt:
			if v := s.of(p.Catalog.Table(n.Relation)); v != nil {
				v.refreshed = true
			}
		case *pgsql.IndexStmt:
			s.use(p, s.of(p.Catalog.Table(n.Relation)), n.Relation, true)
		}
	},
	Finish: func(p *Pass) {
		for _, v := range State[emptyViews](p).views {
			v.report(p)
		}
	},
}

// emptyViews are the materialized views that were made without data.
type emptyViews struct{ views []*emptyView }

type emptyView struct {
	made      *Statement
	name      string
	def       int64
	index     *Statement // the first use in front of a REFRESH
	at        int        // token of the view's name there
	refreshed bool
}

// of returns the view that a relation is, nil if it is none of them.
func (s *emptyViews) of(t *catalog.Table) *emptyView {
	if t == nil || t.Kind != catalog.MatView {
		return nil
	}
	for _, v := range s.views {
		if t.Def.Source == v.made.Source && t.Def.Start == v.def {
			return v
		}
	}
	return nil
}

// use notes the first use of a view without data. Placed tells that the name's
// place is one in the statement.
func (s *emptyViews) use(p *Pass, v *emptyView, rv *pgsql.RangeVar, placed bool) {
	if v == nil || v.refreshed || v.index != nil {
		return
	}
	v.index, v.at = p.Stmt, 0
	if placed {
		v.at = p.Stmt.tokenOf(rv)
	}
}

// read notes the views that a query reads.
func (s *emptyViews) read(p *Pass, query pgsql.Node, placed bool) {
	if len(s.views) == 0 || query == nil {
		return
	}
	pgsql.Walk(query, func(n pgsql.Node, _ []pgsql.Node) bool {
		if rv, ok := n.(*pgsql.RangeVar); ok {
			s.use(p, s.of(p.Catalog.Table(rv)), rv, placed)
		}
		return true
	})
}

func (v *emptyView) report(p *Pass) {
	last := len(v.made.Tokens) - 1
	if v.index == nil || v.at < 0 || !v.made.Words(last-2, "with", "no", "data") {
		return
	}
	end := v.index.nameEnd(v.at)
	f := Finding{
		Stmt: v.index, Severity: Error, Fidelity: Exact, Edits: []Edit{v.made.Delete(last-2, last)},
		Message: fmt.Sprintf("CockroachDB neither indexes nor reads a materialized view without data: WITH NO DATA goes where %s is made", v.name),
	}
	if !v.refreshed {
		f.Fidelity = Weaker
		f.Message += ", and it can be read before the first REFRESH"
	}
	f.at(v.index, v.at, end)
	p.Report(f)
}
