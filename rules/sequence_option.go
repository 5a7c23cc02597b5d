package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var sequenceOption = &Rule{
	Name:       "sequence-option",
	Title:      "Options of sequences that CockroachDB does not take",
	Condition:  "`CYCLE`, `UNLOGGED`, `SET LOGGED` or `SET UNLOGGED` on a sequence.",
	Effect:     "CYCLE is refused (SQLSTATE 0A000), the others are syntax errors (42601).",
	Workaround: "UNLOGGED and its relatives go. CYCLE goes as well: nextval is an error at the end of the range, where PostgreSQL starts again. For a sequence that runs to the end of INT8 that is never.",
	Versions:   "*",
	Issues:     []int{20961},
	Sources:    []string{"CockroachDB docs, create-sequence.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "to start again",
			Input:  "CREATE SEQUENCE s MAXVALUE 99 CYCLE;\n",
			Output: "CREATE SEQUENCE s MAXVALUE 99;\n",
			Want:   []string{"1:31 error changed"},
			Error:  "CYCLE option is not supported",
		},
		{
			Name:   "unlogged",
			Input:  "CREATE UNLOGGED SEQUENCE s;\nALTER SEQUENCE s SET LOGGED;\n",
			Output: "CREATE SEQUENCE s;\n",
			Want:   []string{"1:8 error exact", "2:1 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "the rest stays",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input: "CREATE SEQUENCE s AS INTEGER START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1 NO CYCLE;\nALTER SEQUENCE s OWNED BY t.id;\nSELECT pg_catalog.setval('public.s', 5, true);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateSeqStmt, pgsql.KindAlterSeqStmt, pgsql.KindAlterTableStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.CreateSeqStmt:
			if i := p.Stmt.find(0, "unlogged"); n.Sequence != nil && n.Sequence.Relpersistence == "u" && i >= 0 {
				f := Finding{Severity: Error, Fidelity: Exact, Message: "UNLOGGED is a syntax error on a sequence; CockroachDB keeps every sequence safe: it goes", Edits: []Edit{p.Delete(i, i)}}
				f.at(p.Stmt, i, i)
				p.Report(f)
			}
			cycle(p, n.Options, false)
		case *pgsql.AlterSeqStmt:
			cycle(p, n.Options, len(n.Options) == 1)
		case *pgsql.AlterTableStmt:
			if n.Objtype != pgsql.ObjectSequence || len(n.Cmds) != 1 {
				return
			}
			if c, ok := n.Cmds[0].(*pgsql.AlterTableCmd); ok && (c.Subtype == pgsql.ATSetLogged || c.Subtype == pgsql.ATSetUnLogged) {
				p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(), Message: "SET LOGGED is a syntax error on a sequence; CockroachDB keeps every sequence safe: it goes"})
			}
		}
	},
}

// cycle reports CYCLE among the options of a sequence; alone says that nothing
// else is in the statement.
func cycle(p *Pass, options []pgsql.Node, alone bool) {
	for _, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok || d.Defname != "cycle" {
			continue
		}
		if b, ok := d.Arg.(*pgsql.Boolean); !ok || !b.Boolval {
			continue
		}
		i := p.Stmt.find(0, "cycle")
		if i < 0 {
			return
		}
		f := Finding{Severity: Error, Fidelity: Changed, Message: "CYCLE is not supported: it goes, and nextval is an error at the end of the range, where PostgreSQL starts again", Edits: []Edit{p.Delete(i, i)}}
		f.at(p.Stmt, i, i)
		if alone {
			f.Edits = p.DropStatement()
		}
		p.Report(f)
	}
}
