package conformance

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/rules"
)

// trace follows each statement of the translated text back to the statement of
// the case that it comes from, and hands what is left to be said of it there.
func (j *Judged) trace() error {
	text := &j.Translation.Texts[j.main]
	stmts, err := pgsql.Split(text.Content)
	if err != nil {
		return fmt.Errorf("split the translation: %w", err)
	}
	byStart := map[int64]int{}
	for _, st := range stmts {
		if st.Form != pgsql.SQL {
			continue
		}
		t := Translated{Statement: st, From: j.from(st)}
		if t.From >= 0 {
			o := &j.Outcomes[t.From]
			o.Output = append(o.Output, len(j.Output))
			t.Line = o.Line
		} else {
			at := min(text.Origin(st.Start()), int64(len(j.Text)))
			t.Line = pgsql.Position{Line: 1}.Advance(string(j.Text[:at])).Line
		}
		byStart[st.Start()] = len(j.Output)
		j.Output = append(j.Output, t)
	}
	for i := range j.Translation.Final.Findings {
		f := &j.Translation.Final.Findings[i]
		open := f.Severity == rules.Warning && f.Fidelity == rules.Manual
		if f.Source != j.main || f.Severity != rules.Error && !open {
			continue
		}
		for k := range j.Output {
			t := &j.Output[k]
			if f.Start.Offset > t.Stop() || f.End.Offset < t.Start() || f.Start.Offset >= t.End() && f.Start != f.End {
				continue
			}
			if open {
				t.Open = append(t.Open, f)
				break
			}
			t.Left = append(t.Left, f)
			if t.From >= 0 {
				o := &j.Outcomes[t.From]
				o.Left = append(o.Left, f)
			}
			break
		}
	}
	return nil
}

// from returns the number of the statement that most of the tokens come from.
func (j *Judged) from(st *pgsql.Statement) int {
	text := &j.Translation.Texts[j.main]
	votes := map[int]int{}
	best, kept := -1, false
	for _, tok := range st.Tokens {
		at := text.Origin(st.Start() + int64(tok.Start()))
		word := st.Text[tok.Start():tok.End()]
		if at+int64(len(word)) > int64(len(j.Text)) || string(j.Text[at:at+int64(len(word))]) != word {
			continue // put in by a fix
		}
		kept = true
		for _, o := range j.overlap(at, at+int64(len(word))) {
			votes[o.I] += len(word)
			if best < 0 || votes[o.I] > votes[best] {
				best = o.I
			}
		}
	}
	if best >= 0 || kept {
		return best
	}
	// All of it was put in: it belongs to the statement at its place, or the one
	// that it was put behind.
	at := text.Origin(st.Start())
	if o := j.overlap(at, at); len(o) > 0 {
		return o[0].I
	}
	for i := len(j.Outcomes) - 1; i >= 0; i-- {
		if o := &j.Outcomes[i]; o.End <= at {
			if len(strings.Trim(string(j.Text[o.End:min(at, int64(len(j.Text)))]), "; \n\t")) > 0 {
				break
			}
			return i
		}
	}
	return -1
}
