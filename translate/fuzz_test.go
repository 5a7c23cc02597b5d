package translate_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// FuzzTranslate: the translation parses where the original did, it is its own
// translation, statements that nothing was found about are the same bytes, and
// every byte that is gone stands where a finding says so.
func FuzzTranslate(f *testing.F) {
	for i, text := range fuzztest.Seeds(f) {
		f.Add(text, uint8(i))
	}
	for i, r := range rules.All() {
		for _, ex := range r.Examples {
			f.Add([]byte(ex.Setup+"\f\n"+ex.Input), uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, choice uint8) {
		fuzztest.Within(func() { translates(t, text, choice) })
	})
}

// translates translates a text and checks what must be true of any translation.
func translates(t *testing.T, text []byte, choice uint8) {
	t.Helper()
	opts := translate.Options{Options: fuzztest.Options(choice)}
	opts.Workers = 1
	history := fuzztest.History(text, choice)
	res := translateHistory(t, history, opts)
	for _, f := range res.Report.Findings {
		if strings.Contains(f.Todo, "whose fault this is") {
			t.Errorf("%s at %d:%d: %s", f.Rule, f.Start.Line, f.Start.Column, f.Message)
		}
	}
	again := make([]lint.Source, len(history))
	for i := range res.Texts {
		parses(t, history[i].Text, res.Texts[i].Content)
		untouched(t, i, history[i].Text, res)
		accounted(t, i, history[i].Text, res)
		again[i] = history[i]
		again[i].Text = res.Texts[i].Content
	}
	for i, second := range translateHistory(t, again, opts).Texts {
		if first := res.Texts[i].Content; !bytes.Equal(first, second.Content) {
			t.Errorf("target %s, source %d: a translation of the translation changes it\noriginal: %q\nfirst:    %q\nsecond:   %q", opts.Target, i, history[i].Text, first, second.Content)
		}
	}
}

func translateHistory(t *testing.T, history []lint.Source, opts translate.Options) *translate.Result {
	t.Helper()
	res, err := translate.History(context.Background(), history, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func statements(t *testing.T, text []byte) []*pgsql.Statement {
	t.Helper()
	stmts, err := pgsql.Split(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stmts {
		st.Parse()
	}
	return stmts
}

// parses checks that what does not parse in the translation is what did not
// parse in the original.
func parses(t *testing.T, before, after []byte) {
	t.Helper()
	bad := map[string]bool{}
	for _, st := range statements(t, before) {
		if st.Err != nil {
			bad[st.Text] = true
		}
	}
	for _, st := range statements(t, after) {
		if st.Err != nil && !bad[st.Text] {
			t.Errorf("the translation does not parse (%s): %q\noriginal: %q", st.Err.Message, st.Text, before)
		}
	}
}

// untouched checks that statements without a fix are in the translation, in
// their order.
func untouched(t *testing.T, source int, text []byte, res *translate.Result) {
	t.Helper()
	touched := changes(source, res.Report)
	out, err := pgsql.Split(res.Texts[source].Content)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range statements(t, text) {
		if st.Form != pgsql.SQL || touched.meets(st.Start(), st.Stop()) {
			continue
		}
		for len(out) > 0 && out[0].Text != st.Text {
			out = out[1:]
		}
		if len(out) == 0 {
			t.Errorf("nothing was found about %q, and it is not in the translation %q\noriginal: %q", st.Text, res.Texts[source].Content, text)
			return
		}
		out = out[1:]
	}
}

// accounted checks that every byte of the original is in the translation, or
// that a finding or a fix covers its place. White space goes with what it stood
// around.
func accounted(t *testing.T, source int, text []byte, res *translate.Result) {
	t.Helper()
	kept := make([]bool, len(text))
	content := res.Texts[source].Content
	for i := range content {
		if at := res.Texts[source].Origin(int64(i)); at < int64(len(text)) && text[at] == content[i] {
			kept[at] = true
		}
	}
	covered := changes(source, res.Report)
	for i, c := range text {
		if !kept[i] && bytes.IndexByte([]byte(" \t\r\n\f\v"), c) < 0 && !covered.meets(int64(i), int64(i)+1) {
			t.Errorf("byte %d, %q, is lost and no finding says so\noriginal:    %q\ntranslation: %q\n%s", i, text[i:min(i+20, len(text))], text, content, findings(res.Report))
			return
		}
	}
}

// ranges are places of a source.
type ranges [][2]int64

// changes returns the places of the fixes that were applied, and of the findings
// that had one.
func changes(source int, r *lint.Report) (out ranges) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if !f.Fixed() {
			continue
		}
		if f.Source == source {
			out = append(out, [2]int64{f.Start.Offset, f.End.Offset})
		}
		for _, e := range f.Edits {
			if e.Source == source {
				out = append(out, [2]int64{e.Start, e.End})
			}
		}
		for _, s := range f.Elsewhere {
			if s.Source == source {
				out = append(out, [2]int64{s.Start, s.End})
			}
		}
	}
	return out
}

// meets reports whether one of the ranges has a part in [start, end), or lies
// at its edge without a length of its own.
func (rs ranges) meets(start, end int64) bool {
	for _, r := range rs {
		if r[0] < end && r[1] > start || r[0] == r[1] && r[0] >= start && r[0] <= end {
			return true
		}
	}
	return false
}

func findings(r *lint.Report) (out string) {
	for _, f := range r.Findings {
		out += fmt.Sprintf("%d:%d-%d %s later=%v conflict=%q edits=%d: %s\n", f.Source, f.Start.Offset, f.End.Offset, f.Rule, f.Later, f.Conflict, len(f.Edits), f.Message)
	}
	return out
}
