package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var constraintUsingIndex = &Rule{
	Name:       "constraint-using-index",
	Title:      "A constraint made of an index",
	Condition:  "`ALTER TABLE ... ADD CONSTRAINT ... UNIQUE USING INDEX` or `PRIMARY KEY USING INDEX`.",
	Effect:     "CockroachDB does not turn an index into a constraint (a syntax error, SQLSTATE 42601). A unique index is one there: foreign keys and ON CONFLICT use it.",
	Workaround: "UNIQUE USING INDEX goes, and the index gets the constraint's name. PRIMARY KEY USING INDEX names the index's columns instead, and the index goes.",
	Versions:   "*",
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "a unique constraint",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (a);\nALTER TABLE t ADD CONSTRAINT one UNIQUE USING INDEX i;\n",
			Output: "CREATE UNIQUE INDEX i ON t (a);\nALTER INDEX i RENAME TO one;\n",
			Want:   []string{"2:15 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a primary key",
			Setup:  "CREATE TABLE t (id INT8 NOT NULL, a TEXT);\n",
			Input:  "CREATE UNIQUE INDEX i ON t (id);\nALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX i;\n",
			Output: "CREATE UNIQUE INDEX i ON t (id);\nDROP INDEX i CASCADE;\nALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (id);\n",
			Want:   []string{"2:15 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "a constraint by its columns",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "ALTER TABLE t ADD CONSTRAINT one UNIQUE (a);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
			if k, ok := cmd.Def.(*pgsql.Constraint); ok && cmd.Subtype == pgsql.ATAddConstraint && k.Indexname != "" {
				reportUsingIndex(p, k, list, i)
			}
		})
	},
}

func reportUsingIndex(p *Pass, k *pgsql.Constraint, list List, i int) {
	st := p.Stmt
	n := st.Tree.(*pgsql.AlterTableStmt)
	r := list.Elements[i]
	index := catalog.Name{Schema: n.Relation.Schemaname, Name: k.Indexname}
	using := st.wordsWithin(r[0], r[1], "using", "index")
	f := Finding{Severity: Error, Fidelity: Exact}
	if k.Contype == pgsql.ConstrPrimary {
		ixs := p.Catalog.Indexes(index)
		var columns []string
		if len(ixs) == 1 {
			for _, c := range ixs[0].Columns {
				if c.Column == "" { // an expression, of which PostgreSQL makes no key either
					columns = nil
					break
				}
				columns = append(columns, QuoteIdent(c.Column))
			}
		}
		if len(columns) == 0 || using < 0 {
			f = manual(fmt.Sprintf("CockroachDB makes no primary key of index %s, whose columns the history does not say", k.Indexname),
				"Write PRIMARY KEY with the index's columns, and drop the index")
			f.at(st, r[0], r[1])
			p.Report(f)
			return
		}
		f.Message = fmt.Sprintf("CockroachDB makes no primary key of an index: the key names the columns, and index %s goes", k.Indexname)
		start, end := st.span(using, using+2)
		f.Edits = []Edit{p.Insert(0, "DROP INDEX "+qualified(index)+" CASCADE;\n"), p.Replace(start, end, "("+strings.Join(columns, ", ")+")")}
		f.at(st, r[0], r[1])
		p.Report(f)
		return
	}
	f.Message = fmt.Sprintf("unique index %s is the constraint already: the command goes", k.Indexname)
	f.at(st, r[0], r[1])
	rename := ""
	if k.Conname != "" && k.Conname != k.Indexname {
		f.Message = fmt.Sprintf("unique index %s is the constraint already: it gets its name", k.Indexname)
		rename = fmt.Sprintf("ALTER INDEX %s RENAME TO %s", qualified(index), QuoteIdent(k.Conname))
	}
	switch {
	case rename == "":
		f.DropElement(list, i)
	case len(list.Elements) == 1:
		f.Edits = []Edit{p.Replace(0, len(st.Text), rename)}
	default:
		f.DropElement(list, i)
		f.Edits = []Edit{p.Insert(len(st.Text), ";\n"+rename)}
	}
	p.Report(f)
}
