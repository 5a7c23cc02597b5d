package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var transactionDDL = &Rule{
	Name:      "transaction-ddl",
	Title:     "Changes of the schema in a transaction",
	Condition: "`BEGIN ... COMMIT` with statements that change the schema, or a file that the migration tool runs in one transaction.",
	Effect: "From v25.1 on `autocommit_before_ddl` is on by default: each change of the schema first commits what the transaction has done so far. If a later statement fails, or at `ROLLBACK`, what came before stays; " +
		"savepoints set before are gone, and `ROLLBACK TO` fails (SQLSTATE 3B001). With that setting off, and before v25.1, some combinations of changes in one transaction are refused, above all the use of a column that the same transaction added, " +
		"and from v26.1 on any change of a table with `schema_locked`.",
	Workaround: "Nothing is changed. Let each migration be one change, or such that it can be run again (`IF NOT EXISTS`). A `ROLLBACK` that shall undo changes of the schema is manual.",
	Versions:   "*",
	Sources: []string{
		"CockroachDB docs, online-schema-changes.md and session-variables.md (autocommit_before_ddl)", "release note v25.1.0-rc.1 (#140156)", "measured on v26.1",
	},
	Examples: []Example{
		{
			Name:  "a migration in a transaction",
			Input: "BEGIN;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\nCOMMIT;\n",
			Want:  []string{"3:1 info weaker"},
		},
		{
			Name:   "a rollback that undoes nothing",
			Input:  "BEGIN;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nROLLBACK;\n",
			Want:   []string{"3:1 warning manual"},
			Manual: true,
		},
		{
			Name:   "a savepoint that is gone",
			Target: ">=25.1",
			Input:  "BEGIN;\nSAVEPOINT s;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nROLLBACK TO SAVEPOINT s;\nCOMMIT;\n",
			Want:   []string{"4:1 error manual"},
			Error:  "savepoint \"s\" does not exist",
			Manual: true,
		},
		{
			Name:  "one change is no matter",
			Input: "BEGIN;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCOMMIT;\n",
		},
	},
	Statement: func(p *Pass) {
		st := p.Stmt
		if st.Form != pgsql.SQL || st.Tree == nil {
			return
		}
		s := State[transactionState](p)
		if s.source != st.Source {
			*s = transactionState{source: st.Source}
		}
		t, control := st.Tree.(*pgsql.TransactionStmt)
		if !control {
			if !st.InTxn {
				*s = transactionState{source: st.Source}
				return
			}
			if changesSchema(st.Tree) {
				s.savepoints = nil
				if s.changes++; s.changes == 2 {
					p.Report(Finding{Severity: Info, Fidelity: Weaker, Message: "this transaction changes the schema more than once: CockroachDB commits before each change (from v25.1 on), " +
						"so that a failure in the middle leaves the first ones in place", Todo: withoutTransaction[p.Layout]})
				}
			}
			return
		}
		switch t.Kind_ {
		case pgsql.TransStmtBegin, pgsql.TransStmtStart, pgsql.TransStmtCommit:
			*s = transactionState{source: st.Source, inside: t.Kind_ != pgsql.TransStmtCommit}
		case pgsql.TransStmtSavepoint:
			if s.savepoints == nil {
				s.savepoints = map[string]bool{}
			}
			s.savepoints[t.SavepointName] = true
			s.any = true
		case pgsql.TransStmtRollback:
			if s.inside && s.changes > 0 {
				f := manual("CockroachDB has committed the changes of the schema in this transaction: ROLLBACK does not undo them", "Undo them by statements of their own (DROP ...), or take the transaction out")
				f.Severity = Warning
				p.Report(f)
			}
			*s = transactionState{source: st.Source}
		case pgsql.TransStmtRollbackTO:
			if s.any && s.changes > 0 && !s.savepoints[t.SavepointName] && p.Target.Meets(">=25.1") {
				p.Report(manual("a change of the schema has committed the transaction, and the savepoint is gone with it", "Undo by statements of their own (DROP ...), or take the savepoint out"))
			}
		}
	},
}

// withoutTransaction says, by layout, how a file is run without a transaction
// around it: nothing is lost on CockroachDB, and no statement is refused for it.
var withoutTransaction = map[string]string{
	"goose":       "Write -- +goose NO TRANSACTION at the head of the file, or make it several migrations",
	"sql-migrate": "Write -- +migrate Up notransaction, or make it several migrations",
	"dbmate":      "Write -- migrate:up transaction:false, or make it several migrations",
	"sqlx":        "Write -- no-transaction in the first line, or make it several migrations",
	"atlas":       "Write -- atlas:txmode none and an empty line at the head of the file, or make it several migrations",
	"diesel":      "Write run_in_transaction = false into a metadata.toml beside the file, or make it several migrations",
}

// transactionState is what has happened since BEGIN.
type transactionState struct {
	source      int
	inside, any bool
	changes     int
	savepoints  map[string]bool
}

// changesSchema reports whether a statement changes the schema.
func changesSchema(n pgsql.Node) bool {
	switch n := n.(type) {
	case *pgsql.SelectStmt, *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.MergeStmt, *pgsql.CallStmt, *pgsql.CopyStmt, *pgsql.DoStmt,
		*pgsql.VariableSetStmt, *pgsql.VariableShowStmt, *pgsql.ExplainStmt, *pgsql.LockStmt, *pgsql.PrepareStmt, *pgsql.ExecuteStmt, *pgsql.DeallocateStmt,
		*pgsql.DeclareCursorStmt, *pgsql.FetchStmt, *pgsql.ClosePortalStmt, *pgsql.NotifyStmt, *pgsql.ListenStmt, *pgsql.UnlistenStmt, *pgsql.VacuumStmt,
		*pgsql.ConstraintsSetStmt, *pgsql.DiscardStmt, *pgsql.CreateExtensionStmt:
		return false
	case *pgsql.CreateTableAsStmt:
		return n.Into != nil
	}
	return true
}
