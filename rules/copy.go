package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var copyStatement = &Rule{
	Name:  "copy",
	Title: "Forms of COPY",
	Condition: "`COPY` from or to a file of the server or a program; `WHERE`; the options `FREEZE`, `FORCE_NULL`, `FORCE_NOT_NULL`, `FORCE_QUOTE`, `ON_ERROR`, `HEADER match`; " +
		"before v23.1 options in parentheses and `COPY ... TO`.",
	Effect:     "A syntax error (SQLSTATE 0A000). `COPY t FROM stdin` is accepted, with the formats text, CSV and binary.",
	Workaround: "`FREEZE` goes. The others are manual: data in files is brought in by `COPY FROM stdin` or by `IMPORT INTO`.",
	Versions:   "*",
	Issues:     []int{41608, 97181},
	Sources:    []string{"CockroachDB docs, copy.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "freeze",
			Target: ">=23.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "COPY t FROM stdin WITH (FREEZE, FORMAT csv);\n1\n\\.\n",
			Output: "COPY t FROM stdin WITH (FORMAT csv);\n1\n\\.\n",
			Want:   []string{"1:25 error exact"},
			Error:  "syntax error",
			Manual: true, // the rows need the COPY protocol
		},
		{
			Name:   "a file of the server",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "COPY t FROM '/tmp/t.csv' CSV;\n",
			Want:   []string{"1:13 error manual"},
			Error:  "at or near \"/tmp/t.csv\": syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCopyStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.CopyStmt)
		st := p.Stmt
		hard := func(first, last int, todo, format string, args ...any) {
			f := manual(fmt.Sprintf(format, args...), todo)
			f.at(st, first, last)
			p.Report(f)
		}
		switch {
		case n.Filename != "" || n.IsProgram:
			at := st.find(0, "from")
			if !n.IsFrom {
				at = st.find(0, "to")
			}
			hard(at+1, at+1, "Copy from stdin with psql's \\copy, or use IMPORT INTO", "CockroachDB's COPY reads and writes no files and programs of the server")
			return
		case n.WhereClause != nil:
			at := st.find(0, "where")
			hard(at, len(st.Tokens)-1, "Copy into another table and INSERT ... SELECT from there", "CockroachDB's COPY has no WHERE")
			return
		case !n.IsFrom && !p.Target.Within(">=23.1"):
			f := manual("COPY ... TO is a syntax error before v23.1", "Set the target to \">=23.1\"")
			f.Until = "23.1"
			p.Report(f)
			return
		}
		open := -1
		for i := len(st.Tokens) - 1; i > 0 && st.Is(len(st.Tokens)-1, ")"); i-- {
			if st.Is(i, "(") && st.Close(i) == len(st.Tokens)-1 {
				open = i
				break
			}
		}
		if open < 0 || len(n.Options) == 0 || len(st.Elements(open)) != len(n.Options) || open <= st.find(0, "stdin") && n.IsFrom {
			return
		}
		if !p.Target.Within(">=23.1") {
			f := manual("options of COPY in parentheses are a syntax error before v23.1", "Write them without: COPY t FROM stdin CSV HEADER")
			f.Until = "23.1"
			f.at(st, open, len(st.Tokens)-1)
			p.Report(f)
			return
		}
		whole := open
		if st.Is(open-1, "with") {
			whole--
		}
		list := List{Elements: st.Elements(open), Whole: [2]int{whole, len(st.Tokens) - 1}}
		for i, o := range n.Options {
			d, ok := o.(*pgsql.DefElem)
			if !ok {
				continue
			}
			e := list.Elements[i]
			switch d.Defname {
			case "freeze":
				f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB's COPY has no FREEZE, and nothing to freeze: it goes"}
				f.at(st, e[0], e[1])
				f.DropElement(list, i)
				p.Report(f)
			case "force_null", "force_not_null", "force_quote", "on_error", "log_verbosity":
				hard(e[0], e[1], "Prepare the data so that the option is not needed", "CockroachDB's COPY has no option %s", d.Defname)
			case "header":
				if s := defText(d); s == "match" {
					hard(e[0], e[1], "Write HEADER", "CockroachDB's COPY does not compare the header")
				}
			}
		}
	},
}
