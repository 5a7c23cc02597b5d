package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var deferrable = &Rule{
	Name:      "deferrable",
	Title:     "DEFERRABLE constraints",
	Condition: "`[NOT] DEFERRABLE` and `INITIALLY DEFERRED` or `IMMEDIATE` on a constraint, and `ALTER TABLE ... ALTER CONSTRAINT`.",
	Effect:    "CockroachDB checks every constraint at once and refuses the words (SQLSTATE 42601 or 0A000).",
	Workaround: "They go. A constraint that was not deferrable loses nothing. One that was is now checked with each statement (a unique one with each row): " +
		"transactions that insert a child before its parent, or swap unique values, fail unless the statements are put in another order.",
	Versions: "*",
	Issues:   []int{31632},
	Sources:  []string{"CockroachDB docs, constraints.md", "measured on v26.1", "parsers of v22.2 to v25.2"},
	Examples: []Example{
		{
			Name:  "in CREATE TABLE and ALTER TABLE",
			Setup: "CREATE TABLE p (id INT8 PRIMARY KEY);\n",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY NOT DEFERRABLE, p INT8 REFERENCES p (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT NULL, UNIQUE (p) DEFERRABLE);\n" +
				"ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES p (id) INITIALLY DEFERRED;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, p INT8 REFERENCES p (id) ON DELETE CASCADE NOT NULL, UNIQUE (p));\n" +
				"ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES p (id);\n",
			Want:  []string{"1:37 error exact", "1:96 error weaker", "1:147 error weaker", "2:68 error weaker"},
			Error: "syntax error",
		},
		{
			Name:   "ALTER CONSTRAINT",
			Setup:  "CREATE TABLE p (id INT8 PRIMARY KEY);\nCREATE TABLE t (id INT8 PRIMARY KEY, p INT8 CONSTRAINT fk REFERENCES p (id));\n",
			Input:  "ALTER TABLE t ALTER CONSTRAINT fk DEFERRABLE;\nCREATE INDEX ON t (p);\n",
			Output: "CREATE INDEX ON t (p);\n",
			Want:   []string{"1:15 error weaker"},
			Error:  "syntax error",
		},
		{
			Name:  "a column of that name",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, \"deferrable\" BOOL);\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Statement: func(p *Pass) {
		st := p.Stmt
		switch n := st.Tree.(type) {
		case *pgsql.CreateStmt:
			if !saysWhenChecked(st) {
				return // most tables, which can be large
			}
			for _, r := range tableElements(st, n) {
				reportDeferrable(p, r[0], r[1])
			}
		case *pgsql.AlterTableStmt:
			alterCommands(p, func(cmd *pgsql.AlterTableCmd, list List, i int) {
				r := list.Elements[i]
				switch cmd.Subtype {
				case pgsql.ATAddColumn, pgsql.ATAddConstraint:
					reportDeferrable(p, r[0], r[1])
				case pgsql.ATAlterConstraint:
					fid := Exact
					for k := r[0]; k <= r[1]; k++ {
						if st.Is(k, "deferred") || st.Is(k, "deferrable") && !st.Is(k-1, "not") {
							fid = Weaker
						}
					}
					goes(p, list, i, fid, "CockroachDB checks every constraint at once, and has no ALTER CONSTRAINT: the command goes")
				}
			})
		}
	},
}

// saysWhenChecked reports whether the words are in the statement at all.
func saysWhenChecked(st *Statement) bool {
	if st.Lacks("deferrable") && st.Lacks("initially") {
		return false
	}
	for i, t := range st.Tokens {
		if t.Kind() == pgsql.Word && t.End()-t.Start() >= len("initially") && (st.Is(i, "deferrable") || st.Is(i, "initially")) {
			return true
		}
	}
	return false
}

// reportDeferrable takes the words out of a column or a constraint.
func reportDeferrable(p *Pass, first, last int) {
	st := p.Stmt
	for i := first; i <= last; i++ {
		if st.Is(i, "(") {
			if c := st.Close(i); c > 0 {
				i = c
			}
			continue
		}
		from, weaker := i, false
		for {
			switch {
			case st.Words(i, "not", "deferrable"):
				i += 2
				continue
			case st.Is(i, "deferrable"):
				weaker = true
				i++
				continue
			case st.Words(i, "initially", "deferred"):
				weaker = true
				i += 2
				continue
			case st.Words(i, "initially", "immediate"):
				i += 2
				continue
			}
			break
		}
		if i == from {
			continue
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB checks every constraint at once and takes no word about it: it goes", Edits: []Edit{p.Delete(from, i-1)}}
		if weaker {
			f.Fidelity = Weaker
			f.Message = "CockroachDB checks every constraint at once: transactions that rely on the check being deferred fail"
		}
		f.at(st, from, i-1)
		p.Report(f)
		i--
	}
}
