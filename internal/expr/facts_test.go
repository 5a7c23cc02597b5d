package expr

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// The generated tables say what the facts say now.
func TestTablesAgainstFacts(t *testing.T) {
	volatility := map[string]Volatility{"Leakproof": Immutable, "Immutable": Immutable, "Stable": Stable, "Volatile": Volatile}
	read := func(to any, path ...string) {
		text, err := os.ReadFile(shared(t, path...))
		if err == nil {
			err = json.Unmarshal(text, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var builtins struct {
		Builtins []struct{ Name, Volatility string }
	}
	read(&builtins, "facts", "cockroachdb-builtins-volatility.json")
	want := map[string][3]int{}
	for _, b := range builtins.Builtins {
		n := want[b.Name]
		n[volatility[b.Volatility]]++
		want[b.Name] = n
	}
	got := map[string][3]int{}
	for name := range want {
		var n [3]int
		for _, s := range find(cockroachFunctions[:], name) {
			n[s.volatility]++
		}
		got[name] = n
	}
	// Aggregates and window functions are not in the facts.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("overloads by volatility (-facts +tables):\n%s", diff)
	}
	var casts struct{ Casts [][4]string }
	read(&casts, "facts", "cockroachdb-casts.json")
	for _, c := range casts.Casts {
		from, to := typeByName(strings.TrimPrefix(c[0], "pg")), typeByName(strings.TrimPrefix(c[1], "pg"))
		if c[0] == "pg_lsn" {
			from = tPgLsn
		}
		if c[1] == "pg_lsn" {
			to = tPgLsn
		}
		if r := findCast(cockroachCasts[:], from, to); r == nil || r.volatility != volatility[c[3]] {
			t.Errorf("%s::%s is %s in the facts", c[0], c[1], c[3])
		}
	}
}

var measuredRow = regexp.MustCompile("^\\| `((?:create|alter) .*)` \\| (\\w+) \\| (.*) \\|$")

// What was measured on a real CockroachDB, as measured.md has it.
func TestJudgeAgainstMeasured(t *testing.T) {
	text, err := os.ReadFile(shared(t, "facts", "measured.md"))
	if err != nil {
		t.Fatal(err)
	}
	c := apply(t, catalog.New(), `CREATE TABLE a1 (id int, s text, ns text, j jsonb, ct timestamp, tz timestamptz)`)
	n := 0
	for _, line := range strings.Split(string(text), "\n") {
		m := measuredRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		tree, perr := pgsql.Parse(strings.ReplaceAll(m[1], "&#124;", "|"))
		if perr != nil {
			continue
		}
		st := &pgsql.Statement{Text: strings.ReplaceAll(m[1], "&#124;", "|"), Tree: tree}
		if fn, ok := tree.(*pgsql.CreateFunctionStmt); ok && catalog.ListName(fn.Funcname).Name == "f_imm" {
			apply(t, c, st.Text)
		}
		if !strings.Contains(m[1], " a1") {
			continue
		}
		for _, p := range Places(nil, st.Tree, c) {
			n++
			causes := in261(p.Judge(st.Text, false, nil))
			switch {
			case m[2] == "accepted" && len(causes) > 0:
				t.Errorf("accepted, but %s\n%s", causes[0].Message, m[1])
			case ours(m[3]) && (len(causes) == 0 || !says(m[3], causes[0])):
				t.Errorf("no cause for %s\n%s", m[3], m[1])
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d expressions found in measured.md", n)
	}
}
