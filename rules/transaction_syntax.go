package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var transactionSyntax = &Rule{
	Name:       "transaction-syntax",
	Title:      "Spellings of BEGIN, COMMIT and ROLLBACK",
	Condition:  "`BEGIN WORK`, `COMMIT WORK`, `ROLLBACK WORK`, `... AND [NO] CHAIN`; `PREPARE TRANSACTION` before v25.1.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "`WORK` and `AND NO CHAIN` go: they say nothing. `COMMIT AND CHAIN` becomes `COMMIT; BEGIN`. Two-phase commit before v25.1 is manual.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, begin-transaction.md and commit-transaction.md", "release note v25.1 (PREPARE TRANSACTION)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "work",
			Input:  "BEGIN WORK;\nSELECT 1;\nCOMMIT WORK;\n",
			Output: "BEGIN;\nSELECT 1;\nCOMMIT;\n",
			Want:   []string{"1:7 error exact", "3:8 error exact"},
			Error:  "at or near \"work\": syntax error",
		},
		{
			Name:   "a chain",
			Input:  "BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN;\nCOMMIT AND NO CHAIN;\n",
			Output: "BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nCOMMIT;\n",
			Want:   []string{"3:8 error exact", "4:8 error exact"},
			Error:  "at or near \"and\": syntax error",
		},
		{
			Name:  "what CockroachDB takes",
			Input: "START TRANSACTION;\nSAVEPOINT s;\nRELEASE SAVEPOINT s;\nEND TRANSACTION;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindTransactionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.TransactionStmt)
		st := p.Stmt
		switch n.Kind_ {
		case pgsql.TransStmtPrepare, pgsql.TransStmtCommitPrepared, pgsql.TransStmtRollbackPrepared:
			if !p.Target.Within(">=25.1") {
				f := manual("two-phase commit does not exist before v25.1", "Set the target to \">=25.1\", or commit in one step")
				f.Until = "25.1"
				p.Report(f)
			}
			return
		}
		report := func(first, last int, what string, edits ...Edit) {
			f := Finding{Severity: Error, Fidelity: Exact, Edits: edits, Message: fmt.Sprintf("CockroachDB does not take %s: it goes", what)}
			f.at(st, first, last)
			p.Report(f)
		}
		if st.Is(1, "work") && !st.Is(0, "abort") {
			report(1, 1, "WORK", p.Delete(1, 1))
		}
		if and := st.Find(0, "and"); and > 0 && st.Is(len(st.Tokens)-1, "chain") {
			last := len(st.Tokens) - 1
			if !n.Chain {
				report(and, last, "AND NO CHAIN", p.Delete(and, last))
				return
			}
			f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB does not take AND CHAIN: a BEGIN follows %s", strings.ToUpper(st.Word(0)))}
			f.at(st, and, last)
			f.Edits = []Edit{p.Replace(st.Tokens[and-1].End(), st.Tokens[last].End(), ";\nBEGIN")}
			p.Report(f)
		}
	},
}
