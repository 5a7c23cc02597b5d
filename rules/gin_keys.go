package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var ginKeys = &Rule{
	Name:  "gin-keys",
	Title: "A GIN index needs one inverted column, in the last place",
	Condition: "A GIN (or GiST) index over scalar columns only, as btree_gin allows; one whose last column is a scalar; or one with several columns of type JSONB, array, tsvector, " +
		"geometry or text with trigrams.",
	Effect: "An inverted index of CockroachDB inverts its last column; the columns in front are ordered keys, which a query has to give by equality. A scalar in the last place is refused " +
		"(SQLSTATE 0A000), and so is a tsvector or a geometry in front. JSONB or an array in front is accepted (from v23.2 and v23.1 on), but `@>` on it is not served: the index is silently useless for it.",
	Workaround: "Over scalars the index becomes a plain one. A scalar in the last place changes places with the inverted column: GIN does not care about the order. " +
		"Several inverted columns get an index each, which together serve the same conditions, if not as one.",
	Versions: "*",
	Sources: []string{
		"CockroachDB docs, inverted-indexes.md (multi-column inverted indexes)",
		"measured on v26.1: \"column n has type int, which is not allowed as the last column in an inverted index\"",
	},
	Examples: []Example{
		{
			Name:   "scalars only",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a UUID, n INT8);\n",
			Input:  "CREATE INDEX i ON t USING gin (n, a);\n",
			Output: "CREATE INDEX i ON t (n, a);\n",
			Want:   []string{"1:21 error weaker"},
			Error:  "not allowed as the last column in an inverted index",
		},
		{
			Name:   "a scalar behind the inverted column",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, j JSONB, n INT8);\n",
			Input:  "CREATE INDEX i ON t USING gin (j, n);\n",
			Output: "CREATE INDEX i ON t USING gin (n, j);\n",
			Want:   []string{"1:32 error weaker"},
			Error:  "not allowed as the last column in an inverted index",
		},
		{
			Name:   "two inverted columns",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, ns TEXT, j JSONB, tags TEXT[]);\n",
			Input:  "CREATE INDEX i ON t USING gin (ns, tags, j) WHERE ns <> '';\n",
			Output: "CREATE INDEX i ON t USING gin (ns, j) WHERE ns <> '';\nCREATE INDEX i_tags ON t USING gin (ns, tags) WHERE ns <> '';\n",
			Want:   []string{"1:36 warning weaker"},
		},
		{
			Name:  "one inverted column in the last place",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, ns TEXT, j JSONB);\n",
			Input: "CREATE INDEX i ON t USING gin (ns, j);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindIndexStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.IndexStmt)
		st := p.Stmt
		if n.AccessMethod != "gin" && n.AccessMethod != "gist" || st.Inverted() {
			return
		}
		plan := planIndex(p, n)
		elements := catalog.IndexElements(st.Statement, n)
		first, last, ok := usingTokens(st, n)
		if !ok || len(elements) != len(plan.keys) {
			return
		}
		switch f := (Finding{Severity: Error, Fidelity: Weaker}); plan.form {
		case plainIndex:
			if n.AccessMethod == "gist" {
				return // index-method
			}
			f.Message = "CockroachDB's inverted indexes need a JSONB, array, tsvector or geometry column: over scalars a plain index serves equality and ranges"
			if len(elements) == 1 {
				f.Fidelity = Exact
			} else {
				f.Message += ", if the query gives the columns in front"
			}
			f.at(st, first, last)
			f.Edits = []Edit{p.Delete(first, last)}
			p.Report(f)
		case turnedIndex:
			f.Message = "in CockroachDB the inverted column stands last, and a query has to give the others by equality: the columns change places, which means nothing to a GIN index"
			a, b := elements[plan.key], elements[len(elements)-1]
			f.at(st, a[0], b[1])
			f.Edits = []Edit{
				p.Replace(st.Tokens[a[0]].Start(), st.Tokens[a[1]].End(), st.textOf(b[0], b[1])),
				p.Replace(st.Tokens[b[0]].Start(), st.Tokens[b[1]].End(), st.textOf(a[0], a[1])),
			}
			p.Report(f)
		case severalIndexes:
			splitIndex(p, n, plan, elements)
		}
	},
}

// splitIndex makes an index of its own for each inverted column.
func splitIndex(p *Pass, n *pgsql.IndexStmt, plan indexPlan, elements [][2]int) {
	st := p.Stmt
	f := Finding{Severity: Warning, Fidelity: Weaker}
	var scalars, inverted []int
	for i, k := range plan.keys {
		if !k.inverts() {
			scalars = append(scalars, i)
			continue
		}
		inverted = append(inverted, i)
		if el := n.IndexParams[i].(*pgsql.IndexElem); i != plan.key && (k == invertedKey || !p.Target.Within(orderedSinceOf(p, n, el))) {
			f.Severity = Error
		}
	}
	if !plan.keys[len(plan.keys)-1].inverts() {
		f.Severity = Error
	}
	f.at(st, elements[inverted[0]][0], elements[inverted[len(inverted)-1]][1])
	f.Message = fmt.Sprintf("CockroachDB inverts only the last column of an index, in front of it the others serve no containment: an index for each of the %d columns", len(inverted))
	keys := func(i int) string {
		var out []string
		for _, s := range scalars {
			out = append(out, st.textOf(elements[s][0], elements[s][1]))
		}
		return strings.Join(append(out, st.textOf(elements[i][0], elements[i][1])), ", ")
	}
	start, end := st.Tokens[elements[0][0]].Start(), st.Tokens[elements[len(elements)-1][1]].End()
	f.Edits = []Edit{p.Replace(start, end, keys(plan.key))}
	name := st.Find(0, "on") - 1
	var more strings.Builder
	for _, i := range inverted {
		if i == plan.key {
			continue
		}
		el := n.IndexParams[i].(*pgsql.IndexElem)
		suffix := el.Name
		if suffix == "" {
			suffix = fmt.Sprint(i + 1)
		}
		more.WriteString(";\n")
		if n.Idxname == "" {
			more.WriteString(st.Text[:start])
		} else {
			more.WriteString(st.Text[:st.Tokens[name].Start()] + QuoteIdent(n.Idxname+"_"+suffix) + st.Text[st.Tokens[name].End():start])
		}
		more.WriteString(keys(i) + st.Text[end:])
	}
	f.Edits = append(f.Edits, p.Insert(len(st.Text), more.String()))
	p.Report(f)
}

func orderedSinceOf(p *Pass, n *pgsql.IndexStmt, el *pgsql.IndexElem) string {
	return orderedSince(p, p.Catalog.Table(n.Relation), el)
}
