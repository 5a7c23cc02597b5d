package consolidate_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
)

// TestLive applies histories and their consolidated schemas to a real
// CockroachDB: both make the same database.
func TestLive(t *testing.T) {
	conn := crdbtest.Database(t)
	series := crdbtest.Series(t, conn)
	for _, test := range foldCases {
		t.Run(test.name, func(t *testing.T) {
			tree, out := translated(t, plain(test.input), "plain", series)
			all, err := consolidate.Tree(tree, out, consolidate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := made(t, out.Histories[0].Texts[0].Content)
			if diff := cmp.Diff(want, made(t, all[0].Text)); diff != "" {
				t.Errorf("not the same database (-history +consolidated):\n%s", diff)
			}
		})
	}
}

// made runs a text in a database of its own and lists what is there then,
// whatever the order of it.
func made(t *testing.T, text []byte) []string {
	t.Helper()
	ctx := context.Background()
	conn := crdbtest.Database(t)
	stmts, err := pgsql.Split(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stmts {
		if st.Form != pgsql.SQL {
			continue
		}
		if _, err := conn.Exec(ctx, st.Text); err != nil {
			t.Fatalf("%s: %v", st.Text, err)
		}
	}
	var out []string
	for _, what := range []string{"SCHEMAS", "TYPES", "TABLES", "ROUTINES"} {
		rows, err := conn.Query(ctx, "SHOW CREATE ALL "+what)
		if err != nil {
			t.Fatal(err)
		}
		creates, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, create := range creates {
			create = strings.ReplaceAll(create, conn.Config().Database+".", "") // a view names it
			lines := strings.Split(create, "\n")
			for _, l := range lines {
				l = strings.TrimSuffix(strings.TrimSpace(l), ",")
				if !strings.HasPrefix(l, "FAMILY ") {
					out = append(out, lines[0]+": "+l)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}
