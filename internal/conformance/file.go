package conformance

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// ReadFile makes a case of a file that nobody judged: its statements have no
// verdict, so silence and alarms cannot be told, but it can be translated and
// run.
func ReadFile(path string) (*Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &Case{Corpus: "file", Name: strings.TrimSuffix(filepath.Base(path), ".sql"), Text: text}
	stmts, err := pgsql.Split(text)
	if err != nil {
		return nil, err
	}
	for _, st := range stmts {
		if st.Form != pgsql.SQL {
			continue
		}
		v := Verdict{I: len(c.Statements), Start: st.Start(), End: st.End(), Line: st.Pos.Line, Class: "ddl", Kind: "Other"}
		if st.Parse(); st.Tree != nil {
			v.Kind = st.Tree.Kind().String()
			v.Class = class(st.Tree)
		}
		c.Statements = append(c.Statements, v)
	}
	return c, nil
}

// class tells what kind of work a statement does, in the words of the verdicts.
func class(tree pgsql.Node) string {
	switch tree.(type) {
	case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.SelectStmt, *pgsql.MergeStmt, *pgsql.CopyStmt, *pgsql.CallStmt:
		return "dml"
	case *pgsql.TransactionStmt:
		return "txn"
	case *pgsql.VariableSetStmt, *pgsql.VariableShowStmt, *pgsql.DiscardStmt:
		return "session"
	case *pgsql.VacuumStmt, *pgsql.ReindexStmt, *pgsql.ClusterStmt, *pgsql.CheckPointStmt, *pgsql.LockStmt:
		return "maintenance"
	}
	return "ddl"
}
