package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// tableTail returns the first token behind the name and the column list of a
// CREATE TABLE: where the clauses of the table begin.
func tableTail(st *Statement, rel *pgsql.RangeVar) int {
	if rel == nil {
		return len(st.Tokens)
	}
	i := st.tokenOf(rel)
	if i < 0 {
		return len(st.Tokens)
	}
	i = st.nameEnd(i) + 1
	if st.Is(i, "(") {
		i = st.Close(i) + 1
	}
	return i
}

// clause returns the first token at or behind i and outside parentheses that
// is the word; -1 if there is none or the query of CREATE TABLE AS comes first.
func (s *Statement) clause(i int, word string) int {
	end := s.Find(i, "as")
	at := s.Find(i, word)
	if end >= 0 && at > end {
		return -1
	}
	return at
}

// partitionStatement reports whether a CREATE TABLE makes a partition: the
// statement goes as a whole, whatever else it says.
func partitionStatement(n *pgsql.CreateStmt) bool { return n.Partbound != nil }

// eachConstraint calls f for every constraint that the statement defines, with
// the token range of the column, the table element or the ALTER TABLE command
// that holds it. table is nil where it is not known.
func eachConstraint(p *Pass, f func(k *pgsql.Constraint, table *catalog.Table, column *pgsql.ColumnDef, first, last int)) {
	for _, d := range constraintsOf(p) {
		f(d.k, d.table, d.column, d.first, d.last)
	}
}

// definesConstraint reports whether the statement defines a constraint of a kind.
func definesConstraint(p *Pass, kind pgsql.ConstrType) bool {
	for _, d := range constraintsOf(p) {
		if d.k.Contype == kind {
			return true
		}
	}
	return false
}

// definedConstraint is a constraint that a statement defines; see
// eachConstraint.
type definedConstraint struct {
	k           *pgsql.Constraint
	table       *catalog.Table
	column      *pgsql.ColumnDef
	first, last int
}

// constraintsOf returns the constraints that the statement defines. Several
// rules ask about the same statement.
func constraintsOf(p *Pass) []definedConstraint {
	memo := &p.run.constraints
	if memo.stmt != p.Stmt {
		memo.stmt, memo.list = p.Stmt, memo.list[:0]
		collectConstraints(p, func(k *pgsql.Constraint, t *catalog.Table, d *pgsql.ColumnDef, first, last int) {
			memo.list = append(memo.list, definedConstraint{k, t, d, first, last})
		})
	}
	return memo.list
}

func collectConstraints(p *Pass, f func(k *pgsql.Constraint, table *catalog.Table, column *pgsql.ColumnDef, first, last int)) {
	st := p.Stmt
	column := func(d *pgsql.ColumnDef, t *catalog.Table, r [2]int) {
		for _, e := range d.Constraints {
			if k, ok := e.(*pgsql.Constraint); ok {
				f(k, t, d, r[0], r[1])
			}
		}
	}
	switch n := st.Tree.(type) {
	case *pgsql.CreateStmt:
		for i, r := range tableElements(st, n) {
			if i >= len(n.TableElts) {
				break
			}
			switch e := n.TableElts[i].(type) {
			case *pgsql.ColumnDef:
				column(e, nil, r)
			case *pgsql.Constraint:
				f(e, nil, nil, r[0], r[1])
			}
		}
	case *pgsql.AlterTableStmt:
		t := p.Catalog.Table(n.Relation)
		cmds := catalog.CommandTokens(st.Statement, n)
		for i, e := range n.Cmds {
			cmd, ok := e.(*pgsql.AlterTableCmd)
			if !ok || i >= len(cmds) {
				continue
			}
			switch d := cmd.Def.(type) {
			case *pgsql.ColumnDef:
				column(d, t, cmds[i])
			case *pgsql.Constraint:
				f(d, t, nil, cmds[i][0], cmds[i][1])
			}
		}
	}
}

// tableElements returns the token ranges of the columns and constraints of a
// CREATE TABLE.
func tableElements(st *Statement, n *pgsql.CreateStmt) [][2]int {
	if n.Relation == nil || len(n.TableElts) == 0 {
		return nil
	}
	i := st.tokenOf(n.Relation)
	if i < 0 {
		return nil
	}
	i = st.nameEnd(i) + 1
	if n.OfTypename != nil || n.Partbound != nil {
		if i = st.Find(i, "("); i < 0 {
			return nil
		}
	}
	if !st.Is(i, "(") {
		return nil
	}
	out := st.Elements(i)
	if len(out) != len(n.TableElts) {
		return nil
	}
	return out
}

// words returns where the words stand one after the other in the tokens
// [first, last], outside parentheses; -1 if nowhere.
func (s *Statement) wordsWithin(first, last int, words ...string) int {
	for i := first; i <= last && i < len(s.Tokens); i++ {
		if s.Is(i, "(") || s.Is(i, "[") {
			if c := s.Close(i); c > 0 {
				i = c
				continue
			}
		}
		if s.Words(i, words...) && i+len(words)-1 <= last {
			return i
		}
	}
	return -1
}

// alterCommands calls f for each command of an ALTER TABLE of a table, with
// the list of commands and its place in it.
func alterCommands(p *Pass, f func(cmd *pgsql.AlterTableCmd, list List, i int)) {
	n, ok := p.Stmt.Tree.(*pgsql.AlterTableStmt)
	if !ok || n.Objtype != pgsql.ObjectTable {
		return
	}
	list := commandList(p.Stmt, n)
	for i, e := range n.Cmds {
		if cmd, ok := e.(*pgsql.AlterTableCmd); ok && i < len(list.Elements) {
			f(cmd, list, i)
		}
	}
}

// goes reports a command that is taken out of its ALTER TABLE.
func goes(p *Pass, list List, i int, fid Fidelity, message string) {
	f := Finding{Severity: Error, Fidelity: fid, Message: message}
	f.at(p.Stmt, list.Elements[i][0], list.Elements[i][1])
	f.DropElement(list, i)
	p.Report(f)
}
