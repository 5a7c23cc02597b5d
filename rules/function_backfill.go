package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionBackfill = &Rule{
	Name:  "function-backfill",
	Title: "A function of one's own in an index, or in a column that is added to rows",
	Condition: "A call of a function that the history makes, in `CREATE INDEX`, or in the default or the computed value of `ADD COLUMN`, on a table that has rows or may have some: the history puts them in, or an earlier file made the table. " +
		"In the predicate of a partial index the call is reported always, unless the function is a comparison and nothing else.",
	Effect: "CockroachDB calls no such function when it builds an index or fills a column (SQLSTATE 0A000, \"cannot evaluate function in this context\"); on a table without rows the statement is accepted. " +
		"With a call in a predicate, `CREATE UNIQUE INDEX` and queries of the table end with \"unexpected expression during partial index normalization\" (SQLSTATE XX000).",
	Workaround: "Nothing is changed: write the expression of the function in the place of the call, or keep its value in a column that the application or a trigger fills.",
	Versions:   ">=25.3",
	Issues:     []int{147472},
	Sources:    []string{"measured on v26.1, on tables with and without rows, and with 16 bodies in a predicate"},
	Examples: []Example{
		{
			Name:   "rows that are there",
			Target: ">=25.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\nCREATE FUNCTION canonical(s TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lower(s)';\nINSERT INTO t VALUES (1, 'A');\n",
			Input:  "CREATE INDEX i ON t (canonical(s));\n",
			Want:   []string{"1:22 error manual"},
			Error:  "cannot evaluate function in this context",
			Manual: true,
		},
		{
			Name:   "a predicate",
			Target: ">=25.3",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\nCREATE FUNCTION short(s TEXT) RETURNS BOOL LANGUAGE sql IMMUTABLE AS 'SELECT length(s) < 9';\n",
			Input:  "CREATE UNIQUE INDEX i ON t (s) WHERE short(s);\n",
			Want:   []string{"1:38 error manual"},
			Error:  "partial index normalization",
			Manual: true,
		},
		{
			Name:   "a table without rows",
			Target: ">=25.3",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\nCREATE FUNCTION canonical(s TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS 'SELECT lower(s)';\nCREATE INDEX i ON t (canonical(s));\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt, pgsql.KindInsertStmt, pgsql.KindCopyStmt, pgsql.KindIndexStmt, pgsql.KindAlterTableStmt},
	Check: func(p *Pass, node pgsql.Node) {
		s := State[backfills](p)
		switch n := node.(type) {
		case *pgsql.CreateFunctionStmt:
			s.plain = mapSet(s.plain, catalog.ListName(n.Funcname).Name, onlyCompares(routineOf(p)))
		case *pgsql.InsertStmt:
			if t := p.Catalog.Table(n.Relation); t != nil && len(p.Parents) == 0 {
				s.rows = mapSet(s.rows, keyOf(t), true)
			}
		case *pgsql.CopyStmt:
			if t := p.Catalog.Table(n.Relation); t != nil && n.IsFrom {
				s.rows = mapSet(s.rows, keyOf(t), true)
			}
		case *pgsql.IndexStmt:
			t := p.Catalog.Table(n.Relation)
			s.predicate(p, n.WhereClause)
			for _, e := range n.IndexParams {
				if el, ok := e.(*pgsql.IndexElem); ok {
					s.call(p, t, el.Expr, "build the index")
				}
			}
		case *pgsql.AlterTableStmt:
			t := p.Catalog.Table(n.Relation)
			for _, c := range n.Cmds {
				cmd, ok := c.(*pgsql.AlterTableCmd)
				if !ok || cmd.Subtype != pgsql.ATAddColumn {
					continue
				}
				if d, ok := cmd.Def.(*pgsql.ColumnDef); ok {
					for _, e := range d.Constraints {
						if k, ok := e.(*pgsql.Constraint); ok && (k.Contype == pgsql.ConstrDefault || k.Contype == pgsql.ConstrGenerated) {
							s.call(p, t, k.RawExpr, "fill the column")
						}
					}
				}
			}
		}
	},
}

// backfills is what the rule remembers: the tables that the history puts rows
// into, and the functions by whether they are a comparison and nothing else.
type backfills struct {
	rows  map[tableKey]bool
	plain map[string]bool
}

// ownCall returns the first call of a function of the history's own, other than
// one that text-time-cast writes out.
func ownCall(p *Pass, tree pgsql.Node) *pgsql.FuncCall {
	if tree == nil || !p.Catalog.HasFunctions() {
		return nil
	}
	call, _ := pgsql.Find(tree, func(n pgsql.Node) bool {
		f, ok := n.(*pgsql.FuncCall)
		if !ok {
			return false
		}
		name := catalog.ListName(f.Funcname)
		return len(p.Catalog.Functions(name)) > 0 && sharedState[converters](p, textTime).functions[catalog.Name{Name: name.Name}] == nil
	}).(*pgsql.FuncCall)
	return call
}

func (s *backfills) predicate(p *Pass, where pgsql.Node) {
	call := ownCall(p, where)
	if call == nil || s.plain[catalog.ListName(call.Funcname).Name] {
		return
	}
	s.report(p, call, Error, "CockroachDB cannot plan with a partial index whose predicate calls %s(), a function of your own: CREATE UNIQUE INDEX and queries of the table fail")
}

func (s *backfills) call(p *Pass, t *catalog.Table, expr pgsql.Node, what string) {
	call := ownCall(p, expr)
	if call == nil || t == nil {
		return
	}
	switch {
	case s.rows[keyOf(t)]:
		s.report(p, call, Error, "the table has rows, and CockroachDB does not call %s(), a function of your own, to "+what)
	case t.Def.Source != p.Stmt.Source:
		s.report(p, call, Warning, "where the table has rows this is refused: CockroachDB does not call %s(), a function of your own, to "+what)
	}
}

func (s *backfills) report(p *Pass, call *pgsql.FuncCall, severity Severity, format string) {
	f := manual(fmt.Sprintf(format, catalog.ListName(call.Funcname).Name), "Write the function's expression in place of the call, or keep its value in a column that the application or a trigger fills")
	if f.Severity = severity; severity == Warning {
		f.Fidelity = Weaker // it is taken where there are no rows
	}
	if at := p.Stmt.tokenOf(call); at >= 0 {
		f.at(p.Stmt, at, p.Stmt.nameEnd(at))
	}
	p.Report(f)
}

// onlyCompares reports whether a body is one comparison of parameters and
// constants, perhaps several with AND: such a predicate can be planned with.
func onlyCompares(r *routine) bool {
	if r == nil || r.body == nil || len(r.body.code) != 1 || r.body.code[0].tree == nil {
		return false
	}
	ok := true
	pgsql.Walk(r.body.code[0].tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.SelectStmt, *pgsql.ResTarget, *pgsql.ColumnRef, *pgsql.ParamRef, *pgsql.AConst, *pgsql.String, *pgsql.Integer, *pgsql.Float, *pgsql.Boolean, *pgsql.List:
		case *pgsql.AExpr:
			ok = ok && (n.Kind_ == pgsql.AexprOP || n.Kind_ == pgsql.AexprBetween)
			if op := catalog.ListName(n.Name).Name; len(op) > 0 && (op[0] == '~' || op[0] == '!' || op[0] == '|') {
				ok = false
			}
		case *pgsql.BoolExpr:
			ok = ok && n.Boolop == pgsql.AndExpr
		default:
			ok = false
		}
		return ok
	})
	return ok
}
