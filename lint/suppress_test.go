package lint_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

// TestSuppressions says for each text which findings are left and how many are
// silenced.
func TestSuppressions(t *testing.T) {
	for _, c := range []struct {
		name       string
		text       string
		target     string
		severity   map[string]rules.Severity
		want       []string
		suppressed int
	}{
		{
			name:       "the next statement only",
			text:       "-- pg2crdb:ignore serial -- known\nCREATE TABLE a (x SERIAL);\nCREATE TABLE b (x SERIAL);\n",
			want:       []string{"3:19 serial"},
			suppressed: 1,
		},
		{
			name:       "behind a COPY, in front of its rows",
			text:       "CREATE TABLE a (x BOOL PRIMARY KEY, h HSTORE); -- pg2crdb:ignore hstore\nCOPY a FROM stdin; -- pg2crdb:ignore row-value -- loaded by hand\nt\t-- pg2crdb:ignore serial\n\\.\nCREATE TABLE b (x SERIAL);\n",
			want:       []string{"5:19 serial"},
			suppressed: 2,
		},
		{
			name:       "comments and empty lines in between",
			text:       "-- pg2crdb:ignore serial\n-- more\n\n/* and more */\nCREATE TABLE a (\n  x SERIAL);\n",
			suppressed: 1,
		},
		{
			name:       "the statement that ends on the line",
			text:       "CREATE TABLE a (\n  x SERIAL\n); -- pg2crdb:ignore serial\nCREATE TABLE b (x SERIAL);\n",
			want:       []string{"4:19 serial"},
			suppressed: 1,
		},
		{
			name:       "behind the last statement of the file",
			text:       "CREATE TABLE a (x SERIAL); -- pg2crdb:ignore serial",
			suppressed: 1,
		},
		{
			name:       "behind the last statement, which has no semicolon",
			text:       "CREATE TABLE a (x SERIAL) -- pg2crdb:ignore serial\n",
			suppressed: 1,
		},
		{
			name:       "a block in front of a statement on the same line",
			text:       "CREATE TABLE a (x SERIAL); /* pg2crdb:ignore serial */ CREATE TABLE b (x SERIAL);\n",
			want:       []string{"1:19 serial"},
			suppressed: 1,
		},
		{
			name:       "one line of a statement",
			text:       "CREATE TABLE a (\n  x SERIAL,\n  y SERIAL, -- pg2crdb:ignore serial\n  z SERIAL\n);\n",
			want:       []string{"2:5 serial", "4:5 serial"},
			suppressed: 1,
		},
		{
			name:       "the next line of a statement",
			text:       "CREATE TABLE a (\n  x SERIAL,\n  -- pg2crdb:ignore serial -- reason\n\n  -- more\n  y SERIAL,\n  z SERIAL\n);\n",
			want:       []string{"2:5 serial", "7:5 serial"},
			suppressed: 1,
		},
		{
			name:       "several rules, a reason with commas, CRLF",
			text:       "-- pg2crdb:ignore serial, integer-width -- a, b\r\nCREATE TABLE a (x SERIAL, y INTEGER);\r\n",
			suppressed: 2,
		},
		{
			name:       "the file",
			text:       "CREATE TABLE a (x SERIAL);\nCREATE TABLE b (y INTEGER);\n-- pg2crdb:ignore-file serial integer-width\n",
			suppressed: 2,
		},
		{
			name:       "a region",
			text:       "CREATE TABLE a (x SERIAL);\n-- pg2crdb:ignore-start serial -- old\nCREATE TABLE b (x SERIAL);\nCREATE TABLE c (x SERIAL);\n-- pg2crdb:ignore-end\nCREATE TABLE d (x SERIAL);\n",
			want:       []string{"1:19 serial", "6:19 serial"},
			suppressed: 2,
		},
		{
			name:       "regions that overlap",
			text:       "-- pg2crdb:ignore-start serial\n-- pg2crdb:ignore-start integer-width\nCREATE TABLE a (x SERIAL, y INTEGER);\n-- pg2crdb:ignore-end serial\nCREATE TABLE b (x SERIAL, y INTEGER);\n-- pg2crdb:ignore-end integer-width\n",
			want:       []string{"5:19 serial"},
			suppressed: 3,
		},
		{
			name:       "a region without an end",
			text:       "-- pg2crdb:ignore-start serial\nCREATE TABLE a (x SERIAL);\n",
			want:       []string{"1:25 suppression: this ignore-start of serial is never ended: it reaches to the end of the file"},
			suppressed: 1,
		},
		{
			name: "an end without a start",
			text: "CREATE TABLE a (x TEXT);\n-- pg2crdb:ignore-end\n-- pg2crdb:ignore-end serial\n",
			want: []string{
				"2:1 suppression: pg2crdb:ignore-end ends nothing: no ignore-start stands in front of it",
				"3:23 suppression: pg2crdb:ignore-end ends nothing: no ignore-start of serial stands in front of it",
			},
		},
		{
			name: "names that are none",
			text: "-- pg2crdb:ignore seriel, suppression because I say so\nCREATE TABLE a (x TEXT);\n",
			want: []string{
				`1:19 suppression: no rule is named "seriel", so this silences nothing; did you mean "serial"?`,
				"1:27 suppression: a suppression cannot silence the findings about suppressions",
				`1:39 suppression: no rule is named "because", so this silences nothing`,
				`1:47 suppression: no rule is named "I", so this silences nothing`,
				`1:49 suppression: no rule is named "say", so this silences nothing`,
				`1:53 suppression: no rule is named "so", so this silences nothing`,
			},
		},
		{
			name: "forms that are none",
			text: "-- pg2crdb:ignore-all serial\n-- pg2crdb: ignore serial\n-- pg2crdb: see the README\n-- see pg2crdb:ignore serial\nSELECT 'pg2crdb:ignore', '-- pg2crdb:ignore x';\n",
			want: []string{
				"1:1 suppression: pg2crdb:ignore-all is no suppression that pg2crdb knows, so it silences nothing",
				"2:1 suppression: pg2crdb: ignore is no suppression that pg2crdb knows, so it silences nothing",
			},
		},
		{
			name: "no rule",
			text: "CREATE TABLE a (x SERIAL); -- pg2crdb:ignore\n-- pg2crdb:ignore-file -- all of it\n",
			want: []string{
				"1:19 serial",
				"1:28 suppression: pg2crdb:ignore names no rule, so it silences nothing",
				"2:1 suppression: pg2crdb:ignore-file names no rule, so it silences nothing",
			},
		},
		{
			name: "unused",
			text: "-- pg2crdb:ignore serial\nCREATE TABLE a (x TEXT);\n-- pg2crdb:ignore serial\n",
			want: []string{"1:19 suppression: this suppression of serial silences nothing", "3:19 suppression: this suppression of serial silences nothing"},
		},
		{
			name:   "a rule that does not run is not unused",
			text:   "-- pg2crdb:ignore tsvector, temporal-insert, serial\nCREATE TABLE a (x TEXT);\n",
			target: ">=23.1", severity: map[string]rules.Severity{"serial": 0},
		},
		{
			name:       "columns count in characters, in a file with a byte order mark",
			text:       "\ufeffSELECT 1; /* größe */ -- pg2crdb:ignore sérial\nCREATE TABLE ü (x SERIAL); /* ü */ -- pg2crdb:ignore serial",
			want:       []string{`1:42 suppression: no rule is named "sérial", so this silences nothing; did you mean "serial"?`},
			suppressed: 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, err := rules.ParseTarget(c.target)
			if err != nil {
				t.Fatal(err)
			}
			opts := lint.Options{Target: target, Severity: c.severity}
			res, err := lint.Run(context.Background(), []lint.Source{{Name: "a.sql", Text: []byte(c.text)}}, opts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range res.Findings {
				line := fmt.Sprintf("%d:%d %s", f.Start.Line, f.Start.Column, f.Rule)
				if f.Rule == lint.SuppressionRule {
					line += ": " + f.Message
					if f.Todo == "" {
						t.Errorf("%s: it does not say what to do", line)
					}
				}
				if f.Rule == "char-padding" {
					continue
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if res.Summary.Suppressed != c.suppressed {
				t.Errorf("suppressed %d, want %d", res.Summary.Suppressed, c.suppressed)
			}
		})
	}
}

// The places of what is said of suppressions are the comment's own bytes.
func TestSuppressionPlaces(t *testing.T) {
	text := "SELECT 1;\nSELECT 2; -- ü pg2crdb\n-- pg2crdb:ignore none-such\nSELECT /* pg2crdb:ignore neither */ 3;\n"
	res, err := lint.Run(context.Background(), []lint.Source{{Name: "a.sql", Text: []byte(text)}}, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range res.Findings {
		got = append(got, text[f.Start.Offset:f.End.Offset])
	}
	if diff := cmp.Diff([]string{"none-such", "neither"}, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// Suppressions survive a translation: what they silence stays, they stay byte
// for byte, and a second translation changes nothing.
func TestSuppressionsSurvive(t *testing.T) {
	text := strings.Join([]string{
		"-- pg2crdb:ignore-start gin-operator-class -- we run a patched server",
		"CREATE TABLE t (id BIGSERIAL, -- pg2crdb:ignore serial -- the order does not matter",
		"  doc JSONB, n BIGSERIAL);",
		"CREATE INDEX i ON t USING gin (doc jsonb_path_ops);",
		"-- pg2crdb:ignore-end",
		"CREATE EXTENSION btree_gin; -- pg2crdb:ignore serial",
		"CREATE INDEX k ON t USING gin (doc jsonb_path_ops);",
		"",
	}, "\n")
	first, err := translate.Bytes(context.Background(), "a.sql", []byte(text), translate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"n BIGSERIAL", "n BIGINT GENERATED BY DEFAULT AS IDENTITY",
		"CREATE EXTENSION btree_gin; -- ", " -- ",
		"CREATE INDEX k ON t USING gin (doc jsonb_path_ops)", "CREATE INVERTED INDEX k ON t (doc)",
	).Replace(text)
	got := string(first.Texts[0].Content)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("translation (-want +got):\n%s", diff)
	}
	unused := 0
	for _, f := range first.Report.Findings {
		if f.Rule == lint.SuppressionRule {
			unused++
		}
	}
	if unused != 1 || first.Report.Summary.Suppressed != 2 {
		t.Errorf("%d unused and %d suppressed, want 1 and 2", unused, first.Report.Summary.Suppressed)
	}
	second, err := translate.Bytes(context.Background(), "a.sql", []byte(got), translate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(second.Texts[0].Content)); diff != "" {
		t.Errorf("second translation (-first +second):\n%s", diff)
	}
}
