package lint_test

import (
	"context"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
)

// TestIndexKeys: an expression that was judged for one index is judged anew where
// the column has another type by then.
func TestIndexKeys(t *testing.T) {
	const text = `CREATE TABLE t (id TEXT PRIMARY KEY, a FLOAT8);
CREATE INDEX i ON t ((a / 2));
CREATE INDEX k ON t ((a / 2), id);
DROP TABLE t;
CREATE TABLE t (id TEXT PRIMARY KEY, a INT8);
CREATE INDEX i ON t ((a / 2));
CREATE INDEX k ON t (id, (a / 2));
`
	res, err := lint.Run(context.Background(), []lint.Source{{Name: "a.sql", Text: []byte(text)}}, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, f := range res.Findings {
		if f.Rule == "integer-division" {
			lines = append(lines, f.Start.Line)
		}
	}
	if len(lines) != 2 || lines[0] != 6 || lines[1] != 7 {
		t.Errorf("integer-division is reported on lines %v, want 6 and 7", lines)
	}
}
