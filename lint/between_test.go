package lint_test

import (
	"context"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
)

// Between is called now and then in a large history, whoever parses, and not at all
// in a small one.
func TestBetween(t *testing.T) {
	for _, workers := range []int{1, 3} {
		for _, tt := range []struct{ kib, least, most int }{{1, 0, 0}, {1 << 10, 4, 8}} {
			text := strings.Repeat("CREATE INDEX ON t (a);\n", tt.kib<<10/len("CREATE INDEX ON t (a);\n"))
			calls := 0
			_, err := lint.Run(context.Background(), []lint.Source{{Name: "a.sql", Text: []byte(text)}},
				lint.Options{Workers: workers, Between: func() { calls++ }})
			if err != nil {
				t.Fatal(err)
			}
			if calls < tt.least || calls > tt.most {
				t.Errorf("%d KiB, %d workers: called %d times, want %d to %d", tt.kib, workers, calls, tt.least, tt.most)
			}
		}
	}
}
