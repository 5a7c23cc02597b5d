package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var commentOn = &Rule{
	Name:       "comment-on",
	Title:      "COMMENT ON objects that take none",
	Condition:  "`COMMENT ON` a view, sequence, function, trigger, policy, role, extension or another object that is no table, column, index, constraint of a table, schema, database or (from v24.2 on) type. Also a column or a \"table\" that is a view's.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000); on a view \"is not a table\" (42809).",
	Workaround: "The statement goes: the text of the comment is in no catalog of CockroachDB then.",
	Versions:   "*",
	Issues:     []int{17511, 74777},
	Sources:    []string{"CockroachDB docs, comment-on.md", "release note v24.2 (COMMENT ON TYPE)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a function and an extension",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "COMMENT ON FUNCTION f(INT8) IS 'x';\nCOMMENT ON EXTENSION pgcrypto IS 'y';\nCOMMENT ON TABLE t IS 'z';\n",
			Output: "COMMENT ON TABLE t IS 'z';\n",
			Want:   []string{"1:1 error weaker", "2:1 error weaker"},
			Error:  "at or near \"f\": syntax error",
		},
		{
			Name:   "the column of a view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE VIEW v AS SELECT id FROM t;\n",
			Input:  "COMMENT ON COLUMN v.id IS 'x';\nCOMMENT ON COLUMN public.t.id IS 'y';\n",
			Output: "COMMENT ON COLUMN public.t.id IS 'y';\n",
			Want:   []string{"1:1 error weaker"},
			Error:  "is not a table",
		},
		{
			Name:   "a type stays from v24.2 on",
			Target: ">=24.2",
			Setup:  "CREATE TYPE e AS ENUM ('a');\n",
			Input:  "COMMENT ON TYPE e IS 'x';\n",
		},
		{
			Name:   "a type before",
			Target: ">=24.1",
			Setup:  "CREATE TYPE e AS ENUM ('a');\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "COMMENT ON TYPE e IS 'x';\nCOMMENT ON TABLE t IS 'z';\n",
			Output: "COMMENT ON TABLE t IS 'z';\n",
			Want:   []string{"1:1 error weaker"},
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCommentStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.CommentStmt)
		f := Finding{Severity: Error, Fidelity: Weaker, Edits: p.DropStatement()}
		switch n.Objtype {
		case pgsql.ObjectIndex, pgsql.ObjectTabconstraint, pgsql.ObjectSchema, pgsql.ObjectDatabase:
			return
		case pgsql.ObjectAggregate, pgsql.ObjectOperator, pgsql.ObjectOpclass, pgsql.ObjectOpfamily, pgsql.ObjectCast, pgsql.ObjectConversion,
			pgsql.ObjectTransform, pgsql.ObjectAccessMethod, pgsql.ObjectLanguage, pgsql.ObjectRule:
			return // unsupported-object
		case pgsql.ObjectDomain, pgsql.ObjectDomconstraint:
			return // domain
		case pgsql.ObjectTable, pgsql.ObjectColumn:
			what := notATable(p, n)
			if what == "" {
				return
			}
			f.Message = fmt.Sprintf("CockroachDB keeps comments of tables, not of a %s: the statement goes", what)
		case pgsql.ObjectTypeObjectType:
			if p.Target.Within(">=24.2") {
				return
			}
			f.Until = "24.2"
			f.Message = "CockroachDB keeps comments of types only from v24.2 on: the statement goes"
		default:
			f.Message = fmt.Sprintf("CockroachDB keeps no comment of %s: the statement goes", indefinite(objectWords(p.Stmt)))
		}
		p.Report(f)
	},
}

// notATable names what a COMMENT ON TABLE or COLUMN is about, if that is no
// table; "" if it is one, or not known.
func notATable(p *Pass, n *pgsql.CommentStmt) string {
	l, ok := n.Object.(*pgsql.List)
	if !ok {
		return ""
	}
	items := l.Items
	if n.Objtype == pgsql.ObjectColumn {
		items = items[:len(items)-1]
	}
	name := catalog.ListName(items)
	if t := p.Catalog.Relation(name); t != nil {
		switch t.Kind {
		case catalog.View:
			return "view"
		case catalog.MatView:
			return "materialized view"
		}
		return ""
	}
	if p.Catalog.Sequence(name) != nil {
		return "sequence"
	}
	if t := p.Catalog.Type(name); t != nil && n.Objtype == pgsql.ObjectColumn {
		return "type"
	}
	return ""
}

// objectWords returns the words between COMMENT ON and the name, such as
// "materialized view".
func objectWords(st *Statement) string {
	words := []string{st.Word(2)}
	for i := 3; i < len(st.Tokens) && objectWord[st.Word(i)]; i++ {
		words = append(words, st.Word(i))
	}
	return strings.Join(words, " ")
}

// indefinite puts the article in front of a noun.
func indefinite(noun string) string {
	if noun == "statistics" {
		noun = "statistics object"
	}
	if noun != "" && strings.IndexByte("aeio", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

var objectWord = map[string]bool{
	"view": true, "method": true, "trigger": true, "data": true, "wrapper": true, "table": true, "object": true, "class": true,
	"family": true, "language": true, "search": true, "configuration": true, "dictionary": true, "parser": true, "template": true,
}
