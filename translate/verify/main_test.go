//go:build unix

package verify

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/pgtest"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// standIn is a PostgreSQL in the place of the CockroachDB: most of what a
// verification does is the same on it.
func standIn(t *testing.T) *Server {
	t.Helper()
	return standInAt(t, pgtest.URL(t))
}

func standInAt(t *testing.T, url string) *Server {
	t.Helper()
	s, err := connect(context.Background(), url, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// translated translates a tree of migrations: names and texts in turn.
func translated(t *testing.T, layout string, files ...string) *translate.Output {
	t.Helper()
	return translateWith(t, layout, translate.Options{}, files)
}

// untranslated leaves the texts as they are: for statements that only the
// stand-in takes.
func untranslated(t *testing.T, layout string, files ...string) *translate.Output {
	t.Helper()
	return translateWith(t, layout, translate.Options{Apply: func(*lint.Finding, func(int, int64) int64) bool { return false }}, files)
}

func translateWith(t *testing.T, layout string, opts translate.Options, files []string) *translate.Output {
	t.Helper()
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), Mode: 0o644}
	}
	target, err := rules.ParseTarget(">=25.4")
	if err != nil {
		t.Fatal(err)
	}
	opts.Options = lint.Options{Target: target, Layout: layout}
	out, err := translate.FS(context.Background(), fsys, opts)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mustRun is a verification that comes to an end.
func mustRun(t *testing.T, s *Server, out *translate.Output, opts Options) *Result {
	t.Helper()
	res, err := Run(context.Background(), s, out, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// said are the findings as "file:line:column rule[ follows] message".
func said(r *Result) []string {
	var out []string
	for _, f := range r.Report.Findings {
		follows := ""
		if f.Follows {
			follows = " follows"
		}
		out = append(out, fmt.Sprintf("%s:%d:%d %s%s %s", f.File, f.Start.Line, f.Start.Column, f.Rule, follows, f.Message))
	}
	return out
}

// left are the scratch databases that are on a server.
func left(t *testing.T, url string) []string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE '"+strings.ReplaceAll(scratchPrefix, "_", `\_`)+"%'")
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}
