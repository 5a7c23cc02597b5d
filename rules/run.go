package rules

//go:generate go run gen_all.go
//go:generate go run ../internal/tools/docs docs ../README.md
//go:generate go run ../internal/tools/configschema ../lint/config/schema/pg2crdb.schema.json

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Reported is a finding with the rule that made it.
type Reported struct {
	Rule *Rule
	Finding
}

// Run takes a set of rules through one history, statement by statement. It is
// what package lint drives; rules see only the Pass.
type Run struct {
	plan    *Plan
	catalog *catalog.Catalog

	memories []any          // of the rules, by their number
	state    map[*Rule]*any // of keys that are no rule of the plan, and what memory has returned
	pending  []Reported     // of the current statement
	walker   pgsql.Walker
	inner    *pgsql.Walker // for a rule that walks over a part by itself

	replay func(func(*Statement)) error
	failed error // of a replay

	// pass is that of the current statement. Rules keep it, so each has its own.
	pass  *Pass
	visit func(n pgsql.Node, parents []pgsql.Node) bool

	keys   keyMemory
	judged *Judged
	places []expr.Placed // room for those of a statement
	// judgement is the last answer of objections, routine that of routineOf.
	judgement judgement
	routine   routineMemory
	// typeUse is the last answer of typeUses.
	typeUse struct {
		node *pgsql.TypeName
		stmt *Statement
		use  typeUse
		ok   bool
	}
	// plainType is the last answer of Pass.plainType.
	plainType struct {
		node *pgsql.TypeName
		typ  catalog.Type
	}
	// constraints is the last answer of constraintsOf.
	constraints struct {
		stmt *Statement
		list []definedConstraint
	}
	// indexPlan is the last answer of planIndex.
	indexPlan struct {
		node *pgsql.IndexStmt
		stmt *Statement
		plan indexPlan
	}
}

// memory returns where a rule's memory is kept, or that of a key that is none.
func (r *Run) memory(key *Rule) *any {
	if m := r.state[key]; m != nil {
		return m
	}
	m := new(any)
	for _, rule := range r.plan.all {
		if rule.Rule == key {
			m = &r.memories[rule.number]
		}
	}
	r.state[key] = m
	return m
}

// Run starts a run. What it finds out about expressions is in judged for the next
// one, which may be nil.
func (p *Plan) Run(judged *Judged) *Run {
	r := &Run{plan: p, judged: judged, catalog: newCatalog(), memories: make([]any, len(p.all)), inner: new(pgsql.Walker), state: map[*Rule]*any{}}
	r.visit = r.node
	return r
}

// of makes the pass that of a rule.
func (p *Pass) of(rule planned) {
	p.Rule, p.memory = rule.Rule, &p.run.memories[rule.number]
}

// Statement runs the rules over one statement, then lets the catalog follow
// it. It returns the findings in the order of their place.
func (r *Run) Statement(st *Statement) []Reported {
	r.pending = r.pending[:0]
	turn(r.catalog, st)
	r.pass = &Pass{Target: r.plan.target, Layout: r.plan.layout, Stmt: st, Catalog: r.catalog, run: r}
	pass := r.pass
	r.hooks()
	if st.Tree != nil {
		r.walker.Walk(st.Tree, r.visit)
	}
	pass.Parents = nil
	for _, rule := range r.plan.after {
		pass.of(rule)
		rule.After(pass, r.pending)
	}
	follow(r.catalog, st)
	r.keys.follow(st)
	applyLifted(pass)
	return r.take()
}

// hooks calls those that want to see the statement as a whole.
func (r *Run) hooks() {
	for _, rule := range r.plan.wanting(r.pass.Stmt.Tree) {
		if rule.told && r.pass.Stmt.LacksAll(rule.words) {
			continue
		}
		r.pass.of(rule)
		rule.Statement(r.pass)
	}
}

// node runs the rules over one node.
func (r *Run) node(n pgsql.Node, parents []pgsql.Node) bool {
	r.check(r.plan.byKind[n.Kind()], n, parents)
	switch n := n.(type) {
	case *pgsql.TypeName:
		t := r.pass.plainType(n)
		r.check(r.plan.byType[t.Name], n, parents)
		if !usual(t) {
			r.check(r.plan.unusual, n, parents)
		}
	case *pgsql.ColumnDef:
		r.check(r.plan.byColumn[r.pass.plainType(n.TypeName).Name], n, parents)
	}
	return true
}

func (r *Run) check(some []planned, n pgsql.Node, parents []pgsql.Node) {
	pass := r.pass
	for _, rule := range some {
		pass.of(rule)
		pass.Parents = parents
		rule.Check(pass, n)
	}
}

// turn makes the catalog what it is in front of a statement. Each source's way
// back starts from what its way forward left, and leads nowhere: what comes
// behind it does not build on it.
func turn(c *catalog.Catalog, st *Statement) {
	if st.Down {
		c.Begin(st.Source)
	} else {
		c.Rollback()
	}
}

// follow lets a catalog follow a statement that it was turned to.
func follow(c *catalog.Catalog, st *Statement) {
	if st.Tree != nil {
		c.Apply(st.Statement, st.Source)
	}
}

// Finish runs what the rules have to say at the end of the history. replay
// hands over the statements of the whole history once more, to those rules that
// ask; its error is Finish's.
func (r *Run) Finish(replay func(func(*Statement)) error) ([]Reported, error) {
	r.catalog.Rollback()
	r.pending, r.replay = r.pending[:0], replay
	pass := Pass{Target: r.plan.target, Layout: r.plan.layout, Catalog: r.catalog, run: r}
	for _, rule := range r.plan.finish {
		pass.of(rule)
		rule.Finish(&pass)
	}
	return r.take(), r.failed
}

// newCatalog returns an empty catalog that knows the types of views.
func newCatalog() *catalog.Catalog {
	c := catalog.New()
	c.Results = expr.ResultColumns
	return c
}

// again goes through the history once more for one rule.
func (r *Run) again(rule *Rule, f func(*Pass)) {
	if r.failed != nil {
		return
	}
	final := r.catalog
	defer func() { r.catalog = final }()
	r.catalog = newCatalog()
	pass := Pass{Rule: rule, memory: r.memory(rule), Target: r.plan.target, Layout: r.plan.layout, Catalog: r.catalog, run: r}
	r.failed = r.replay(func(st *Statement) {
		pass.Stmt = st
		turn(r.catalog, st)
		f(&pass)
		follow(r.catalog, st)
	})
}

// Catalog returns what exists behind the statements seen so far.
func (r *Run) Catalog() *catalog.Catalog { return r.catalog }

func (r *Run) add(rule *Rule, f Finding) { r.pending = append(r.pending, Reported{rule, f}) }

// take resolves the list elements that go and hands the findings over.
func (r *Run) take() []Reported {
	if len(r.pending) == 0 {
		return nil
	}
	resolveElements(r.pending)
	out := slices.Clone(r.pending)
	slices.SortStableFunc(out, func(a, b Reported) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), strings.Compare(a.Rule.Name, b.Rule.Name))
	})
	return out
}
