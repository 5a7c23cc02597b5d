package verify

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func split(t *testing.T, text string) *pgsql.Statement {
	t.Helper()
	stmts, err := pgsql.Split([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return stmts[0]
}

// Where an error is: PostgreSQL counts characters, CockroachDB draws a caret.
// The details of CockroachDB are what v26.1 answered.
func TestErrorAt(t *testing.T) {
	for _, test := range []struct {
		text string
		pe   pgconn.PgError
		want string
	}{
		{"CREATE TABLE t (x int)\n  tablespace pg_default", pgconn.PgError{Code: "42601", Message: `at or near "tablespace": syntax error`,
			Detail: "source SQL:\nCREATE TABLE t (x int)\n  tablespace pg_default\n  ^"}, "tablespace"},
		{"CREATE TABLE t (x money)", pgconn.PgError{Code: "0A000", Message: `at or near ")": syntax error: unimplemented: this syntax`,
			Detail: "source SQL:\nCREATE TABLE t (x money)\n                       ^"}, ")"},
		{"SELECT 'é', x FROM t", pgconn.PgError{Code: "42703", Position: 13, Message: `column "x" does not exist`}, "x"},
		{"SELECT x FROM t", pgconn.PgError{Code: "42703", Message: `column "x" does not exist`}, "x"},
		{"SELECT x, x FROM t", pgconn.PgError{Code: "42703", Message: `column "x" does not exist`}, "SELECT x, x FROM t"},
		{"SELECT F(1)", pgconn.PgError{Code: "42883", Message: "unknown function: f()"}, "F"},
		{"SELECT 1/0", pgconn.PgError{Code: "22012", Message: "division by zero"}, "SELECT 1/0"},
		{"SELECT 1", pgconn.PgError{Code: "42601", Detail: "source SQL:\nSELECT 2\n       ^"}, "SELECT 1"},
		{"SELECT 1", pgconn.PgError{Code: "42601", Detail: "source SQL:"}, "SELECT 1"},
		{"SELECT 1", pgconn.PgError{Code: "42601", Position: 99}, "SELECT 1"},
	} {
		st := split(t, test.text)
		start, end := errorAt(st, &test.pe)
		if got := st.Text[start:end]; got != test.want {
			t.Errorf("%s: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestMentioned(t *testing.T) {
	for message, want := range map[string][]string{
		`relation "public.users" does not exist`:                 {"users", "public"},
		`unknown function: app.f()`:                              {"f"},
		`column "a" of relation "b" does not exist`:              {"a", "b"},
		`function lower(integer) does not exist`:                 {"lower"},
		`an odd "quote`:                                          nil,
		`index "t_x" does not exist (while looking in schema s)`: {"t_x"},
	} {
		if diff := cmp.Diff(want, mentioned(message)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", message, diff)
		}
	}
}

// The rule that knows a message: by the most telling example, then by the kind
// of statement.
func TestRulesOf(t *testing.T) {
	for _, test := range []struct{ statement, message, want string }{
		{"CREATE EXTENSION btree_gin", `unimplemented: extension "btree_gin" is not yet supported`, "[create-extension]"},
		{"VACUUM t", `at or near "vacuum": syntax error`, "[maintenance]"},
		{"CREATE TABLE t (x INT)", "nobody has ever seen this", "[]"},
		{"CREATE TABLE t (x INT)", "syntax error", "[]"},
	} {
		if got := fmt.Sprint(rulesOf(split(t, test.statement), test.message)); got != test.want {
			t.Errorf("%s: %s, want %s", test.message, got, test.want)
		}
	}
}

// What reaches beyond the database, and what does not.
func TestOutsideOf(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE TABLE t (id INT)":                                     "",
		"CREATE INVERTED INDEX i ON t (doc)":                          "",
		"CREATE UNIQUE INDEX i ON t (doc) WITH (x = 1":                "",
		"GRANT SELECT ON t TO app":                                    "",
		"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app":      "",
		"DO $$ BEGIN PERFORM 1; END $$":                               "",
		"CREATE FUNCTION f() RETURNS INT LANGUAGE sql AS 'SELECT 1'":  "",
		"COPY t FROM stdin":                                           "",
		"ALTER TABLE t RENAME TO u":                                   "",
		"CREATE USER app":                                             roles,
		"ALTER USER app PASSWORD 'x'":                                 roles,
		"GRANT app TO admin":                                          roles,
		"DROP OWNED BY app":                                           roles,
		"ALTER ROLE a RENAME TO b":                                    roles,
		"DO 'BEGIN EXECUTE ''DROP USER app''; END'":                   roles,
		"DO $x$ BEGIN EXECUTE $y$CREATE DATABASE d$y$; END $x$":       databases,
		"ALTER DATABASE d OWNER TO app":                               databases,
		"CREATE TABLESPACE s LOCATION '/x'":                           files,
		"COMMENT ON ROLE app IS 'x'":                                  roles,
		"INSERT INTO other.public.t VALUES (1)":                       "another database",
		"CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p":     "another server",
		"SET CLUSTER SETTING kv.range_merge.queue.enabled = false":    "more than pg2crdb can tell",
		"BACKUP INTO 'nodelocal://1/x'":                               "more than pg2crdb can tell",
		"USE other":                                                   "more than pg2crdb can tell",
		"CREATE CHANGEFEED FOR t INTO 'kafka://x' WITH":               "more than pg2crdb can tell",
		"CREATE OR REPLACE FUNCTION f() RETURNS INT LANGUAGE x AS )":  "",
		"ALTER RANGE default CONFIGURE ZONE USING gc.ttlseconds = 60": "more than pg2crdb can tell",
	} {
		if got := outside(split(t, statement)); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
	}
}

func TestCopyRows(t *testing.T) {
	for data, want := range map[string]string{
		"1\ta\n2\tb\n\\.": "1\ta\n2\tb\n",
		"1\ta\r\n\\.":     "1\ta\r\n",
		"\\.":             "",
		"1\ta\n":          "1\ta\n",
		"":                "",
	} {
		if got := string(copyRows([]byte(data))); got != want {
			t.Errorf("%q: %q, want %q", data, got, want)
		}
	}
}

// What is not there, and what no statement makes.
func TestLacks(t *testing.T) {
	var u unit
	for _, text := range []string{"CREATE SCHEMA mine", "CREATE TABLE mine.t (id SERIAL)", "DO $$ BEGIN CREATE TABLE made (id INT); END $$"} {
		u.statements = append(u.statements, &statement{Statement: split(t, text)})
	}
	h := &history{units: []*unit{&u}}
	for _, test := range []struct{ code, message, want string }{
		{"3F000", `cannot create "auth.users" because the target database or schema does not exist`, "schema auth"},
		{"3F000", `unknown schema "Auth"`, `schema "Auth"`},
		{"3F000", `unknown schema "mine"`, ""},
		{"42P01", `relation "auth.users" does not exist`, "relation users"},
		{"42P01", `relation "mine.t" does not exist`, ""},
		{"42P01", `relation "t_id_seq" does not exist`, ""},
		{"42P01", `relation "pg_stat" does not exist`, ""},
		{"42P01", `relation "made" does not exist`, ""},
		{"42703", `column "auth" does not exist`, ""},
	} {
		if got := h.lacks(&pgconn.PgError{Code: test.code, Message: test.message}); got != test.want {
			t.Errorf("%s: %q, want %q", test.message, got, test.want)
		}
	}
}
