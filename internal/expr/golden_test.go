package expr

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// testScope is the catalog of testdata/setup.sql, with its table in scope.
func testScope(t testing.TB) Scope {
	t.Helper()
	text, err := os.ReadFile("testdata/setup.sql")
	if err != nil {
		t.Fatal(err)
	}
	return Scope{Catalog: apply(t, catalog.New(), string(text)), Table: nil}.in(t, "t")
}

func (s Scope) in(t testing.TB, table string) Scope {
	t.Helper()
	if s.Table = s.Catalog.Relation(catalog.Name{Name: table}); s.Table == nil {
		t.Fatalf("no table %s", table)
	}
	return s
}

func apply(t testing.TB, c *catalog.Catalog, text string) *catalog.Catalog {
	t.Helper()
	statements, err := pgsql.Split([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range statements {
		if st.Parse(); st.Err != nil {
			t.Fatalf("%s: %v", st.Text, st.Err)
		}
		c.Apply(st, 0)
	}
	return c
}

// parseExpr returns the tree of an expression and the text that its locations
// are in.
func parseExpr(t testing.TB, e string) (pgsql.Node, string) {
	t.Helper()
	text := "SELECT (" + e + ")"
	tree, err := pgsql.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return tree.(*pgsql.SelectStmt).TargetList[0].(*pgsql.ResTarget).Val, text
}

func parseType(t testing.TB, name string) catalog.Type {
	t.Helper()
	if name == "" {
		return catalog.Type{}
	}
	e, _ := parseExpr(t, "NULL::"+name)
	return catalog.TypeOf(e.(*pgsql.TypeCast).TypeName)
}

func readLines(t testing.TB, file string, columns int) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "# ") {
			continue
		}
		r := strings.Split(s.Text(), "\t")
		if len(r) != columns {
			t.Fatalf("%s: %d columns in %q", file, len(r), s.Text())
		}
		out = append(out, r)
	}
	return out
}

// ours reports an error of CockroachDB that Judge must foresee: those on
// volatility, unknown functions, sub-queries and the type of the result.
func ours(answer string) bool {
	for _, part := range [...]string{"context-dependent", "volatile functions", "unknown function", "unknown signature",
		"variable sub-expressions", "expression to have type", "unsupported binary", "unsupported comparison", "invalid cast", `type "regconfig"`,
		"cannot be matched", "doesn't match type"} {
		if strings.Contains(answer, part) {
			return true
		}
	}
	return false
}

// Every answer of the server is foreseen: nothing that it takes has a cause,
// and where it objects, the first cause says what it says.
func TestJudgeAgainstServer(t *testing.T) {
	scope := testScope(t)
	places := map[string]Place{"stored": StoredColumn, "virtual": VirtualColumn, "index": IndexElement,
		"where": IndexPredicate, "default": ColumnDefault, "check": CheckConstraint}
	for _, r := range readLines(t, "testdata/cockroachdb.tsv", 4) {
		var causes []Cause
		if r[0] == "query" {
			tree, err := pgsql.Parse(r[2])
			if err != nil {
				t.Fatalf("%s: %v", r[2], err)
			}
			causes, _, _ = JudgeQuery(tree, Scope{Catalog: scope.Catalog}, Context{Text: r[2]})
		} else {
			e, text := parseExpr(t, r[2])
			causes = Judge(e, scope, Context{Place: places[r[0]], Want: parseType(t, r[1]), Text: text})
		}
		causes = in261(causes)
		switch answer := r[3]; {
		case answer == "accepted" && len(causes) > 0:
			t.Errorf("%s %s (%s): accepted, but %s", r[0], r[1], r[2], causes[0].Message)
		case answer != "accepted" && ours(answer) && len(causes) == 0:
			t.Errorf("%s %s (%s): no cause for %s", r[0], r[1], r[2], answer)
		case answer != "accepted" && ours(answer) && !says(answer, causes[0]):
			t.Errorf("%s %s (%s): %s, but %s", r[0], r[1], r[2], answer, causes[0].Message)
		}
	}
}

// in261 drops causes that do not hold for v26.1.
func in261(causes []Cause) []Cause {
	out := causes[:0]
	for _, c := range causes {
		if c.Versions == "" || c.Versions == "<26.2" {
			out = append(out, c)
		}
	}
	return out
}

// says reports whether an error of CockroachDB is about this cause. What
// surrounds it stands in front; of the type of a result it quotes the
// expression, and the types have the spelling of the column.
func says(answer string, c Cause) bool {
	if c.Kind == ResultType && strings.Contains(answer, "expression to have type") {
		return true
	}
	return strings.HasSuffix(spelling(answer), spelling(c.Message))
}

func spelling(s string) string {
	return strings.NewReplacer("int4", "int", "int2", "int").Replace(s)
}
