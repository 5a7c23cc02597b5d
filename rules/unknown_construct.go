package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var unknownConstruct = &Rule{
	Name:       "unknown-construct",
	Title:      "A construct that no rule knows",
	Condition:  "A kind of statement, a command of ALTER TABLE, an option or a clause that is on no list of what CockroachDB takes, and of which no other rule speaks.",
	Effect:     "It is not known what CockroachDB does with it; most likely it is refused.",
	Workaround: "Nothing is changed. Try the statement on a CockroachDB; turn the rule off for it if it is accepted and means the same.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, sql-grammar.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a cursor that can go back",
			Input:  "BEGIN;\nDECLARE c SCROLL CURSOR FOR SELECT 1;\nCOMMIT;\n",
			Want:   []string{"2:11 error manual"},
			Error:  "SCROLL",
			Manual: true,
		},
		{
			Name:  "what CockroachDB takes",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n",
			Input: "BEGIN;\nDECLARE c NO SCROLL CURSOR FOR SELECT 1;\nCOMMIT;\nALTER TABLE t ADD COLUMN b TEXT, ALTER COLUMN a SET NOT NULL;\n",
		},
	},
	After: func(p *Pass, found []Reported) {
		st := p.Stmt
		if st.Form != pgsql.SQL || st.Tree == nil {
			return
		}
		for _, part := range unknownParts(st) {
			f := manual("pg2crdb does not know "+part.what+" as something that CockroachDB takes", "Try it on a CockroachDB; rewrite it, or turn this rule off for it")
			f.Start, f.End = 0, int(st.Size)
			if part.last >= 0 {
				f.at(st, part.first, part.last)
			}
			if !spokenOf(found, f) {
				p.Report(f)
			}
		}
	},
}

// spokenOf reports whether a rule has said of the place that CockroachDB does
// not take it.
func spokenOf(found []Reported, f Finding) bool {
	for _, r := range found {
		if r.Severity >= Warning && r.Start <= f.End && r.End >= f.Start {
			return true
		}
	}
	return false
}
