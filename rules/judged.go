package rules

import (
	"strings"
	"sync"

	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Judged remembers expressions of computed columns that CockroachDB takes as they
// are, so that the next run over nearly the same history need not judge them again.
// The zero value is ready, nil remembers nothing. It is safe for concurrent use.
type Judged struct {
	mu    sync.Mutex
	clean map[judgedText]*expr.Asked
}

// judgedText is an expression as it is written, with the type of its column.
type judgedText struct {
	text, schema, name string
	dims, mods         int
	mod                [2]int32
}

// maxJudged and maxJudgedText bound what is remembered: how many expressions, and
// how long one may be in bytes.
const maxJudged, maxJudgedText = 1 << 12, 1 << 10

// causes returns what CockroachDB objects to in an expression of the statement.
func (j *Judged) causes(st *Statement, e *expr.Placed) []expr.Cause {
	key, ok := judgedTextOf(st, e)
	if j == nil || !ok {
		return e.Judge(st.Text, true, nil)
	}
	j.mu.Lock()
	asked, full := j.clean[key], len(j.clean) >= maxJudged
	j.mu.Unlock()
	if asked != nil && asked.Again(e.Scope) {
		return nil
	}
	if full {
		return e.Judge(st.Text, true, nil)
	}
	asked = new(expr.Asked)
	causes := e.Judge(st.Text, true, asked)
	if len(causes) > 0 || !asked.Whole() {
		return causes
	}
	key.text = strings.Clone(key.text) // the statement's may be taken out of memory
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.clean == nil {
		j.clean = map[judgedText]*expr.Asked{}
	}
	j.clean[key] = asked
	return nil
}

// judgedTextOf returns the expression as it is written; ok is false if it is none of
// a computed column, or cannot be told.
func judgedTextOf(st *Statement, e *expr.Placed) (key judgedText, ok bool) {
	k, ok := e.Owner.(*pgsql.Constraint)
	if !ok || e.Place != expr.StoredColumn || len(e.Want.Mods) > len(key.mod) {
		return key, false
	}
	open := st.tokenOf(k)
	for open >= 0 && !st.Is(open, "(") { // GENERATED ALWAYS AS (
		if open++; open >= len(st.Tokens) {
			return key, false
		}
	}
	end := st.Close(open)
	if end < 0 || st.Tokens[end].End()-st.Tokens[open].Start() > maxJudgedText {
		return key, false
	}
	key = judgedText{
		text: st.Text[st.Tokens[open].Start():st.Tokens[end].End()], schema: e.Want.Schema, name: e.Want.Name, dims: e.Want.Dims, mods: len(e.Want.Mods),
	}
	copy(key.mod[:], e.Want.Mods)
	return key, true
}
