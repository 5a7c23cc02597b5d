package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var setLocal = &Rule{
	Name:  "set-local",
	Title: "SET LOCAL in front of a change of the schema",
	Condition: "`SET LOCAL search_path`, `SET LOCAL ROLE` or `set_config('search_path', ..., true)` in a transaction that changes the schema behind it. " +
		"(Of other settings, such as `lock_timeout`, it is an info.)",
	Effect: "From v25.1 on `autocommit_before_ddl` is on by default: the change of the schema first commits the transaction, and with it SET LOCAL ends. " +
		"The object is made in the schema, and by the role, that were set before, without an error.",
	Workaround: "`SET LOCAL search_path` becomes `SET search_path`, and `RESET search_path` follows behind the transaction. Where the file sets the path or the role otherwise as well, a person decides what to go back to.",
	Versions:   ">=25.1",
	Sources:    []string{"CockroachDB docs, set-vars.md and session-variables.md (autocommit_before_ddl)", "CockroachDB source v26.1, pkg/sql/conn_executor_ddl.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a table in a schema",
			Target: ">=25.1",
			Setup:  "CREATE SCHEMA s;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "BEGIN;\nSET LOCAL search_path = s;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCOMMIT;\n",
			Output: "BEGIN;\nSET search_path = s;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCOMMIT;\nRESET search_path;\n",
			Want:   []string{"2:1 error exact"},
			Error:  "already exists",
		},
		{
			Name:   "a role",
			Target: ">=25.1",
			Setup:  "CREATE ROLE r;\nCREATE SCHEMA s AUTHORIZATION r;\n",
			Input:  "BEGIN;\nSET LOCAL ROLE r;\nCREATE TABLE s.t (id INT8 PRIMARY KEY);\nCOMMIT;\n",
			Want:   []string{"2:1 warning manual"},
			Manual: true,
		},
		{
			Name:   "a limit, and a transaction that changes no schema",
			Target: ">=25.1",
			Input:  "BEGIN;\nSET LOCAL lock_timeout = '5s';\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCOMMIT;\nBEGIN;\nSET LOCAL search_path = s;\nSELECT 1;\nCOMMIT;\n",
			Want:   []string{"2:1 info weaker"},
		},
	},
	Statement: func(p *Pass) {
		s := State[localSettings](p)
		st := p.Stmt
		if s.source != st.Source || s.down != st.Down {
			s.end(p)
			*s = localSettings{source: st.Source, down: st.Down}
		}
		if st.Form != pgsql.SQL || st.Tree == nil {
			return
		}
		s.behind = p.Insert(int(st.Size), ";\nRESET search_path")
		if t, ok := st.Tree.(*pgsql.TransactionStmt); ok {
			if t.Kind_ == pgsql.TransStmtCommit || t.Kind_ == pgsql.TransStmtRollback {
				s.end(p)
			}
			return
		}
		name, local := settingOf(st.Tree)
		switch {
		case name == "":
			s.changes(st)
		case !local:
			s.other = mapSet(s.other, name, true)
		case st.InTxn:
			_, set := st.Tree.(*pgsql.VariableSetStmt)
			s.open = append(s.open, &localSetting{stmt: st.kept(true), name: name, set: set})
		}
	},
	Finish: func(p *Pass) { State[localSettings](p).end(p) },
}

// localSettings is the rule's memory of one file: the settings that are made
// for the transaction at hand, and those that are made for the session.
type localSettings struct {
	source int
	down   bool
	open   []*localSetting
	other  map[string]bool
	// behind resets the path behind the last statement.
	behind Edit
}

type localSetting struct {
	stmt *Statement
	name string
	set  bool // by SET LOCAL, not by a call
	lost bool // the schema was changed behind it
}

// changes notes a statement behind the settings.
func (s *localSettings) changes(st *Statement) {
	if len(s.open) > 0 && changesSchema(st.Tree) {
		for _, l := range s.open {
			l.lost = true
		}
	}
}

// end reports the settings at the end of their transaction, or of the file,
// where the transaction is the tool's.
func (s *localSettings) end(p *Pass) {
	open := s.open
	s.open = nil
	paths := 0
	for _, l := range open {
		if l.name == "search_path" {
			paths++
		}
	}
	for _, l := range open {
		if !l.lost {
			continue
		}
		f := Finding{Stmt: l.stmt, Severity: Warning, End: int(l.stmt.Size)}
		switch {
		case l.name == "search_path" && !s.other[l.name] && paths == 1 && l.set:
			at := l.stmt.find(0, "local")
			f.Severity, f.Fidelity = Error, Exact
			f.Message = "CockroachDB commits in front of a change of the schema, and SET LOCAL ends with that: what is made lands in another schema. It is set for the session, and reset behind the transaction"
			f.Edits = []Edit{l.stmt.Delete(at, at), s.behind}
		case l.name == "search_path" || l.name == "role":
			f.Fidelity = Manual
			if l.name == "search_path" {
				f.Severity = Error
			}
			f.Message = "CockroachDB commits in front of a change of the schema, and SET LOCAL " + l.name + " ends with that: what is made lands in another schema, or is another role's"
			f.Todo = "Use SET instead of SET LOCAL, and go back to what was set before behind the transaction; or write the schema's name in front of every name"
		default:
			f.Severity, f.Fidelity = Info, Weaker
			f.Message = "CockroachDB commits in front of a change of the schema, and SET LOCAL " + l.name + " ends with that: it is not in force when the schema changes"
		}
		p.Report(f)
	}
}

// settingOf returns the setting that a statement sets, and whether for the
// transaction only; "" if it sets none.
func settingOf(tree pgsql.Node) (name string, local bool) {
	switch n := tree.(type) {
	case *pgsql.VariableSetStmt:
		if n.Kind_ != pgsql.VarSetMulti {
			return strings.ToLower(n.Name), n.IsLocal
		}
	case *pgsql.SelectStmt:
		if len(n.TargetList) != 1 {
			return "", false
		}
		if rt, ok := n.TargetList[0].(*pgsql.ResTarget); ok {
			if f, ok := rt.Val.(*pgsql.FuncCall); ok && catalog.ListName(f.Funcname).Name == "set_config" && len(f.Args) == 3 {
				name, _ := catalog.StringConst(f.Args[0])
				b, ok := f.Args[2].(*pgsql.AConst)
				if !ok {
					return strings.ToLower(name), false
				}
				v, ok := b.Val.(*pgsql.Boolean)
				return strings.ToLower(name), ok && v.Boolval
			}
		}
	}
	return "", false
}
