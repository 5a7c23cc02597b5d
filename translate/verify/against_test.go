//go:build unix

package verify

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/pgtest"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// Held against itself, a schema with everything in it has no difference, and
// every row of every type is the same.
func TestAgainstItself(t *testing.T) {
	s := standIn(t)
	out := untranslated(t, "plain", "1.sql", `CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s');
CREATE TABLE every (
  id BIGINT PRIMARY KEY, si SMALLINT, i INTEGER, n NUMERIC, n2 NUMERIC(10, 2), r REAL, d DOUBLE PRECISION, b BOOLEAN NOT NULL,
  s TEXT NOT NULL DEFAULT 'x', v VARCHAR(7), c CHAR(5), ba BYTEA, u UUID, da DATE, ti TIME, tz TIMETZ, ts TIMESTAMP, tstz TIMESTAMPTZ, iv INTERVAL,
  j JSONB, js JSON, ip INET, ne CIDR, ma MACADDR, bi BIT(3), vb BIT VARYING(9), tv TSVECTOR, m mood, a TEXT[], ia INTEGER[], mo MONEY, x XML,
  po POINT, nu BIGINT GENERATED ALWAYS AS IDENTITY
);
CREATE TABLE documents (
  id UUID PRIMARY KEY, doc JSONB,
  k VARCHAR(20) GENERATED ALWAYS AS (doc->>'K') STORED, n BIGINT GENERATED ALWAYS AS ((doc->'N')::BIGINT) STORED,
  f BOOLEAN GENERATED ALWAYS AS ((doc->'F')::BOOLEAN) STORED, w TSVECTOR GENERATED ALWAYS AS ((doc->>'W')::TSVECTOR) STORED
);
CREATE TABLE child (a INT, b INT, every BIGINT NOT NULL REFERENCES every ON DELETE CASCADE, parent INT, UNIQUE (a, b), PRIMARY KEY (a), FOREIGN KEY (parent) REFERENCES child);
CREATE TABLE checked (id INT PRIMARY KEY CHECK (id = 0));
CREATE INDEX by_s ON every (s DESC, lower(v)) INCLUDE (i) WHERE i > 0;
CREATE VIEW shown AS SELECT id, s FROM every;
`)
	res := mustRun(t, s, out, Options{Against: standIn(t), Rows: 40})
	if got := said(res); len(got) > 0 {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if res.Compared.Tables != 5 || res.Compared.Rows < 100 {
		t.Errorf("%+v", res.Compared)
	}
	want := []string{"--rows: every.po keeps its default: there are no values of type point to probe it with"}
	if !slices.Equal(res.Notes, want) {
		t.Errorf("notes: %q", res.Notes)
	}
	if names := left(t, pgtest.URL(t)); len(names) > 0 {
		t.Errorf("%q are left", names)
	}
}

// What a rule of the translation changes is explained by it.
func TestAgainstExplained(t *testing.T) {
	s := standIn(t)
	out := translated(t, "plain", "1.sql", `CREATE TABLE t (
  id BIGSERIAL PRIMARY KEY,
  price MONEY NOT NULL,
  doc XML,
  net CIDR,
  mac MACADDR
);
`)
	res := mustRun(t, s, out, Options{Against: standIn(t), Rows: 30})
	explained := map[string]bool{}
	for _, f := range res.Report.Findings {
		_, rule, ok := strings.Cut(f.Message, "; rule ")
		if f.Severity != rules.Info || !ok {
			t.Errorf("%d:%d %s", f.Start.Line, f.Start.Column, f.Message)
			continue
		}
		what, _, _ := strings.Cut(f.Message, ": ")
		explained[fmt.Sprintf("%d %s by %s", f.Start.Line, what, strings.TrimSuffix(rule, " explains it"))] = true
	}
	for _, want := range []string{
		"2 default of t.id by serial", "2 identity of t.id by serial", "3 type of t.price by money", "3 value of t.price by money", "4 type of t.doc by xml",
		"5 type of t.net by cidr", "6 type of t.mac by macaddr",
	} {
		if !explained[want] {
			t.Errorf("%s is not among %v", want, explained)
		}
	}
	if res.Compared.Unexplained != 0 || res.Compared.Explained != len(res.Report.Findings) {
		t.Errorf("%+v", res.Compared)
	}
	foretold(t, out, res)
}

// foretold holds differences to the report of the translation: the rule that
// explains one has a finding about the object, in its definition or in a
// statement that names it.
func foretold(t *testing.T, out *translate.Output, res *Result) {
	t.Helper()
	for _, d := range res.Report.Findings {
		what, rule, explained := strings.Cut(d.Message, "; rule ")
		if d.Rule != Differs || !explained {
			continue
		}
		rule = strings.TrimSuffix(rule, " explains it")
		_, object, _ := strings.Cut(what, " of ")
		object, _, _ = strings.Cut(object, ": ")
		if !slices.ContainsFunc(out.Report.Findings, func(f lint.Finding) bool {
			if f.Rule != rule {
				return false
			}
			inDefinition := f.File == d.File && f.Start.Offset < d.End.Offset && d.Start.Offset < f.End.Offset
			return inDefinition || mentions(statementAt(t, out, &f), object)
		}) {
			t.Errorf("%s:%d: %s: the report has no finding of that rule about it", d.File, d.Start.Line, d.Message)
		}
	}
}

// TestAgainstTemporal holds Temporal's stores on a real CockroachDB against a
// PostgreSQL: each difference is foretold, and what the report says is stored in
// another way shows as a difference.
func TestAgainstTemporal(t *testing.T) {
	url := crdbtest.URL(t)
	if testing.Short() {
		t.Skip("takes minutes: skipped with -short")
	}
	for _, store := range []string{"temporal", "visibility"} {
		for _, target := range []string{"", ">=23.1"} {
			t.Run(store+target, func(t *testing.T) {
				t.Parallel() // most of the time goes by in waiting
				ctx := context.Background()
				if end, ok := t.Deadline(); ok {
					var cancel func()
					ctx, cancel = context.WithDeadline(ctx, end.Add(-3*time.Minute))
					defer cancel()
				}
				fsys, err := layout.Release(ctx, "temporal@v1.32.0/"+store)
				if err != nil {
					t.Skipf("needs the Go module of Temporal: %v", err)
				}
				tg, err := rules.ParseTarget(target)
				if err != nil {
					t.Fatal(err)
				}
				out, err := translate.FS(ctx, fsys, translate.Options{Options: lint.Options{Target: tg}})
				if err != nil {
					t.Fatal(err)
				}
				s, err := Connect(ctx, url)
				if err != nil {
					t.Fatal(err)
				}
				res, err := Run(ctx, s, out, Options{Against: standIn(t), Rows: 200})
				if ctx.Err() != nil {
					t.Skip("needs more time for its schema changes than go test leaves it: run it with -timeout 60m")
				}
				if err != nil {
					t.Fatal(err)
				}
				if res.Compared.Unexplained != 0 || res.Compared.Rows == 0 {
					t.Errorf("%+v\n%s", res.Compared, strings.Join(said(res), "\n"))
				}
				foretold(t, out, res)
				for _, f := range out.Report.Findings {
					if f.Fidelity == rules.Changed && !slices.ContainsFunc(res.Report.Findings, func(d lint.Finding) bool {
						return d.File == f.File && strings.HasSuffix(d.Message, "; rule "+f.Rule+" explains it") && f.Start.Offset < d.End.Offset && d.Start.Offset < f.End.Offset
					}) {
						t.Errorf("%s:%d: nothing differs because of %s", f.File, f.Start.Line, f.Rule)
					}
				}
				t.Logf("%+v", res.Compared)
			})
		}
	}
}

// statementAt is the statement of the original that a finding is in.
func statementAt(t *testing.T, out *translate.Output, f *lint.Finding) string {
	t.Helper()
	for _, h := range out.Histories {
		for i := range h.Texts {
			if h.Texts[i].Name != f.File {
				continue
			}
			stmts, err := pgsql.Split(h.Texts[i].Original())
			if err != nil {
				t.Fatal(err)
			}
			for _, st := range stmts {
				if st.Start() <= f.Start.Offset && f.Start.Offset <= st.End() {
					return st.Text
				}
			}
		}
	}
	return ""
}

// mentions reports whether a statement holds each part of a name, such as
// "t.price", as a word.
func mentions(statement, name string) bool {
	words := strings.FieldsFunc(strings.ToLower(statement), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, part := range strings.Split(name, ".") {
		if !slices.Contains(words, part) {
			return false
		}
	}
	return true
}

// What no rule explains is an error, at the place of the object.
func TestAgainstUnexplained(t *testing.T) {
	s := standIn(t)
	const source = `CREATE TABLE parent (id BIGINT PRIMARY KEY);
CREATE TABLE t (
  id BIGINT PRIMARY KEY,
  a TEXT NOT NULL,
  b TEXT DEFAULT 'x',
  c TEXT GENERATED ALWAYS AS (lower(a)) STORED,
  d BIGINT,
  gone TEXT,
  p BIGINT REFERENCES parent (id) ON DELETE CASCADE,
  CONSTRAINT positive CHECK (d > 0)
);
CREATE INDEX by_a ON t (a DESC);
CREATE VIEW v AS SELECT id FROM t;
`
	out := untranslated(t, "plain", "1.sql", source)
	text := &out.Histories[0].Texts[0]
	for _, change := range [][2]string{
		{"a TEXT NOT NULL", "a TEXT"}, {"DEFAULT 'x'", "DEFAULT 'y'"}, {"lower(a)", "upper(a)"}, {"  d BIGINT", "  d INTEGER"}, {"  gone TEXT,\n", ""},
		{" ON DELETE CASCADE", ""}, {"d > 0", "d >= 0"}, {"(a DESC)", "(a)"}, {"CREATE VIEW v AS SELECT id FROM t;", "CREATE VIEW w AS SELECT id FROM t;"},
	} {
		text.Content = bytes.Replace(text.Content, []byte(change[0]), []byte(change[1]), 1)
	}
	res := mustRun(t, s, out, Options{Against: standIn(t), Rows: 20})
	want := []string{
		"1.sql:4:3 nullability of t.a: NOT NULL on PostgreSQL, NULL on CockroachDB",
		"1.sql:5:3 default of t.b: 'x'::text on PostgreSQL, 'y'::text on CockroachDB",
		"1.sql:6:3 generated expression of t.c: lower(a) on PostgreSQL, upper(a) on CockroachDB",
		"1.sql:6:3 value of t.c: ",
		"1.sql:7:3 type of t.d: bigint on PostgreSQL, integer on CockroachDB",
		"1.sql:8:3 column of t.gone: text on PostgreSQL, nothing on CockroachDB",
		"1.sql:9:3 foreign key of t.t_p_fkey: ",
		"1.sql:10:3 check of t.positive: (d > 0) on PostgreSQL, (d >= 0) on CockroachDB",
		"1.sql:12:1 index of t.by_a: btree (a DESC) on PostgreSQL, btree (a) on CockroachDB",
		"1.sql:13:1 table of v: a view on PostgreSQL, nothing on CockroachDB",
	}
	var got []string
	for _, f := range res.Report.Findings {
		got = append(got, fmt.Sprintf("%s:%d:%d %s", f.File, f.Start.Line, f.Start.Column, f.Message))
		if f.Severity != rules.Error || !strings.HasSuffix(f.Message, "no rule of the translation explains it") {
			t.Errorf("%s", f.Message)
		}
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w) }) {
			t.Errorf("%s is missing in:\n%s", w, strings.Join(got, "\n"))
		}
	}
}

// A PostgreSQL that refuses the original leaves nothing to compare with, and a
// server that is none is refused.
func TestAgainstRefused(t *testing.T) {
	s := standIn(t)
	out := untranslated(t, "plain", "1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\n")
	out.Histories[0].Texts[0].Content = []byte("SELECT 1;")
	bad := untranslated(t, "plain", "1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\nSELECT missing;\n")
	bad.Histories[0].Texts[0].Content = []byte("SELECT 1;")
	_, err := Run(context.Background(), s, bad, Options{Against: standIn(t)})
	if err == nil || !strings.Contains(err.Error(), `1.sql:2: PostgreSQL 15 refuses the original, so there is nothing to compare with: column "missing" does not exist (SQLSTATE 42703)`) {
		t.Errorf("%v", err)
	}
	if names := left(t, pgtest.URL(t)); len(names) > 0 {
		t.Errorf("%q are left", names)
	}
	res := mustRun(t, s, out, Options{Against: standIn(t)})
	if res.Compared.Unexplained != 1 {
		t.Errorf("%q", said(res))
	}
}
