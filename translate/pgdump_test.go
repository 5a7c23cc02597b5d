//go:build unix

package translate_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/pgtest"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

const dumpRoles = "CREATE ROLE app_owner LOGIN CREATEDB VALID UNTIL '2030-01-01';\nCREATE ROLE readers NOLOGIN;\n" +
	"CREATE ROLE writer LOGIN INHERIT CONNECTION LIMIT 10;\nGRANT readers TO writer WITH ADMIN OPTION;\nALTER ROLE writer SET search_path = app, public;\n"

// TestPgDump dumps a database with one of every object in every way that
// pg_dump and pg_dumpall have, and translates what they print: what CockroachDB
// v26.1 can hold is left to no person, what it has nothing for is named as
// testdata/pgdump/lacking.golden says.
func TestPgDump(t *testing.T) {
	server := pgtest.Start(t)
	psql := func(database string, args ...string) {
		server.Client(t, database, "psql", append([]string{"-q", "-v", "ON_ERROR_STOP=1"}, args...)...)
	}
	psql("postgres", "-c", dumpRoles)
	for _, name := range []string{"held", "lacking"} {
		psql("postgres", "-c", "CREATE DATABASE "+name+" OWNER app_owner")
		psql(name, "-f", "testdata/pgdump/"+name+".sql")
	}
	target, err := rules.ParseTarget("26.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{
		"", "--schema-only", "--inserts --rows-per-insert=100", "--column-inserts --no-owner --no-privileges", "-C", "--clean --if-exists -C", "--clean --if-exists",
		"--section=pre-data", "--schema-only --quote-all-identifiers", "--data-only", "--use-set-session-authorization",
	} {
		t.Run("pg_dump "+mode, func(t *testing.T) {
			nothingLeft(t, server.Client(t, "held", "pg_dump", strings.Fields(mode)...), target)
		})
	}
	t.Run("what CockroachDB lacks", func(t *testing.T) {
		lacking(t, server.Client(t, "lacking", "pg_dump"), target)
	})
	psql("postgres", "-c", "DROP DATABASE lacking")
	for _, mode := range []string{"", "--clean --if-exists", "--globals-only"} {
		t.Run("pg_dumpall "+mode, func(t *testing.T) {
			nothingLeft(t, server.Client(t, "postgres", "pg_dumpall", strings.Fields(mode)...), target)
		})
	}
}

func translated(t *testing.T, dump string, target rules.Target) *translate.Result {
	t.Helper()
	res, err := translate.Bytes(context.Background(), "dump.sql", []byte(dump), translate.Options{Options: lint.Options{Target: target}})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// nothingLeft wants a translation that leaves nothing to a person, but for rows
// of COPY, which are not looked into.
func nothingLeft(t *testing.T, dump string, target rules.Target) {
	for _, f := range translated(t, dump, target).Report.Findings {
		if (f.Fidelity == rules.Manual || f.Conflict != "") && f.Rule != "row-value" {
			t.Errorf("%d:%d %s: %s\n%s", f.Start.Line, f.Start.Column, f.Rule, f.Message, f.Before)
		}
	}
}

// lacking compares what is left with the expected list.
func lacking(t *testing.T, dump string, target rules.Target) {
	const golden = "testdata/pgdump/lacking.golden"
	var got strings.Builder
	for _, f := range translated(t, dump, target).Report.Findings {
		if f.Fidelity == rules.Manual && !f.Follows {
			fmt.Fprintf(&got, "%s: %s\n", f.Rule, f.Message)
		}
	}
	if *updateGolden {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
