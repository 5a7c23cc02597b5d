package lint_test

import (
	"context"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
)

// TestBehindTheWayBack sees the statement right behind a way back judged by what
// the way forward left: the way back leads nowhere.
func TestBehindTheWayBack(t *testing.T) {
	history := []lint.Source{
		{Name: "1.up.sql", Text: []byte("CREATE TABLE t (id INT8 PRIMARY KEY);\n")},
		{Name: "1.down.sql", Text: []byte("DROP TABLE t;\n"), Down: func(int64) bool { return true }},
		{Name: "2.up.sql", Text: []byte("ALTER TABLE t DROP COLUMN id;\n")},
	}
	res, err := lint.Run(context.Background(), history, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Findings {
		if f.Source == 2 && f.Rule == "primary-key-change" {
			return
		}
	}
	t.Errorf("the primary key of t is not seen: %+v", res.Findings)
}
