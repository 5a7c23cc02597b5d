package lint_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// TestAdvice holds the rules of advice to the schema as the history leaves it:
// what a later file changes counts, and the place is the one that made it.
func TestAdvice(t *testing.T) {
	down := func(from int64) func(int64) bool { return func(off int64) bool { return off >= from } }
	for _, c := range []struct {
		name    string
		history []lint.Source
		want    []string
	}{
		{
			"a key that comes in a later file",
			sql("CREATE TABLE t (id UUID NOT NULL);\n", "ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n"),
			nil,
		},
		{
			"a dump: key, identity and foreign key each in a statement",
			sql("CREATE TABLE public.p (id bigint NOT NULL);\n" +
				"ALTER TABLE public.p ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.p_id_seq START WITH 1 CACHE 1);\n" +
				"CREATE TABLE public.c (id uuid NOT NULL, p bigint);\n" +
				"ALTER TABLE ONLY public.p ADD CONSTRAINT p_pkey PRIMARY KEY (id);\n" +
				"ALTER TABLE ONLY public.c ADD CONSTRAINT c_pkey PRIMARY KEY (id);\n" +
				"ALTER TABLE ONLY public.c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES public.p(id);\n"),
			[]string{"0:1:24 sequential-primary-key", "0:6:27 foreign-key-index"},
		},
		{
			"a default, a rename, then the index that was missing",
			sql("CREATE SEQUENCE s;\nCREATE TABLE p (id UUID PRIMARY KEY);\nCREATE TABLE c (id UUID PRIMARY KEY, p UUID REFERENCES p, n INT8);\n",
				"ALTER TABLE c ALTER COLUMN n SET DEFAULT nextval('s'::regclass);\nALTER TABLE c RENAME TO d;\nCREATE INDEX ON d (p);\n",
				"ALTER SEQUENCE s CACHE 100;\n"),
			nil,
		},
		{
			"an index that a later one makes superfluous, and one that goes with its column",
			sql("CREATE TABLE t (id UUID PRIMARY KEY, a TEXT, b TEXT, at TIMESTAMPTZ);\nCREATE INDEX by_a ON t (a);\nCREATE INDEX by_at ON t (at);\n",
				"CREATE INDEX by_ab ON t (a DESC, b DESC);\nALTER TABLE t DROP COLUMN at;\n"),
			[]string{"0:2:14 redundant-index"},
		},
		{
			"partitions and temporary tables are none of their own",
			sql("CREATE TABLE t (at TIMESTAMPTZ, id UUID, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);\n" +
				"CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TEMP TABLE x (a TEXT);\n"),
			nil,
		},
		{
			"the way back is not the history",
			[]lint.Source{{Name: "0.sql", Text: []byte("CREATE TABLE t (a TEXT);\nDROP TABLE t;\n"), Down: down(25)}},
			[]string{"0:1:14 missing-primary-key"},
		},
		{
			"silenced at the place",
			sql("-- pg2crdb:ignore missing-primary-key -- a log\nCREATE TABLE t (a TEXT);\n"),
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, advice := range []bool{true, false} {
				got, err := lint.Run(context.Background(), c.history, lint.Options{Advice: advice})
				if err != nil {
					t.Fatal(err)
				}
				want := c.want
				if !advice {
					want = nil
				}
				if diff := cmp.Diff(want, advised(got)); diff != "" {
					t.Errorf("advice %v (-want +got):\n%s", advice, diff)
				}
			}
		})
	}
}

func sql(texts ...string) []lint.Source {
	var out []lint.Source
	for i, s := range texts {
		out = append(out, lint.Source{Name: fmt.Sprint(i, ".sql"), Text: []byte(s)})
	}
	return out
}

// advised lists the findings of the rules of advice, with the number of their
// source.
func advised(r *lint.Result) []string {
	advice := map[string]bool{}
	for _, rule := range rules.All() {
		advice[rule.Name] = rule.Advice
	}
	var out []string
	for _, f := range r.Findings {
		if advice[f.Rule] {
			out = append(out, fmt.Sprintf("%d:%d:%d %s", f.Source, f.Start.Line, f.Start.Column, f.Rule))
		}
	}
	return out
}
