package rules

import (
	"fmt"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var indexMethod = &Rule{
	Name:  "index-method",
	Title: "Indexes of a method or over a type that CockroachDB lacks",
	Condition: "`CREATE INDEX ... USING` hash, brin, spgist, gist, ivfflat, or a method of an extension. GiST over geometry, geography and tsvector columns " +
		"and over text with trigrams is an inverted index in CockroachDB and is kept. Also a plain index over a column that it cannot order: tsvector, tsquery, geometry, JSONB before v23.2, arrays before v23.1.",
	Effect: "The other methods are refused (SQLSTATE 0A000, 42601, 42704).",
	Workaround: "hash becomes a plain index, which serves equality as well. brin and bloom become plain indexes, which serve the same queries but are larger and cost more to write. " +
		"GiST and SP-GiST over scalar columns become plain indexes. ivfflat becomes hnsw (CockroachDB's own vector index) from v25.4 on. " +
		"An index over a type that no index of CockroachDB takes (ranges, points, hstore), or over an expression with a function that it lacks or with a computed column, goes: queries stay right and become slower.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, create-index.md, inverted-indexes.md, spatial-indexes.md, vector-indexes.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "hash",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON t USING hash (a);\n",
			Output: "CREATE INDEX i ON t (a);\n",
			Want:   []string{"1:21 error exact"},
			Error:  "at or near \"hash\": syntax error",
		},
		{
			Name:   "brin",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIMESTAMPTZ);\n",
			Input:  "CREATE INDEX i ON t USING brin (at);\n",
			Output: "CREATE INDEX i ON t (at);\n",
			Want:   []string{"1:21 error weaker"},
			Error:  "at or near \"brin\": syntax error",
		},
		{
			Name:   "an expression that CockroachDB cannot have an index over",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, doc JSONB, name TEXT, parts TEXT[] GENERATED ALWAYS AS (string_to_array(name, '/')) STORED);\n",
			Input:  "CREATE INDEX i ON t USING gin (jsonb_to_tsvector('english', doc, '[\"all\"]'));\nCREATE INDEX j ON t ((parts[1]));\nDROP INDEX i;\nCREATE INDEX k ON t (name);\n",
			Output: "CREATE INDEX k ON t (name);\n",
			Want:   []string{"1:1 error weaker", "2:1 error weaker", "3:1 error exact"},
			Error:  "this function is not yet supported",
		},
		{
			Name:   "spgist over text",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE INDEX i ON public.t USING spgist (a);\n",
			Output: "CREATE INDEX i ON public.t (a);\n",
			Want:   []string{"1:28 error weaker"},
			Error:  "at or near \"spgist\": syntax error",
		},
		{
			Name:   "gist over scalars",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, at TIMESTAMPTZ);\n",
			Input:  "CREATE INDEX i ON t USING gist (a, at);\n",
			Output: "CREATE INDEX i ON t (a, at);\n",
			Want:   []string{"1:21 error weaker"},
			Error:  "not allowed as the last column in an inverted index",
		},
		{
			Name:   "gist over a geometry is an inverted index",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, g GEOMETRY);\n",
			Input:  "CREATE INDEX i ON t USING gist (g);\n",
		},
		{
			Name:   "an index with its comment",
			Target: ">=25.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, q TSQUERY);\n",
			Input:  "CREATE INDEX i ON t USING gist (q);\nCOMMENT ON INDEX i IS 'x';\nDROP INDEX i;\nANALYZE t;\n",
			Output: "ANALYZE t;\n",
			Want:   []string{"1:1 error weaker", "2:1 error weaker", "3:1 error exact"},
			Error:  "tsquery",
		},
		{
			Name:   "ivfflat",
			Target: ">=25.4",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, v VECTOR(3));\n",
			Input:  "CREATE INDEX i ON t USING ivfflat (v vector_l2_ops) WITH (lists = 100);\n",
			Output: "CREATE INDEX i ON t USING hnsw (v vector_l2_ops);\n",
			Want:   []string{"1:21 error weaker"},
			Error:  "unrecognized access method: ivfflat",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt, pgsql.KindDropStmt, pgsql.KindRenameStmt, pgsql.KindCommentStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, ok := node.(*pgsql.IndexStmt)
		if !ok {
			droppedIndex(p, node)
			return
		}
		if why := noExpression(p, n); why != "" {
			if !n.Unique {
				dropIndex(p, n, why, "")
			}
			return
		}
		first, last, ok := usingTokens(p.Stmt, n)
		if !ok && n.AccessMethod != "" && n.AccessMethod != "btree" {
			return
		}
		f := Finding{Severity: Error, Fidelity: Weaker}
		if ok {
			f.at(p.Stmt, first, last)
		}
		plan := planIndex(p, n)
		switch {
		case plan.form == noIndex && plan.until != "" && n.AccessMethod == "btree", plan.form == noIndex && !tsvectorOf(p, n, plan):
			message := fmt.Sprintf("CockroachDB has no index over key %d, whose type no index of it takes", plan.key+1)
			if plan.until != "" {
				message = fmt.Sprintf("CockroachDB has such an index only from v%s on", plan.until)
			}
			dropIndex(p, n, message, plan.until)
			return
		case plan.form == noIndex, !ok:
			return
		}
		name := func() Edit {
			return p.Replace(p.Stmt.Tokens[last].Start(), p.Stmt.Tokens[last].End(), map[indexForm]string{vectorIndex: "hnsw"}[plan.form])
		}
		switch method := n.AccessMethod; {
		case method == "btree" || method == "gin" || method == "hnsw":
			return
		case plan.form == vectorIndex:
			f.Message = "CockroachDB has no ivfflat: the index becomes CockroachDB's own vector index, which finds and costs about the same"
			f.Edits = []Edit{name()}
		case plan.form == plainIndex && method == "hash":
			f.Fidelity = Exact
			f.Message = "CockroachDB's hash indexes are something else (sharded): a plain index serves equality as well, and ranges"
			f.Edits = []Edit{p.Delete(first, last)}
		case plan.form == plainIndex:
			f.Message = fmt.Sprintf("CockroachDB has no %s index over this: a plain index serves comparisons of the first columns; it is larger, and serves no other operators", method)
			f.Edits = []Edit{p.Delete(first, last)}
		case plan.form == unknownIndex:
			f.Severity, f.Fidelity = Warning, Manual
			f.Message = fmt.Sprintf("whether CockroachDB takes this %s index depends on the type of the column, which is not known here", method)
			f.Todo = "Use USING gin for text search, arrays and JSONB, USING gist for geometry, a plain index for scalar columns"
		case method == "gist":
			return // an inverted index
		default:
			f.Message = fmt.Sprintf("CockroachDB has no %s index: an inverted index serves the same queries more or less", method)
			f.Edits = []Edit{p.Replace(p.Stmt.Tokens[last].Start(), p.Stmt.Tokens[last].End(), "gist")}
		}
		p.Report(f)
	},
}

// droppedIndexes are the indexes that go because CockroachDB has nothing like
// them.
type droppedIndexes struct{ names map[catalog.Name]bool }

// noExpression says why CockroachDB has no index over an expression of this one:
// it calls a function that CockroachDB lacks, or reads a computed column.
func noExpression(p *Pass, n *pgsql.IndexStmt) (why string) {
	expression := func(e pgsql.Node) bool {
		el, ok := e.(*pgsql.IndexElem)
		return ok && el.Expr != nil
	}
	if n.WhereClause == nil && !slices.ContainsFunc(n.IndexParams, expression) {
		return ""
	}
	t := p.Catalog.Table(n.Relation)
	key := true // not the predicate
	look := func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.FuncCall:
			if missingFunction(p, n) {
				why = missingMessage(catalog.ListName(n.Funcname).Name)
			}
		case *pgsql.ColumnRef:
			if c := t.Column(catalog.ListName(n.Fields).Name); key && c != nil && c.Generated != "" {
				why = fmt.Sprintf("CockroachDB has no index over an expression that reads a computed column, such as %s", c.Name)
			}
		}
		return true
	}
	for _, e := range n.IndexParams {
		if expression(e) {
			p.run.inner.Walk(e.(*pgsql.IndexElem).Expr, look)
		}
	}
	key = false
	p.run.inner.Walk(n.WhereClause, look)
	return why
}

func dropIndex(p *Pass, n *pgsql.IndexStmt, message, until string) {
	if n.Unique {
		p.Report(Finding{Severity: Error, Fidelity: Manual, Until: until, Message: message + ", and this one is unique",
			Todo: "Make a column of another type that the index can be on, or give the uniqueness up"})
		return
	}
	p.Report(Finding{Severity: Error, Fidelity: Weaker, Until: until, Edits: p.DropStatement(),
		Message: message + ": the index goes; queries stay right and become slower"})
	if n.Idxname != "" {
		s := State[droppedIndexes](p)
		if s.names == nil {
			s.names = map[catalog.Name]bool{}
		}
		s.names[indexName(p, n)] = true
	}
}

// indexName returns the qualified name of an index that a statement makes.
func indexName(p *Pass, n *pgsql.IndexStmt) catalog.Name {
	schema := "public"
	if t := p.Catalog.Table(n.Relation); t != nil {
		schema = t.Name.Schema
	}
	return catalog.Name{Schema: schema, Name: n.Idxname}
}

// tsvectorOf reports whether the index is of the kind that rule tsvector takes
// out.
func tsvectorOf(p *Pass, n *pgsql.IndexStmt, plan indexPlan) bool {
	_, ok := tsvectorKey(p, n)
	return ok && p.Target.Meets(tsvector.Versions) && plan.form == noIndex
}

// droppedIndex takes out what names an index that went.
func droppedIndex(p *Pass, n pgsql.Node) {
	gone := State[droppedIndexes](p).names
	if len(gone) == 0 {
		return
	}
	is := func(name catalog.Name) bool {
		ixs := p.Catalog.Indexes(name)
		return len(ixs) == 1 && gone[ixs[0].Name]
	}
	switch n := n.(type) {
	case *pgsql.CommentStmt:
		if l, ok := n.Object.(*pgsql.List); ok && n.Objtype == pgsql.ObjectIndex && is(catalog.ListName(l.Items)) {
			p.drop(Weaker, "the index is not there in CockroachDB: its comment goes")
		}
	case *pgsql.RenameStmt:
		if n.RenameType == pgsql.ObjectIndex && n.Relation != nil {
			old := catalog.Name{Schema: n.Relation.Schemaname, Name: n.Relation.Relname}
			if is(old) {
				gone[catalog.Name{Schema: p.Catalog.Indexes(old)[0].Name.Schema, Name: n.Newname}] = true
				p.drop(Exact, "the index is not there in CockroachDB: there is nothing to rename")
			}
		}
	case *pgsql.DropStmt:
		names := dropNames(n)
		if n.RemoveType == pgsql.ObjectIndex && !n.MissingOk && len(names) == 1 && is(names[0]) {
			p.drop(Exact, "the index is not there in CockroachDB: there is nothing to drop")
		}
	}
}
