package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var setVariable = &Rule{
	Name:  "set-variable",
	Title: "Settings that CockroachDB does not have, or not with this value",
	Condition: "`SET`, `RESET`, `SHOW`, `set_config()`, `ALTER ROLE ... SET` and `ALTER DATABASE ... SET` of a setting of PostgreSQL that CockroachDB does not know or knows with one value only. " +
		"Settings of the application (`myapp.user`) are accepted.",
	Effect: "The statement is refused (SQLSTATE 0A000, 42704, 22023).",
	Workaround: "Settings about memory, planning, logging, vacuum and files go: they change no result. `session_replication_role = replica` goes as well, but then foreign keys and triggers stay on. " +
		"A setting that changes what values or texts mean (`DateStyle`, `client_encoding`, `standard_conforming_strings = off` with backslashes to come) is manual.",
	Versions: "*",
	Sources: []string{
		"CockroachDB docs, session-variables.md and set-vars.md", "CockroachDB source v26.1, pkg/sql/unsupported_vars.go and vars.go", "measured on v26.1",
	},
	Examples: []Example{
		{
			Name:   "memory and planning",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "SET maintenance_work_mem = '1GB';\nSET LOCAL enable_bitmapscan = off;\nSET statement_timeout = 0;\n",
			Output: "SET statement_timeout = 0;\n",
			Want:   []string{"1:1 error exact", "2:1 error exact"},
			Error:  "the configuration setting \"maintenance_work_mem\" is not supported",
		},
		{
			Name:   "a load without foreign keys",
			Input:  "SET session_replication_role = replica;\nSET client_encoding = 'UTF8';\n",
			Output: "SET client_encoding = 'UTF8';\n",
			Want:   []string{"1:1 error changed"},
			Error:  "the configuration setting \"session_replication_role\" is not supported",
		},
		{
			Name:   "a value that CockroachDB does not know",
			Input:  "SET default_tablespace = fast;\nSET default_tablespace = '';\nSET xmloption = content;\n",
			Output: "SET default_tablespace = '';\nSET xmloption = content;\n",
			Want:   []string{"1:1 error exact"},
			Error:  "invalid value for parameter \"default_tablespace\"",
		},
		{
			Name:   "an encoding",
			Input:  "SET client_encoding = 'LATIN1';\n",
			Want:   []string{"1:1 error manual"},
			Error:  "client encoding",
			Manual: true,
		},
		{
			Name:   "strings with backslashes",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input:  "SET standard_conforming_strings = off;\nINSERT INTO t VALUES ('a\\\\b');\n",
			Want:   []string{"1:1 error manual"},
			Error:  "invalid value for parameter \"standard_conforming_strings\"",
			Manual: true,
		},
		{
			Name:   "strings without",
			Setup:  "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input:  "SET standard_conforming_strings = off;\nINSERT INTO t VALUES ('a');\n",
			Output: "INSERT INTO t VALUES ('a');\n",
			Want:   []string{"1:1 error exact"},
			Error:  "invalid value for parameter \"standard_conforming_strings\"",
		},
		{
			Name:  "an application's own setting",
			Input: "SET myapp.user_id = '1';\nSELECT set_config('search_path', '', false);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindVariableSetStmt, pgsql.KindVariableShowStmt, pgsql.KindSelectStmt},
	Check: func(p *Pass, node pgsql.Node) {
		switch n := node.(type) {
		case *pgsql.VariableShowStmt:
			name := strings.ToLower(n.Name)
			if v := judgeVariable(p, name, nil); v.fidelity != 0 && v.unknown {
				p.drop(Exact, fmt.Sprintf("CockroachDB has no setting %s: there is nothing to show", name))
			}
		case *pgsql.SelectStmt:
			if name, value, ok := setConfig(p.Stmt, n); ok {
				reportVariable(p, judgeVariable(p, strings.ToLower(name), []string{value}), false)
			}
		case *pgsql.VariableSetStmt:
			if p.Parent(0) != nil {
				if _, ok := p.Parent(0).(*pgsql.CreateFunctionStmt); ok {
					return
				}
			}
			if n.Kind_ == pgsql.VarSetMulti {
				if strings.EqualFold(n.Name, "TRANSACTION SNAPSHOT") {
					p.Report(manual("CockroachDB takes no snapshot of another transaction", "Read as of a time (AS OF SYSTEM TIME), or leave the statement out"))
				}
				return
			}
			if n.Kind_ == pgsql.VarSetCurrent {
				p.Report(manual("CockroachDB does not take SET ... FROM CURRENT", "Write the value"))
				return
			}
			reset := n.Kind_ != pgsql.VarSetValue
			if _, plain := p.Stmt.Tree.(*pgsql.VariableSetStmt); reset && !plain {
				return // ALTER ROLE ... RESET takes any name
			}
			var values []string
			if n.Kind_ == pgsql.VarSetValue {
				values = variableValues(n)
			}
			v := judgeVariable(p, strings.ToLower(n.Name), values)
			if p.Stmt.Words(0, "set", "xml", "option") {
				v = variable{fidelity: Exact, message: "CockroachDB has no SET XML OPTION, and no XML: it goes"}
			}
			reportVariable(p, v, reset)
		}
	},
	Statement: func(p *Pass) {
		s := State[escapes](p)
		if s.off == nil || s.needed || p.Stmt.Form != pgsql.SQL {
			return
		}
		for _, t := range p.Stmt.Tokens {
			if t.Kind() == pgsql.Literal && p.Stmt.Text[t.Start()] == '\'' && strings.ContainsRune(p.Stmt.Text[t.Start():t.End()], '\\') {
				s.needed = true
			}
		}
	},
	Finish: func(p *Pass) {
		s := State[escapes](p)
		if s.off == nil {
			return
		}
		f := Finding{Stmt: s.off, End: int(s.off.Size), Severity: Error, Fidelity: Exact, Edits: []Edit{s.off.Dropped()},
			Message: "CockroachDB's strings are always standard conforming; no string behind this has a backslash, so the setting goes"}
		if s.needed {
			f.Edits, f.Fidelity = nil, Manual
			f.Message = "CockroachDB's strings are always standard conforming, and strings behind this have backslashes that mean an escape"
			f.Todo = "Write these strings as E'...', then delete the statement"
		}
		p.Report(f)
	},
}

// escapes remembers a SET standard_conforming_strings = off.
type escapes struct {
	off    *Statement
	needed bool
}

// variable is what becomes of a setting; the zero value is accepted.
type variable struct {
	fidelity Fidelity
	message  string
	todo     string
	until    string
	unknown  bool // CockroachDB does not know the name
	strings  bool // standard_conforming_strings: the end of the history decides
	replace  string
}

func reportVariable(p *Pass, v variable, reset bool) {
	switch {
	case v.strings:
		State[escapes](p).off = p.Stmt
	case v.fidelity == 0:
	case reset && v.unknown:
		p.drop(Exact, v.message)
	case v.fidelity == Manual:
		p.Report(manual(v.message, v.todo))
	default:
		p.Report(Finding{Severity: Error, Fidelity: v.fidelity, Until: v.until, Message: v.message, Edits: p.DropStatement()})
	}
}

// judgeVariable says what CockroachDB makes of a setting and its value; values
// is nil where none is given.
func judgeVariable(p *Pass, name string, values []string) variable {
	value := strings.ToLower(strings.Join(values, ","))
	if strings.Contains(name, ".") || name == "" {
		return variable{}
	}
	if name == "session_replication_role" {
		if value == "replica" {
			return variable{fidelity: Changed, unknown: true, message: "CockroachDB has no session_replication_role: it goes, and foreign keys and triggers stay on: load the tables in the order of their foreign keys"}
		}
		return variable{fidelity: Exact, unknown: true, message: "CockroachDB has no session_replication_role: foreign keys and triggers are always on, it goes"}
	}
	if since, ok := variableSince[name]; ok && !p.Target.Within(">="+since) {
		return variable{fidelity: Weaker, unknown: true, until: since, message: fmt.Sprintf("CockroachDB has the setting %s only from v%s on: it goes", name, since)}
	}
	if values != nil {
		if v := judgeValue(name, value); v.fidelity != 0 || v.strings {
			return v
		}
	}
	switch {
	case refusedVariable[name]:
		return variable{fidelity: Exact, unknown: true, message: fmt.Sprintf("CockroachDB does not support the setting %s, which changes no result: it goes", name)}
	case !knownVariable[name] && values != nil || !knownVariable[name] && !crdbVariable(name):
		if crdbVariable(name) {
			return variable{}
		}
		return variable{fidelity: Weaker, unknown: true, message: fmt.Sprintf("CockroachDB does not know the setting %s: it goes", name)}
	}
	return variable{}
}

// judgeValue is about settings that CockroachDB has with some values only.
func judgeValue(name, value string) variable {
	gone := func(f Fidelity, format string, args ...any) variable {
		return variable{fidelity: f, message: fmt.Sprintf(format, args...)}
	}
	hard := func(todo, format string, args ...any) variable {
		return variable{fidelity: Manual, todo: todo, message: fmt.Sprintf(format, args...)}
	}
	on := value == "on" || value == "true" || value == "1" || value == "yes" || value == "t"
	switch name {
	case "standard_conforming_strings":
		return variable{strings: !on && value != "default"}
	case "default_tablespace":
		if value != "" {
			return gone(Exact, "CockroachDB has no tablespaces: the setting goes")
		}
	case "default_table_access_method":
		if value != "heap" && value != "default" {
			return gone(Exact, "CockroachDB has no table access methods: the setting goes")
		}
	case "default_with_oids":
		if on {
			return gone(Weaker, "CockroachDB's tables have no OIDs: the setting goes")
		}
	case "xmloption":
		if value != "content" {
			return gone(Exact, "CockroachDB has no XML: the setting goes")
		}
	case "backslash_quote":
		if value != "safe_encoding" {
			return gone(Exact, "CockroachDB takes \\' in E'' strings always: the setting goes")
		}
	case "client_encoding":
		switch strings.NewReplacer("-", "", "_", "").Replace(value) {
		case "utf8", "unicode", "default", "cp65001":
		default:
			return hard("Convert the file to UTF-8 (iconv), then delete the statement", "CockroachDB takes no other encoding than UTF8, and %s is another", value)
		}
	case "datestyle":
		if !strings.Contains(value, "iso") && value != "default" && value != "mdy" && value != "dmy" && value != "ymd" {
			return hard("Write dates as YYYY-MM-DD, then delete the statement", "CockroachDB's dates are in ISO style only, not %s", value)
		}
	case "lc_messages", "lc_monetary", "lc_numeric", "lc_time":
		if strings.NewReplacer("-", "").Replace(value) != "c.utf8" {
			return gone(Weaker, "CockroachDB's %s is C.UTF-8, always: the setting goes", name)
		}
	case "client_min_messages":
		if value == "fatal" || value == "panic" {
			return gone(Exact, "CockroachDB has no such level of messages: the setting goes")
		}
	case "password_encryption":
		if value == "md5" || on {
			return gone(Exact, "CockroachDB never stores passwords as MD5: the setting goes")
		}
	case "enable_seqscan", "synchronous_commit":
		if strings.Trim(value, "0123456789") == "" && value != "" {
			return gone(Exact, "CockroachDB takes words for %s, and does nothing with it: the setting goes", name)
		}
	case "default_text_search_config":
		if c := strings.TrimPrefix(value, "pg_catalog."); !textSearchConfig[c] {
			return hard("Name one of the built-in configurations", "CockroachDB has no text search configuration %s", value)
		}
	case "transform_null_equals":
		if on {
			return hard("Write IS NULL in the queries, then delete the statement", "CockroachDB never takes x = NULL for x IS NULL")
		}
	}
	return variable{}
}

var textSearchConfig = words("simple danish dutch english finnish french german hungarian italian norwegian portuguese russian spanish swedish turkish default")

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// variableSince are settings that not all versions have.
var variableSince = map[string]string{
	"transaction_timeout": "23.1", "default_text_search_config": "23.1", "deadlock_timeout": "24.3",
	"tcp_keepalives_idle": "26.2", "tcp_keepalives_interval": "26.2", "tcp_keepalives_count": "26.2",
}

// variableValues returns the values of a SET as text.
func variableValues(n *pgsql.VariableSetStmt) []string {
	out := []string{}
	for _, a := range n.Args {
		switch a := a.(type) {
		case *pgsql.AConst:
			switch v := a.Val.(type) {
			case *pgsql.String:
				out = append(out, v.Sval)
			case *pgsql.Integer:
				out = append(out, fmt.Sprint(v.Ival))
			case *pgsql.Float:
				out = append(out, v.Fval)
			}
		case *pgsql.TypeCast:
			out = append(out, "interval")
		}
	}
	return out
}

// setConfig recognises SELECT set_config('name', 'value', ...), and nothing
// else in the query.
func setConfig(st *Statement, n *pgsql.SelectStmt) (name, value string, ok bool) {
	if st.Tree != pgsql.Node(n) || len(n.TargetList) != 1 || len(n.FromClause) > 0 {
		return "", "", false
	}
	rt, _ := n.TargetList[0].(*pgsql.ResTarget)
	if rt == nil {
		return "", "", false
	}
	f, _ := rt.Val.(*pgsql.FuncCall)
	if f == nil || catalog.ListName(f.Funcname).Name != "set_config" || len(f.Args) < 2 {
		return "", "", false
	}
	name, ok = catalog.StringConst(f.Args[0])
	value, _ = catalog.StringConst(f.Args[1])
	return name, value, ok
}
