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
	Workaround: "A transaction that is rolled back leaves nothing behind in PostgreSQL: it is taken out, and so is what a `ROLLBACK TO` undoes. Otherwise nothing is changed: let each migration be one change, or such that it can be run again (`IF NOT EXISTS`).",
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
			Input:  "BEGIN;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nROLLBACK;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"2:1 warning exact", "3:1 warning exact", "4:1 error exact"},
			Error:  "already exists",
		},
		{
			Name:   "a savepoint that is gone",
			Target: ">=25.1",
			Input:  "BEGIN;\nSAVEPOINT s;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nROLLBACK TO SAVEPOINT s;\nCOMMIT;\n",
			Output: "BEGIN;\nSAVEPOINT s;\nROLLBACK TO SAVEPOINT s;\nCOMMIT;\n",
			Want:   []string{"3:1 warning exact", "4:1 error exact"},
			Error:  "savepoint \"s\" does not exist",
		},
		{
			Name:  "one change is no matter",
			Input: "BEGIN;\nCREATE TABLE t (id INT8 PRIMARY KEY);\nCOMMIT;\n",
		},
	},
	Statement: func(p *Pass) {
		st := p.Stmt
		s := State[transactionState](p)
		if s.source != st.Source {
			s.begin(st, false)
		}
		if st.Form != pgsql.SQL || st.Tree == nil {
			s.torn = s.torn || st.Form != pgsql.Trailer
			return
		}
		t, control := st.Tree.(*pgsql.TransactionStmt)
		if !control {
			changes := changesSchema(st.Tree)
			if changes && !st.Down {
				s.undone.follow(p)
			}
			if !st.InTxn {
				s.begin(st, false)
				return
			}
			s.note(st, changes)
			if changes {
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
			s.begin(st, t.Kind_ != pgsql.TransStmtCommit)
		case pgsql.TransStmtSavepoint:
			s.savepoints = mapSet(s.savepoints, t.SavepointName, true)
			s.marks = mapSet(s.marks, t.SavepointName, len(s.since))
			s.any = true
		case pgsql.TransStmtRollback:
			if s.inside && s.changes > 0 {
				f := Finding{Severity: Warning, Message: "CockroachDB commits the changes of the schema in this transaction, and ROLLBACK does not undo them"}
				s.takeOut(p, &f, 0, append([]Edit{s.head}, st.Dropped()))
			}
			s.begin(st, false)
		case pgsql.TransStmtRollbackTO:
			if s.any && s.changes > 0 && !s.savepoints[t.SavepointName] && p.Target.Meets(">=25.1") {
				f := Finding{Severity: Error, Message: "a change of the schema has committed the transaction, and the savepoint is gone with it"}
				mark, ok := s.marks[t.SavepointName]
				s.torn = s.torn || !ok
				s.takeOut(p, &f, mark, nil)
				s.since = s.since[:min(mark, len(s.since))]
			}
		default:
			s.torn = true // two-phase commit, RELEASE of what a fix would take out
		}
	},
}

// takeOut reports a rollback: what came since the mark leaves nothing behind in
// PostgreSQL, and goes. It remembers what CockroachDB does not undo.
func (s *transactionState) takeOut(p *Pass, f *Finding, mark int, more []Edit) {
	if s.torn {
		f.Fidelity = Manual
		f.Todo = "Undo them by statements of their own (DROP ...), or take the transaction out"
		p.Report(*f)
		return
	}
	f.Fidelity, f.Edits = Exact, more
	f.Message += "; in PostgreSQL nothing stays of them: they go"
	for _, u := range s.since[mark:] {
		s.undone.add(u.effects)
		if u.stmt == nil {
			f.Edits = append(f.Edits, u.edit)
			continue
		}
		p.Report(Finding{Stmt: u.stmt, End: int(u.stmt.Size), Severity: Warning, Fidelity: Exact, Edits: []Edit{u.edit},
			Message: "this is rolled back in PostgreSQL and would stay in CockroachDB: it goes"})
	}
	p.Report(*f)
}

// keptStatements bounds what is remembered of a transaction. One that is longer
// is not taken out: it is the load of a dump.
const keptStatements = 500

func (s *transactionState) note(st *Statement, changes bool) {
	if !s.inside || s.torn {
		return
	}
	if len(s.since) == keptStatements {
		s.since, s.torn = nil, true
		return
	}
	u := undo{edit: st.Dropped()}
	if changes {
		u.stmt, u.effects = st.kept(false), effectsOf(st.Tree)
	}
	s.since = append(s.since, u)
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
	// head takes BEGIN out, since are the statements behind it, and marks how
	// many of them came before a savepoint.
	head  Edit
	since []undo
	marks map[string]int
	// torn: something stands in between that cannot be taken out.
	torn bool
	// undone is what earlier transactions did before they were rolled back.
	undone undone
}

// begin forgets the transaction.
func (s *transactionState) begin(st *Statement, inside bool) {
	*s = transactionState{source: st.Source, inside: inside, undone: s.undone}
	if inside {
		s.head = st.Dropped()
	}
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
