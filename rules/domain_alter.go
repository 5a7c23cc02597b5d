package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// domainColumn calls f for the columns that are of a domain or of one over it.
// Those of partitions are their parent's.
func domainColumns(p *Pass, t *catalog.TypeDef, f func(*catalog.Table, *catalog.Column)) {
	if p.Stmt.Down {
		return // the catalog does not follow the way back
	}
	p.Catalog.TypeColumns(t, func(table *catalog.Table, c *catalog.Column) {
		if table.PartitionOf() == nil && c.Type.Dims == 0 {
			f(table, c)
		}
	})
}

// domainStatements replaces the statement by ALTER TABLE for each column of a
// domain; it goes if there is none. command returns "" where nothing is to be
// done.
func domainStatements(p *Pass, t *catalog.TypeDef, message string, command func(*catalog.Table, *catalog.Column) string) {
	var out []string
	domainColumns(p, t, func(table *catalog.Table, c *catalog.Column) {
		if cmd := command(table, c); cmd != "" {
			out = append(out, "ALTER TABLE "+relationName(p, table.Name)+" "+cmd)
		}
	})
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no domains: " + message}
	if len(out) == 0 {
		f.Message += "; no column needs it, so the statement goes"
		f.Edits = p.DropStatement()
	} else {
		f.Edits = []Edit{p.Replace(0, len(p.Stmt.Text), strings.Join(out, ";\n"))}
	}
	p.Report(f)
}

func alterDomain(p *Pass, n *pgsql.AlterDomainStmt) {
	name := catalog.ListName(n.TypeName)
	t := p.Catalog.Type(name)
	if t == nil || t.Kind != catalog.Domain {
		p.Report(manual(fmt.Sprintf("CockroachDB has no domains, and nothing in front of this statement makes %s", name),
			"Put the statement that makes the domain in front, or change the columns of the domain by ALTER TABLE"))
		return
	}
	const each = "the change is made at each column that is of it"
	column := func(c *catalog.Column) string { return "ALTER COLUMN " + QuoteIdent(c.Name) }
	switch n.Subtype {
	case "T":
		value := "DROP DEFAULT"
		if i := p.Stmt.Find(0, "default"); n.Def != nil && i > 0 {
			value = "SET DEFAULT " + inlined(p, p.Stmt.textOf(i+1, len(p.Stmt.Tokens)-1), "")
		}
		domainStatements(p, t, each, func(_ *catalog.Table, c *catalog.Column) string {
			if c.Default != "" || outerDefault(c.User, t) {
				return ""
			}
			return column(c) + " " + value
		})
	case "O":
		domainStatements(p, t, each, func(_ *catalog.Table, c *catalog.Column) string {
			if c.NotNull {
				return ""
			}
			return column(c) + " SET NOT NULL"
		})
	case "N":
		domainStatements(p, t, each, func(_ *catalog.Table, c *catalog.Column) string {
			if d, ok := asDomain(p, c.User); c.NotNull || ok && c.User != t && d.notNull {
				return ""
			}
			return column(c) + " DROP NOT NULL"
		})
	case "C":
		k, ok := n.Def.(*pgsql.Constraint)
		if !ok || k.Contype != pgsql.ConstrCheck {
			domainStatements(p, t, each, func(_ *catalog.Table, c *catalog.Column) string { return column(c) + " SET NOT NULL" })
			return
		}
		addDomainCheck(p, t, k)
	case "X", "V":
		verb := map[string]string{"X": "DROP", "V": "VALIDATE"}[n.Subtype]
		check, ok := checkNamed(t, n.Name)
		domainStatements(p, t, each, func(table *catalog.Table, c *catalog.Column) string {
			if !ok {
				return ""
			}
			return verb + " CONSTRAINT " + QuoteIdent(domainCheckName(p, columnPlaceOf(c), c.Name, check, hasConstraint(table)))
		})
	}
}

// outerDefault reports whether one of the domains from t down to, but without,
// base has a default of its own.
func outerDefault(t, base *catalog.TypeDef) bool {
	for ; t != nil && t != base; t = t.BaseUser {
		if t.Default != "" {
			return true
		}
	}
	return false
}

func addDomainCheck(p *Pass, t *catalog.TypeDef, k *pgsql.Constraint) {
	st := p.Stmt
	open := st.Find(st.TokenAt(int(k.Location)), "(")
	if open < 0 {
		return
	}
	end := st.Close(open)
	check := domainCheck{t, k.Conname, st.textOf(open+1, end-1)}
	if check.name == "" {
		check.name = t.NewCheckName()
	}
	tail := ""
	if st.Words(end+1, "not", "valid") {
		tail = " NOT VALID"
	}
	domainStatements(p, t, "the check is added to each column that is of it", func(table *catalog.Table, c *catalog.Column) string {
		return "ADD " + checkClause(p, domainCheckName(p, columnPlaceOf(c), c.Name, check, hasConstraint(table)), c.Name, check) + tail
	})
}

func checkNamed(t *catalog.TypeDef, name string) (domainCheck, bool) {
	for _, c := range t.Checks {
		if c.Name == name {
			return domainCheck{t, c.Name, c.Expr}, true
		}
	}
	return domainCheck{}, false
}

func hasConstraint(t *catalog.Table) func(string) bool {
	return func(name string) bool { return t.Constraint(name) != nil }
}

func renameDomainCheck(p *Pass, n *pgsql.RenameStmt) {
	t := p.Catalog.Type(objectName(n.Object))
	if t == nil {
		return
	}
	check, ok := checkNamed(t, n.Subname)
	renamed := check
	renamed.name = n.Newname
	domainStatements(p, t, "the check is renamed at each column that is of it", func(table *catalog.Table, c *catalog.Column) string {
		if !ok {
			return ""
		}
		taken := hasConstraint(table)
		return "RENAME CONSTRAINT " + QuoteIdent(domainCheckName(p, columnPlaceOf(c), c.Name, check, taken)) +
			" TO " + QuoteIdent(domainCheckName(p, columnPlaceOf(c), c.Name, renamed, taken))
	})
}

// dropDomain takes the domains out of a DROP. CASCADE drops the columns of a
// domain.
func dropDomain(p *Pass, n *pgsql.DropStmt) {
	if n.RemoveType != pgsql.ObjectDomain && n.RemoveType != pgsql.ObjectTypeObjectType {
		return
	}
	st := p.Stmt
	var columns []string
	var f Finding
	list := droppedTypes(st)
	for i, o := range n.Objects {
		t := p.Catalog.Type(objectName(o))
		if n.RemoveType == pgsql.ObjectTypeObjectType && (t == nil || t.Kind != catalog.Domain) || i >= len(list.Elements) {
			continue
		}
		f.DropElement(list, i)
		if n.Behavior == pgsql.DropCascade && t != nil {
			domainColumns(p, t, func(table *catalog.Table, c *catalog.Column) {
				columns = append(columns, "ALTER TABLE "+relationName(p, table.Name)+" DROP COLUMN "+QuoteIdent(c.Name))
			})
		}
	}
	if len(f.elements) == 0 {
		return
	}
	f.Severity, f.Fidelity = Error, Exact
	f.Message = "CockroachDB has no domains: there is nothing to drop"
	if len(columns) > 0 {
		f.Message = "CockroachDB has no domains: the columns that CASCADE takes along are dropped"
		f.Edits = []Edit{p.Insert(0, strings.Join(columns, ";\n")+";\n")}
		if len(f.elements) == len(n.Objects) {
			f.elements, f.Edits = nil, []Edit{p.Replace(0, len(st.Text), strings.Join(columns, ";\n"))}
		}
	}
	p.Report(f)
}

// droppedTypes returns the names of a DROP TYPE or DROP DOMAIN as a list.
func droppedTypes(st *Statement) List {
	i, end := 2, len(st.Tokens)
	if st.Words(i, "if", "exists") {
		i += 2
	}
	if st.Is(end-1, "cascade") || st.Is(end-1, "restrict") {
		end--
	}
	return List{Elements: st.List(i, end), Whole: [2]int{0, len(st.Tokens) - 1}}
}

// alterDomainColumn keeps what a domain gives to a column when the column
// changes: another type takes the domain's constraints away, dropping what the
// column has of its own does not.
func alterDomainColumn(p *Pass, n *pgsql.AlterTableCmd) {
	alter, ok := p.Parent(0).(*pgsql.AlterTableStmt)
	if !ok {
		return
	}
	t := p.Catalog.Table(alter.Relation)
	c := t.Column(n.Name)
	if c == nil || c.Type.Dims > 0 {
		return
	}
	d, ok := asDomain(p, c.User)
	if !ok {
		return
	}
	st := p.Stmt
	command, i := commandOf(st, alter, n)
	if i < 0 {
		return
	}
	f := Finding{Severity: Warning, Fidelity: Exact}
	f.at(st, command.Elements[i][0], command.Elements[i][1])
	switch n.Subtype {
	case pgsql.ATColumnDefault:
		if n.Def != nil || d.value == "" {
			return
		}
		drop := st.find(command.Elements[i][0], "default") - 1
		f.Message = fmt.Sprintf("without a default of its own, column %s has that of domain %s", c.Name, c.User.Name)
		f.Edits = []Edit{p.Replace(st.Tokens[drop].Start(), f.End, "SET DEFAULT "+d.value)}
	case pgsql.ATDropNotNull:
		if !d.notNull {
			return
		}
		f.Message = fmt.Sprintf("column %s stays NOT NULL, as domain %s is", c.Name, c.User.Name)
		f.DropElement(command, i)
	case pgsql.ATAlterColumnType:
		prefix := "ALTER TABLE " + relationName(p, t.Name) + " "
		var before strings.Builder
		for _, k := range d.checks {
			before.WriteString(prefix + "DROP CONSTRAINT " + QuoteIdent(domainCheckName(p, columnPlaceOf(c), c.Name, k, hasConstraint(t))) + ";\n")
		}
		if d.notNull && !c.NotNull {
			before.WriteString(prefix + "ALTER COLUMN " + QuoteIdent(c.Name) + " DROP NOT NULL;\n")
		}
		if d.value != "" && c.Default == "" {
			before.WriteString(prefix + "ALTER COLUMN " + QuoteIdent(c.Name) + " DROP DEFAULT;\n")
		}
		if before.Len() == 0 {
			return
		}
		f.Message = fmt.Sprintf("with its type, column %s loses what domain %s gave it", c.Name, c.User.Name)
		f.Edits = []Edit{p.Insert(0, before.String())}
	default:
		return
	}
	p.Report(f)
}

// commandOf returns the commands of an ALTER TABLE as a list, and which of
// them n is; -1 if that cannot be told.
func commandOf(st *Statement, alter *pgsql.AlterTableStmt, n *pgsql.AlterTableCmd) (List, int) {
	list := commandList(st, alter)
	if len(list.Elements) != len(alter.Cmds) {
		return list, -1
	}
	for i, c := range alter.Cmds {
		if c == pgsql.Node(n) {
			return list, i
		}
	}
	return list, -1
}
