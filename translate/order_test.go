package translate

import (
	"testing"

	"github.com/pg2crdb/pg2crdb/rules"
)

// Texts that are put in at one place come as what they belong to nests.
func TestOrdered(t *testing.T) {
	text := "INSERT INTO t SELECT now()"
	at := func(from, to, where int, put string) placedEdit {
		return placedEdit{rules.Edit{Start: int64(where), End: int64(where), New: put}, int64(from), int64(to)}
	}
	edits := []placedEdit{
		at(0, 26, 26, " ON CONFLICT DO NOTHING"),
		at(14, 26, 26, ";\nSELECT 2"),
		at(21, 26, 26, "::TEXT"),
		at(21, 26, 21, "("),
		at(14, 26, 21, "DISTINCT "),
		at(0, 6, 0, "b "),
		at(0, 26, 0, "a "),
	}
	out, _ := apply([]byte(text), ordered(edits))
	if want := "a b INSERT INTO t SELECT DISTINCT (now()::TEXT ON CONFLICT DO NOTHING;\nSELECT 2"; string(out) != want {
		t.Errorf("got  %s\nwant %s", out, want)
	}
}
