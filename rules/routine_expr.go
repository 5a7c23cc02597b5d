package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// routineScope is what the code of a routine can name. The rows NEW and OLD of
// a trigger function are those of the table that the trigger is on.
func routineScope(p *Pass, r *routine, table *catalog.Table) expr.Scope {
	s := expr.Scope{Catalog: p.Catalog, Params: r.args(), Vars: r.variables(p)}
	if table != nil {
		s.Rows = map[string]*catalog.Table{"new": table, "old": table}
	}
	return s
}

// args are the types of the parameters that are given in a call.
func (r *routine) args() []catalog.Type {
	var out []catalog.Type
	for _, param := range r.params {
		if param.Mode != pgsql.FuncParamOut && param.Mode != pgsql.FuncParamTable {
			out = append(out, catalog.TypeOf(param.ArgType))
		}
	}
	return out
}

// variables are the types of a routine's named parameters and declared
// variables; the zero Type for one that is not known here.
func (r *routine) variables(p *Pass) map[string]catalog.Type {
	if r.vars != nil {
		return r.vars
	}
	r.vars = map[string]catalog.Type{}
	for _, param := range r.params {
		if param.Name != "" {
			r.vars[param.Name] = catalog.TypeOf(param.ArgType)
		}
	}
	if !r.plpgsql() {
		return r.vars
	}
	r.body.src.Walk(func(n *pgsql.PLNode) {
		for i := range n.Decls {
			d := &n.Decls[i]
			t := catalog.Type{}
			if !d.Type.Empty() && !d.Alias && !d.Cursor {
				t = r.declared(p, d.Type)
			}
			if old, twice := r.vars[d.Name]; twice && !sameType(old, t) {
				t = catalog.Type{} // a block within declares it again
			}
			r.vars[d.Name] = t
		}
		if n.Kind == pgsql.PLForInt && n.Target.First == n.Target.Last && !n.Target.Empty() {
			r.vars[pgsql.Fold(r.body.src.Str(n.Target.First))] = catalog.Type{Name: "int4"}
		}
	})
	return r.vars
}

// declared reads the type of a declaration.
func (r *routine) declared(p *Pass, s pgsql.PLSpan) catalog.Type {
	src := r.body.src
	text := src.Span(s)
	if src.Is(s.Last-1, "%") {
		names := nameParts(src, s.First, s.Last-2)
		if !src.Is(s.Last, "type") || len(names) < 2 {
			if src.Is(s.Last, "type") && len(names) == 1 {
				return r.vars[names[0]]
			}
			return catalog.Type{}
		}
		table := catalog.Name{Name: names[len(names)-2]}
		if len(names) > 2 {
			table.Schema = names[len(names)-3]
		}
		if c := p.Catalog.Relation(table).Column(names[len(names)-1]); c != nil {
			return c.Type
		}
		return catalog.Type{}
	}
	if strings.EqualFold(text, "record") {
		return catalog.Type{}
	}
	return parseType(text)
}

// parseType reads a type out of its text; the zero Type if it is none.
func parseType(text string) catalog.Type {
	tree, err := pgsql.Parse("SELECT NULL::" + text)
	if err != nil {
		return catalog.Type{}
	}
	sel, ok := tree.(*pgsql.SelectStmt)
	if !ok || len(sel.TargetList) != 1 {
		return catalog.Type{}
	}
	t, _ := sel.TargetList[0].(*pgsql.ResTarget)
	if cast, ok := t.Val.(*pgsql.TypeCast); ok {
		return catalog.TypeOf(cast.TypeName)
	}
	return catalog.Type{}
}

// judgeFragment returns what CockroachDB objects to in a part of a routine's
// body.
func judgeFragment(p *Pass, r *routine, f fragment, c expr.Context) []expr.Cause {
	return judgeScoped(routineScope(p, r, nil), r, f, c)
}

func judgeScoped(s expr.Scope, r *routine, f fragment, c expr.Context) []expr.Cause {
	c.Text, c.Shift = r.body.src.Text, f.shift
	c.Want = wanted(s, r, f)
	causes, _, _ := expr.JudgeQuery(f.tree, s, c)
	return causes
}

// wanted is the type that an expression of PL/pgSQL is assigned to.
func wanted(s expr.Scope, r *routine, f fragment) catalog.Type {
	if f.query || f.node == nil {
		return catalog.Type{}
	}
	src := r.body.src
	switch f.node.Kind {
	case pgsql.PLBlock:
		for _, d := range f.node.Decls {
			if d.Default == f.PLSpan {
				return s.Vars[d.Name]
			}
		}
	case pgsql.PLAssign:
		if f.node.Target.Empty() {
			break
		}
		switch names := nameParts(src, f.node.Target.First, f.node.Target.Last); len(names) {
		case 1:
			return s.Vars[names[0]]
		case 2:
			if t := s.Rows[names[0]]; t != nil {
				if c := t.Column(names[1]); c != nil {
					return c.Type
				}
			}
		}
	case pgsql.PLReturn:
		if t := r.returns; !t.SetOf && !r.isTrigger() && builtin(t) != "void" && builtin(t) != "record" {
			return t
		}
	}
	return catalog.Type{}
}

// site is the text of a fragment of the body.
func (br *bodyReader) site(f fragment) *site {
	st := &Statement{Statement: br.b.src.Statement}
	return &site{
		exprText: exprText{st: st, shift: f.shift},
		insert: func(token int, behind bool, text string) Edit {
			if behind {
				return br.after(token, text)
			}
			return br.insert(token, text)
		},
		replace: br.replace,
	}
}

// expressions judges the types of what the body computes. CockroachDB looks
// into a trigger function when a trigger is made that runs it, since only then
// NEW and OLD have types.
func (br *bodyReader) expressions() {
	trigger := br.r.isTrigger()
	if trigger && br.table == nil {
		return
	}
	scope := routineScope(br.Pass, br.r, br.table)
	for _, f := range br.b.code {
		if f.tree == nil {
			continue
		}
		var list []*objection
		at := br.site(f)
		causes := judgeScoped(scope, br.r, f, expr.Context{Mend: true})
		refused := silent(causes) && len(judgeScoped(scope, br.r, f, expr.Context{})) > loud(causes)
		for _, c := range causes {
			if br.Target.Meets(c.Versions) {
				list = append(list, &objection{Cause: c, place: expr.Query, root: f.tree, refused: refused, site: at})
			}
		}
		writeCasts(list)
		for _, o := range list {
			br.objection(o, trigger)
		}
	}
}

// objection notes an objection for the rule whose it is.
func (br *bodyReader) objection(o *objection, bind bool) {
	var found Finding
	about := aboutOperand
	if f, ok := divisionFinding(o); ok {
		found, about = f, aboutDivision
	} else if f, ok := digestFinding(o); ok {
		found, about = f, aboutDigest
	} else if ofStored(o) {
		found, about = storedFinding(o), aboutStored
	} else if ofOperand(o) {
		found = operandFinding(o)
	} else {
		return
	}
	first, last, ok := o.site.extent(o.Node)
	if !ok {
		if first = o.site.tokenAt(int32(pgsql.Location(o.Node))); first < 0 {
			return
		}
		last = first
	}
	br.add(bodyIssue{
		PLSpan: pgsql.PLSpan{First: first, Last: last}, about: about, bind: bind, severity: found.Severity,
		fidelity: found.Fidelity, message: found.Message, todo: found.Todo, until: found.Until, edits: found.Edits,
	})
}
