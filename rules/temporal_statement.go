package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var temporalStatement = &Rule{
	Name:       "temporal-statement",
	Title:      "temporal-sql-tool takes CREATE, ALTER, INSERT and DROP only",
	Layout:     "temporal",
	Condition:  "A statement of a Temporal schema directory that starts with another word, or with one of these in lower case; an empty statement.",
	Effect:     "update-schema refuses the whole directory: it compares the first letters of each statement with CREATE, ALTER, INSERT and DROP (and DO since v1.30.0).",
	Workaround: "The word is written in upper case; an empty statement goes; COMMENT ON goes, since it changes no behaviour. Settings belong into the connect attributes. The rest a person has to move elsewhere.",
	Versions:   "*",
	Sources:    []string{"temporal: tools/common/schema/updatetask.go"},
	Examples: []Example{
		{
			Name:   "lower case",
			Input:  "create table t (a TEXT PRIMARY KEY);\n",
			Output: "CREATE table t (a TEXT PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
		},
		{
			Name:   "a setting",
			Input:  "SET statement_timeout = 0;\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		st := p.Stmt
		if st.Form == pgsql.Meta || st.Form == pgsql.CopyData {
			p.Report(manual("temporal-sql-tool knows no psql commands and no COPY data", "Take it out, or write INSERT statements"))
			return
		}
		if st.Form != pgsql.SQL || st.Err != nil {
			return
		}
		if st.Text == "" {
			p.Report(Finding{Severity: Error, Fidelity: Exact, Message: "temporal-sql-tool refuses an empty statement: the semicolon goes",
				Edits: []Edit{{Source: st.Source, Start: st.Start(), End: st.Stop()}}})
			return
		}
		first := st.Str(0)
		switch upper := strings.ToUpper(first); upper {
		case "CREATE", "ALTER", "INSERT", "DROP":
			if first != upper {
				f := Finding{Severity: Error, Fidelity: Exact, Edits: []Edit{p.Replace(0, len(first), upper)},
					Message: fmt.Sprintf("temporal-sql-tool takes %s in upper case only", upper)}
				f.at(st, 0, 0)
				p.Report(f)
			}
		case "DO": // do-block speaks of it
			if p.Target.Within(">=25.1") {
				p.Report(manual("temporal-sql-tool takes DO only since v1.30.0", "Write the block as plain statements"))
			}
		case "COMMENT":
			p.Report(Finding{Severity: Error, Fidelity: Weaker, Edits: p.DropStatement(), Message: "temporal-sql-tool refuses COMMENT: it goes"})
		default:
			f := manual(fmt.Sprintf("temporal-sql-tool refuses statements that start with %s", upper), "Move it out of the schema directory; settings belong into --connect-attributes")
			f.at(st, 0, 0)
			p.Report(f)
		}
	},
}
