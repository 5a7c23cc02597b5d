package rules

import (
	"sort"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// flatDomain is a domain down to a type that is none.
type flatDomain struct {
	sql       string // of the base type
	array     bool   // the base is an array
	collation string
	value     string // of the default; empty if there is none
	notNull   bool
	checks    []domainCheck // those of the innermost domain first
	// inArray reports that the base is an array of a domain with constraints,
	// which no check can hold to them.
	inArray bool
}

// domainCheck is a check of a domain, at the domain that has it.
type domainCheck struct {
	of   *catalog.TypeDef
	name string
	expr string // in which VALUE stands for the value
}

// constrained reports whether the base type takes values that the domain does
// not.
func (d *flatDomain) constrained() bool { return d.notNull || len(d.checks) > 0 || d.inArray }

// asDomain returns what a type is if it is a domain.
func asDomain(p *Pass, t *catalog.TypeDef) (*flatDomain, bool) {
	if t == nil || t.Kind != catalog.Domain {
		return nil, false
	}
	d := &flatDomain{sql: t.BaseSQL, array: t.Base.Dims > 0}
	if inner, ok := asDomain(p, t.BaseUser); ok {
		brackets := ""
		if i := strings.IndexByte(t.BaseSQL, '['); i >= 0 && t.Base.Dims > 0 {
			brackets = t.BaseSQL[i:]
		}
		if brackets == "" {
			*d = *inner
			d.checks = append([]domainCheck(nil), inner.checks...)
		} else {
			d.sql, d.inArray = inner.sql+brackets, inner.constrained()
		}
	}
	if t.Collation != "" {
		d.collation = t.Collation
	}
	if t.Default != "" {
		d.value = inlined(p, t.Default, "")
	}
	d.notNull = d.notNull || t.NotNull
	for _, c := range t.Checks {
		d.checks = append(d.checks, domainCheck{t, c.Name, c.Expr})
	}
	return d, true
}

// inlined returns an expression of a domain with value in place of VALUE, and
// the domains that it casts to written out.
func inlined(p *Pass, expr, value string) string {
	const head = "SELECT ("
	parts, err := pgsql.Split([]byte(head + expr + ")"))
	if err != nil || len(parts) == 0 {
		return expr
	}
	st := &Statement{Statement: parts[0]}
	if st.Parse(); st.Tree == nil {
		return expr
	}
	type edit struct {
		start, end int
		text       string
	}
	var edits []edit
	pgsql.Walk(st.Tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.ColumnRef:
			if i := st.tokenOf(n); value != "" && i >= 0 && len(n.Fields) == 1 && catalog.ListName(n.Fields).Name == "value" {
				edits = append(edits, edit{st.Tokens[i].Start(), st.Tokens[i].End(), value})
			}
		case *pgsql.TypeName:
			first, last, ok := st.typeSpan(n)
			if d, is := asDomain(p, p.Catalog.UserType(n)); is && ok {
				u := typeUse{}
				u.span(st, first, last)
				edits = append(edits, edit{u.NameStart, u.NameEnd, d.sql})
			}
		}
		return true
	})
	sort.Slice(edits, func(i, j int) bool { return edits[i].start > edits[j].start })
	text := st.Text
	for _, e := range edits {
		text = text[:e.start] + e.text + text[e.end:]
	}
	return text[len(head) : len(text)-1]
}

// columnPlace tells the columns of a history apart, whatever becomes of their
// names.
type columnPlace struct {
	source int
	start  int64
}

// domainNames is the rule's memory: what the checks of domains are called at
// the columns that got them.
type domainNames map[domainNameKey]string

type domainNameKey struct {
	column columnPlace
	of     *catalog.TypeDef
	check  string
}

// domainCheckName returns what a check of a domain is called at a column. taken
// reports the names that the table has of its own.
func domainCheckName(p *Pass, key columnPlace, column string, c domainCheck, taken func(string) bool) string {
	names := State[domainNames](p)
	if *names == nil {
		*names = domainNames{}
	}
	k := domainNameKey{key, c.of, c.name}
	if name, ok := (*names)[k]; ok {
		return name
	}
	name := column + "_" + c.name
	for i := 1; taken(name); i++ {
		name = column + "_" + c.name + strconv.Itoa(i)
	}
	(*names)[k] = name
	return name
}

// checkClause is a check of a domain as a constraint of a table.
func checkClause(p *Pass, name, column string, c domainCheck) string {
	return "CONSTRAINT " + QuoteIdent(name) + " CHECK (" + inlined(p, c.expr, QuoteIdent(column)) + ")"
}

// keyOf is the key of a column that exists.
func columnPlaceOf(c *catalog.Column) columnPlace { return columnPlace{c.Def.Source, c.Def.Start} }

// relationName writes the name of a relation so that it is found at this point
// of the history.
func relationName(p *Pass, n catalog.Name) string {
	for _, s := range p.Catalog.SearchPath {
		if s == n.Schema {
			return QuoteIdent(n.Name)
		}
		if p.Catalog.Relation(catalog.Name{Schema: s, Name: n.Name}) != nil {
			break
		}
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}
