package pgsql_test

import (
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// What a statement has, it does not lack; of what it has not, most is known.
func TestLacks(t *testing.T) {
	st := split(t, pgsql.NewTextSplitter([]byte(`SELECT Family, "none", 'deferrable' FROM some_table WHERE a = 12`)))[0]
	for _, word := range []string{"select", "family", "from", "some_table", "where", "a"} {
		if st.Lacks(word) {
			t.Errorf("%s is there", word)
		}
	}
	missing := strings.Fields("none deferrable initially if case loop grant revoke table index unique references")
	known := 0
	for _, word := range missing {
		if st.Lacks(word) {
			known++
		}
	}
	if known < len(missing)*3/4 {
		t.Errorf("of %d words that are missing, %d are known to be", len(missing), known)
	}
	if st.LacksKind(pgsql.Number) || st.LacksKind(pgsql.Quoted) || !st.LacksKind(pgsql.Dollar) {
		t.Error("kinds of tokens")
	}
	if st.LacksNames(len("some_table")-1) || !st.LacksNames(len("some_table")) {
		t.Error("names of that length")
	}
	if st := pgsql.Lex("SELECT 1"); st.Lacks("family") || st.LacksKind(pgsql.Dollar) || st.LacksNames(63) {
		t.Error("nothing is known of a statement that was not cut from a source")
	}
}
