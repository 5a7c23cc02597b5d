package print

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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
	sums := make([]sum, len(r.Findings))
	bySource := map[int][]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if placed(f) && source != nil {
			bySource[f.Source] = append(bySource[f.Source], i)
		} else {
			sums[i] = sumOf(f, hashOf(strings.Join(strings.Fields(f.Before), " ")))
		}
	}
	for index := range r.Sources {
		if at := bySource[index]; len(at) > 0 {
			if err := v.sums(index, at, sums); err != nil {
				return nil, fmt.Errorf("fingerprints of %s: %w", r.Sources[index], err)
			}
		}
	}

	seen := map[sum]int{}
	out := make([]string, len(sums))
	for i, s := range sums {
		full := sha256.Sum256(append(s[:], strconv.Itoa(seen[s])...))
		seen[s]++
		out[i] = hex.EncodeToString(full[:16])
	}
	return out, nil
}

// sum is what a fingerprint is made of: all but the number of those that have
// the same. A statement may be megabytes long and have a thousand findings, so
// its text is hashed once, by itself, and not kept.
type sum [16]byte

func sumOf(f *lint.Finding, text sum) sum {
	return hashOf(f.Rule + "\x00" + f.File + "\x00" + string(text[:]))
}

func hashOf(s string) sum {
	h := sha256.Sum256([]byte(s))
	return sum(h[:16])
}

// sums fills in the sums of the findings at the given indexes, which are about
// statements of one source. Only those statements are read.
func (v *view) sums(index int, at []int, sums []sum) error {
	known, text := int64(-1), sum{}
	for _, i := range at {
		f := &v.Findings[i]
		if start := f.StatementStart; start != known {
			source, err := v.source(index)
			if err != nil {
				return err
			}
			if start < 0 || start > int64(len(source)) {
				sums[i] = sumOf(f, sum{}) // the source changed since
				continue
			}
			st, err := pgsql.NewTextSplitter(source[start:]).Next()
			switch {
			case errors.Is(err, io.EOF):
				known, text = start, sum{}
			case err != nil:
				return err
			default:
				known, text = start, hashOf(st.Normal())
			}
		}
		sums[i] = sumOf(f, text)
	}
	return nil
}
