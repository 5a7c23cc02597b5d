package verify

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/translate/verify/internal/live"
)

// explainer finds, for a difference between the two databases, the finding of
// the translation that foretold it.
type explainer struct {
	h       *history
	catalog *catalog.Catalog
	// statements are those of the original.
	statements []*statement
}

// spot is where a difference is shown.
type spot struct {
	source, statement int
	start, end        lint.Position
}

func newExplainer(h, original *history) *explainer {
	e := &explainer{h: h, catalog: catalog.New()}
	for _, u := range original.units {
		for _, st := range u.statements {
			if st.Parse(); st.Tree != nil {
				e.catalog.Apply(st.Statement, st.source)
			}
			e.statements = append(e.statements, st)
		}
	}
	return e
}

// find returns where a difference is shown, and the rule that explains it; empty
// if none does. A rule explains a difference if it can lead to one of that kind
// and the translation's report has a finding of it about the object: in its
// definition, or in another statement that names it.
func (e *explainer) find(d live.Difference) (spot, string) {
	def, known := e.definition(d)
	at := e.spot(def, known)
	candidates := explains[d.Kind]
	if d.Rule != "" { // the mapping of types says which it is
		candidates = []string{d.Rule}
	}
	for i := range e.h.Report.Findings {
		f := &e.h.Report.Findings[i]
		if !slices.Contains(candidates, f.Rule) {
			continue
		}
		if known && f.Source == def.Source && f.Start.Offset < def.End && f.End.Offset > def.Start || e.named(f, d, def, known) {
			return at, f.Rule
		}
	}
	return at, ""
}

// chosen reports whether a difference is only about a name that each database has
// chosen for itself, because the source gives none.
func (e *explainer) chosen(d live.Difference) bool {
	k := e.catalog.Relation(fullName(d.Table)).Constraint(d.Part)
	return d.Kind == live.CheckKind && k != nil && k.Unnamed != 0 && strings.HasPrefix(d.Cockroach, "the same as ")
}

// definition returns where the object of a difference is defined in the original.
func (e *explainer) definition(d live.Difference) (catalog.Place, bool) {
	if d.Table == "" {
		if t := e.catalog.Type(catalog.Name{Name: d.Part}); t != nil {
			return t.Def, true
		}
		return catalog.Place{}, false
	}
	t := e.catalog.Relation(fullName(d.Table))
	if t == nil {
		return catalog.Place{}, false
	}
	if c := t.Column(d.Part); c != nil && c.Def.End > 0 {
		return c.Def, true
	}
	for _, ix := range t.Indexes() {
		if ix.Name.Name == d.Part {
			return ix.Def, true
		}
	}
	if k := t.Constraint(d.Part); k != nil {
		return k.Def, true
	}
	return t.Def, true
}

func fullName(s string) catalog.Name {
	for i := range s {
		if s[i] == '.' {
			return catalog.Name{Schema: s[:i], Name: s[i+1:]}
		}
	}
	return catalog.Name{Name: s}
}

// spot is the place in the source for a finding.
func (e *explainer) spot(def catalog.Place, known bool) spot {
	if !known || def.Source >= len(e.h.Texts) {
		return spot{start: lint.Position{Line: 1, Column: 1}, end: lint.Position{Line: 1, Column: 1}}
	}
	t := &e.h.Texts[def.Source]
	s := spot{source: def.Source, start: t.Position(def.Start), end: t.Position(def.End)}
	for _, st := range e.statements {
		if st.source == def.Source && st.Start() <= def.Start {
			s.statement = st.number
		}
	}
	return s
}

// named reports whether a finding is in a statement of the original that names
// the table and the part of a difference, other than the one that defines it:
// there, the finding may be about a neighbour.
func (e *explainer) named(f *lint.Finding, d live.Difference, def catalog.Place, known bool) bool {
	for _, st := range e.statements {
		if st.source != f.Source || f.Start.Offset < st.Start() || f.Start.Offset > st.Stop() {
			continue
		}
		if known && st.source == def.Source && st.Start() <= def.Start && def.Start <= st.End() {
			return false
		}
		return names(st.Statement, fullName(d.Table).Name) && (d.Part == "" || names(st.Statement, d.Part))
	}
	return false
}

// names reports whether a statement names something.
func names(st *pgsql.Statement, name string) bool {
	for i, t := range st.Tokens {
		if (t.Kind() == pgsql.Word || t.Kind() == pgsql.Quoted) && pgsql.Fold(st.Str(i)) == name {
			return true
		}
	}
	return false
}

// explains are the rules that can lead to a difference of a kind. A rule that is
// not listed explains nothing: the difference is an error until somebody has
// looked at it.
var explains = map[live.Kind][]string{
	live.TypeKind: {
		"integer-width", "json-type", "cidr", "macaddr", "tsvector", "money", "xml", "citext", "hstore", "ltree", "vector", "system-type", "domain",
		"numeric-scale", "json-array", "nested-array", "bpchar", "serial", "alter-column-type", "range-type", "geometric-type", "create-table-as",
	},
	live.NullKind:      {"late-primary-key", "primary-key-change", "domain", "late-identity", "inherits", "partition"},
	live.DefaultKind:   {"serial", "default-type", "domain", "uuidv7", "unknown-function", "text-time-cast", "late-identity", "money", "hstore", "numeric-literal", "extension-schema", "sequence-option"},
	live.GeneratedKind: {"text-time-cast", "tsvector", "unknown-function", "unknown-operator", "regconfig", "numeric-literal", "hstore", "json-type"},
	live.IdentityKind:  {"serial", "late-identity", "sequence-option"},
	live.KeyKind:       {"late-primary-key", "primary-key-change", "constraint-using-index", "unique-nulls-not-distinct", "partition", "inherits"},
	live.IndexKind: {
		"tsvector", "gin-operator-class", "gin-keys", "index-method", "index-name", "index-nulls-distinct", "index-nulls-order", "index-collate",
		"index-operator-class", "index-include", "unindexable-type", "constraint-using-index", "constraint-index-options", "exclusion-constraint",
		"unique-nulls-not-distinct", "text-time-cast", "citext", "json-array", "unknown-operator", "unknown-function",
	},
	live.ForeignKind: {"foreign-key", "deferrable", "partition"},
	live.CheckKind:   {"check-name", "check-no-inherit", "cidr", "macaddr", "ltree", "domain", "system-type", "text-time-cast", "unknown-function", "unknown-operator"},
	live.TableKind:   {"temporary-table", "temporary-view", "create-table-as", "partition", "inherits", "view-statement", "view-option", "view-recursive", "foreign-data", "unsupported-object"},
	live.ColumnKind:  {"inherits", "partition", "like-options", "create-table-as", "view-option", "view-statement"},
	live.EnumKind:    {"drop-type-cascade", "domain"},
	live.ValueKind:   {"tsvector", "tsvector-quote", "char-padding", "json-type", "hstore", "citext", "money", "macaddr", "cidr", "serial", "system-type", "range-type"},
	live.AcceptKind:  {"tsvector", "tsvector-quote", "integer-width", "domain", "xml", "exclusion-constraint", "index-nulls-distinct", "unique-nulls-not-distinct", "deferrable", "macaddr", "cidr", "ltree"},
}
