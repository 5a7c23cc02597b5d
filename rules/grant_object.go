package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var grantObject = &Rule{
	Name:  "grant-object",
	Title: "Privileges on objects that CockroachDB does not have",
	Condition: "`GRANT` or `REVOKE` on a procedure before v23.2, on a language, foreign server, foreign data wrapper, tablespace, parameter or large object; `ON ROUTINE f`; `ON ALL ROUTINES` before v25.3; " +
		"on the row type of a table.",
	Effect:     "A syntax error (SQLSTATE 42601), or 2BP01 for a row type.",
	Workaround: "Where there is no such object, the statement goes. `ROUTINE` becomes `FUNCTION` or `PROCEDURE`, whichever it is; `ALL ROUTINES` becomes `ALL FUNCTIONS` and `ALL PROCEDURES`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, grant.md", "release note v25.3 (ALL ROUTINES)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a language",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "GRANT USAGE ON LANGUAGE plpgsql TO public;\nGRANT SELECT ON t TO public;\n",
			Output: "GRANT SELECT ON t TO public;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "at or near \"plpgsql\": syntax error",
		},
		{
			Name:   "a routine",
			Setup:  "CREATE FUNCTION f(a INT8) RETURNS INT8 LANGUAGE sql AS 'SELECT a';\n",
			Target: ">=22.2",
			Input:  "GRANT EXECUTE ON ROUTINE f(INT8) TO public;\n",
			Output: "GRANT EXECUTE ON FUNCTION f(INT8) TO public;\n",
			Want:   []string{"1:18 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a procedure before v23.2",
			Target: "23.1",
			Input:  "GRANT EXECUTE ON PROCEDURE p(INT8) TO public;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "all routines",
			Target: ">=23.2",
			Input:  "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO public;\n",
			Output: "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO public;\nGRANT EXECUTE ON ALL PROCEDURES IN SCHEMA public TO public;\n",
			Want:   []string{"1:22 error exact"},
		},
		{
			Name:   "all routines from v25.3 on",
			Target: ">=25.3",
			Input:  "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO public;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindGrantStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.GrantStmt)
		switch {
		case foreignObject(n):
			f := Exact
			if n.IsGrant && (n.Objtype == pgsql.ObjectParameterAcl || n.Objtype == pgsql.ObjectLargeobject) {
				f = Weaker
			}
			p.drop(f, "CockroachDB has no privileges on such an object: the statement goes")
		case n.Objtype == pgsql.ObjectRoutine:
			routines(p, n)
		case n.Objtype == pgsql.ObjectProcedure && p.Target.Meets("<23.2"):
			f := manual("CockroachDB has procedures, and privileges on them, from v23.2 on", "Leave the statement out as long as the target holds an older version")
			f.Until = "23.2"
			p.Report(f)
		case n.Objtype == pgsql.ObjectTypeObjectType && n.Targtype == pgsql.AclTargetObject:
			for _, o := range n.Objects {
				if l, ok := o.(*pgsql.List); ok && p.Catalog.Relation(catalog.ListName(l.Items)) != nil && p.Catalog.Type(catalog.ListName(l.Items)) == nil {
					p.drop(Weaker, "CockroachDB has no privileges on the row type of a table: the statement goes; who can use the table can use its type")
					return
				}
			}
		}
	},
}

// foreignObject reports whether a GRANT is on a kind of object that
// CockroachDB does not have.
func foreignObject(n *pgsql.GrantStmt) bool {
	switch n.Objtype {
	case pgsql.ObjectLanguage, pgsql.ObjectForeignServer, pgsql.ObjectFdw, pgsql.ObjectTablespace,
		pgsql.ObjectParameterAcl, pgsql.ObjectLargeobject:
		return true
	}
	return false
}

func routines(p *Pass, n *pgsql.GrantStmt) {
	st := p.Stmt
	f := Finding{Severity: Error, Fidelity: Exact}
	if n.Targtype == pgsql.AclTargetObject {
		at := st.Find(st.Find(0, "on"), "routine")
		if at < 0 {
			return
		}
		word := ""
		for _, o := range n.Objects {
			w := "FUNCTION"
			fs := p.Catalog.Functions(catalog.ListName(o.(*pgsql.ObjectWithArgs).Objname))
			if len(fs) > 0 && fs[0].Procedure {
				w = "PROCEDURE"
			}
			if len(fs) == 0 || word != "" && word != w {
				w = ""
			}
			word = w
		}
		f.at(st, at, at)
		f.Message = "CockroachDB's GRANT says FUNCTION or PROCEDURE, not ROUTINE"
		f.Edits = []Edit{p.Replace(f.Start, f.End, word)}
		if word == "" {
			f.Edits, f.Fidelity, f.Todo = nil, Manual, "Write FUNCTION or PROCEDURE, whichever the routine is"
		}
		p.Report(f)
		return
	}
	if p.Target.Within(">=25.3") {
		return
	}
	at := st.find(0, "routines")
	if at < 0 {
		return
	}
	start, end := st.span(at, at)
	f.Start, f.End, f.Until = start, end, "25.3"
	f.Edits = []Edit{p.Replace(start, end, "FUNCTIONS")}
	f.Message = "CockroachDB's GRANT knows ROUTINES only from v25.3 on: it is said of functions"
	if n.Targtype != pgsql.AclTargetDefaults && p.Target.Within(">=23.2") {
		f.Message += " and of procedures"
		f.Edits = append(f.Edits, p.Insert(len(st.Text), ";\n"+st.Text[:start]+"PROCEDURES"+strings.TrimRight(st.Text[end:], " \n")))
	} else {
		f.Message += fmt.Sprintf("; procedures %s", map[bool]string{true: "take the same default there", false: "do not exist before v23.2"}[n.Targtype == pgsql.AclTargetDefaults])
	}
	p.Report(f)
}
