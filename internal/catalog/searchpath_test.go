package catalog

import (
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// follow applies the statements of one source after another.
func follow(t *testing.T, sources ...string) *Catalog {
	t.Helper()
	c := New()
	for i, text := range sources {
		stmts, err := pgsql.Split([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range stmts {
			st.Parse()
			c.Apply(st, i)
		}
	}
	return c
}

func TestSetLocalEndsWithTheTransaction(t *testing.T) {
	for name, sources := range map[string][]string{
		"commit":     {"CREATE SCHEMA s; BEGIN; SET LOCAL search_path = s; CREATE TABLE a (i INT); COMMIT; CREATE TABLE b (i INT);"},
		"rollback":   {"CREATE SCHEMA s; BEGIN; SET LOCAL search_path = s; CREATE TABLE a (i INT); ROLLBACK; CREATE TABLE b (i INT);"},
		"file":       {"CREATE SCHEMA s; SET LOCAL search_path = s; CREATE TABLE a (i INT);", "CREATE TABLE b (i INT);"},
		"set_config": {"CREATE SCHEMA s; BEGIN; SELECT set_config('search_path', 's', true); CREATE TABLE a (i INT); COMMIT; CREATE TABLE b (i INT);"},
	} {
		c := follow(t, sources...)
		if c.Relation(Name{"s", "a"}) == nil || c.Relation(Name{"public", "b"}) == nil {
			t.Errorf("%s: a is in s and b in public; got %v", name, c.Tables())
		}
	}
}

func TestFunctionsAreFollowed(t *testing.T) {
	c := follow(t, `CREATE SCHEMA s; CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(a TEXT) RETURNS INT LANGUAGE sql AS 'SELECT 1';
		ALTER FUNCTION f(INT) RENAME TO g; ALTER FUNCTION g SET SCHEMA s;`)
	if fs := c.Functions(Name{"s", "g"}); len(fs) != 1 || len(fs[0].Args) != 1 || fs[0].Args[0].Name != "int4" {
		t.Errorf("s.g is %v", fs)
	}
	if fs := c.Functions(Name{"", "f"}); len(fs) != 1 || fs[0].Args[0].Name != "text" {
		t.Errorf("f is %v", fs)
	}
	c = follow(t, `CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(a TEXT) RETURNS INT LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f(INT);`)
	if fs := c.Functions(Name{"", "f"}); len(fs) != 1 {
		t.Errorf("f is %v", fs)
	}
}
