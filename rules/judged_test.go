package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// What is remembered of an expression is used where all that it rests on is the
// same, and nowhere else.
func TestJudged(t *testing.T) {
	const column = ", k TEXT GENERATED ALWAYS AS (a || b) STORED);"
	const clean = "CREATE TABLE t (a TEXT, b TEXT" + column
	const other = "CREATE TABLE t (a BYTEA, b TEXT" + column
	for _, tt := range []struct {
		name, text string
		found      int
	}{
		{"the same", clean, 0},
		{"another table with such columns", "CREATE TABLE u (id INT8 PRIMARY KEY, a TEXT NOT NULL, b TEXT" + column, 0},
		{"a column of another type", other, 1},
		{"a column that is not there", "CREATE TABLE t (b TEXT" + column, 0},
		{"a column of a type that is made", "CREATE TYPE mood AS ENUM ('a');\nCREATE TABLE t (a mood, b TEXT" + column, 1},
		{"another type of the column itself", "CREATE TABLE t (a TEXT, b TEXT, k INT8 GENERATED ALWAYS AS (a || b) STORED);", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			memory := &Judged{}
			if found := judge(t, memory, clean); len(found) != 0 || len(memory.clean) != 1 {
				t.Fatalf("%d findings in %s, %d expressions remembered", len(found), clean, len(memory.clean))
			}
			got, want := judge(t, memory, tt.text), judge(t, nil, tt.text)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("with what is remembered (-without +with):\n%s", diff)
			}
			if len(got) != tt.found {
				t.Errorf("%d findings, want %d: %v", len(got), tt.found, got)
			}
		})
	}

	// One that rests on nothing is used wherever the text is the same.
	memory := &Judged{}
	judge(t, memory, clean)
	for key := range memory.clean {
		memory.clean[key] = &expr.Asked{}
	}
	if found := judge(t, memory, other); len(found) != 0 {
		t.Errorf("what is remembered is not used: %v", found)
	}
}

// judge returns what a run finds about the expressions of a text.
func judge(t *testing.T, memory *Judged, text string) (out []string) {
	t.Helper()
	run := NewPlan(All(), Target{}, "", false).Run(memory)
	sts, err := pgsql.Split([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for i, st := range sts {
		st.Parse()
		for _, f := range run.Statement(&Statement{Statement: st, Number: i}) {
			switch f.Rule {
			case operandType, immutableExpression, defaultType:
				out = append(out, f.Rule.Name+": "+f.Message)
			}
		}
	}
	return out
}
