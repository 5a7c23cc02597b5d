package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var schemaElements = &Rule{
	Name:       "schema-elements",
	Title:      "CREATE SCHEMA with elements",
	Condition:  "`CREATE SCHEMA s CREATE TABLE t (...) CREATE INDEX ...`.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "Each element becomes a statement of its own, with the schema in front of the names that the statement makes and of those that refer to them.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, create-schema.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a table and an index",
			Input:  "CREATE SCHEMA s\n  CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT)\n  CREATE INDEX i ON t (a)\n  CREATE VIEW v AS SELECT a FROM t;\n",
			Output: "CREATE SCHEMA s;\n  CREATE TABLE s.t (id INT8 PRIMARY KEY, a TEXT);\n  CREATE INDEX i ON s.t (a);\n  CREATE VIEW s.v AS SELECT a FROM s.t;\n",
			Want:   []string{"2:3 error exact"},
			Error:  "at or near \"create\": syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateSchemaStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.CreateSchemaStmt)
		st := p.Stmt
		if len(n.SchemaElts) == 0 {
			return
		}
		schema := n.Schemaname
		if schema == "" && n.Authrole != nil {
			schema = n.Authrole.Rolename
		}
		starts := elementStarts(st)
		if len(starts) != len(n.SchemaElts) || schema == "" {
			p.Report(manual("CockroachDB's CREATE SCHEMA takes no elements", "Write each element as a statement of its own, with the schema in front of its name"))
			return
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB's CREATE SCHEMA takes no elements: they become statements of their own"}
		f.at(st, starts[0], len(st.Tokens)-1)
		for _, i := range starts {
			f.Edits = append(f.Edits, p.Insert(st.Tokens[i-1].End(), ";"))
		}
		made := map[string]bool{}
		for _, e := range n.SchemaElts {
			if rv := madeRelation(e); rv != nil {
				made[rv.Relname] = true
			}
		}
		for _, e := range n.SchemaElts {
			own := madeRelation(e)
			pgsql.Walk(e, func(n pgsql.Node, _ []pgsql.Node) bool {
				if rv, ok := n.(*pgsql.RangeVar); ok && rv.Schemaname == "" && (rv == own || made[rv.Relname]) {
					if at := st.tokenOf(rv); at >= 0 {
						f.Edits = append(f.Edits, p.Insert(st.Tokens[at].Start(), QuoteIdent(schema)+"."))
					}
				}
				return true
			})
		}
		p.Report(f)
	},
}

// elementStarts returns the tokens at which the elements of CREATE SCHEMA
// start.
func elementStarts(st *Statement) []int {
	var out []int
	for i := 2; i < len(st.Tokens); i++ {
		switch {
		case st.Is(i, "("):
			if c := st.Close(i); c > 0 {
				i = c
			}
		case st.Is(i, "create") && elementWord[st.Word(i+1)], st.Is(i, "grant") && !st.Is(i-1, "with"):
			out = append(out, i)
		}
	}
	return out
}

var elementWord = words("table unlogged temporary temp view recursive or index unique sequence trigger constraint")

// madeRelation returns the relation that an element of CREATE SCHEMA makes.
func madeRelation(n pgsql.Node) *pgsql.RangeVar {
	switch n := n.(type) {
	case *pgsql.CreateStmt:
		return n.Relation
	case *pgsql.ViewStmt:
		return n.View
	case *pgsql.CreateSeqStmt:
		return n.Sequence
	}
	return nil
}
