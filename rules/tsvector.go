package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var tsvector = &Rule{
	Name:      "tsvector",
	Title:     "TSVECTOR and TSQUERY exist from v23.1 on",
	Condition: "A column of type `tsvector`, a cast to it, or a GIN index on such a column, with a target that holds v22.2.",
	Effect:    "v22.2 does not parse the types (SQLSTATE 0A000).",
	Workaround: "The column becomes VARCHAR(4096), the cast goes, and the index on it goes. Queries stay valid but do not mean the same: " +
		"`varchar @@ tsquery` first runs the text through the default text search configuration, so words are folded to lower case and stemmed and stop words vanish, where " +
		"the tsvector held the words as they were; other rows match, no index serves the query, and texts of more than 4096 characters are refused. A target of \">=23.1\" keeps all of it as it is.",
	Versions: "<23.1",
	Issues:   []int{7821},
	Sources: []string{
		"release note v23.1.0-alpha.1", "measured on v26.1: a TSVECTOR column, its cast in a computed column and GIN (scalar, tsvector) are accepted",
		"PostgreSQL 15: 'Hello World running the' as tsvector matches Hello, not hello; as varchar the other way round",
	},
	Examples: []Example{
		{
			Name: "portable",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a JSONB, txt TSVECTOR GENERATED ALWAYS AS ((a->>'txt')::tsvector) STORED);\n" +
				"CREATE INDEX by_txt ON t USING GIN (id, txt);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a JSONB, txt VARCHAR(4096) GENERATED ALWAYS AS (a->>'txt') STORED);\n",
			Want:   []string{"1:47 error changed", "2:1 error weaker"},
		},
		{
			Name:   "kept from v23.1 on",
			Target: ">=23.1",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a JSONB, txt TSVECTOR GENERATED ALWAYS AS ((a->>'txt')::tsvector) STORED);\nCREATE INDEX by_txt ON t USING GIN (id, txt);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef, pgsql.KindIndexStmt},
	Types: []string{"tsvector"},
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.ColumnDef:
			if builtin(p.plainType(n.TypeName)) == "tsvector" {
				reportTsvectorColumn(p, n)
			}
		case *pgsql.IndexStmt:
			if column, ok := tsvectorKey(p, n); ok {
				p.Report(Finding{
					Severity: Error, Fidelity: Weaker, Until: "23.1", Edits: p.DropStatement(),
					Message: fmt.Sprintf("column %s becomes VARCHAR, which has no inverted index that serves @@: the index goes", column),
				})
			}
		}
	},
}

func reportTsvectorColumn(p *Pass, d *pgsql.ColumnDef) {
	st := p.Stmt
	first, last, ok := st.typeSpan(d.TypeName)
	if !ok {
		return
	}
	f := Finding{
		Severity: Error, Fidelity: Changed, Until: "23.1",
		Message: fmt.Sprintf("type TSVECTOR of column %s does not exist before v23.1; as VARCHAR(4096) the column is searched after the default configuration has "+
			"folded case, stemmed and dropped stop words, so @@ finds other rows, without an index, and longer texts are refused", d.Colname),
	}
	start, end := st.span(first, last)
	f.Edits = append(f.Edits, p.Replace(start, end, "VARCHAR(4096)"))
	name := st.TokenAt(int(d.Location))
	f.Start, f.End = st.Tokens[name].Start(), end
	for _, c := range d.Constraints {
		k, ok := c.(*pgsql.Constraint)
		if !ok || k.Contype != pgsql.ConstrGenerated {
			continue
		}
		pgsql.Walk(k.RawExpr, func(n pgsql.Node, _ []pgsql.Node) bool {
			if cast, ok := n.(*pgsql.TypeCast); ok && builtin(catalog.TypeOf(cast.TypeName)) == "tsvector" {
				if i := st.TokenAt(int(cast.Location)); st.Is(i, "::") {
					_, typeLast, _ := st.typeSpan(cast.TypeName)
					f.Edits = append(f.Edits, p.Replace(st.Tokens[i].Start(), st.Tokens[typeLast].End(), ""))
					// Parentheses that were there for the cast are two pairs without it.
					if open := st.operandStart(i - 1); st.Is(open, "(") && st.Close(open) == i-1 && st.Is(open-1, "(") && st.Close(open-1) == typeLast+1 {
						f.Edits = append(f.Edits, p.Delete(open, open), p.Delete(i-1, i-1))
					}
				}
			}
			return true
		})
	}
	p.Report(f)
}

// tsvectorKey returns the name of the tsvector column that an inverted index
// is on.
func tsvectorKey(p *Pass, n *pgsql.IndexStmt) (string, bool) {
	t := p.Catalog.Table(n.Relation)
	if n.AccessMethod != "gin" && n.AccessMethod != "gist" || t == nil {
		return "", false
	}
	for _, e := range n.IndexParams {
		el, ok := e.(*pgsql.IndexElem)
		if !ok {
			continue
		}
		if c := t.Column(el.Name); c != nil && builtin(c.Type) == "tsvector" {
			return el.Name, true
		}
	}
	return "", false
}
