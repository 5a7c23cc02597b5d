package rules

import (
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// The extent of every expression that the rules read is the text that stands
// between the marks.
func TestExtent(t *testing.T) {
	for _, text := range []string{
		"[1]", "[-1]", "['a'\n'b']", "[t.a]", "[$1]", "[lower(a)]", "[pg_catalog.lower((a))]", "[count(*) FILTER (WHERE a)]",
		"[sum(a) OVER (PARTITION BY b)]", "[sum(a) OVER w]", "[percentile_cont(0.5) WITHIN GROUP (ORDER BY a)]", "[extract(epoch FROM a)]",
		"[a AT TIME ZONE 'UTC']", "[(a) AT TIME ZONE ('UTC' || b)]", "[a::int]", "[(a + b)::numeric(3, 1)]", "[CAST (a AS double precision)]",
		"[date '2020-01-01']", "[interval '1' day]", "[a::text::int]", "[a + b]", "[(a + b) * (c)]", "[- a]", "[a * (b - c)]", "[a OPERATOR(pg_catalog.+) b]",
		"[a LIKE b]", "[a NOT LIKE 'x' ESCAPE '!']", "[a SIMILAR TO b]", "[a NOT ILIKE (b)]", "[a IN (1, (2))]", "[(a) NOT IN (1)]",
		"[a BETWEEN 1 AND (2 + b)]", "[a NOT BETWEEN SYMMETRIC 1 AND 2]", "[a IS NOT DISTINCT FROM b]", "[a = ANY (b)]", "[a <> ALL (ARRAY[1])]",
		"[NOT (a)]", "[a AND b OR (c)]", "[(a OR b) AND c]", "[a IS NOT NULL]", "[(a + 1) ISNULL]", "[a IS NOT TRUE]", "[CASE WHEN a THEN CASE b WHEN 1 THEN 2 END ELSE 3 END]",
		"[coalesce(a, b)]", "[greatest(a, b)]", "[nullif(a, b)]", "[ROW(a, b)]", "[ARRAY[a, b]]", "[EXISTS (SELECT 1)]", "[(SELECT 1)]", "[a IN (SELECT 1)]",
		"[a > ANY (SELECT 1)]", "[ARRAY(SELECT 1)]", "[current_date]", "[current_timestamp(3)]", "[a[1]]", "[(a).b]", "[((a)).b[1]]", "[a COLLATE \"C\"]",
	} {
		for _, around := range [][2]string{{"SELECT ", ""}, {"SELECT (", ")"}, {"SELECT f(", ") FROM t"}} {
			// The marks are the first and the last bracket.
			inner := text[1 : len(text)-1]
			st := pgsql.Lex(around[0] + inner + around[1])
			if st.Parse(); st.Err != nil {
				t.Fatalf("%s: %v", st.Text, st.Err)
			}
			n := st.Tree.(*pgsql.SelectStmt).TargetList[0].(*pgsql.ResTarget).Val
			if call, ok := n.(*pgsql.FuncCall); ok && around[1] == ") FROM t" {
				n = call.Args[0]
			}
			et := exprText{st: &Statement{Statement: st}}
			first, last, ok := et.extent(n)
			if !ok {
				t.Errorf("%s: no extent", st.Text)
			} else if got := et.st.textOf(first, last); got != inner && got != "("+inner+")" { // a subquery's are all its own
				t.Errorf("%s: got %s", st.Text, got)
			}
		}
	}
}
