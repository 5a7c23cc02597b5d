package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// useDomain writes a domain out where a statement uses it.
func useDomain(u *typeUse) {
	d, ok := asDomain(u.p, u.User)
	if !ok || u.Place == typeDomain {
		return // a domain over this one goes with its statement
	}
	p, name := u.p, u.User.Name
	if d.array && u.Type.Dims > 0 {
		f := manual(fmt.Sprintf("domain %s is an array, and %s is an array of it: CockroachDB has neither domains nor arrays of arrays", name, u.what()),
			fmt.Sprintf("Store JSONB, or one array of %s", d.sql))
		u.report(f)
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Replace(u.NameStart, u.NameEnd, d.sql)},
		Message: fmt.Sprintf("CockroachDB has no domains: %s gets the type that %s is over", u.what(), name)}
	weaker := d.constrained()
	if u.Type.Dims == 0 {
		switch u.Place {
		case typeColumn:
			if u.createsColumn(d, &f) && weaker {
				f.Message += ", and its constraints"
			}
			weaker = d.inArray
		case typeAltered:
			u.altersColumn(d, &f)
			weaker = d.inArray
		case typeCast:
			weaker = weaker && !u.inDefault()
		case typeSignature:
			weaker = false
		}
	}
	if weaker {
		f.Fidelity = Weaker
		f.Message += "; nothing checks there any more what the domain allows"
	}
	u.report(f)
}

// createsColumn adds what a domain brings to a column that is made: it reports
// whether that is more than the type.
func (u *typeUse) createsColumn(d *flatDomain, f *Finding) bool {
	p := u.p
	if d.collation != "" && u.Def.CollClause == nil {
		f.Edits[0].New += " COLLATE " + d.collation
	}
	var clauses []string
	null := u.clause(pgsql.ConstrNull)
	switch {
	case !d.notNull || u.clause(pgsql.ConstrNotnull) != nil || u.clause(pgsql.ConstrPrimary) != nil || u.clause(pgsql.ConstrIdentity) != nil:
	case null != nil:
		f.Edits = append(f.Edits, p.Insert(int(null.Location), "NOT "))
	default:
		clauses = append(clauses, "NOT NULL")
	}
	if d.value != "" && u.clause(pgsql.ConstrDefault) == nil && u.clause(pgsql.ConstrGenerated) == nil && u.clause(pgsql.ConstrIdentity) == nil {
		clauses = append(clauses, "DEFAULT "+d.value)
	}
	key := u.columnKey()
	taken := u.takenNames()
	for _, c := range d.checks {
		clauses = append(clauses, checkClause(p, domainCheckName(p, key, u.Name, c, taken), u.Name, c))
	}
	if len(clauses) > 0 {
		f.Edits = append(f.Edits, p.Insert(u.columnEnd(), " "+strings.Join(clauses, " ")))
	}
	return len(clauses) > 0
}

// columnKey is the key that the column has once it is made.
func (u *typeUse) columnKey() columnPlace {
	st := u.p.Stmt
	start := int(u.Def.Location)
	if alter, ok := st.Tree.(*pgsql.AlterTableStmt); ok {
		for _, c := range catalog.CommandTokens(st.Statement, alter) {
			if s := st.Tokens[c[0]].Start(); s <= u.NameStart && u.NameStart < st.Tokens[c[1]].End() {
				start = s
			}
		}
	}
	return columnPlace{st.Source, st.Start() + int64(start)}
}

// takenNames reports the names of constraints that the table has, or that the
// statement gives.
func (u *typeUse) takenNames() func(string) bool {
	given := map[string]bool{}
	pgsql.Walk(u.p.Stmt.Tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if k, ok := n.(*pgsql.Constraint); ok && k.Conname != "" {
			given[k.Conname] = true
		}
		return true
	})
	table := u.p.Catalog.Table(u.Table)
	return func(name string) bool { return given[name] || table.Constraint(name) != nil }
}

// altersColumn adds what a domain brings to a column that becomes one of it:
// statements of their own, behind the one that changes the type.
func (u *typeUse) altersColumn(d *flatDomain, f *Finding) {
	p := u.p
	if d.collation != "" && u.Def.CollClause == nil {
		f.Edits[0].New += " COLLATE " + d.collation
	}
	t := p.Catalog.Table(u.Table)
	c := t.Column(u.Name)
	if c == nil {
		return
	}
	alter := ";\nALTER TABLE " + relationName(p, t.Name) + " "
	column := "ALTER COLUMN " + QuoteIdent(u.Name)
	var more strings.Builder
	if d.value != "" && c.Default == "" {
		more.WriteString(alter + column + " SET DEFAULT " + d.value)
	}
	if d.notNull && !c.NotNull {
		more.WriteString(alter + column + " SET NOT NULL")
	}
	taken := u.takenNames()
	for _, k := range d.checks {
		more.WriteString(alter + "ADD " + checkClause(p, domainCheckName(p, columnPlaceOf(c), u.Name, k, taken), u.Name, k))
	}
	if more.Len() > 0 {
		f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), more.String()))
	}
}

// inDefault reports whether a cast to a domain stands in the default of a
// column of that domain, whose checks hold for it.
func (u *typeUse) inDefault() bool {
	def := false
	for i := 0; u.p.Parent(i) != nil; i++ {
		switch n := u.p.Parent(i).(type) {
		case *pgsql.Constraint:
			def = n.Contype == pgsql.ConstrDefault
		case *pgsql.ColumnDef:
			return def && u.p.Catalog.UserType(n.TypeName).Is(u.User)
		case *pgsql.AlterTableCmd:
			alter, ok := u.p.Parent(i + 1).(*pgsql.AlterTableStmt)
			if !ok || n.Subtype != pgsql.ATColumnDefault {
				return false
			}
			c := u.p.Catalog.Table(alter.Relation).Column(n.Name)
			return c != nil && c.User.Is(u.User)
		}
	}
	return false
}

// likeDomainColumns gives a table that is made like another one the checks of
// the domains that the other one's columns are of: PostgreSQL takes them over
// with the type.
func likeDomainColumns(p *Pass, n *pgsql.TableLikeClause) {
	const withConstraints, withDefaults = 1 << 2, 1 << 3
	t := p.Catalog.Table(n.Relation)
	if t == nil {
		return
	}
	u := &typeUse{p: p, NameStart: int(n.Relation.Location)}
	f := Finding{Severity: Warning, Fidelity: Exact, Start: u.NameStart, End: u.columnEnd()}
	var clauses strings.Builder
	for _, c := range t.Columns() {
		d, ok := asDomain(p, c.User)
		if !ok || c.Type.Dims > 0 {
			continue
		}
		if n.Options&withConstraints == 0 {
			for _, k := range d.checks {
				clauses.WriteString(", " + checkClause(p, domainCheckName(p, columnPlaceOf(c), c.Name, k, u.takenNames()), c.Name, k))
			}
		}
		if d.value != "" && c.Default == "" && n.Options&withDefaults == 0 {
			f.Fidelity = Weaker
		}
	}
	if clauses.Len() > 0 {
		f.Message = "columns are of a domain, which is written out: its checks are given to the new table as well"
		f.Edits = []Edit{p.Insert(f.End, clauses.String())}
	}
	if f.Fidelity == Weaker {
		if f.Message != "" {
			f.Message += "; "
		}
		f.Message += "the default of a domain is written out as that of a column, which LIKE does not take over without INCLUDING DEFAULTS"
	}
	if f.Message != "" {
		p.Report(f)
	}
}

// resultDomainColumns gives a table that is made of a query what the domains of
// its columns demand: PostgreSQL takes them over with the type. That stands
// behind the statement, in which no constraint has a place.
func resultDomainColumns(p *Pass, rel *pgsql.RangeVar, query pgsql.Node, aliases []pgsql.Node) {
	var more strings.Builder
	arrays := false
	used := map[string]bool{}
	alter := ";\nALTER TABLE " + p.Stmt.textOf(p.Stmt.tokenOf(rel), p.Stmt.nameEnd(p.Stmt.tokenOf(rel))) + " "
	for _, c := range p.Catalog.ResultColumns(p.Stmt.Statement, p.Stmt.Source, query, aliases) {
		d, ok := asDomain(p, c.User)
		if !ok || c.Type.Dims > 0 {
			arrays = arrays || ok && d.constrained()
			continue
		}
		arrays = arrays || d.inArray
		column := "ALTER COLUMN " + QuoteIdent(c.Name)
		if d.value != "" {
			more.WriteString(alter + column + " SET DEFAULT " + d.value)
		}
		if d.notNull {
			more.WriteString(alter + column + " SET NOT NULL")
		}
		for _, k := range d.checks {
			name := domainCheckName(p, columnPlaceOf(c), c.Name, k, func(name string) bool { return used[name] })
			used[name] = true
			more.WriteString(alter + "ADD " + checkClause(p, name, c.Name, k))
		}
	}
	f := Finding{Severity: Warning, Fidelity: Exact}
	f.at(p.Stmt, p.Stmt.tokenOf(rel), p.Stmt.nameEnd(p.Stmt.tokenOf(rel)))
	if more.Len() > 0 {
		f.Message = "columns are of a domain, which is written out: what it demands is given to the new table as well"
		f.Edits = []Edit{p.Insert(len(p.Stmt.Text), more.String())}
	}
	if arrays {
		f.Fidelity = Weaker
		if f.Message != "" {
			f.Message += "; "
		}
		f.Message += "nothing checks any more the elements of an array of a domain"
	}
	if f.Message != "" {
		p.Report(f)
	}
}
