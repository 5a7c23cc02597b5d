package translate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// query is a condition as the query converters of Temporal's visibility store
// write it.
type query struct {
	where string
	// index is one that CockroachDB can answer it with, looking at nothing but
	// the part of the namespace that suits; empty where there is none, on
	// PostgreSQL neither.
	index string
}

// visibilityQueries are conditions of every form that the converters of
// v1.30.4 and v1.32.0 write (sqlplugin/postgresql/query_converter.go).
func visibilityQueries() []query {
	var out []query
	add := func(index string, conditions ...string) {
		for _, c := range conditions {
			out = append(out, query{c, index})
		}
	}
	add("", "status = 1 OR TRUE", "close_time IS NULL", "close_time IS NOT NULL", "status != 1", "status NOT IN (1, 2, 3)", "close_time > '2024-05-10 00:00:00'")
	add("by_status", "status = 1", "status IN (1, 2, 3)")
	add("", "start_time BETWEEN '2024-04-02 00:00:00' AND '2024-04-03 23:59:59.999999'")
	add("by_execution_time", "execution_time = '2024-04-02 01:01:01'", "execution_time < '2024-04-02 00:00:00'")
	add("by_workflow_id", "workflow_id = 'workflow-7'", "workflow_id IN ('workflow-7', 'workflow-8')")
	add("by_workflow_type", "workflow_type_name = 'type-1'")
	add("by_task_queue", "task_queue = 'queue-1'")
	add("by_history_length", "history_length = 120")
	add("by_execution_duration", "execution_duration > 100000000000")
	add("by_state_transition_count", "state_transition_count < 7")
	add("by_history_size_bytes", "history_size_bytes = 12094627905536")
	add("by_root_workflow_id", "root_workflow_id = 'root'")
	for _, c := range [][2]string{{"by_datetime_01", "Datetime01"}, {"by_datetime_03", "Datetime03"}, {"by_temporal_datetime_01", "TemporalDatetime01"},
		{"by_temporal_scheduled_start_time", "TemporalScheduledStartTime"}} {
		add(c[0], c[1]+" = '2023-12-31 18:30:00'", c[1]+" = '2024-02-29 23:59:59.123456'", c[1]+" < '1970-01-01 00:00:00'", c[1]+" >= '9999-12-31 00:00:00'",
			c[1]+" BETWEEN '2024-01-01 00:00:00' AND '2024-01-01 12:00:00.5'")
		add("", c[1]+" != '2023-12-31 18:30:00'", c[1]+" IS NOT NULL")
	}
	for _, n := range []string{"01", "03"} {
		add("by_int_"+n, "Int"+n+" = 9223372036854775807", "Int"+n+" < 0", "Int"+n+" BETWEEN 1 AND 3000000000", "Int"+n+" IN (5, -5)")
		add("by_double_"+n, "Double"+n+" = 0.00001", "Double"+n+" > 100000000000000.5", "Double"+n+" = 0")
		add("by_bool_"+n, "Bool"+n+" = true", "Bool"+n+" = false")
		add("", "Bool"+n+" IS NULL", "Int"+n+" != 5", "Double"+n+" IS NOT NULL")
		list := "KeywordList" + n
		add("by_keyword_list_"+n, list+" @> jsonb_build_array('a')", list+" @> jsonb_build_array('Größe')", list+" @> jsonb_build_array('it''s')", list+" @> jsonb_build_array('back\\slash')",
			"("+list+" @> jsonb_build_array('a') OR "+list+" @> jsonb_build_array('A'))")
		add("", "NOT "+list+" @> jsonb_build_array('a')", "NOT ("+list+" @> jsonb_build_array('a') OR "+list+" @> jsonb_build_array(''))", list+" IS NULL")
		text := "Text" + n
		add("by_text_"+n, text+" @@ 'foo'::tsquery", text+" @@ 'Hello'::tsquery", text+" @@ 'hello'::tsquery", text+" @@ 'the'::tsquery", text+" @@ 'running | run'::tsquery",
			text+" @@ 'zzz | bar | word'::tsquery", text+" @@ 'Größe'::tsquery")
		add("", "NOT "+text+" @@ 'foo'::tsquery", text+" IS NOT NULL")
	}
	for _, n := range []string{"01", "05", "10"} {
		k := "Keyword" + n
		add("by_keyword_"+n, k+" = 'abc'", k+" = ''", k+" IN ('a', 'B', 'é', 'it''s', 'back\\slash')", k+" BETWEEN 'abc' AND 'b'", k+" > 'b'")
		add("", k+" LIKE 'ab!%%' ESCAPE '!'", k+" LIKE 'ab%' ESCAPE '!'", k+" NOT LIKE 'a%' ESCAPE '!'", k+" != 'abc'", k+" IS NOT NULL")
	}
	add("by_temporal_keyword_01", "TemporalKeyword01 = 'Größe'")
	add("by_temporal_low_cardinality_keyword_01", "TemporalLowCardinalityKeyword01 = '漢字'")
	add("by_build_ids", "BuildIds @> jsonb_build_array('a')")
	add("by_used_deployment_versions", "TemporalUsedWorkerDeploymentVersions @> jsonb_build_array('a')")
	add("by_temporal_external_payload_count", "TemporalExternalPayloadCount = 5")
	add("by_keyword_01", "Keyword01 = 'abc' AND Keyword02 = 'abc'")
	add("", "(Keyword01 = 'abc' OR Int01 = 5) AND NOT (Int01 = 7)", "(Keyword01 = 'abc' AND Keyword02 != 'x') OR Text01 @@ 'foo'::tsquery")
	return out
}

const closeTime = "coalesce(close_time, '9999-12-31 23:59:59')"

// list is the query for a page of the first namespace as the store sends it.
// From is the table, perhaps with an index.
func (q query) list(from, division string, limit int) string {
	return fmt.Sprintf("SELECT trim(run_id) FROM %s WHERE namespace_id = '%s' AND (%s)%s ORDER BY %s DESC, start_time DESC, run_id LIMIT %d", from, namespaceOf(0), q.where, division, closeTime, limit)
}

const (
	visibilityTable = "executions_visibility"
	noDivision      = " AND TemporalNamespaceDivision IS NULL"
)

// answers returns the numbers of the rows that each query finds, in their
// order.
func answers(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, q := range visibilityQueries() {
		var found []string
		for _, run := range strs(t, conn, q.list(visibilityTable, noDivision, 1000)) {
			found = append(found, strings.TrimLeft(run[strings.LastIndexByte(run, '-')+1:], "0"))
		}
		out[q.where] = strings.Join(found, " ")
	}
	return out
}

// explain checks that CockroachDB can answer a query with its index, and with
// no more than a part of the namespace.
func (q query) explain(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	plan := strings.Join(strs(t, conn, "EXPLAIN "+q.list(visibilityTable+"@"+q.index, "", 1000)), "\n")
	whole := fmt.Sprintf("spans: [/'%s' - /'%[1]s']\n", namespaceOf(0))
	if !strings.Contains(plan, "table: "+visibilityTable+"@"+q.index+"\n") || strings.Contains(plan, whole) || strings.Contains(plan, "FULL SCAN") {
		t.Errorf("%s is not answered by %s:\n%s", q.where, q.index, plan)
	}
}

// pages follows the store's page tokens through the first namespace and returns
// the runs in the order in which they come.
func pages(t *testing.T, conn *pgx.Conn, size int) []string {
	t.Helper()
	var all []string
	token := "status >= 0"
	for {
		page := strs(t, conn, query{where: token}.list(visibilityTable, noDivision, size))
		all = append(all, page...)
		if len(page) < size {
			return all
		}
		var closed, start string
		err := conn.QueryRow(context.Background(), fmt.Sprintf("SELECT %s::TEXT, start_time::TEXT FROM %s WHERE namespace_id = '%s' AND run_id = '%s'",
			closeTime, visibilityTable, namespaceOf(0), page[size-1])).Scan(&closed, &start)
		if err != nil {
			t.Fatal(err)
		}
		token = fmt.Sprintf("(%[1]s = '%[2]s' AND start_time = '%[3]s' AND run_id > '%[4]s') OR (%[1]s = '%[2]s' AND start_time < '%[3]s') OR %[1]s < '%[2]s'",
			closeTime, closed, start, page[size-1])
	}
}

// upsert writes a row again, in the way of the store: a version that is newer
// than the stored one replaces it and its computed columns, another does not.
func upsert(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	var set []string
	for _, c := range strings.Split(visibilityColumns, ", ") {
		set = append(set, c+" = excluded."+c)
	}
	for _, c := range []struct {
		version, value, want string
		rows                 int64
	}{{"1", "first", "first", 1}, {"3", "third", "third", 1}, {"2", "second", "third", 0}, {"3", "again", "third", 0}} {
		insert := strings.Replace(insertRow(9999, fmt.Sprintf(`{"Keyword01": %q, "Datetime01": "2024-01-01T00:00:00.0000015+01:00"}`, c.value)), "DO NOTHING",
			"DO UPDATE SET "+strings.Join(set, ", ")+" WHERE executions_visibility._version < excluded._version", 1)
		insert = strings.Replace(insert, ", 9999) ON CONFLICT", ", "+c.version+") ON CONFLICT", 1)
		done, err := conn.Exec(context.Background(), insert)
		if err != nil {
			t.Fatal(err)
		}
		got := strs(t, conn, "SELECT keyword01 || ' ' || datetime01::TEXT FROM executions_visibility WHERE run_id = '"+runOf(9999)+"'")
		if want := c.want + " 2023-12-31 23:00:00.000002"; done.RowsAffected() != c.rows || len(got) != 1 || got[0] != want {
			t.Errorf("version %s: %d rows written, %q is stored; want %d and %q", c.version, done.RowsAffected(), got, c.rows, want)
		}
	}
	mustExec(t, conn, "DELETE FROM executions_visibility WHERE namespace_id = '"+namespaceOf(9999)+"' AND run_id = '"+runOf(9999)+"'")
}
