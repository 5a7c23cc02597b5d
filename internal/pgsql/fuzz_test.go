package pgsql_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// FuzzSplit: the statements tile the text, every position is what counting from
// the start gives, and a text that comes in small pieces is cut alike.
func FuzzSplit(f *testing.F) {
	for i, text := range fuzztest.Seeds(f) {
		f.Add(text, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, piece uint8) {
		fuzztest.Within(func() {
			whole := split(t, pgsql.NewTextSplitter(text))
			tiles(t, text, whole)
			for _, st := range whole {
				tokens(t, st)
			}
			streamed := split(t, pgsql.NewSmallSplitter(&pieces{bytes.NewReader(text), int(piece) + 1}))
			same(t, "in small pieces", whole, streamed)

			less := without(text, int(piece), 2*int(piece)+1)
			cut := split(t, pgsql.NewTextSplitter(less))
			same(t, "with what is left of it", cut, resplit(t, less, whole))
			same(t, "with what comes to it", whole, resplit(t, text, cut))
		})
	})
}

// without returns a text without the bytes [from, to), as far as there are such.
func without(text []byte, from, to int) []byte {
	from, to = min(from, len(text)), min(to, len(text))
	return append(slices.Clone(text[:from]), text[to:]...)
}

func resplit(tb testing.TB, text []byte, old []*pgsql.Statement) []*pgsql.Statement {
	tb.Helper()
	out, err := pgsql.Resplit(text, old)
	if err != nil {
		tb.Fatalf("split again: %v", err)
	}
	return out
}

// FuzzParse: whatever parses has a tree, whatever does not has an error within
// the text; and so for the bodies of functions.
func FuzzParse(f *testing.F) {
	for _, text := range fuzztest.Seeds(f) {
		for _, st := range split(f, pgsql.NewTextSplitter(text)) {
			f.Add(st.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		fuzztest.Within(func() {
			st := pgsql.Lex(text)
			st.Parse()
			if st.Text != "" && (st.Tree == nil) == (st.Err == nil) {
				t.Fatalf("tree %v, error %v", st.Tree, st.Err)
			}
			if st.Err != nil && (st.Err.Offset < 0 || st.Err.Offset > len(text)) {
				t.Errorf("error at %d of %d: %s", st.Err.Offset, len(text), st.Err.Message)
			}
			if st.Tree != nil {
				pgsql.Walk(st.Tree, func(n pgsql.Node, _ []pgsql.Node) bool { return n.Kind() != 0 })
			}
			if src, err := pgsql.ScanPL(text); err == nil {
				spans(t, src)
			}
		})
	})
}

// pieces hands out a few bytes at a time.
type pieces struct {
	r io.Reader
	n int
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), p.n)]) }

func split(tb testing.TB, s *pgsql.Splitter) []*pgsql.Statement {
	tb.Helper()
	var out []*pgsql.Statement
	for {
		st, err := s.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			tb.Fatalf("split: %v", err)
		}
		out = append(out, st)
	}
}

// tiles checks that the statements are the text, without a gap.
func tiles(t *testing.T, text []byte, stmts []*pgsql.Statement) {
	t.Helper()
	at := pgsql.Position{Line: 1, Column: 1}
	next := func(what, part string, want pgsql.Position) {
		if at != want {
			t.Fatalf("%s %q is at %+v, counted %+v", what, part, want, at)
		}
		if !bytes.HasPrefix(text[at.Offset:], []byte(part)) {
			t.Fatalf("%s %q is not what stands at %+v", what, part, at)
		}
		at = at.Advance(part)
	}
	for _, st := range stmts {
		next("lead", st.Lead, st.LeadPos)
		body := st.Text
		if st.Form == pgsql.CopyData {
			body = string(text[st.Start():st.End()])
		}
		next("text", body, st.Pos)
		if st.Form != pgsql.CopyData && st.Size != int64(len(st.Text)) {
			t.Fatalf("size %d of %q", st.Size, st.Text)
		}
		next("tail", st.Tail, at)
		if st.Stop() != at.Offset {
			t.Fatalf("%q stops at %d, counted %d", st.Text, st.Stop(), at.Offset)
		}
	}
	if at.Offset != int64(len(text)) {
		t.Fatalf("the statements end at %d of %d", at.Offset, len(text))
	}
}

// tokens checks that the tokens and comments of a statement follow one another,
// with nothing but white space in between.
func tokens(t *testing.T, st *pgsql.Statement) {
	t.Helper()
	type span struct{ start, end int }
	var spans []span
	k := 0
	for _, tok := range st.Tokens {
		for k < len(st.Comments) && st.Comments[k].Start < tok.Start() {
			if c := st.Comments[k]; c.Start >= 0 {
				spans = append(spans, span{c.Start, c.End})
			}
			k++
		}
		spans = append(spans, span{tok.Start(), tok.End()})
	}
	at := 0
	for _, s := range spans {
		if s.start < at || s.end <= s.start || s.end > len(st.Text) {
			t.Fatalf("token or comment [%d, %d) behind %d of %q", s.start, s.end, at, st.Text)
		}
		if between := st.Text[at:s.start]; strings.Trim(between, " \t\r\n\f\v") != "" {
			t.Fatalf("%q is neither token nor comment of %q", between, st.Text)
		}
		at = s.end
	}
	if st.Form == pgsql.SQL && at != len(st.Text) {
		t.Fatalf("the tokens end at %d of %q", at, st.Text)
	}
}

// same compares the statements of a text with those that it gives when it is cut
// in another way.
func same(t *testing.T, how string, whole, other []*pgsql.Statement) {
	t.Helper()
	type shown struct {
		Form             pgsql.Form
		Lead, Text, Tail string
		LeadPos, Pos     pgsql.Position
		Size             int64
		Tokens           []pgsql.Token
		Comments         []pgsql.Comment
		Err              *pgsql.SyntaxError
	}
	show := func(stmts []*pgsql.Statement) (out []shown) {
		for _, s := range stmts {
			out = append(out, shown{s.Form, s.Lead, s.Text, s.Tail, s.LeadPos, s.Pos, s.Size, s.Tokens, s.Comments, s.Err})
		}
		return out
	}
	if diff := cmp.Diff(show(whole), show(other), cmpopts.EquateComparable(pgsql.Token{})); diff != "" {
		t.Fatalf("%s it is cut otherwise (-whole +other):\n%s", how, diff)
	}
}

// spans checks that the nodes of a body lie within one another.
func spans(t *testing.T, src *pgsql.PLSource) {
	t.Helper()
	var walk func(n *pgsql.PLNode, in pgsql.PLSpan)
	walk = func(n *pgsql.PLNode, in pgsql.PLSpan) {
		if n.First < in.First || n.Last > in.Last {
			t.Fatalf("a node %v of kind %d lies outside of %v", n.PLSpan, n.Kind, in)
		}
		for _, list := range n.Lists {
			for _, inner := range list {
				walk(inner, n.PLSpan)
			}
		}
	}
	if src.Block != nil {
		walk(src.Block, pgsql.PLSpan{First: 0, Last: len(src.Tokens) - 1})
	}
}
