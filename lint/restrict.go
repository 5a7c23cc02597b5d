package lint

import (
	"errors"
	"fmt"
	"io"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Restrict narrows the report to a part of its sources: findings that start
// elsewhere are left out, and the summary counts only the statements of the
// part. Findings about the history as a whole stay.
func (r *Report) Restrict(in func(source int, offset int64) bool, text func(source int) ([]byte, error)) error {
	statements := 0
	for i, name := range r.Sources {
		t, err := text(i)
		if err != nil {
			return fmt.Errorf("read %s again: %w", name, err)
		}
		err = eachStatement(t, func(st *pgsql.Statement) {
			if st.Form == pgsql.SQL && st.Text != "" && in(i, st.Start()) {
				statements++
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	r.Summary.Statements = statements
	r.Filter(func(_ int, f *Finding) bool { return f.Start.Line == 0 || in(f.Source, f.Start.Offset) })
	return nil
}

// Filter leaves out the findings that keep does not want, by their index, and
// counts again.
func (r *Report) Filter(keep func(index int, f *Finding) bool) {
	kept := r.Findings[:0:0]
	for i := range r.Findings {
		if keep(i, &r.Findings[i]) {
			kept = append(kept, r.Findings[i])
		}
	}
	r.Findings = kept
	r.count()
}

func eachStatement(text []byte, f func(*pgsql.Statement)) error {
	for split := pgsql.NewTextSplitter(text); ; {
		st, err := split.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f(st)
	}
}
