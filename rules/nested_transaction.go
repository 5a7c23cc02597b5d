package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var nestedTransaction = &Rule{
	Name:  "nested-transaction",
	Title: "BEGIN within a transaction",
	Condition: "`BEGIN` or `START TRANSACTION` where a transaction goes on, which a statement in front has begun or the migration tool, if it runs the file in one; " +
		"before v25.1 also a `COMMIT` that ends the tool's transaction.",
	Effect: "PostgreSQL warns, and goes on in the transaction that there is. CockroachDB refuses the BEGIN (SQLSTATE 25001). Behind a COMMIT in the file, the tool's own COMMIT only gets a warning from PostgreSQL, " +
		"and from CockroachDB where `autocommit_before_ddl` is on, as it is from v25.1 on; before, it is refused (SQLSTATE 25P01).",
	Workaround: "The BEGIN goes, and so does the COMMIT if it is the last statement of the file. One that has statements behind it, or a BEGIN that sets an isolation level, is left to a person.",
	Versions:   "*",
	Issues:     []int{54954, 87233},
	Sources:    []string{"PostgreSQL docs, sql-begin.html (notes)", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "BEGIN twice",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "BEGIN;\nSTART TRANSACTION;\nINSERT INTO t VALUES (1);\nCOMMIT;\n",
			Output: "BEGIN;\nINSERT INTO t VALUES (1);\nCOMMIT;\n",
			Want:   []string{"2:1 error exact"},
			Error:  "there is already a transaction in progress",
		},
		{
			Name:   "with an isolation level",
			Input:  "BEGIN;\nBEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT;\n",
			Want:   []string{"2:1 error manual"},
			Error:  "there is already a transaction in progress",
			Manual: true,
		},
		{
			Name:   "what changes the schema has ended the first one from v25.1 on",
			Target: ">=25.1",
			Input:  "BEGIN;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nBEGIN;\nINSERT INTO t VALUES (1);\nCOMMIT;\n",
		},
		{
			Name:  "one after the other",
			Input: "BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nSELECT 2;\nROLLBACK;\nBEGIN;\nSELECT 3;\nEND;\n",
		},
	},
	Statement: func(p *Pass) {
		s := State[openTransaction](p)
		st := p.Stmt
		if st.Form != pgsql.SQL || st.Text == "" {
			return
		}
		if s.source != st.Source || s.down != st.Down || !s.read {
			s.end(p, nil)
			*s = openTransaction{source: st.Source, down: st.Down, read: true, tool: st.Begun}
		}
		s.end(p, st)
		n, ok := st.Tree.(*pgsql.TransactionStmt)
		if !ok {
			s.changed = s.changed || st.Tree != nil && changesSchema(st.Tree)
			return
		}
		switch n.Kind_ {
		case pgsql.TransStmtBegin, pgsql.TransStmtStart:
			if st.Begun && !(s.changed && p.Target.Within(">=25.1")) {
				s.begin(p, n)
			}
			s.changed = false
		case pgsql.TransStmtCommit:
			if s.tool && !n.Chain && !p.Target.Within(">=25.1") {
				s.commit = st.kept(true)
			}
			s.tool = false
		case pgsql.TransStmtRollback:
			s.tool = false
		}
	},
	Finish: func(p *Pass) { State[openTransaction](p).end(p, nil) },
}

// openTransaction is the rule's memory of one file.
type openTransaction struct {
	source int
	down   bool
	read   bool // a statement of it
	// tool tells that the tool's transaction goes on; changed that a statement has
	// changed the schema since the last BEGIN.
	tool, changed bool
	// commit is what has just ended the tool's transaction.
	commit *Statement
}

// begin reports a BEGIN within a transaction.
func (s *openTransaction) begin(p *Pass, n *pgsql.TransactionStmt) {
	whose := "a transaction goes on"
	if s.tool {
		whose = "the tool runs the file in a transaction"
	}
	if len(n.Options) > 0 {
		p.Report(manual("CockroachDB refuses BEGIN while "+whose, "Set the mode by SET TRANSACTION at the start of that transaction, and delete the statement"))
		return
	}
	p.drop(Exact, "CockroachDB refuses BEGIN while "+whose+", in which PostgreSQL goes on: it goes")
}

// end reports the COMMIT of the tool's transaction when it is known what stands behind
// it in the file; nil is nothing.
func (s *openTransaction) end(p *Pass, behind *Statement) {
	if s.commit == nil {
		return
	}
	f := Finding{Stmt: s.commit, Severity: Error, Fidelity: Exact, Edits: []Edit{s.commit.Dropped()},
		Message: "this ends the transaction of the tool, whose own COMMIT CockroachDB refuses then before v25.1: it goes"}
	if behind != nil {
		f.Fidelity, f.Edits = Manual, nil
		f.Message = "this ends the transaction of the tool, whose own COMMIT CockroachDB refuses then before v25.1"
		f.Todo = "Tell the tool to run the file without a transaction, or put what follows into a file of its own"
	}
	f.at(s.commit, 0, len(s.commit.Tokens)-1)
	s.commit = nil
	p.Report(f)
}
