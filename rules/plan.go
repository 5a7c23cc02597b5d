package rules

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Plan is the rules that matter to a target and a layout, by what they want to
// see. It does not change: runs one after the other, and at the same time, can
// share it.
type Plan struct {
	target Target
	layout string

	all       []planned
	statement []planned                  // those whose Statement wants to see every statement
	byTree    [pgsql.KindCount][]planned // those that want to see the kind; nil for a kind that none asks for
	byKind    [pgsql.KindCount][]planned
	byType    map[string][]planned // those of byKind that name their types, for type names
	byColumn  map[string][]planned // and for columns
	unusual   []planned            // those that want to see type names but for the usual ones
	after     []planned
	finish    []planned

	bodies *Plan // of those that look into bodies; see inBodies
}

// planned is a rule with the number under which a run keeps its memory, and with
// the words that tell whether its Statement has to do with a statement.
type planned struct {
	*Rule
	number int
	told   bool
	words  pgsql.Words
}

// NewPlan chooses among the rules of all those that matter to the target and the
// layout.
func NewPlan(all []*Rule, target Target, layout string, advice bool) *Plan {
	p := &Plan{target: target, layout: layout}
	var embedded []planned
	for _, rule := range all {
		if !rule.Runs(target, layout, advice) {
			continue
		}
		rule := planned{rule, len(p.all), rule.Words != nil, pgsql.WordsOf(rule.Words...)}
		p.all = append(p.all, rule)
		if _, ok := inBodies[rule.Rule]; ok {
			embedded = append(embedded, rule)
		}
	}
	p.arrange(p.all)
	p.bodies = &Plan{target: target, layout: layout, all: p.all}
	p.bodies.arrange(embedded)
	return p
}

// arrange sorts rules of the plan by what they want to see.
func (p *Plan) arrange(list []planned) {
	p.byType, p.byColumn = map[string][]planned{}, map[string][]planned{}
	for _, rule := range list {
		if rule.Statement != nil && rule.Trees == nil {
			p.statement = append(p.statement, rule)
		}
		if rule.After != nil {
			p.after = append(p.after, rule)
		}
		if rule.Finish != nil {
			p.finish = append(p.finish, rule)
		}
		for _, k := range rule.Nodes {
			var some map[string][]planned
			switch k {
			case pgsql.KindTypeName:
				if rule.Unusual {
					p.unusual = append(p.unusual, rule)
					continue
				}
				some = p.byType
			case pgsql.KindColumnDef:
				some = p.byColumn
			}
			if some == nil || rule.Types == nil {
				p.byKind[k] = append(p.byKind[k], rule)
				continue
			}
			for _, t := range rule.Types {
				some[t] = append(some[t], rule)
			}
		}
	}
	// The kinds of statement that some rule asks for: with all rules that want to
	// see them, in their order.
	for _, asking := range list {
		for _, kind := range asking.Trees {
			if p.byTree[kind] != nil {
				continue
			}
			for _, rule := range list {
				if rule.Statement != nil && (rule.Trees == nil || slices.Contains(rule.Trees, kind)) {
					p.byTree[kind] = append(p.byTree[kind], rule)
				}
			}
		}
	}
}

// usualTypes are built in, and CockroachDB has them as they are.
var usualTypes = wordSet(`bool int2 int4 int8 float8 numeric text varchar bytea date timestamp timestamptz jsonb uuid`)

// usual reports whether rules about unusual types have nothing to say of one.
func usual(t catalog.Type) bool { return t.Schema == "" && t.Dims < 2 && usualTypes[t.Name] }

// Rules returns the rules of the plan.
func (p *Plan) Rules() []*Rule {
	out := make([]*Rule, len(p.all))
	for i, rule := range p.all {
		out[i] = rule.Rule
	}
	return out
}

// wanting returns the rules whose Statement wants to see such a statement.
func (p *Plan) wanting(tree pgsql.Node) []planned {
	if tree != nil {
		if list := p.byTree[tree.Kind()]; list != nil {
			return list
		}
	}
	return p.statement
}
