package translate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// recordFile holds what PostgreSQL 15 answers, on the tables of Temporal's own
// migrations, so that the tests need none.
const recordFile = "testdata/temporal/postgresql.json"

type record struct {
	// Rows are those of rowAttributes.
	Rows []storedRow `json:"rows"`
	// Answers are the rows that each of visibilityQueries finds.
	Answers map[string]string `json:"answers"`
}

func (r *record) text(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func recorded(t *testing.T) *record {
	t.Helper()
	text, err := os.ReadFile(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	r := &record{}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// upstream applies the migrations of a release to PostgreSQL as they are.
func upstream(t *testing.T, conn *pgx.Conn, release, store string) {
	t.Helper()
	fsys, err := layout.Release(context.Background(), "temporal@"+release)
	if err != nil {
		t.Skipf("needs the Go module of Temporal: %v", err)
	}
	tree, err := temporal.ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range steps(t, tree, store, eraOf(t, tree, store)) {
		for _, s := range v.statements {
			mustExec(t, conn, s)
		}
	}
}

// eraOf returns the newest splitter that reads a store: not each of Temporal's own
// files can be read by each.
func eraOf(t *testing.T, tree *temporal.Tree, store string) temporal.Era {
	t.Helper()
	for _, era := range slices.Backward(temporal.Eras()) {
		if readable(t, tree, store, era) {
			return era
		}
	}
	t.Fatalf("no era reads the %s store", store)
	return 0
}

func readable(t *testing.T, tree *temporal.Tree, store string, era temporal.Era) bool {
	t.Helper()
	for _, s := range tree.Stores {
		for _, v := range s.Versions {
			for _, f := range v.Files {
				text, err := fs.ReadFile(tree.FS, f)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := era.Split(text); s.Name == store && err != nil {
					return false
				}
			}
		}
	}
	return true
}

// TestTemporalRecord holds what is recorded to a PostgreSQL.
func TestTemporalRecord(t *testing.T) {
	if testing.Short() && !*updateGolden {
		t.Skip("skipped with -short: the record is held to a PostgreSQL")
	}
	conn := postgres(t)
	upstream(t, conn, liveRelease, "visibility")
	got := &record{Rows: fill(t, conn, rowAttributes())}
	got.Answers = answers(t, conn)
	for q, found := range got.Answers {
		if found == "" {
			t.Errorf("nothing is found by %s", q)
		}
	}
	if *updateGolden {
		if err := os.MkdirAll(filepath.Dir(recordFile), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(recordFile, got.text(t), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(recorded(t), got); diff != "" {
		t.Errorf("PostgreSQL answers otherwise (run with -update where that is right; -recorded +got):\n%s", diff)
	}
}

// consolidated makes a store of the release on CockroachDB in one step.
func consolidated(t *testing.T, target, store string) *pgx.Conn {
	t.Helper()
	conn := crdbtest.Database(t)
	tree, out := translateTree(t, liveRelease, target)
	schemas, err := consolidate.Tree(tree, out, consolidate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range schemas {
		if s.Name == store {
			mustExec(t, conn, string(s.Text))
		}
	}
	return conn
}

// visibilityOn makes the visibility store of the release in one step, as
// translated for a target, fills it with the recorded rows, and takes away those
// that PostgreSQL has not.
func visibilityOn(t *testing.T, target string) (conn *pgx.Conn, want *record, got []storedRow) {
	t.Helper()
	conn = consolidated(t, target, "visibility")
	want = recorded(t)
	got = fill(t, conn, want.Rows)
	var refused []string
	for i, r := range want.Rows {
		if r.Refused {
			refused = append(refused, "'"+runOf(i)+"'")
		}
	}
	mustExec(t, conn, "DELETE FROM executions_visibility WHERE run_id IN ("+strings.Join(refused, ", ")+")")
	return conn, want, got
}

// TestTemporalRows stores rows in the translated visibility store and asks for
// them as Temporal does: what is stored and what is found is what PostgreSQL
// stores and finds on Temporal's own tables.
func TestTemporalRows(t *testing.T) {
	conn, want, got := visibilityOn(t, ">=23.1")
	compareRows(t, want.Rows, got)
	found := answers(t, conn)
	for _, q := range visibilityQueries() {
		if found[q.where] != want.Answers[q.where] {
			t.Errorf("%s finds %s, and %s on PostgreSQL", q.where, found[q.where], want.Answers[q.where])
		}
		if q.index != "" {
			q.explain(t, conn)
		}
	}
	whole := strs(t, conn, query{where: "status >= 0"}.list(visibilityTable, noDivision, 1000))
	if diff := cmp.Diff(whole, pages(t, conn, 50)); diff != "" {
		t.Errorf("page by page (-whole +pages):\n%s", diff)
	}
	upsert(t, conn)
}

// TestTemporalRowsPortable stores the rows in the portable translation. Text01
// to Text03 are what the report says of them, and all else is as on PostgreSQL.
func TestTemporalRowsPortable(t *testing.T) {
	conn, want, got := visibilityOn(t, "")
	compareRows(t, want.Rows, got, "text01", "text02", "text03")
	for i, g := range got {
		var attributes map[string]any
		if err := json.Unmarshal([]byte(g.Attributes), &attributes); err != nil {
			t.Fatal(err)
		}
		for _, c := range textColumns {
			if text, ok := attributes[c].(string); ok && g.Stored[strings.ToLower(c)] != text {
				t.Errorf("row %d: %s is %q, want the text as it is", i, c, g.Stored[strings.ToLower(c)])
			}
		}
	}
	// Words are folded and stemmed, and stop words are gone.
	for _, c := range []struct {
		query string
		finds int
	}{{"hello", 2}, {"Hello", 0}, {"run", 1}, {"running", 0}, {"the", 0}} {
		runs := strs(t, conn, "SELECT run_id FROM executions_visibility WHERE Keyword01 IS NULL AND Text01 @@ '"+c.query+"'::tsquery AND Text02 IS NOT NULL")
		if len(runs) != c.finds {
			t.Errorf("@@ '%s' finds %d rows, want %d", c.query, len(runs), c.finds)
		}
	}
	if _, err := conn.Exec(context.Background(), insertRow(8000, `{"Text01": "`+strings.Repeat("x", 4096)+`"}`)); err != nil {
		t.Error(err)
	}
	if _, err := conn.Exec(context.Background(), insertRow(8001, `{"Text01": "`+strings.Repeat("x", 4097)+`"}`)); err == nil {
		t.Error("a text of 4097 characters is stored")
	}
}
