package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexNames = &Rule{
	Name:      "index-name",
	Title:     "Index names are the table's, and chosen in another way",
	Condition: "`CREATE INDEX` without a name on an expression, unique or with INCLUDE; `CREATE INDEX IF NOT EXISTS` with the name of another table's index; `DROP`, `ALTER` or `COMMENT ON INDEX` of a name that several tables have.",
	Effect: "PostgreSQL has one index of a name in a schema, CockroachDB one in a table. The names that they choose differ (`t_lower_idx` and `t_expr_idx`, `t_a_idx` and `t_a_key`), so that a later statement does not find the index. " +
		"`IF NOT EXISTS` makes a second index where PostgreSQL makes none. A name that several tables have is refused as ambiguous (SQLSTATE 42P08).",
	Workaround: "The name that PostgreSQL chooses is written out. A `CREATE INDEX IF NOT EXISTS` that does nothing in PostgreSQL goes. An ambiguous name is manual: write `table@index`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, drop-index.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a name for what is to be dropped later",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT, b TEXT);\n",
			Input:  "CREATE INDEX ON t (lower(a));\nCREATE UNIQUE INDEX ON t USING btree (a) INCLUDE (b);\nDROP INDEX t_lower_idx;\n",
			Output: "CREATE INDEX t_lower_idx ON t (lower(a));\nCREATE UNIQUE INDEX t_a_b_idx ON t USING btree (a) INCLUDE (b);\nDROP INDEX t_lower_idx;\n",
			Want:   []string{"1:14 warning exact", "2:21 warning exact"},
			Error:  "index \"t_lower_idx\" does not exist",
		},
		{
			Name:   "another table's index",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON t (a);\nCREATE INDEX IF NOT EXISTS i ON u (a);\nDROP INDEX i;\n",
			Output: "CREATE INDEX i ON t (a);\nDROP INDEX i;\n",
			Want:   []string{"2:1 error exact"},
			Error:  "index name \"i\" is ambiguous",
		},
		{
			Name:   "two tables",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY, a TEXT);\nCREATE INDEX i ON t (a);\nCREATE INDEX i ON u (a);\n",
			Input:  "DROP INDEX i;\n",
			Want:   []string{"1:12 error manual"},
			Error:  "index name \"i\" is ambiguous",
			Manual: true,
		},
		{
			Name:  "the table is named",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\nCREATE TABLE u (id INT8 PRIMARY KEY, a TEXT);\nCREATE INDEX i ON t (a);\nCREATE INDEX i ON u (a);\n",
			Input: "DROP INDEX t@i;\nCREATE INDEX ON t (a);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt, pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindCommentStmt},
	Check: func(p *Pass, node pgsql.Node) {
		var names []catalog.Name
		switch n := node.(type) {
		case *pgsql.IndexStmt:
			if n.Idxname == "" {
				nameIndex(p, n)
			} else if n.IfNotExists {
				repeatedIndex(p, n)
			}
			return
		case *pgsql.DropStmt:
			if n.RemoveType != pgsql.ObjectIndex {
				return
			}
			names = dropNames(n)
		case *pgsql.RenameStmt:
			if n.RenameType != pgsql.ObjectIndex || n.Relation == nil {
				return
			}
			names = []catalog.Name{nameOf(n.Relation)}
		case *pgsql.CommentStmt:
			l, ok := n.Object.(*pgsql.List)
			if n.Objtype != pgsql.ObjectIndex || !ok {
				return
			}
			names = []catalog.Name{catalog.ListName(l.Items)}
		}
		for _, name := range names {
			if ixs := p.Catalog.Indexes(name); len(ixs) > 1 {
				ambiguousIndex(p, name, ixs)
			}
		}
	},
}

func nameOf(rv *pgsql.RangeVar) catalog.Name {
	return catalog.Name{Schema: rv.Schemaname, Name: rv.Relname}
}

// nameIndex writes out the name that PostgreSQL chooses, where CockroachDB
// chooses another.
func nameIndex(p *Pass, n *pgsql.IndexStmt) {
	t := p.Catalog.Table(n.Relation)
	if t == nil || n.Relation == nil {
		return
	}
	differs := n.Unique || len(n.IndexIncludingParams) > 0
	parts := []string{t.Name.Name}
	used := map[string]bool{}
	for _, e := range append(append([]pgsql.Node(nil), n.IndexParams...), n.IndexIncludingParams...) {
		el, ok := e.(*pgsql.IndexElem)
		if !ok {
			return
		}
		part := el.Name
		if part == "" {
			differs = true
			part = expressionName(el.Expr)
		}
		for i, base := 1, part; used[part]; i++ {
			part = fmt.Sprintf("%s%d", base, i)
		}
		used[part] = true
		parts = append(parts, part)
	}
	if !differs {
		return
	}
	name := strings.Join(parts, "_")
	const limit = 63 - len("_idx")
	if len(name) > limit {
		return // PostgreSQL shortens it by rules of its own
	}
	base := name + "_idx"
	name = base
	for i := 1; taken(p, catalog.Name{Schema: t.Name.Schema, Name: name}); i++ {
		name = fmt.Sprintf("%s%d", base, i)
	}
	on := p.Stmt.Find(0, "on")
	if on < 1 {
		return
	}
	f := Finding{Severity: Warning, Fidelity: Exact, Edits: []Edit{p.Insert(p.Stmt.Tokens[on].Start(), QuoteIdent(name)+" ")},
		Message: fmt.Sprintf("PostgreSQL calls this index %s, CockroachDB chooses another name: it is written out, so that a later statement finds it", name)}
	f.at(p.Stmt, on, on)
	p.Report(f)
}

// expressionName is the part of an index's name that stands for an expression.
func expressionName(e pgsql.Node) string {
	switch e := e.(type) {
	case *pgsql.FuncCall:
		return catalog.ListName(e.Funcname).Name
	case *pgsql.CoalesceExpr:
		return "coalesce"
	case *pgsql.TypeCast:
		// A cast of a column has the column's name, any other the type's.
		if c, ok := e.Arg.(*pgsql.ColumnRef); ok {
			return catalog.ListName(c.Fields).Name
		}
		if n := expressionName(e.Arg); n != "expr" {
			return n
		}
		return catalog.ListName(e.TypeName.Names).Name
	case *pgsql.CollateClause:
		return expressionName(e.Arg)
	case *pgsql.ColumnRef:
		return catalog.ListName(e.Fields).Name
	case *pgsql.MinMaxExpr:
		if e.Op == pgsql.ISLeast {
			return "least"
		}
		return "greatest"
	case *pgsql.CaseExpr:
		return "case"
	}
	return "expr"
}

func taken(p *Pass, name catalog.Name) bool {
	return len(p.Catalog.Indexes(name)) > 0 || p.Catalog.Relation(name) != nil
}

// repeatedIndex takes out a CREATE INDEX IF NOT EXISTS that PostgreSQL passes
// over because another table has an index of that name.
func repeatedIndex(p *Pass, n *pgsql.IndexStmt) {
	t := p.Catalog.Table(n.Relation)
	for _, ix := range p.Catalog.Indexes(indexName(p, n)) {
		if t != nil && ix.Table != nil && ix.Table != t {
			p.drop(Exact, fmt.Sprintf("PostgreSQL makes no index here, since table %s has one of that name; CockroachDB would: the statement goes", ix.Table.Name))
			return
		}
	}
}

func ambiguousIndex(p *Pass, name catalog.Name, ixs []*catalog.Index) {
	for i := range p.Stmt.Tokens {
		if pgsql.Fold(p.Stmt.Str(i)) != name.Name || p.Stmt.Tokens[i].Kind() != pgsql.Word && p.Stmt.Tokens[i].Kind() != pgsql.Quoted {
			continue
		}
		if p.Stmt.Str(i-1) == "@" {
			return
		}
		var tables []string
		seen := map[catalog.Name]bool{}
		for _, ix := range ixs {
			if ix.Table != nil && !seen[ix.Table.Name] {
				seen[ix.Table.Name] = true
				tables = append(tables, ix.Table.Name.String())
			}
		}
		if len(tables) < 2 {
			return
		}
		f := Finding{Severity: Error, Fidelity: Manual,
			Message: fmt.Sprintf("several tables (%s) have an index %s: CockroachDB refuses the name as ambiguous", strings.Join(tables, ", "), name.Name),
			Todo:    "Write table@index"}
		f.at(p.Stmt, i, i)
		p.Report(f)
		return
	}
}
