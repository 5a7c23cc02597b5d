package print

import (
	"crypto/sha256"
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
	texts := make([]string, len(r.Findings))
	bySource := map[int][]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if placed(f) && source != nil {
			bySource[f.Source] = append(bySource[f.Source], i)
		} else {
			texts[i] = strings.Join(strings.Fields(f.Before), " ")
		}
	}
	for index := range r.Sources {
		if at := bySource[index]; len(at) > 0 {
			text, err := v.source(index)
			if err != nil {
				return nil, err
			}
			if err := statements(text, r.Findings, at, texts); err != nil {
				return nil, fmt.Errorf("fingerprints of %s: %w", r.Sources[index], err)
			}
		}
	}

	seen := map[string]int{}
	out := make([]string, len(texts))
	for i, text := range texts {
		f := &r.Findings[i]
		key := f.Rule + "\x00" + f.File + "\x00" + text
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(seen[key])))
		seen[key]++
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out, nil
}

// statements fills in, for the findings at the given indexes, the normalised
// statement of one source that they start in.
func statements(source []byte, fs []lint.Finding, at []int, texts []string) error {
	sort.SliceStable(at, func(i, j int) bool { return fs[at[i]].Start.Offset < fs[at[j]].Start.Offset })
	for split := pgsql.NewTextSplitter(source); len(at) > 0; {
		st, err := split.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text := ""
		for len(at) > 0 && fs[at[0]].Start.Offset < st.Stop() {
			if text == "" {
				text = st.Normal()
			}
			texts[at[0]] = text
			at = at[1:]
		}
	}
	return nil
}
