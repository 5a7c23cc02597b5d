package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// keyClass says in which kinds of CockroachDB index a key can be.
type keyClass uint8

const (
	unknownKey  keyClass = iota
	scalarKey            // in a plain index
	elementsKey          // JSONB, arrays: in both, but an inverted index has them last
	invertedKey          // tsvector, geometry, text by trigrams: last in an inverted index only
	vectorKey            // in a vector index only
	noKey                // in none
)

func (c keyClass) inverts() bool { return c == elementsKey || c == invertedKey }

// indexForm is what a CREATE INDEX is in CockroachDB.
type indexForm uint8

const (
	unknownIndex   indexForm = iota
	plainIndex               // an ordered index
	invertedIndex            // USING gin, with one inverted key, in the last place
	severalIndexes           // one inverted index for each of several keys
	turnedIndex              // an inverted index with its keys in another order
	vectorIndex              // USING hnsw
	noIndex                  // nothing that CockroachDB has
)

// indexPlan is what becomes of a CREATE INDEX of PostgreSQL. All the rules
// about indexes ask for it, so that they agree.
type indexPlan struct {
	form indexForm
	// keys are the classes of the key columns, in order.
	keys []keyClass
	// key is the key because of which there is no index, or an other one.
	key int
	// until is the version from which on there is an index; empty if in none.
	until string
}

// planIndex says what becomes of an index.
func planIndex(p *Pass, n *pgsql.IndexStmt) indexPlan {
	memo := &p.run.indexPlan
	if memo.node != n || memo.stmt != p.Stmt {
		memo.node, memo.stmt, memo.plan = n, p.Stmt, makeIndexPlan(p, n)
	}
	return memo.plan
}

func makeIndexPlan(p *Pass, n *pgsql.IndexStmt) indexPlan {
	plan := indexPlan{keys: make([]keyClass, 0, len(n.IndexParams))}
	t := p.Catalog.Table(n.Relation)
	inverts, last, unknown := 0, -1, false
	for i, e := range n.IndexParams {
		el, ok := e.(*pgsql.IndexElem)
		if !ok {
			return plan
		}
		k := classOf(p, t, el)
		plan.keys = append(plan.keys, k)
		if k.inverts() {
			inverts, last = inverts+1, i
		}
		unknown = unknown || k == unknownKey
	}
	if p.Stmt.Inverted() {
		plan.form = invertedIndex
		return plan
	}
	switch n.AccessMethod {
	case "hnsw", "ivfflat":
		plan.form, plan.until = vectorIndex, ""
		if !p.Target.Within(">=25.4") {
			plan.form, plan.until = noIndex, "25.4"
		}
		return plan
	case "gin", "gist", "rtree", "rum":
		return planInverted(plan, inverts, last, unknown)
	case "spgist":
		if inverts == 1 && last == len(plan.keys)-1 && plan.keys[last] == invertedKey {
			plan.form = invertedIndex
			return plan
		}
	}
	plan.form = plainIndex
	for i, k := range plan.keys {
		switch {
		case k == noKey, k == invertedKey, k == vectorKey:
			plan.form, plan.key = noIndex, i
			return plan
		case k == elementsKey && !p.Target.Within(orderedSince(p, t, n.IndexParams[i])):
			plan.form, plan.key = noIndex, i
			plan.until = orderedSince(p, t, n.IndexParams[i])[len(">="):]
		}
	}
	return plan
}

func planInverted(plan indexPlan, inverts, last int, unknown bool) indexPlan {
	for i, k := range plan.keys {
		if k == noKey || k == vectorKey {
			plan.form, plan.key = noIndex, i
			return plan
		}
	}
	switch {
	case inverts == 0 && unknown:
		plan.form = unknownIndex
	case inverts == 0:
		plan.form = plainIndex
	case inverts > 1:
		plan.form, plan.key = severalIndexes, last
	case last < len(plan.keys)-1 && !unknown:
		plan.form, plan.key = turnedIndex, last
	default:
		plan.form = invertedIndex
	}
	return plan
}

// orderedSince is the range of versions in which a plain index can have an
// array or a JSONB column.
func orderedSince(p *Pass, t *catalog.Table, e pgsql.Node) string {
	if typeOfKey(p, t, e.(*pgsql.IndexElem)).Dims > 0 {
		return ">=23.1"
	}
	return ">=23.2"
}

// becomes are the types that other rules put in the place of those that
// CockroachDB lacks: an index is judged by what its column will be.
var becomes = map[string]string{"hstore": "jsonb", "money": "numeric", "cidr": "inet", "macaddr": "varchar", "macaddr8": "varchar", "xml": "text"}

func classOf(p *Pass, t *catalog.Table, el *pgsql.IndexElem) keyClass {
	switch catalog.ListName(el.Opclass).Name {
	case "gin_trgm_ops", "gist_trgm_ops":
		return invertedKey
	}
	typ := typeOfKey(p, t, el)
	if typ.Dims > 0 {
		return elementsKey
	}
	if to, ok := becomes[typ.Name]; ok {
		typ = catalog.Type{Name: to}
	}
	if def := p.Catalog.Type(catalog.Name{Schema: typ.Schema, Name: typ.Name}); def != nil {
		switch def.Kind {
		case catalog.Enum:
			return scalarKey
		case catalog.Composite, catalog.Range, catalog.Base:
			return noKey
		}
		typ = def.Base
		if typ.Dims > 0 {
			return elementsKey
		}
	}
	return keyClasses[typ.Name]
}

// typeOfKey returns the type of a key column or expression; the zero Type if
// it is not known.
func typeOfKey(p *Pass, t *catalog.Table, el *pgsql.IndexElem) catalog.Type {
	if el.Name != "" {
		if c := t.Column(el.Name); c != nil {
			return c.Type
		}
		return catalog.Type{}
	}
	if call, ok := el.Expr.(*pgsql.FuncCall); ok && catalog.ListName(call.Funcname).Name == "ll_to_earth" {
		return catalog.Type{Name: "earth"} // of the extension earthdistance
	}
	key := p.run.keys.of(p.Stmt, el)
	if key != nil && key.typed {
		return key.typ
	}
	typ := expr.TypeOf(el.Expr, expr.Scope{Catalog: p.Catalog, Table: t})
	if key != nil {
		key.typ, key.typed = typ, true
	}
	return typ
}

// keyClasses are those of the built-in types and of those of extensions.
var keyClasses = func() map[string]keyClass {
	m := map[string]keyClass{}
	for class, names := range map[keyClass]string{
		scalarKey: `bool int2 int4 int8 float4 float8 numeric text varchar bpchar char name citext date time timetz timestamp
			timestamptz interval uuid inet cidr macaddr macaddr8 bytea bit varbit oid regclass money xml pg_lsn ltree`,
		elementsKey: "json jsonb",
		invertedKey: "tsvector geometry geography",
		vectorKey:   "vector",
		noKey: `tsquery point line lseg box path polygon circle hstore cube seg earth halfvec sparsevec lquery ltxtquery
			int4range int8range numrange daterange tsrange tstzrange
			int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange refcursor jsonpath`,
	} {
		for _, n := range strings.Fields(names) {
			m[n] = class
		}
	}
	return m
}()

// usingTokens returns where USING and the access method stand; ok is false if
// the statement has no such clause.
func usingTokens(st *Statement, n *pgsql.IndexStmt) (first, last int, ok bool) {
	if n.Relation == nil {
		return 0, 0, false
	}
	i := st.nameEnd(st.TokenAt(int(n.Relation.Location))) + 1
	if st.Is(i, "*") || st.Is(i, ")") {
		i++
	}
	if !st.Is(i, "using") || i+1 >= len(st.Tokens) {
		return 0, 0, false
	}
	return i, i + 1, true
}

// afterKeys returns the index of the first token behind the key columns.
func afterKeys(st *Statement, n *pgsql.IndexStmt) int {
	elements := catalog.IndexElements(st.Statement, n)
	if len(elements) == 0 {
		return len(st.Tokens)
	}
	return elements[len(elements)-1][1] + 2
}
