package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var latePrimaryKey = &Rule{
	Name:      "late-primary-key",
	Title:     "A primary key that is added to the table later",
	Condition: "`ALTER TABLE ... ADD PRIMARY KEY` on a table that was made without one, as pg_dump writes it; `ADD COLUMN ... PRIMARY KEY`.",
	Effect: "CockroachDB makes every table with a primary key, a hidden column rowid if it has no other, and rewrites the table when one is added. It refuses " +
		"nullable columns in the key (PostgreSQL makes them NOT NULL), a column that the same statement adds, and ADD COLUMN ... PRIMARY KEY (SQLSTATE 42P16).",
	Workaround: "Where CREATE TABLE stands in the same file, the key moves there, under its name: nothing has to be rewritten. Otherwise it stays, with SET NOT NULL in front where needed, and " +
		"a key on a new column becomes a statement of its own.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, alter-table.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "as pg_dump writes it",
			Input:  "CREATE TABLE public.t (\n    id bigint NOT NULL,\n    a text -- the name\n);\n\nALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\nCREATE INDEX t_a ON public.t (a);\n",
			Output: "CREATE TABLE public.t (\n    id bigint NOT NULL,\n    a text,\n    CONSTRAINT t_pkey PRIMARY KEY (id) -- the name\n);\n\nCREATE INDEX t_a ON public.t (a);\n",
			Want:   []string{"7:5 warning exact"},
		},
		{
			Name:   "nullable columns of a table that was there before",
			Setup:  "CREATE TABLE t (id INT8, a TEXT);\n",
			Input:  "ALTER TABLE t ADD PRIMARY KEY (id);\n",
			Output: "ALTER TABLE t ALTER COLUMN id SET NOT NULL;\nALTER TABLE t ADD PRIMARY KEY (id);\n",
			Want:   []string{"1:15 error exact"},
			Error:  "cannot use nullable column \"id\" in primary key",
		},
		{
			Name:   "a key on a new column",
			Setup:  "CREATE TABLE t (a TEXT);\n",
			Input:  "ALTER TABLE t ADD COLUMN id UUID DEFAULT gen_random_uuid() PRIMARY KEY;\n",
			Output: "ALTER TABLE t ADD COLUMN id UUID DEFAULT gen_random_uuid() NOT NULL;\nALTER TABLE t ADD PRIMARY KEY (id);\n",
			Want:   []string{"1:60 error exact"},
			Error:  "multiple primary keys",
		},
		{
			Name:  "a key that comes with the table",
			Input: "CREATE TABLE t (id INT8, a TEXT, CONSTRAINT t_pk PRIMARY KEY (id));\n",
		},
		{
			Name:  "a column that was added in between stays where it is",
			Input: "CREATE TABLE t (a TEXT);\nALTER TABLE t ADD COLUMN id INT8 NOT NULL;\nALTER TABLE t ADD PRIMARY KEY (id);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindRenameStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		s := State[lateKeys](p)
		if s.had == nil {
			*s = lateKeys{had: map[tableKey]bool{}, fixed: map[tableKey]bool{}, indent: map[tableKey]string{}}
		}
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.CreateStmt:
			s.create(p, n)
		case *pgsql.RenameStmt:
			if t := p.Catalog.Table(n.Relation); t != nil {
				s.fixed[keyOf(t)] = true
			}
		case *pgsql.AlterTableStmt:
			s.alter(p, n)
		}
	},
}

// lateKeys is what the rule remembers of tables.
type lateKeys struct {
	// had are the tables whose primary key was dropped: to give them another
	// is a change of the key, which another rule deals with.
	had map[tableKey]bool
	// fixed are the tables whose CREATE TABLE stays as it is.
	fixed map[tableKey]bool
	// indent is what stands in front of another element of CREATE TABLE, sep the
	// last one of those.
	indent map[tableKey]string
	sep    string
}

func (s *lateKeys) create(p *Pass, n *pgsql.CreateStmt) {
	key := tableKey{p.Stmt.Source, p.Stmt.Start()}
	for _, e := range n.TableElts {
		if like, ok := e.(*pgsql.TableLikeClause); ok {
			// The copy is made without the key; moved, it would have it.
			if t := p.Catalog.Table(like.Relation); t != nil {
				s.fixed[keyOf(t)] = true
			}
		}
	}
	if n.IfNotExists || n.Partbound != nil || n.OfTypename != nil || p.Stmt.Down {
		s.fixed[key] = true
		return
	}
	elements := tableElements(p.Stmt, n)
	if len(elements) == 0 {
		return
	}
	// As the last element, on a line of its own if that stands on one.
	start := p.Stmt.Tokens[elements[len(elements)-1][0]].Start()
	sep := ", "
	if i := strings.LastIndexByte(p.Stmt.Text[:start], '\n'); i >= 0 && strings.TrimSpace(p.Stmt.Text[i:start]) == "" {
		sep = "," + p.Stmt.Text[i:start]
		if i > 0 && p.Stmt.Text[i-1] == '\r' {
			sep = ",\r" + p.Stmt.Text[i:start]
		}
	}
	if sep != s.sep { // most have the one of the table before
		s.sep = strings.Clone(sep)
	}
	s.indent[key] = s.sep
}

func (s *lateKeys) alter(p *Pass, n *pgsql.AlterTableStmt) {
	t := p.Catalog.Table(n.Relation)
	if t == nil || n.Objtype != pgsql.ObjectTable || t.PartitionOf() != nil {
		return
	}
	key := keyOf(t)
	alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
		switch cmd.Subtype {
		case pgsql.ATDropConstraint:
			if pk := t.PrimaryKey(); pk != nil && pk.Name == cmd.Name {
				s.had[key] = true
			}
		case pgsql.ATDropColumn:
			if pk := t.PrimaryKey(); pk != nil && containsName(pk.Columns, cmd.Name) {
				s.had[key] = true
			}
		case pgsql.ATAddColumn:
			if d, ok := cmd.Def.(*pgsql.ColumnDef); ok && t.PrimaryKey() == nil && !s.had[key] {
				if f, key, ok := keyColumn(p, d, list.Elements[i]); ok {
					f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), ";\n"+alterHead(p.Stmt, n)+" "+key))
					p.Report(f)
				}
			}
		case pgsql.ATAddConstraint:
			k, ok := cmd.Def.(*pgsql.Constraint)
			if ok && k.Contype == pgsql.ConstrPrimary && k.Indexname == "" && t.PrimaryKey() == nil && !s.had[key] {
				s.report(p, n, t, k, list, i)
			}
		}
	})
}

// report deals with ADD PRIMARY KEY on a table without one.
func (s *lateKeys) report(p *Pass, n *pgsql.AlterTableStmt, t *catalog.Table, k *pgsql.Constraint, list List, i int) {
	st := p.Stmt
	r := list.Elements[i]
	key := keyOf(t)
	fold := !s.fixed[key] && !st.Down && t.Def.Source == st.Source && t.LastElement > 0 && s.indent[key] != "" && t.Kind != catalog.Foreign
	var nullable []string
	for _, e := range k.Keys {
		c := t.Column(e.(*pgsql.String).Sval)
		if c == nil {
			fold = false
			continue
		}
		if c.Def.Start < t.Def.Start || c.Def.Start >= t.Def.End || c.Def.Source != t.Def.Source {
			fold = false
		}
		if !c.NotNull {
			nullable = append(nullable, c.Name)
		}
	}
	f := Finding{Severity: Warning, Fidelity: Exact}
	f.at(st, r[0], r[1])
	switch {
	case fold:
		if len(nullable) > 0 {
			f.Severity = Error
		}
		f.Message = fmt.Sprintf("CockroachDB makes %s with a hidden key first and rewrites it for this one: the primary key moves into CREATE TABLE", t.Name.Name)
		f.Edits = []Edit{{Source: t.Def.Source, Start: t.LastElement, End: t.LastElement, New: s.indent[key] + st.textOf(r[0]+1, r[1])}}
		f.DropElement(list, i)
	case len(nullable) > 0:
		nullable = withoutSetNotNull(n, nullable)
		if len(nullable) == 0 {
			return
		}
		f.Severity = Error
		f.Message = fmt.Sprintf("CockroachDB takes no nullable column into a primary key, where PostgreSQL makes it NOT NULL: %s", strings.Join(nullable, ", "))
		f.Edits = []Edit{p.Insert(0, setNotNull(st, n, nullable))}
	default:
		return
	}
	p.Report(f)
}

// withoutSetNotNull leaves out the columns that the statement itself makes NOT
// NULL.
func withoutSetNotNull(n *pgsql.AlterTableStmt, columns []string) []string {
	var out []string
	for _, c := range columns {
		set := false
		for _, e := range n.Cmds {
			if cmd, ok := e.(*pgsql.AlterTableCmd); ok && cmd.Subtype == pgsql.ATSetNotNull && cmd.Name == c {
				set = true
			}
		}
		if !set {
			out = append(out, c)
		}
	}
	return out
}

// setNotNull writes the statements that make columns NOT NULL.
func setNotNull(st *Statement, n *pgsql.AlterTableStmt, columns []string) string {
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "%s ALTER COLUMN %s SET NOT NULL;\n", alterHead(st, n), QuoteIdent(c))
	}
	return b.String()
}

// alterHead returns ALTER TABLE with the name, as the statement writes it.
func alterHead(st *Statement, n *pgsql.AlterTableStmt) string {
	cmds := catalog.CommandTokens(st.Statement, n)
	if len(cmds) == 0 || cmds[0][0] == 0 {
		return "ALTER TABLE " + quoteName(catalog.Name{Schema: n.Relation.Schemaname, Name: n.Relation.Relname})
	}
	return strings.Join(strings.Fields(st.textOf(0, cmds[0][0]-1)), " ")
}
