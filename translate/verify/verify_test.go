//go:build unix

package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/pgtest"
	"github.com/pg2crdb/pg2crdb/lint/print"
)

// Each error is mapped through the translation to the place in the source.
func TestPlaces(t *testing.T) {
	s := standIn(t)
	out := translated(t, "plain",
		"1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY, doc JSONB);\n\nDO $$ BEGIN CREATE EXTENSION btree_gin; END $$;\n\n"+
			"-- é\nCREATE INDEX i ON t USING gin (doc jsonb_path_ops);\n",
		"2.sql", "ALTER TABLE t ADD COLUMN n BIGINT;\n\nSELECT nothing(1), /* ö */\n  nowhere FROM t;\nCREATE TABLE t (id BIGINT);\n")
	// PostgreSQL takes no INVERTED, which the translation writes.
	want := []string{
		"2.sql:3:8 verify-rejected PostgreSQL 15 rejects the translated statement: function nothing(integer) does not exist (SQLSTATE 42883); hint: ",
		"2.sql:5:14 verify-rejected PostgreSQL 15 rejects the translated statement: relation \"t\" already exists (SQLSTATE 42P07); ",
	}
	got := said(mustRun(t, s, out, Options{}))
	for i, text := range got {
		if strings.HasPrefix(text, "1.sql:6:") {
			if !strings.Contains(text, "; at 4:8 of the translation; ") || !strings.Contains(text, `at or near "INVERTED"`) {
				t.Errorf("not the place in the translation: %s", text)
			}
			continue
		}
		if w := want[i-(len(got)-len(want))]; !strings.HasPrefix(text, w) {
			t.Errorf("%s\nwant: %s", text, w)
		}
	}
	if len(got) < len(want) {
		t.Errorf("%d findings: %q", len(got), got)
	}
}

// What only follows from an earlier error is marked so.
func TestFollows(t *testing.T) {
	s := standIn(t)
	out := translated(t, "plain", "1.sql", `CREATE TABLE a (id BIGINT PRIMARY KEY, x nonesuch);
CREATE INDEX a_x ON a (x);
CREATE TABLE b (id BIGINT PRIMARY KEY, a BIGINT REFERENCES a);
CREATE TABLE c (id BIGINT PRIMARY KEY);
ALTER TABLE c ADD COLUMN b BIGINT, ADD COLUMN y nonesuch;
UPDATE c SET b = 1;
DROP TABLE c, missing;
CREATE TABLE c (id BIGINT);
SELECT 1 % 0;
INSERT INTO b VALUES (1, 1);
`)
	want := []string{
		`1.sql:1:42 verify-rejected PostgreSQL 15 rejects the translated statement: type "nonesuch" does not exist`,
		`1.sql:2:21 verify-rejected follows PostgreSQL 15 rejects the translated statement: relation "a" does not exist (SQLSTATE 42P01); it follows from 1.sql:1`,
		`1.sql:3:1 verify-rejected follows PostgreSQL 15 rejects the translated statement: relation "a" does not exist (SQLSTATE 42P01); it follows from 1.sql:1`,
		`1.sql:5:49 verify-rejected PostgreSQL 15 rejects the translated statement: type "nonesuch" does not exist`,
		`1.sql:6:14 verify-rejected follows PostgreSQL 15 rejects the translated statement: column "b" of relation "c" does not exist (SQLSTATE 42703); it follows from 1.sql:5`,
		`1.sql:7:15 verify-rejected PostgreSQL 15 rejects the translated statement: table "missing" does not exist`,
		`1.sql:8:14 verify-rejected follows PostgreSQL 15 rejects the translated statement: relation "c" already exists (SQLSTATE 42P07); it follows from 1.sql:7`,
		`1.sql:9:1 verify-rejected PostgreSQL 15 rejects the translated statement: division by zero`,
		`1.sql:10:13 verify-rejected follows PostgreSQL 15 rejects the translated statement: relation "b" does not exist (SQLSTATE 42P01); it follows from 1.sql:3`,
	}
	res := mustRun(t, s, out, Options{})
	got := said(res)
	if len(got) != len(want) {
		t.Fatalf("%s", strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s\nwant: %s", got[i], want[i])
		}
	}
	for _, format := range print.Formats() {
		p, err := print.New(format, print.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := p.Print(&b, res.Report); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if !strings.Contains(b.String(), Rejected) && format != "junit" {
			t.Errorf("%s does not name %s", format, Rejected)
		}
	}
}

// Rows of COPY, psql's commands, the way back of migrations and notices.
func TestStatements(t *testing.T) {
	s := standIn(t)
	out := translated(t, "golang-migrate",
		"1_a.up.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY, s TEXT);\nCOPY t (id, s) FROM stdin;\n1\ta\\tb\n2\t\\N\n\\.\n"+
			"DROP TABLE IF EXISTS nope;\nSELECT 1 % (count(*) - 2) FROM t;\n",
		"1_a.down.sql", "DROP TABLE t;\n",
		"2_b.up.sql", "DROP TABLE IF EXISTS nope;\nINSERT INTO t VALUES (3);\n")
	res := mustRun(t, s, out, Options{Upgrade: true})
	got := said(res)
	if len(got) != 1 || !strings.Contains(got[0], "1_a.up.sql:7:1 verify-rejected PostgreSQL 15 rejects the translated statement: division by zero") {
		t.Errorf("%q", got)
	}
	want := []Notice{{Text: `table "nope" does not exist, skipping`, Count: 3, Place: "1_a.up.sql:6"}}
	if diff := cmp.Diff(want, res.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// golang-migrate sends a file as one text, in which a BEGIN of the file's own
// begins the transaction: there is none around it.
func TestOwnTransaction(t *testing.T) {
	s := standIn(t)
	out := translated(t, "golang-migrate", "1_a.up.sql", "BEGIN;\nCREATE TABLE t (id BIGINT PRIMARY KEY);\nCOMMIT;\n", "1_a.down.sql", "DROP TABLE t;\n")
	if res := mustRun(t, s, out, Options{}); len(res.Notices) > 0 || len(said(res)) > 0 {
		t.Errorf("%+v, %q", res.Notices, said(res))
	}
}

// A tool's transaction is a transaction here: what fails in it alone is told
// apart from what fails by itself, and one mistake does not hide another.
func TestTransactions(t *testing.T) {
	s := standIn(t)
	out := untranslated(t, "goose",
		"1_a.sql", "-- +goose Up\nCREATE TABLE t (id BIGINT PRIMARY KEY);\nVACUUM t;\nSELECT missing FROM t;\n-- +goose Down\nDROP TABLE t;\n",
		"2_b.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM t;\n")
	got := said(mustRun(t, s, out, Options{}))
	var texts []string
	for _, f := range got {
		texts = append(texts, f[:strings.Index(f, " (SQLSTATE")])
	}
	want := []string{
		"1_a.sql:3:1 verify-rejected In the transaction in which goose runs 1_a.sql, though it takes it by itself, PostgreSQL 15 rejects the translated statement: VACUUM cannot run inside a transaction block",
		`1_a.sql:4:8 verify-rejected PostgreSQL 15 rejects the translated statement: column "missing" does not exist`,
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A COMMIT that fails leaves the rest of the history unverified.
func TestCommit(t *testing.T) {
	s := standIn(t)
	out := untranslated(t, "goose",
		"1_a.sql", "-- +goose Up\nCREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'late'; END $$;\n"+
			"CREATE TABLE t (id BIGINT PRIMARY KEY);\nCREATE CONSTRAINT TRIGGER c AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();\nINSERT INTO t VALUES (1);\n",
		"2_b.sql", "-- +goose Up\nSELECT 1 / 0.0;\n")
	got := said(mustRun(t, s, out, Options{}))
	if len(got) != 1 || !strings.Contains(got[0], "At the end of the transaction in which goose runs 1_a.sql, PostgreSQL 15 rejects the translated statement: late") {
		t.Errorf("%q", got)
	}
}

// Nothing is run that reaches beyond the scratch database, unless the server
// goes with the verification.
func TestOutside(t *testing.T) {
	root := pgtest.URL(t)
	s := standInAt(t, root)
	out := untranslated(t, "plain", "1.sql", `CREATE ROLE outside_a;
CREATE DATABASE outside_b;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'outside_c') THEN CREATE ROLE outside_c; END IF; END $$;
CREATE TABLE t (id BIGINT PRIMARY KEY);
GRANT SELECT ON t TO outside_a;
COMMENT ON DATABASE postgres IS 'x';
ALTER DATABASE postgres SET timezone = 'UTC';
ALTER SYSTEM SET work_mem = '4MB';
COPY t TO '/tmp/outside';
COPY t FROM PROGRAM 'echo 1';
GRANT CONNECT ON DATABASE postgres TO outside_a;
`)
	res := mustRun(t, s, out, Options{})
	if got := said(res); len(got) != 1 || !strings.Contains(got[0], `1.sql:5:22 verify-rejected follows PostgreSQL 15 rejects the translated statement: role "outside_a" does not exist (SQLSTATE 42704); it follows from 1.sql:1`) {
		t.Errorf("%q", got)
	}
	if len(res.Notes) != 9 || !strings.Contains(res.Notes[0], "1.sql:1: CREATE ROLE reaches the roles of the server and is not run") {
		t.Errorf("%d notes: %s", len(res.Notes), strings.Join(res.Notes, "\n"))
	}
	t.Run("disposable", func(t *testing.T) {
		pg := pgtest.Start(t)
		s := standInAt(t, pg.URL("postgres", "postgres"))
		s.Disposable = true
		out := translated(t, "goose", "1_a.sql", "-- +goose Up\nCREATE ROLE outside_a;\nCREATE TABLE t (id BIGINT PRIMARY KEY);\nGRANT SELECT ON t TO outside_a;\n",
			"2_b.sql", "-- +goose Up\nALTER TABLE t ADD COLUMN s TEXT;\n")
		if got := said(mustRun(t, s, out, Options{Upgrade: true})); len(got) != 0 {
			t.Errorf("%q", got)
		}
	})
}

// --twice and --upgrade.
func TestRepeats(t *testing.T) {
	s := standIn(t)
	manifest := func(version, file string) string {
		return fmt.Sprintf(`{"CurrVersion": %q, "MinCompatibleVersion": "1.0", "Description": "d", "SchemaUpdateCqlFiles": [%q]}`, version, file)
	}
	for _, test := range []struct {
		name, layout string
		opts         Options
		files        []string
		want, notes  []string
	}{
		{
			"plain, repeatable", "plain", Options{Twice: true, Upgrade: true},
			[]string{"1.sql", "CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY);\nINSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;\n"},
			nil, []string{"--upgrade: files of layout plain have no versions, so there is nothing to upgrade from"},
		},
		{
			"plain, stops", "plain", Options{Twice: true},
			[]string{"1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\n"},
			[]string{`1.sql:1:1 verify-unrepeatable a second run stops here: relation "t" already exists (SQLSTATE 42P07)`}, nil,
		},
		{
			"plain, adds rows", "plain", Options{Twice: true},
			[]string{"1.sql", "CREATE TABLE IF NOT EXISTS t (id BIGINT);\nINSERT INTO t VALUES (1);\n"},
			[]string{`1.sql:1:1 verify-unrepeatable a second run of 1.sql changes what is there: "-- \"public\".\"t\" holds 2 rows, 00000000"`}, nil,
		},
		{
			"goose", "goose", Options{Twice: true, Upgrade: true},
			[]string{"1_a.sql", "-- +goose Up\nSET search_path = s;\nCREATE SCHEMA s;\n", "2_b.sql", "-- +goose Up\nCREATE TABLE t (id BIGINT PRIMARY KEY);\n"},
			[]string{`2_b.sql:2:1 verify-upgraded applied in a session of its own, as an upgrade does, 2_b.sql leaves another schema: `},
			[]string{"--twice: goose records what it has applied and repeats nothing"},
		},
		{
			"temporal", "temporal", Options{Twice: true, Upgrade: true},
			[]string{
				"versioned/v1.0/manifest.json", manifest("1.0", "a.sql"), "versioned/v1.0/a.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\n",
				"versioned/v1.1/manifest.json", manifest("1.1", "a.sql"), "versioned/v1.1/a.sql", "ALTER TABLE t ADD COLUMN s TEXT;\nCREATE INDEX i ON t (s);\n",
			},
			nil, nil,
		},
		{
			"temporal, adds rows", "temporal", Options{Twice: true, Upgrade: true},
			[]string{
				"versioned/v1.0/manifest.json", manifest("1.0", "a.sql"), "versioned/v1.0/a.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\nINSERT INTO t (id) SELECT count(*) FROM t;\n",
				"versioned/v1.1/manifest.json", manifest("1.1", "a.sql"), "versioned/v1.1/a.sql", "ALTER TABLE t ADD COLUMN s TEXT;\n",
			},
			[]string{`versioned/v1.0/a.sql:1:1 verify-unrepeatable a second run of versioned/v1.0 changes what is there: `}, nil,
		},
		{
			"temporal, stops", "temporal", Options{Twice: true},
			[]string{
				"versioned/v1.0/manifest.json", manifest("1.0", "a.sql"),
				"versioned/v1.0/a.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\nINSERT INTO t (id) SELECT id + 1 FROM t;\nCREATE VIEW v AS SELECT id FROM t;\nDROP VIEW v;\n",
			},
			nil, nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := mustRun(t, s, translated(t, test.layout, test.files...), test.opts)
			got := said(res)
			if len(got) != len(test.want) {
				t.Fatalf("%s", strings.Join(got, "\n"))
			}
			for i := range test.want {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("%s\nwant: %s", got[i], test.want[i])
				}
			}
			if diff := cmp.Diff(test.notes, res.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// Where nothing is left to a session, the chain of upgrades is the run from the
// beginning; what is refused in it is told once.
func TestUpgradesAlone(t *testing.T) {
	s := standIn(t)
	for _, test := range []struct {
		text      string
		ran, said int
	}{
		{"ALTER TABLE t ADD COLUMN s TEXT;\n", 4, 0},
		{"CREATE TEMPORARY TABLE s (id BIGINT);\n", 6, 0},
		{"ALTER TABLE t ADD COLUMN s TEXT DEFAULT nonesuch();\n", 3, 1},
	} {
		files := []string{"versioned/v1.0/a.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\n", "versioned/v1.1/a.sql", test.text}
		for _, v := range []string{"1.0", "1.1"} {
			files = append(files, "versioned/v"+v+"/manifest.json",
				fmt.Sprintf(`{"CurrVersion": %q, "MinCompatibleVersion": "1.0", "Description": "d", "SchemaUpdateCqlFiles": ["a.sql"]}`, v))
		}
		res := mustRun(t, s, untranslated(t, "temporal", files...), Options{Upgrade: true, Twice: true})
		if got := said(res); res.Statements != test.ran || len(got) != test.said {
			t.Errorf("%s: %d statements ran, want %d; %q", test.text, res.Statements, test.ran, got)
		}
	}
}

// The summary says what the translation did with the statements.
func TestSummary(t *testing.T) {
	out := translated(t, "", "a.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY) TABLESPACE pg_default;\nCREATE TABLE u (id BIGINT PRIMARY KEY);\n")
	sum := mustRun(t, standIn(t), out, Options{}).Report.Summary
	if sum.Statements != 2 || sum.Untouched != 1 || sum.Exact+sum.Weaker != 1 {
		t.Errorf("%+v", sum)
	}
}

// Progress counts up to the end, whatever happens.
func TestProgress(t *testing.T) {
	s := standIn(t)
	out := translated(t, "goose", "1_a.sql", "-- +goose Up\nCREATE TABLE t (id BIGINT PRIMARY KEY);\nSELECT 1;\n", "2_b.sql", "-- +goose Up\nSELECT 2;\n")
	var got []string
	mustRun(t, s, out, Options{Upgrade: true, Progress: func(done, total int, st string) {
		got = append(got, fmt.Sprintf("%d/%d %s", done, total, st))
	}})
	want := []string{"0/6 CREATE TABLE t (id BIGINT PRIMARY KEY)", "1/6 SELECT 1", "2/6 SELECT 2", "3/6 CREATE TABLE t (id BIGINT PRIMARY KEY)", "4/6 SELECT 1", "5/6 SELECT 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A run that is interrupted, during a statement or between two, leaves no
// database behind, nor does one that takes too long.
func TestInterrupted(t *testing.T) {
	root := pgtest.URL(t)
	s := standInAt(t, root)
	out := translated(t, "plain", "1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\nSELECT pg_sleep(600);\n")
	for at := range 2 {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := Run(ctx, s, out, Options{Progress: func(done, _ int, _ string) {
			if done == at {
				time.AfterFunc(time.Duration(at)*200*time.Millisecond, cancel)
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if names := left(t, root); len(names) > 0 {
			t.Errorf("interrupted at statement %d: %q are left", at, names)
		}
	}
	_, err := Run(context.Background(), s, out, Options{Timeout: 200 * time.Millisecond})
	if err == nil || err.Error() != "1.sql:2: the statement takes longer than 200ms: raise --timeout, or look at the jobs of the server" {
		t.Errorf("%v", err)
	}
	if names := left(t, root); len(names) > 0 {
		t.Errorf("after a timeout: %q are left", names)
	}
}

// A server that dies half-way is told with the statement, and with the name of
// the database that is left on it, unless nothing is left of the server.
func TestServerDies(t *testing.T) {
	for _, disposable := range []bool{false, true} {
		pg := pgtest.Start(t)
		s := standInAt(t, pg.URL("postgres", "postgres"))
		s.Disposable = disposable
		out := translated(t, "plain", "1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\nSELECT pg_sleep(600);\n")
		_, err := Run(context.Background(), s, out, Options{Progress: func(done, _ int, _ string) {
			if done == 1 {
				time.AfterFunc(200*time.Millisecond, pg.Stop)
			}
		}})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("1.sql:2: the server at 127.0.0.1:%d went away during this statement", s.config.Port)) {
			t.Errorf("%v", err)
		}
		var left *Leftover
		if errors.As(err, &left) == disposable {
			t.Errorf("disposable %v: %v", disposable, err)
		}
		if left != nil && (!strings.HasPrefix(left.Database, scratchPrefix) || !strings.Contains(err.Error(), "drop it by hand")) {
			t.Errorf("the database that is left is not named: %v", err)
		}
	}
}

// Two runs at once do not meet.
func TestConcurrent(t *testing.T) {
	s := standIn(t)
	errs := make(chan error, 3)
	for range cap(errs) {
		out := translated(t, "plain", "1.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);\nSELECT pg_sleep(0.1);\n")
		go func() {
			res, err := Run(context.Background(), s, out, Options{})
			if err == nil && len(res.Report.Findings) > 0 {
				err = errors.New(res.Report.Findings[0].Message)
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
