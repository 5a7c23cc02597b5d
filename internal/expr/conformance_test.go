package expr

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// shared returns a path in the project's shared data, or skips the test.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	dir := os.Getenv("PG2CRDB_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(append([]string{dir}, path...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the shared data: set PG2CRDB_SHARED to its directory")
	}
	return dir
}

// judged are the causes that a statement's expressions are refused for by
// v26.1.
func judged(st *pgsql.Statement, c *catalog.Catalog) (causes []Cause, n int) {
	for _, p := range Places(nil, st.Tree, c) {
		causes = append(causes, in261(p.Judge(st.Text, false, nil))...)
		n++
	}
	return causes, n
}

// The recorded verdicts of a real CockroachDB on real-world files: an accepted
// statement has no cause, and one that was rejected for its volatility or an
// unknown function has it.
func TestConformance(t *testing.T) {
	cases := shared(t, "conformance", "cases")
	verdicts := shared(t, "conformance", "verdicts")
	expressions, refused := 0, 0
	err := filepath.WalkDir(verdicts, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		var file struct {
			File, Setup string
			Statements  []struct {
				Start                           int64
				Class, Verdict, Message, Detail string
			}
		}
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &file)
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(verdicts, path)
		if err != nil {
			return err
		}
		source := filepath.Join(cases, strings.TrimSuffix(rel, ".json")+".sql")
		c := catalog.New()
		if file.Setup != "" {
			follow(t, c, filepath.Join(filepath.Dir(source), "_setup.sql"), nil)
		}
		byStart := map[int64]int{}
		for i, s := range file.Statements {
			byStart[s.Start] = i
		}
		follow(t, c, source, func(st *pgsql.Statement) {
			i, ok := byStart[st.Start()]
			if !ok {
				return
			}
			s := file.Statements[i]
			causes, n := judged(st, c)
			expressions += n
			switch {
			case s.Verdict == "accepted":
				for _, cause := range causes {
					t.Errorf("%s: accepted, but %s\n%s", rel, cause.Message, st.Text)
				}
			case s.Verdict == "rejected" && n > 0 && ours(s.Message):
				refused++
				if !slices.ContainsFunc(causes, func(c Cause) bool { return says(s.Message, c) }) {
					t.Errorf("%s: no cause for %s\n%s", rel, s.Message, st.Text)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d expressions judged, %d statements refused for one", expressions, refused)
}

// follow lets the catalog follow a file, and calls f for each statement.
func follow(t *testing.T, c *catalog.Catalog, file string, f func(*pgsql.Statement)) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	statements, err := pgsql.Split(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range statements {
		if st.Parse(); st.Tree == nil {
			continue
		}
		if f != nil {
			f(st)
		}
		c.Apply(st, 0)
	}
}
