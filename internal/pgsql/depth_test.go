package pgsql

import (
	"strings"
	"testing"
)

// What nests or repeats n times, each in every way that makes a tree deeper,
// and what looks like it and is flat.
var (
	deep = map[string]func(n int) string{
		"parentheses": func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
		"subqueries":  func(n int) string { return "SELECT " + strings.Repeat("(SELECT ", n) + "1" + strings.Repeat(")", n) },
		"from": func(n int) string {
			return strings.Repeat("SELECT * FROM (", n) + "SELECT 1" + strings.Repeat(") a", n)
		},
		"with": func(n int) string {
			return strings.Repeat("WITH a AS (", n) + "SELECT 1" + strings.Repeat(") SELECT 1", n)
		},
		"case": func(n int) string {
			return "SELECT " + strings.Repeat("CASE WHEN a THEN ", n) + "1" + strings.Repeat(" END", n)
		},
		"arrays":       func(n int) string { return "SELECT " + strings.Repeat("ARRAY[", n) + "1" + strings.Repeat("]", n) },
		"calls":        func(n int) string { return "SELECT " + strings.Repeat("f(", n) + "1" + strings.Repeat(")", n) },
		"in":           func(n int) string { return "SELECT " + strings.Repeat("a IN (", n) + "1" + strings.Repeat(")", n) },
		"not":          func(n int) string { return "SELECT " + strings.Repeat("NOT ", n) + "a" },
		"minus":        func(n int) string { return "SELECT " + strings.Repeat("- ", n) + "a" },
		"||":           func(n int) string { return "SELECT a" + strings.Repeat("||a", n) },
		"+":            func(n int) string { return "SELECT a" + strings.Repeat("+a", n) },
		"operator()":   func(n int) string { return "SELECT a" + strings.Repeat(" OPERATOR(pg_catalog.+) a", n) },
		"casts":        func(n int) string { return "SELECT a" + strings.Repeat("::a", n) },
		"collate":      func(n int) string { return "SELECT a" + strings.Repeat(" COLLATE c", n) },
		"at time zone": func(n int) string { return "SELECT a" + strings.Repeat(" AT TIME ZONE b", n) },
		"is null":      func(n int) string { return "SELECT a" + strings.Repeat(" IS NULL", n) },
		"isnull":       func(n int) string { return "SELECT a" + strings.Repeat(" ISNULL", n) },
		"between":      func(n int) string { return "SELECT a" + strings.Repeat(" IS NULL BETWEEN 1 AND 2", n) },
		"union": func(n int) string {
			return "SELECT 1 WHERE a AND b" + strings.Repeat(" UNION SELECT 1, 2 WHERE a OR b", n)
		},
		"join": func(n int) string { return "SELECT 1 FROM a" + strings.Repeat(" JOIN b ON c AND d", n) },
		"blocks": func(n int) string {
			return "DO $$ " + strings.Repeat("BEGIN ", n) + "NULL;" + strings.Repeat(" END;", n) + " $$"
		},
	}
	flat = map[string]func(n int) string{
		"or": func(n int) string { return "SELECT a FROM t WHERE a = 1" + strings.Repeat(" OR a = 1", n) },
		"and": func(n int) string {
			return "SELECT a FROM t WHERE NOT a" + strings.Repeat(" AND NOT b || c IS NULL", n)
		},
		"both":     func(n int) string { return "SELECT a" + strings.Repeat(" OR a = 1 AND b BETWEEN 1 AND 2", n) },
		"when":     func(n int) string { return "SELECT CASE" + strings.Repeat(" WHEN a = 1 OR b THEN c || d", n) + " END" },
		"list":     func(n int) string { return "SELECT a" + strings.Repeat(", a || b", n) },
		"rows":     func(n int) string { return "INSERT INTO t VALUES (1)" + strings.Repeat(", (-1::INT)", n) },
		"in list":  func(n int) string { return "SELECT a IN (1" + strings.Repeat(", - 1", n) + ")" },
		"ordering": func(n int) string { return "SELECT 1 ORDER BY 1" + strings.Repeat(", a IS NULL, a DESC", n) },
	}
)

// What is too deep is an error, whatever makes it so; nothing crashes, and
// levels that PostgreSQL takes are taken.
func TestDeep(t *testing.T) {
	for name, text := range deep {
		for _, n := range []int{100, 1000, MaxDepth + 10, 100_000} {
			st := Lex(text(n))
			st.Parse()
			switch {
			case n <= 1000 && st.Err != nil:
				t.Errorf("%s, %d times: %v", name, n, st.Err)
			case n > MaxDepth && st.Err == nil && name != "blocks": // a literal, as far as this is concerned
				t.Errorf("%s, %d times: no error", name, n)
			case st.Err != nil && (st.Err.Offset > len(st.Text) || !strings.Contains(st.Err.Message, "nested")):
				t.Errorf("%s, %d times: %d: %s", name, n, st.Err.Offset, st.Err.Message)
			}
			if _, err := Parse(st.Text); (err == nil) != (st.Err == nil) {
				t.Errorf("%s, %d times: Parse says %v, Statement.Parse %v", name, n, err, st.Err)
			}
		}
	}
}

// What is long and not deep is taken.
func TestFlat(t *testing.T) {
	for name, text := range flat {
		st := Lex(text(20_000))
		if st.Parse(); st.Err != nil {
			t.Errorf("%s: %v", name, st.Err)
		}
	}
}

// Bodies of functions have a reader of their own, which must not recurse without
// an end either.
func TestDeepBodies(t *testing.T) {
	for _, n := range []int{100, 1000, 100_000} {
		for _, body := range []string{
			strings.Repeat("BEGIN ", n) + "NULL;" + strings.Repeat(" END;", n),
			"BEGIN " + strings.Repeat("IF a THEN ", n) + "NULL;" + strings.Repeat(" END IF;", n) + " END",
			"BEGIN " + strings.Repeat("LOOP ", n) + "NULL;" + strings.Repeat(" END LOOP;", n) + " END",
			"BEGIN " + strings.Repeat("CASE WHEN a THEN ", n) + "NULL;" + strings.Repeat(" END CASE;", n) + " END",
			"BEGIN PERFORM " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) + "; END",
			strings.Repeat("DECLARE a INT; BEGIN ", n) + strings.Repeat("END; ", n),
		} {
			src, err := ScanPL(body)
			if err != nil {
				t.Errorf("%.20s, %d times: %v", body, n, err)
				continue
			}
			src.Walk(func(*PLNode) {})
		}
	}
}

// A message does not quote megabytes.
func TestLongMessage(t *testing.T) {
	_, err := Parse("SELECT 1 " + strings.Repeat("ä", 1<<20) + " x")
	if err == nil || len(err.Message) > longestMessage+10 {
		t.Errorf("%.300v", err)
	}
}
