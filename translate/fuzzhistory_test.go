package translate_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// maxStatements bounds a generated history.
const maxStatements = 12

// FuzzTranslateHistory is FuzzTranslate for texts that nearly always parse: the
// bytes choose statements from the examples of the rules and the seeds, and
// swap words and literals in them for others. Rules meet one another there as
// bytes hardly ever make them.
func FuzzTranslateHistory(f *testing.F) {
	pool := newPool(f)
	for i := range uint8(64) {
		f.Add([]byte{i, 0, i, 64 + i, 1, 128 - i, i, 2, i}, i)
	}
	f.Fuzz(func(t *testing.T, program []byte, choice uint8) {
		fuzztest.Within(func() { translates(t, pool.history(program), choice) })
	})
}

// pool is what histories are made of.
type pool struct {
	statements []*pgsql.Statement
	words      []string // identifiers and types
	literals   []string
}

func newPool(tb testing.TB) *pool {
	p := &pool{}
	seen := map[string]bool{}
	once := func(list *[]string, s string) {
		if !seen[s] {
			seen[s] = true
			*list = append(*list, s)
		}
	}
	add := func(text []byte) {
		stmts, err := pgsql.Split(text)
		if err != nil {
			tb.Fatal(err)
		}
		for _, st := range stmts {
			if st.Form != pgsql.SQL || len(st.Tokens) == 0 || seen[st.Text] {
				continue
			}
			seen[st.Text] = true
			p.statements = append(p.statements, st)
			for i, t := range st.Tokens {
				switch t.Kind() {
				case pgsql.Word, pgsql.Quoted:
					once(&p.words, st.Str(i))
				case pgsql.Literal, pgsql.Number:
					once(&p.literals, st.Str(i))
				}
			}
		}
	}
	for _, text := range fuzztest.Seeds(tb) {
		add(text)
	}
	for _, r := range rules.All() {
		for _, ex := range r.Examples {
			add([]byte(ex.Setup))
			add([]byte(ex.Input))
		}
	}
	return p
}

// history runs a program: two bytes choose a statement, a third says what is
// done to it.
func (p *pool) history(program []byte) []byte {
	next := func() int {
		if len(program) == 0 {
			return 0
		}
		b := program[0]
		program = program[1:]
		return int(b)
	}
	var b bytes.Buffer
	for n := 0; len(program) > 0 && n < maxStatements; n++ {
		st := p.statements[(next()<<8|next())%len(p.statements)]
		text := st.Text
		what := next()
		if i := next() % len(st.Tokens); what%4 == 1 {
			text = p.swap(st, i, next()<<8|next())
		}
		b.WriteString(text)
		switch {
		case what&16 != 0:
			b.WriteString(" -- a comment\n;\n")
		case what&32 != 0:
			b.WriteString(";/* a comment */ ")
		case what&64 != 0:
			b.WriteString(";\f\n")
		default:
			b.WriteString(";\n")
		}
	}
	return b.Bytes()
}

// swap puts another word or literal in the place of a token.
func (p *pool) swap(st *pgsql.Statement, i, with int) string {
	t := st.Tokens[i]
	list := p.words
	switch t.Kind() {
	case pgsql.Literal, pgsql.Number:
		list = p.literals
	case pgsql.Word, pgsql.Quoted:
	default:
		return st.Text
	}
	return strings.Join([]string{st.Text[:t.Start()], list[with%len(list)], st.Text[t.End():]}, "")
}
