package temporal

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a tool makes of a text: ok stands for one statement that comes out as
// it went in; anything else is its statements, joined with " | ", or what it
// answers.
const (
	ok             = "ok"
	unmatchedIf    = "error reading contents: unmatched `i`"
	unmatchedLoop  = "error reading contents: unmatched `l`"
	unmatchedDdl   = "error reading contents: unmatched `$`"
	unmatchedBegin = "error reading contents: unmatched `BEGIN` keyword"
	unmatchedEnd   = "error reading contents: unmatched `END` keyword"
	unmatchedEndIf = "error reading contents: unmatched `END IF` keyword"
	unmatchedEndLp = "error reading contents: unmatched `END LOOP` keyword"
	unmatchedLeft  = "error reading contents: unmatched left parenthesis"
	unmatchedRight = "error reading contents: unmatched right parenthesis"
	unmatchedQuote = "error reading contents: unmatched quotes"
	outOfRange     = "panic: index out of range"
	strayByte      = "panic: slice bounds out of range, or a statement with a stray byte at its end"
)

// TestSplit holds the splitters against what the tools of the three eras
// answered when they were run.
func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		sql     string
		a, b, c string // "" means as in the era before
	}{
		// IF NOT EXISTS
		{"CREATE INDEX IF NOT EXISTS i ON t (a);", ok, unmatchedIf, ok},
		{"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);", ok, unmatchedIf, ok},
		{"CREATE TABLE IF NOT EXISTS t (a INT);", ok, unmatchedIf, ok},
		{"ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT;", ok, unmatchedIf, ok},
		{"ALTER TABLE t\n\tADD\n\tCOLUMN\n\tIF NOT EXISTS a INT;", ok, unmatchedIf, ok},
		{"ALTER TABLE t ADD IF NOT EXISTS a INT;", ok, unmatchedIf, ""},
		{"CREATE INVERTED INDEX IF NOT EXISTS i ON t (a);", ok, unmatchedIf, ""},
		{"CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a);", ok, unmatchedIf, ""},
		{"CREATE EXTENSION IF NOT EXISTS btree_gin;", ok, unmatchedIf, ""},
		{"DROP TABLE IF EXISTS t;", ok, unmatchedIf, ""},
		{"DROP INDEX IF EXISTS i;", ok, unmatchedIf, ""},
		{"ALTER TABLE IF EXISTS t ADD a INT;", ok, unmatchedIf, ""},
		{"ALTER TABLE t DROP COLUMN IF EXISTS a;", ok, unmatchedIf, ""},
		// What era C takes for IF NOT EXISTS because it does not look closely.
		{"CREATE_TABLE! IF;", ok, unmatchedIf, ok},
		{"CREATE; TABLE IF;", "CREATE; | TABLE IF;", unmatchedIf, "CREATE; | TABLE IF;"},
		{"CREATE TABLE(IF);", ok, unmatchedRight, ""},
		{"IF", ok, unmatchedIf, ""},
		{"TABLE IF", ok, unmatchedIf, ""},

		// Words in expressions and names
		{"CREATE VIEW v AS SELECT IF(a, b, c);", ok, unmatchedIf, ""},
		{"CREATE VIEW v AS SELECT CASE WHEN a THEN b END;", unmatchedEnd, "", ""},
		{"CREATE VIEW v AS SELECT (CASE WHEN a THEN b END);", unmatchedEnd, "", ""},
		{"CREATE TABLE t (end_time INT);", unmatchedEnd, "", ""},
		{"CREATE TABLE t (x_end INT);", unmatchedEnd, "", ""},
		{"CREATE TABLE begin_t (a INT);", unmatchedBegin, "", ""},
		{"CREATE TABLE if_t (a INT);", ok, unmatchedIf, ok},
		{"CREATE TABLE t (if_x INT);", ok, unmatchedRight, ""},
		{"CREATE TABLE loop_t (a INT);", ok, "", unmatchedLoop},
		{"CREATE TABLE t (weekend INT, ending INT, gift INT, loops INT, begin1 INT);", ok, "", ""},
		{`CREATE TABLE "loop_t" ("end_time" INT, "x_end" INT, "if_x" INT, "begin_t" INT);`, ok, "", ""},

		// Blocks
		{"CREATE FUNCTION f() AS $$ SELECT 1 $$;", ok, "", ""},
		{"CREATE FUNCTION f() AS $$ SELECT 1; $$;", "CREATE FUNCTION f() AS $$ SELECT 1; | $$;", "", ok},
		{"CREATE FUNCTION f() AS $$SELECT 1; $$;", "CREATE FUNCTION f() AS $$SELECT 1; | $$;", "", unmatchedDdl},
		{"CREATE FUNCTION f() AS $b$ SELECT 1; $b$;", "CREATE FUNCTION f() AS $b$ SELECT 1; | $b$;", "", ""},
		{"CREATE FUNCTION f() AS ' SELECT 1; ';", ok, "", ""},
		{"CREATE FUNCTION f() AS $$ BEGIN SELECT 1; END $$;", ok, "", ""},
		{"DO $$ BEGIN IF a THEN b; END IF; END $$;", unmatchedEnd, ok, ok},
		{"DO $$ BEGIN LOOP a; END LOOP; END $$;", unmatchedEnd, "", ok},
		{"DO $$ BEGIN LOOP a; END\n LOOP; END $$;", unmatchedEnd, "", ok},
		{"END IF;", unmatchedEnd, unmatchedEndIf, ""},
		{"END LOOP;", unmatchedEnd, "", unmatchedEndLp},
		{"BEGIN END_IF", ok, unmatchedIf, ""},
		{"a $$ (;", unmatchedLeft, "", ""},
		{"a );", unmatchedRight, "", ""},
		{"a (", unmatchedLeft, "", ""},

		// Comments and quotes
		{"-- it's ) ; (\nCREATE TABLE t (a INT);", "CREATE TABLE t (a INT);", "", ""},
		{"CREATE TABLE t (  -- it's ) ;\n  a INT);", "CREATE TABLE t (\n  a INT);", "", ""},
		{"/* a */ CREATE TABLE t (a INT);", ok, "", ""},
		{"/* it's */ CREATE TABLE t (a INT);", unmatchedQuote, "", ""},
		{"/* ) */ CREATE TABLE t (a INT);", unmatchedRight, "", ""},
		{`INSERT INTO t VALUES (E'it\'s');`, unmatchedQuote, "", ""},
		{"INSERT INTO t VALUES ('it''s; --', \"a\"\"b\");", ok, "", ""},
		{"CREATE TABLE t (a INT); -- the end", strayByte, "", ""},
		{"CREATE TABLE t (a INT); -- the end\n", "CREATE TABLE t (a INT);", "", ""},
		{"CREATE TABLE t (a -- the end", unmatchedLeft, "", ""},

		// Statements
		{"", "", "", ""},
		{" \n\t", "", "", ""},
		{"DROP TABLE t;;", "DROP TABLE t; | ;", "", ""},
		{"create table t (a int);", ok, "", ""},
		{"DROP TABLE t", ok, "", ""},
		{"DROP TABLE t;\r\nDROP TABLE u;\r\n", "DROP TABLE t; | DROP TABLE u;", "", ""},
		{"\ufeffDROP TABLE t;", ok, "", ""},

		// Characters whose lower case has another length
		{"-- \u0130\nDROP TABLE t;", outOfRange, "", ""},
		{"DROP TABLE \"\u0130\";", outOfRange, "", ""},
		{"INSERT INTO t VALUES ('\u0130", outOfRange, "", ""},
		{"-- \u0130", outOfRange, "", ""},
		{"-- \u00e9\nDROP TABLE t;", "DROP TABLE t;", "", ""},
	} {
		want := [eraCount]string{tt.a, tt.b, tt.c}
		for i, e := range Eras() {
			if want[i] == "" && i > 0 {
				want[i] = want[i-1]
			}
			t.Run(tt.sql+"/"+e.String(), func(t *testing.T) {
				got, err := e.Split([]byte(tt.sql))
				answer := strings.Join(got, " | ")
				var se *SplitError
				switch {
				case errors.As(err, &se):
					if se.Era != e || se.Offset < 0 || se.Offset > len(tt.sql) {
						t.Errorf("era %q, offset %d", se.Era, se.Offset)
					}
					answer = se.Answer
				case answer == tt.sql && len(got) == 1:
					answer = ok
				}
				if diff := cmp.Diff(want[i], answer); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestSplitOffset checks that errors point at what caused them.
func TestSplitOffset(t *testing.T) {
	for _, tt := range []struct{ sql, at string }{
		{"DROP TABLE a; DROP TABLE IF EXISTS b;", "IF EXISTS b;"},
		{"CREATE TABLE a (b INT;", "(b INT;"},
		{"CREATE TABLE a (b_end INT);", "end INT);"},
		{"DROP TABLE a);", ");"},
		{"DROP TABLE 'a;", "'a;"},
		{"DROP TABLE a; -- b", "-- b"},
		{"-- a \u0130\n", "\u0130\n"},
	} {
		_, err := eraB.Split([]byte(tt.sql))
		var se *SplitError
		if !errors.As(err, &se) {
			t.Errorf("%s: error %v", tt.sql, err)
			continue
		}
		if got := tt.sql[se.Offset:]; got != tt.at {
			t.Errorf("%s: the error is at %q, want %q", tt.sql, got, tt.at)
		}
		if want := "temporal-sql-tool v1.30.0 to v1.30.4 and v1.31.0 cannot read this: " + se.Answer; err.Error() != want {
			t.Errorf("%s: error %q, want %q", tt.sql, err, want)
		}
	}
}
