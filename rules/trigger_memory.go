package rules

import (
	"slices"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// held is a statement as it is kept for a long history: without its tokens and its
// tree, which are some ten times as large as its text, and without the room for
// them.
type held struct {
	text, tail  string
	pos         pgsql.Position
	file, unit  string
	source      int
	number      int
	down, inTxn bool
}

// held returns what is kept of the statement.
func (s *Statement) held() held {
	return held{s.Text, s.Tail, s.Pos, s.File, s.Unit, s.Source, s.Number, s.Down, s.InTxn}
}

// reread returns the statement again, with tokens and tree.
func (h *held) reread() *Statement {
	ps := &pgsql.Statement{
		Form: pgsql.SQL, LeadPos: h.pos, Text: h.text, Pos: h.pos, Size: int64(len(h.text)), Tail: h.tail,
		Tokens: pgsql.Lex(h.text).Tokens,
	}
	ps.Parse()
	return &Statement{
		Statement: ps, Source: h.source, File: h.file, Number: h.number, Unit: h.unit, Down: h.down, InTxn: h.inTxn,
	}
}

// triggerRoutines are the trigger functions of a history, by name.
type triggerRoutines struct {
	byName map[string]*triggerRoutine
	// recent is the one that was made or read last: mostly its trigger follows
	// at once.
	recent  *triggerRoutine
	routine *routine
}

// triggerRoutine is a trigger function as it is kept.
type triggerRoutine struct {
	stmt held
	// mended tells that its body is.
	mended bool
}

var triggerRoutineKey = new(Rule)

func triggerRoutinesOf(p *Pass) *triggerRoutines {
	return sharedState[triggerRoutines](p, triggerRoutineKey)
}

// see notes the trigger function that the statement makes.
func (mem *triggerRoutines) see(r *routine) {
	if mem.recent != nil && mem.routine == r {
		return // another rule has noted it
	}
	t := &triggerRoutine{stmt: r.stmt.held()}
	mem.byName = mapSet(mem.byName, r.name.Name, t)
	mem.recent, mem.routine = t, r
}

// read returns the function; nil if the history makes none of that name.
func (mem *triggerRoutines) read(name string) (*triggerRoutine, *routine) {
	t := mem.byName[name]
	if t == nil {
		return nil, nil
	}
	if t != mem.recent {
		mem.recent, mem.routine = t, readRoutine(t.stmt.reread())
	}
	return t, mem.routine
}

// madeTrigger is a trigger as it is kept.
type madeTrigger struct {
	id   triggerID
	stmt held
	// table is the name of its table as the statement writes it, function that
	// of its function.
	table, function string
	// events are the bits of CreateTrigStmt.
	events int32
}

// madeTriggerMemory holds the trigger of the current statement.
type madeTriggerMemory struct {
	stmt    *Statement
	trigger *madeTrigger
}

var madeTriggerKey = new(Rule)

// madeTriggerOf returns the trigger that the statement makes.
func madeTriggerOf(p *Pass, n *pgsql.CreateTrigStmt) *madeTrigger {
	mem := sharedState[madeTriggerMemory](p, madeTriggerKey)
	if mem.stmt != p.Stmt {
		mem.stmt = p.Stmt
		mem.trigger = &madeTrigger{triggerIDOf(p, n.Relation, n.Trigname), p.Stmt.held(), relationText(p.Stmt, n.Relation), catalog.ListName(n.Funcname).Name, n.Events}
	}
	return mem.trigger
}

// triggerID names a trigger; table is what tableID makes of its table.
type triggerID struct{ table, name string }

// madeTriggers are the triggers of a history.
type madeTriggers struct {
	byID map[triggerID]*madeTrigger
	// byTable and byFunction tell which there are.
	byTable, byFunction map[string][]triggerID
}

func (m *madeTriggers) set(t *madeTrigger) {
	id := t.id
	m.remove(id)
	m.byID = mapSet(m.byID, id, t)
	m.byTable = mapSet(m.byTable, id.table, append(m.byTable[id.table], id))
	m.byFunction = mapSet(m.byFunction, t.function, append(m.byFunction[t.function], id))
}

func (m *madeTriggers) remove(id triggerID) {
	t := m.byID[id]
	if t == nil {
		return
	}
	delete(m.byID, id)
	dropFrom(m.byTable, id.table, id)
	dropFrom(m.byFunction, t.function, id)
}

// forget takes out the triggers of a table.
func (m *madeTriggers) forget(table string) {
	for _, id := range slices.Clone(m.byTable[table]) {
		m.remove(id)
	}
}

// on returns the triggers of a table, and using those that run a function, in
// the order of the history.
func (m *madeTriggers) on(table string) []*madeTrigger       { return m.list(m.byTable[table]) }
func (m *madeTriggers) using(function string) []*madeTrigger { return m.list(m.byFunction[function]) }

func (m *madeTriggers) list(ids []triggerID) []*madeTrigger {
	out := make([]*madeTrigger, 0, len(ids))
	for _, id := range ids {
		out = append(out, m.byID[id])
	}
	sort.Slice(out, func(i, j int) bool { return out[i].stmt.number < out[j].stmt.number })
	return out
}

// dropFrom takes an element out of the list that an index holds under a key.
func dropFrom[K, E comparable](index map[K][]E, key K, e E) {
	list := index[key]
	i := slices.Index(list, e)
	switch {
	case i < 0:
	case len(list) == 1:
		delete(index, key)
	default:
		index[key] = slices.Delete(list, i, i+1)
	}
}
