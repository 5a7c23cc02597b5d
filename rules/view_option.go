package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var viewOption = &Rule{
	Name:  "view-option",
	Title: "Options of views",
	Condition: "`WITH (security_barrier)`, `WITH (security_invoker)` before v26.2, `WITH (check_option = ...)` or `WITH [LOCAL | CASCADED] CHECK OPTION` on a view; " +
		"`ALTER VIEW ... SET/RESET (...)`, `ALTER COLUMN ... DEFAULT` on a view; `USING`, `WITH (...)`, `TABLESPACE` and `UNLOGGED` on a materialized view, and `ALTER MATERIALIZED VIEW` of such.",
	Effect: "Each is a syntax error, security_invoker before v26.2 is refused (SQLSTATE 42601 or 0A000).",
	Workaround: "What tunes storage goes. CHECK OPTION goes: CockroachDB writes through no view. security_barrier goes, and a function that leaks may see rows that the view hides. " +
		"security_invoker is left to a person: without it the view reads with the rights of its owner.",
	Versions: "*",
	Sources:  []string{"CockroachDB docs, create-view.md", "release note v26.2.0-alpha.2 (security_invoker)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a barrier and a check",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE VIEW v WITH (security_barrier) AS SELECT id FROM t WITH CASCADED CHECK OPTION;\n",
			Output: "CREATE VIEW v AS SELECT id FROM t;\n",
			Want:   []string{"1:21 error weaker", "1:59 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "the rights of the reader",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t;\n",
			Want:   []string{"1:21 error manual"},
			Error:  "security invoker views are not supported",
			Manual: true,
		},
		{
			Name:   "storage of a materialized view",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE MATERIALIZED VIEW m USING heap WITH (fillfactor = 70) TABLESPACE fast AS SELECT id FROM t WITH NO DATA;\n",
			Output: "CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA;\n",
			Want:   []string{"1:28 error exact", "1:39 error exact", "1:62 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "ALTER VIEW",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE VIEW v AS SELECT id FROM t;\n",
			Input:  "ALTER VIEW v SET (security_barrier = true);\nALTER VIEW v RENAME TO w;\n",
			Output: "ALTER VIEW v RENAME TO w;\n",
			Want:   []string{"1:14 error weaker"},
			Error:  "syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindViewStmt, pgsql.KindCreateTableAsStmt, pgsql.KindAlterTableStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.ViewStmt:
			checkViewOptions(p, n)
		case *pgsql.CreateTableAsStmt:
			if n.Objtype == pgsql.ObjectMatview && n.Into != nil {
				checkMatviewStorage(p, n)
			}
		case *pgsql.AlterTableStmt:
			checkAlterView(p, n)
		}
	},
}

func checkViewOptions(p *Pass, n *pgsql.ViewStmt) {
	st := p.Stmt
	if len(n.Options) > 0 {
		with := st.find(0, "with")
		list := List{Elements: st.Elements(with + 1), Whole: [2]int{with, st.Close(with + 1)}}
		for i, o := range n.Options {
			if d, ok := o.(*pgsql.DefElem); ok && i < len(list.Elements) {
				reportViewOption(p, d, list, i)
			}
		}
	}
	if n.WithCheckOption != pgsql.NOCheckOption {
		last := len(st.Tokens) - 1
		first := last
		for first > 0 && !st.Is(first, "with") {
			first--
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CHECK OPTION is a syntax error; CockroachDB writes through no view, so there is nothing to check: it goes", Edits: []Edit{p.Delete(first, last)}}
		f.at(st, first, last)
		p.Report(f)
	}
}

func reportViewOption(p *Pass, d *pgsql.DefElem, list List, i int) {
	f := Finding{Severity: Error, Fidelity: Exact}
	switch d.Defname {
	case "security_barrier":
		f.Fidelity, f.Message = Weaker, "security_barrier is a syntax error: it goes, and a condition of the reader may run before the view's own, on rows that the view hides"
	case "security_invoker":
		switch {
		case !p.Target.Meets("<26.2"):
			return
		case isFalse(d):
			f.Message = "security_invoker is not supported before v26.2, and off is what views are there: it goes"
		default:
			f.Fidelity, f.Until = Manual, "26.2"
			f.Message = "security_invoker is not supported before v26.2: the view reads with the rights of its owner, so that readers may see rows and columns that are not theirs"
			f.Todo = "Set the target to \">=26.2\", or grant on the view only what its readers may see and delete the option"
		}
	case "check_option":
		f.Message = "check_option is a syntax error; CockroachDB writes through no view, so there is nothing to check: it goes"
	default:
		f.Message = d.Defname + " is a syntax error: it goes"
	}
	f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
	if f.Fidelity != Manual {
		f.DropElement(list, i)
	}
	p.Report(f)
}

// isFalse reports whether an option is given as off.
func isFalse(d *pgsql.DefElem) bool {
	switch v := d.Arg.(type) {
	case *pgsql.Boolean:
		return !v.Boolval
	case *pgsql.String:
		s := strings.ToLower(v.Sval)
		return s == "false" || s == "off" || s == "0"
	}
	return false
}

// checkMatviewStorage takes out what says how a materialized view is stored.
func checkMatviewStorage(p *Pass, n *pgsql.CreateTableAsStmt) {
	st := p.Stmt
	drop := func(first, last int, what string) {
		f := Finding{Severity: Error, Fidelity: Exact, Message: what + " is a syntax error on a materialized view and says only how it is stored: it goes", Edits: []Edit{p.Delete(first, last)}}
		f.at(st, first, last)
		p.Report(f)
	}
	if i := st.find(0, "unlogged"); i == 1 {
		drop(i, i, "UNLOGGED")
	}
	as := st.Find(0, "as")
	for i := st.TokenAt(int(n.Into.Rel.Location)); i >= 0 && i < as; i++ {
		switch {
		case st.Is(i, "using"):
			drop(i, i+1, "USING")
			i++
		case st.Is(i, "with") && st.Is(i+1, "("):
			drop(i, st.Close(i+1), "WITH (...)")
			i = st.Close(i + 1)
		case st.Is(i, "tablespace"):
			drop(i, i+1, "TABLESPACE")
			i++
		}
	}
}

// checkAlterView judges the commands of ALTER VIEW and ALTER MATERIALIZED VIEW
// other than OWNER TO.
func checkAlterView(p *Pass, n *pgsql.AlterTableStmt) {
	st := p.Stmt
	view, mat := n.Objtype == pgsql.ObjectView, n.Objtype == pgsql.ObjectMatview
	if t := p.Catalog.Table(n.Relation); t != nil && n.Objtype == pgsql.ObjectTable {
		view, mat = t.Kind == catalog.View, t.Kind == catalog.MatView
	}
	if !view && !mat {
		return
	}
	list := commandList(st, n)
	for i, c := range n.Cmds {
		cmd, ok := c.(*pgsql.AlterTableCmd)
		if !ok || i >= len(list.Elements) || cmd.Subtype == pgsql.ATChangeOwner {
			continue
		}
		f := Finding{Severity: Error, Fidelity: Exact}
		f.at(st, list.Elements[i][0], list.Elements[i][1])
		switch cmd.Subtype {
		case pgsql.ATColumnDefault:
			f.Message = "a default on a view's column is a syntax error; CockroachDB writes through no view: it goes"
		case pgsql.ATSetRelOptions, pgsql.ATResetRelOptions, pgsql.ATReplaceRelOptions:
			if !alterViewOptions(p, cmd, view, &f) {
				continue
			}
		case pgsql.ATSetStatistics, pgsql.ATSetStorage, pgsql.ATSetCompression, pgsql.ATClusterOn, pgsql.ATDropCluster, pgsql.ATSetTableSpace, pgsql.ATSetAccessMethod, pgsql.ATSetOptions, pgsql.ATResetOptions:
			if n.Objtype == pgsql.ObjectTable {
				continue // the rule about tables speaks of it
			}
			f.Message = "ALTER of a materialized view's storage is a syntax error: it goes"
		default:
			continue
		}
		if f.Fidelity != Manual {
			f.DropElement(list, i)
		}
		p.Report(f)
	}
}

// alterViewOptions fills in the finding for SET (...) and RESET (...).
func alterViewOptions(p *Pass, cmd *pgsql.AlterTableCmd, view bool, f *Finding) bool {
	f.Message = "options of views are a syntax error in CockroachDB: the command goes"
	l, ok := cmd.Def.(*pgsql.List)
	if !ok {
		return true
	}
	reset := cmd.Subtype == pgsql.ATResetRelOptions
	for _, o := range l.Items {
		d, ok := o.(*pgsql.DefElem)
		if !ok || !view {
			continue
		}
		switch d.Defname {
		case "security_barrier":
			if !reset && !isFalse(d) {
				f.Fidelity = Weaker
				f.Message = "security_barrier is a syntax error: the command goes, and a condition of the reader may run before the view's own, on rows that the view hides"
			}
		case "security_invoker":
			if !p.Target.Meets("<26.2") {
				return false
			}
			if !reset && !isFalse(d) {
				f.Fidelity, f.Until = Manual, "26.2"
				f.Message = fmt.Sprintf("security_invoker is not supported before v26.2: view %s reads with the rights of its owner, so that readers may see rows and columns that are not theirs", viewName(p))
				f.Todo = "Set the target to \">=26.2\", or grant on the view only what its readers may see and delete the statement"
				return true
			}
		}
	}
	return true
}

func viewName(p *Pass) string {
	if n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt); ok && n.Relation != nil {
		return n.Relation.Relname
	}
	return ""
}
