package translate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// storedRow is one row of executions_visibility.
type storedRow struct {
	// Attributes is the search_attributes column, as JSON.
	Attributes string `json:"attributes"`
	// Stored are the computed columns that are not null, as texts.
	Stored map[string]string `json:"stored,omitempty"`
	// Refused tells that the server refuses the row.
	Refused bool `json:"refused,omitempty"`
}

// takenToo are the rows that PostgreSQL refuses and CockroachDB takes: a NUL in
// JSONB, and a text whose last word is a lone backslash as a tsvector.
var takenToo = map[string]bool{
	`{"Keyword08": "\u0000"}`:  true,
	`{"Text01": "trailing\\"}`: true,
}

// The computed columns of executions_visibility, by type.
var (
	datetimeColumns = []string{"Datetime01", "Datetime02", "Datetime03", "TemporalDatetime01", "TemporalDatetime02", "TemporalScheduledStartTime"}
	intColumns      = []string{"Int01", "Int02", "Int03", "TemporalInt01", "TemporalInt02", "TemporalExternalPayloadSizeBytes", "TemporalExternalPayloadCount"}
	doubleColumns   = []string{"Double01", "Double02", "Double03", "TemporalDouble01", "TemporalDouble02"}
	boolColumns     = []string{"Bool01", "Bool02", "Bool03", "TemporalBool01", "TemporalBool02", "TemporalSchedulePaused"}
	textColumns     = []string{"Text01", "Text02", "Text03"}
	listColumns     = []string{"KeywordList01", "KeywordList02", "KeywordList03", "TemporalKeywordList01", "TemporalKeywordList02", "BuildIds", "TemporalChangeVersion",
		"BinaryChecksums", "TemporalPauseInfo", "TemporalReportedProblems", "TemporalUsedWorkerDeploymentVersions"}
	keywordColumns = []string{"Keyword01", "Keyword02", "Keyword03", "Keyword04", "Keyword05", "Keyword06", "Keyword07", "Keyword08", "Keyword09", "Keyword10",
		"TemporalKeyword01", "TemporalKeyword02", "TemporalKeyword03", "TemporalKeyword04", "TemporalLowCardinalityKeyword01", "BatcherUser", "TemporalScheduledById",
		"TemporalWorkerDeploymentVersion", "TemporalWorkflowVersioningBehavior", "TemporalWorkerDeployment"}
)

// rowAttributes returns rows with their search attributes: values of every type
// at the edges of what Temporal stores, and beyond them, where the row is
// refused.
func rowAttributes() []storedRow {
	out := []storedRow{{Attributes: "{}"}}
	// together makes a row of pairs of a column and its value.
	together := func(columnAndValue ...string) {
		var list []string
		for i := 0; i < len(columnAndValue); i += 2 {
			list = append(list, fmt.Sprintf("%q: %s", columnAndValue[i], columnAndValue[i+1]))
		}
		out = append(out, storedRow{Attributes: "{" + strings.Join(list, ", ") + "}"})
	}
	// all makes a row for each value, in all columns of the type.
	all := func(columns []string, values ...string) {
		for _, v := range values {
			var pairs []string
			for _, c := range columns {
				pairs = append(pairs, c, v)
			}
			together(pairs...)
		}
	}
	// each makes a row for each value, in the next column of the type.
	each := func(columns []string, values ...string) {
		for i, v := range values {
			together(columns[i%len(columns)], v)
		}
	}
	texts := func(list ...string) []string {
		for i, s := range list {
			b, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string always encodes
			}
			list[i] = string(b)
		}
		return list
	}

	instants := texts(rowInstants()...)
	for i := 0; i < len(instants); i += len(datetimeColumns) {
		var pairs []string
		for k, c := range datetimeColumns {
			pairs = append(pairs, c, instants[(i+k)%len(instants)])
		}
		together(pairs...)
	}
	all(datetimeColumns, texts("2024-01-01T00:00:00+05:30", "2024-02-29T23:59:59.1234565Z", "1969-12-31T23:59:59.5Z", "9999-12-31T23:59:59Z")...)
	each(datetimeColumns, `null`, `""`, `"yesterday-ish"`, `"2024-13-01T00:00:00Z"`, `"2024-02-30T00:00:00Z"`, `17`, `"2016-12-31T23:59:60Z"`, `"2024-01-01T24:00:00Z"`)

	each(intColumns, "0", "1", "-1", "2147483647", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807", "-9223372036854775808",
		"9223372036854775808", "-9223372036854775809", "1e3", "1E18", "1e19", "1.0", "12345678901234.00", "1.5", "2.5", "-0.5", "1e-1", "null", `"5"`, "true", "[5]", `{}`)
	all(intColumns, "-5", "5", "9223372036854775807")

	each(doubleColumns, "0", "-0", "-0.0", "0.1", "1.5", "-2.25", "3.14159265358979", "0.000001", "0.000005", "0.0000049999", "-0.000005", "0.000015", "0.000025", "1e-300", "-1e-7",
		"123456789012345", "123456789012345.12345", "123456789012345.123455", "999999999999999.99999", "999999999999999.999994", "999999999999999.999995", "1e14", "1e15", "-1e15",
		"1.7976931348623157e308", "2.5e-5", "1E5", "null", `"1.5"`, "false", "[1]")
	all(doubleColumns, "0.000005", "0", "123456789012345.678905")

	each(boolColumns, "true", "false", "null", `"true"`, "1", "[true]")
	all(boolColumns, "true", "false")

	each(keywordColumns, texts("", " ", "a", "A", "abc", "abcd", `"quoted"`, "tab\tnew\nline\rreturn", "trailing  ", "  leading", "GRÖSSE", "日本語 テキスト", "👩‍👩‍👧‍👦", "e\u0301",
		"\u00a0", "\u200b", "\u2028", "\u007f", "\u0001", "\ufeff", "\uffff", "null", "NULL", strings.Repeat("long ", 51), strings.Repeat("x", 255), strings.Repeat("ä", 255),
		strings.Repeat("😀", 255), strings.Repeat("x", 256), strings.Repeat("ä", 256))...)
	all(keywordColumns, texts("abc", "abd", "ab%", "ab_", "b", "B", "", "it's", `back\slash`, "é", "Größe", "漢字", "😀")...)
	each(keywordColumns, "null", "1", "1.50", "1e5", "true", `["a", "b"]`, `{"b": 1, "a": [null, "x"]}`, `"\u0000"`, `"\ud83d\ude00"`, `"\ud83d"`)
	together("TemporalNamespaceDivision", `"TemporalScheduler"`, "Keyword01", `"abc"`)

	all(textColumns, texts("foo bar", "say hello", "Hello World running the", "Größe Straße", "foo:1A,2B")...)
	each(textColumns, texts(`trailing\`, "the and of", "foo foo  bar", " foo ", "", " ", "漢字 テキスト", "a-b c_d e.f g/h", "foo:1", "foo:1,2 bar:3", "foo:99999", "http://x.example/y", "a:b",
		"key:value", "12:30", `it's`, `'quoted lexeme' rest`, `a\ b`, `back\slash`, `'open`, "a,b;c", "x&y | z !w", "b a c", "aa a b ab", "B a C", "tab\tnew\nline", "foo:", ":foo",
		"😀 smile", "1 2 10", strings.Repeat("word ", 600), strings.Repeat("l", 2046), strings.Repeat("l", 2047), "x "+strings.Repeat("ä", 1024))...)
	each(textColumns, "null", "17", `["foo", "bar"]`)

	each(listColumns, "[]", `[""]`, `["a", "b"]`, `["b", "a", "a"]`, `["a b", "a,b"]`, `[null]`, `[1, 1.0, 1.50, true]`, `[["a"]]`, `[{"a": "b"}]`, `"a"`, `{"a": "b"}`, `null`, `17`,
		"["+strings.TrimSuffix(strings.Repeat(`"item", `, 200), ", ")+"]", `["`+strings.Repeat("x", 2000)+`"]`)
	all(listColumns, `["a"]`, `["Größe"]`, `["A", "b"]`, `["Größe", "漢字", "😀"]`, `["it's", "\"q\"", "back\\slash"]`)
	return out
}

// rowInstants returns RFC 3339 texts as Temporal's clients send them: every
// number of digits of the fraction, with ties at the microsecond, at every kind
// of offset, and days at the edges of the calendar.
func rowInstants() []string {
	offsets := []string{"Z", "+00:00", "-00:00", "+05:30", "-08:00", "+14:00", "-12:00", "+05:45", "+15:59", "-15:59", "+00:01", "-03:30"}
	seconds := []string{"2024-01-01T00:00:00", "2024-02-29T23:59:59", "1969-12-31T23:59:59", "2023-12-31T18:30:07", "0001-01-02T03:04:05", "9999-12-31T23:59:59", "2024-03-31T02:30:00"}
	var out []string
	for _, digits := range []string{"000000000", "123456500", "123457500", "999999500", "999999499", "000000501", "100000050", "909090909"} {
		for n := range 10 {
			fraction := ""
			if n > 0 {
				fraction = "." + digits[:n]
			}
			for range 4 {
				k := len(out)
				out = append(out, seconds[k%len(seconds)]+fraction+offsets[k%len(offsets)])
			}
		}
	}
	return out
}

const visibilityColumns = "namespace_id, run_id, start_time, execution_time, workflow_id, workflow_type_name, status, close_time, history_length, memo, encoding, task_queue, search_attributes, " +
	"history_size_bytes, execution_duration, state_transition_count, parent_workflow_id, parent_run_id, root_workflow_id, root_run_id, _version"

// insertRow returns the INSERT of a row, as Temporal's store sends it.
func insertRow(i int, attributes string) string {
	return insertRows([]string{rowValues(i, attributes)})
}

func insertRows(values []string) string {
	return fmt.Sprintf("INSERT INTO executions_visibility (%s) VALUES %s ON CONFLICT (namespace_id, run_id) DO NOTHING", visibilityColumns, strings.Join(values, ", "))
}

// rowValues are the values of a row, in parentheses.
func rowValues(i int, attributes string) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	closed := "NULL"
	if i%3 != 0 {
		closed = fmt.Sprintf("'2024-05-%02d %02d:00:00.000%03d'", 1+i%28, i%24, i%1000)
	}
	start := fmt.Sprintf("2024-04-%02d %02d:%02d", 1+i%7, i%24, i%60)
	return "(" + strings.Join([]string{
		quote(namespaceOf(i)), quote(runOf(i)), quote(start + ":00"), quote(start + ":01"), quote(fmt.Sprintf("workflow-%d", i%50)), quote(fmt.Sprintf("type-%d", i%5)), fmt.Sprint(1 + i%7),
		closed, fmt.Sprint(i * 10), fmt.Sprintf(`'\x%04x'`, i), quote("Proto3"), quote(fmt.Sprintf("queue-%d", i%4)), quote(attributes), fmt.Sprint(int64(i) << 40),
		fmt.Sprint(int64(i) * 1000000007), fmt.Sprint(i), quote("parent"), quote("parent-run"), quote("root"), quote("root-run"), fmt.Sprint(i),
	}, ", ") + ")"
}

// Most rows are in the first namespace; those in the second one are to be
// stored, and never found.
func namespaceOf(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i%10/9) }

func runOf(i int) string { return fmt.Sprintf("10000000-0000-4000-8000-%012d", i) }

// fill inserts rows and returns what is stored of them. Those that are not
// expected to be refused are inserted several at once, which is much faster.
func fill(t *testing.T, conn *pgx.Conn, expected []storedRow) []storedRow {
	t.Helper()
	ctx := context.Background()
	rows := make([]storedRow, len(expected))
	byRun := map[string]*storedRow{}
	one := func(i int) {
		_, err := conn.Exec(ctx, insertRow(i, rows[i].Attributes))
		var refusal *pgconn.PgError
		switch {
		case errors.As(err, &refusal):
			rows[i].Refused = true
		case err != nil:
			t.Fatalf("insert %s: %v", rows[i].Attributes, err)
		}
	}
	const atOnce = 30
	var batch []int
	flush := func() {
		var values []string
		for _, i := range batch {
			values = append(values, rowValues(i, rows[i].Attributes))
		}
		if len(batch) > 0 {
			if _, err := conn.Exec(ctx, insertRows(values)); err != nil {
				for _, i := range batch {
					one(i)
				}
			}
		}
		batch = nil
	}
	for i, e := range expected {
		rows[i].Attributes = e.Attributes
		byRun[runOf(i)] = &rows[i]
		if e.Refused {
			one(i)
			continue
		}
		if batch = append(batch, i); len(batch) == atOnce {
			flush()
		}
	}
	flush()
	columns := strs(t, conn, "SELECT column_name::TEXT FROM information_schema.columns WHERE table_name = 'executions_visibility' AND is_generated = 'ALWAYS' ORDER BY 1")
	answer, err := conn.Query(ctx, "SELECT trim(run_id), "+strings.Join(columns, "::TEXT, ")+"::TEXT FROM executions_visibility")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	for answer.Next() {
		cells := make([]*string, 1+len(columns))
		into := make([]any, len(cells))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := answer.Scan(into...); err != nil {
			t.Fatal(err)
		}
		r := byRun[*cells[0]]
		for i, s := range cells[1:] {
			if s == nil {
				continue
			}
			if r.Stored == nil {
				r.Stored = map[string]string{}
			}
			r.Stored[columns[i]] = *s
		}
	}
	if err := answer.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// compareRows holds rows to those of PostgreSQL, save for some columns; with
// those, rows of the Text attributes may be taken that PostgreSQL refuses.
func compareRows(t *testing.T, want, got []storedRow, except ...string) {
	t.Helper()
	cells := 0
	for i, w := range want {
		g := got[i]
		if w.Refused != g.Refused && !takenToo[w.Attributes] && !(len(except) > 0 && strings.HasPrefix(w.Attributes, `{"Text`)) {
			t.Errorf("row %d, %s: refused is %v, and %v on PostgreSQL", i, w.Attributes, g.Refused, w.Refused)
		}
		if w.Refused || g.Refused {
			continue
		}
		columns := maps.Clone(w.Stored)
		maps.Copy(columns, g.Stored)
		for _, c := range slices.Sorted(maps.Keys(columns)) {
			if slices.Contains(except, c) {
				continue
			}
			a, known := w.Stored[c]
			b, stored := g.Stored[c]
			if cells++; known != stored || !sameValue(a, b) {
				t.Errorf("row %d, %s: %s is %q (null: %v), and %q (null: %v) on PostgreSQL", i, w.Attributes, c, b, !stored, a, !known)
			}
		}
	}
	t.Logf("%d rows, %d values", len(want), cells)
}

// sameValue compares the texts of a column: those of JSON by what they mean.
func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
