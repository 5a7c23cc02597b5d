package print

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
)

// Fingerprints returns a text for each finding of a report that stays the same
// when the lines around its statement move: a hash of the rule, the file, the
// statement without comments, layout and case, and of how many findings with
// all of that in common stand before it. Baselines and code hosts recognise a
// finding by it.
//
// The source function is that of Options. If it is nil, the text that the
// finding carries stands for the statement.
func Fingerprints(r *lint.Report, source func(index int) ([]byte, error)) ([]string, error) {
	v := newView(r, Options{Source: source})
	p := fingerprinter{texts: map[string]int{}, alike: map[alike]*family{}}
	texts := make([]int, len(r.Findings))
	bySource := map[int][]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if placed(f) && source != nil {
			bySource[f.Source] = append(bySource[f.Source], i)
		} else {
			texts[i] = p.text(strings.Join(strings.Fields(f.Before), " "))
		}
	}
	for index := range r.Sources {
		if at := bySource[index]; len(at) > 0 {
			text, err := v.source(index)
			if err != nil {
				return nil, err
			}
			if err := p.statements(text, r.Findings, at, texts); err != nil {
				return nil, fmt.Errorf("fingerprints of %s: %w", r.Sources[index], err)
			}
		}
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = p.print(alike{r.Findings[i].Rule, r.Findings[i].File, text})
	}
	return out, nil
}

// fingerprinter makes fingerprints. A statement may be megabytes long and have a
// thousand findings, so its text is looked at once, and hashed once for each
// rule.
type fingerprinter struct {
	texts map[string]int // their numbers
	list  []string
	alike map[alike]*family
}

// alike is what findings have in common whose fingerprints differ by a number
// only.
type alike struct {
	rule, file string
	text       int
}

type family struct {
	hash    []byte // the state of SHA-256 behind what they have in common
	members int
}

// text returns the number of a text.
func (p *fingerprinter) text(s string) int {
	n, ok := p.texts[s]
	if !ok {
		n = len(p.list)
		p.texts[s], p.list = n, append(p.list, s)
	}
	return n
}

func (p *fingerprinter) print(a alike) string {
	h := sha256.New()
	state := h.(interface { // so the package promises
		encoding.BinaryMarshaler
		encoding.BinaryUnmarshaler
	})
	f := p.alike[a]
	if f == nil {
		io.WriteString(h, a.rule+"\x00"+a.file+"\x00")
		io.WriteString(h, p.list[a.text])
		io.WriteString(h, "\x00")
		// The errors of both are about other algorithms and broken states.
		hash, _ := state.MarshalBinary()
		f = &family{hash: hash}
		p.alike[a] = f
	} else {
		_ = state.UnmarshalBinary(f.hash)
	}
	io.WriteString(h, strconv.Itoa(f.members))
	f.members++
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// statements fills in, for the findings at the given indexes, the number of the
// normalised statement of one source that they start in.
func (p *fingerprinter) statements(source []byte, fs []lint.Finding, at []int, texts []int) error {
	empty := p.text("")
	for _, i := range at {
		texts[i] = empty // unless there is a statement
	}
	sort.SliceStable(at, func(i, j int) bool { return fs[at[i]].Start.Offset < fs[at[j]].Start.Offset })
	for split := pgsql.NewTextSplitter(source); len(at) > 0; {
		st, err := split.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if fs[at[0]].Start.Offset >= st.Stop() {
			continue
		}
		text := p.text(st.Normal())
		for len(at) > 0 && fs[at[0]].Start.Offset < st.Stop() {
			texts[at[0]] = text
			at = at[1:]
		}
	}
	return nil
}
