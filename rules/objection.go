package rules

import (
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// objection is what CockroachDB objects to in one expression, or would silently
// take for something else. Package expr finds it; each rule about expressions
// reports the kinds that are its own.
type objection struct {
	expr.Cause
	// place is where the expression root stands, owner the node it belongs to,
	// and column its column, where it has one.
	place  expr.Place
	root   pgsql.Node
	owner  pgsql.Node
	column string
	// refused: of an IntegerDivision or a HexDigest, that the expression is
	// refused because of it.
	refused bool
	// site is the text that the node stands in.
	site *site
	// wrapped: the casts of the others put parentheses around the node.
	wrapped bool
	// casts are the edits that write Convert out; none if the text of an
	// operand could not be read.
	casts []Edit
}

// site is a text with expressions, a statement or the body of a routine, and
// how it is edited.
type site struct {
	exprText
	// insert puts text in front of a token, or behind it.
	insert func(token int, behind bool, text string) Edit
	// replace writes text in place of the tokens [first, last].
	replace func(first, last int, text string) Edit
}

// judgement is what was found in the statement at hand.
type judgement struct {
	stmt       *Statement
	objections []*objection
}

// objections returns what CockroachDB objects to in the expressions of the
// statement, bodies of routines aside. The rules share one judgement.
func objections(p *Pass) []*objection {
	mem := &p.run.judgement
	if mem.stmt != p.Stmt {
		mem.stmt, mem.objections = p.Stmt, nil
		if p.Stmt.Tree != nil && !onlyConstants(p.Stmt.Tree) {
			mem.objections = judgeStatement(p)
		}
	}
	return mem.objections
}

// onlyConstants reports an INSERT of rows that are all written out, which is
// most of a dump and has nothing to judge.
func onlyConstants(tree pgsql.Node) bool {
	n, ok := tree.(*pgsql.InsertStmt)
	if !ok || n.OnConflictClause != nil || n.WithClause != nil {
		return false
	}
	sel, ok := n.SelectStmt.(*pgsql.SelectStmt)
	if !ok || len(sel.ValuesLists) == 0 {
		return false
	}
	for _, row := range sel.ValuesLists {
		l, ok := row.(*pgsql.List)
		if !ok {
			return false
		}
		for _, e := range l.Items {
			switch e.(type) {
			case *pgsql.AConst, *pgsql.SetToDefault:
			default:
				return false
			}
		}
	}
	return true
}

func judgeStatement(p *Pass) []*objection {
	st := p.Stmt
	var out []*objection
	var at *site
	places := expr.Places(p.run.places[:0], st.Tree, p.Catalog)
	p.run.places = places
	if len(places) == 0 {
		return nil
	}
	for i := range places {
		e := &places[i]
		var key *keyFacts
		if e.Place == expr.IndexElement {
			key = p.run.keys.of(st, e.Owner)
		}
		if key != nil && key.clean {
			continue
		}
		causes := p.run.judged.causes(st, e)
		if len(causes) == 0 {
			if key != nil {
				key.clean = true
			}
			continue
		}
		if at == nil {
			at = statementSite(p)
		}
		refused := silent(causes) && len(e.Judge(st.Text, false, nil)) > loud(causes)
		for _, c := range causes {
			if p.Target.Meets(c.Versions) {
				out = append(out, &objection{Cause: c, place: e.Place, root: e.Node, owner: e.Owner, column: e.Column, refused: refused, site: at})
			}
		}
	}
	writeCasts(out)
	return out
}

// statementSite is the text of the statement at hand.
func statementSite(p *Pass) *site {
	st := p.Stmt
	return &site{
		exprText: exprText{st: st},
		insert: func(token int, behind bool, text string) Edit {
			if behind {
				return p.Insert(st.Tokens[token].End(), text)
			}
			return p.Insert(st.Tokens[token].Start(), text)
		},
		replace: func(first, last int, text string) Edit {
			return p.Replace(st.Tokens[first].Start(), st.Tokens[last].End(), text)
		},
	}
}

// silent reports whether some of the causes are mostly nothing that CockroachDB
// objects to; loud counts the others.
func silent(causes []expr.Cause) bool { return loud(causes) < len(causes) }

func loud(causes []expr.Cause) int {
	n := 0
	for _, c := range causes {
		if c.Kind != expr.IntegerDivision && c.Kind != expr.HexDigest && !c.Later {
			n++
		}
	}
	return n
}

// until is the version from which on the objection does not hold; empty if it
// holds in all that are known.
func (o *objection) until() string { return strings.TrimPrefix(o.Versions, "<") }

// at makes f speak of the objection's node. It is left at the statement as a
// whole if the node's place cannot be told.
func (o *objection) at(f *Finding) {
	if o.site.st != nil {
		if first, last, ok := o.site.extent(o.Node); ok {
			f.at(o.site.st, first, last)
		} else if i := o.site.tokenAt(int32(pgsql.Location(o.Node))); i >= 0 {
			f.at(o.site.st, i, i)
		}
	}
}

// source returns the text of a node, or "".
func (s *site) source(n pgsql.Node) string {
	if first, last, ok := s.extent(n); ok {
		return s.st.textOf(first, last)
	}
	return ""
}

// textCast is a cast to be written behind the tokens [first, last].
type textCast struct {
	first, last int
	wrap        bool
	to          string
}

// writeCasts finds the places of the casts that objections want. An operand
// can end where one within it does: what is put in at one place is put together
// here, inner casts first, and each finding that has a part in it brings all of
// it along, to be made once.
func writeCasts(list []*objection) {
	some := false
	for _, o := range list {
		some = some || len(o.Convert) > 0
	}
	if !some {
		return
	}
	type where struct {
		site   *site
		token  int
		behind bool
	}
	var casts []textCast
	owners := map[textCast][]*objection{}
	at := map[textCast]*site{}
	wrapped := map[pgsql.Node]bool{}
	for _, o := range list {
		var own []textCast
		for _, c := range o.Convert {
			first, last, bound, ok := o.site.castPlaces(c.Node)
			to := typeSQL(c.To)
			if !ok || to == "" {
				own = nil
				break
			}
			own = append(own, textCast{first, last, !bound, to})
		}
		if len(own) > 0 {
			for _, c := range o.Convert {
				wrapped[c.Node] = true
			}
		}
		for _, c := range own {
			if at[c] == nil {
				at[c] = o.site
				casts = append(casts, c)
			}
			owners[c] = append(owners[c], o)
		}
	}
	for _, o := range list {
		o.wrapped = wrapped[o.Node]
	}
	sort.SliceStable(casts, func(i, j int) bool { return casts[i].last-casts[i].first < casts[j].last-casts[j].first })
	texts := map[where]string{}
	for _, c := range casts {
		s := at[c]
		if c.wrap {
			front, back := where{s, c.first, false}, where{s, c.last, true}
			texts[front] = "(" + texts[front]
			texts[back] += ")::" + c.to
		} else {
			texts[where{s, c.last, true}] += "::" + c.to
		}
	}
	edit := func(w where) Edit {
		e := w.site.insert(w.token, w.behind, texts[w])
		e.Once = true
		return e
	}
	for _, c := range casts {
		for _, o := range owners[c] {
			if c.wrap {
				o.casts = append(o.casts, edit(where{at[c], c.first, false}))
			}
			o.casts = append(o.casts, edit(where{at[c], c.last, true}))
		}
	}
}

// typeSQL writes a type as CockroachDB reads it, without length and precision:
// a cast to VARCHAR(3) cuts where storing in a column objects.
func typeSQL(t catalog.Type) string {
	name := t.Name
	switch {
	case name == "":
		return ""
	case t.Schema != "":
		name = quoteName(catalog.Name{Schema: t.Schema, Name: name})
	case name == "bpchar" || name == "varchar":
		name = "TEXT"
	case name == "char":
		name = `"char"`
	case strings.ToLower(name) == name:
		name = strings.ToUpper(name)
	}
	return name + strings.Repeat("[]", t.Dims)
}
