package synth_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/synth"
)

// kinds counts the kinds of statements of a text, all of which must parse.
func kinds(t *testing.T, text []byte) map[pgsql.Kind]int {
	t.Helper()
	stmts, err := pgsql.Split(text)
	if err != nil {
		t.Fatal(err)
	}
	n := map[pgsql.Kind]int{}
	for _, st := range stmts {
		if st.Form != pgsql.SQL {
			continue
		}
		if st.Parse(); st.Err != nil {
			t.Fatalf("line %d: %v: %s", st.Pos.Line, st.Err, st.Text)
		}
		n[st.Tree.Kind()]++
	}
	return n
}

// The text of a history and its migrations are the same statements, of all
// kinds that migrations have, and they are the same bytes on every machine.
func TestHistory(t *testing.T) {
	const size = 400_000
	var text bytes.Buffer
	if err := synth.WriteHistory(&text, size); err != nil {
		t.Fatal(err)
	}
	if n := text.Len(); n < size || n > size+10_000 {
		t.Errorf("%d bytes, want %d", n, size)
	}
	got := kinds(t, text.Bytes())
	for _, k := range []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindIndexStmt, pgsql.KindAlterTableStmt, pgsql.KindCommentStmt, pgsql.KindInsertStmt,
		pgsql.KindUpdateStmt, pgsql.KindCreateFunctionStmt, pgsql.KindCreateTrigStmt, pgsql.KindViewStmt, pgsql.KindCreateEnumStmt} {
		if got[k] < 5 {
			t.Errorf("%d %v", got[k], k)
		}
	}
	dir := t.TempDir()
	if err := synth.WriteMigrations(dir, size, 20_000); err != nil {
		t.Fatal(err)
	}
	if all := concat(t, dir); all != text.String() {
		t.Error("the migrations are another history")
	}
	const want = "ce89bfa3"
	if sum := sha256.Sum256(text.Bytes()); hex.EncodeToString(sum[:4]) != want {
		t.Errorf("hash %x, want %s: figures of older benchmarks are about other bytes", sum[:4], want)
	}
}

func TestSteps(t *testing.T) {
	dir := t.TempDir()
	if err := synth.WriteSteps(dir, 300); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 300 {
		t.Errorf("%d files, %v", len(entries), err)
	}
	kinds(t, []byte(concat(t, dir)))
}

func TestDump(t *testing.T) {
	for _, inserts := range []bool{false, true} {
		const size = 2_000_000
		var text bytes.Buffer
		if err := synth.WriteDump(&text, size, inserts); err != nil {
			t.Fatal(err)
		}
		if n := text.Len(); n < size || n > size*5/4 {
			t.Errorf("%d bytes, want %d", n, size)
		}
		got := kinds(t, text.Bytes())
		if rows := got[pgsql.KindInsertStmt] + got[pgsql.KindCopyStmt]; got[pgsql.KindCreateStmt] != 100 || rows < 100 {
			t.Errorf("inserts %v: %v", inserts, got)
		}
	}
}

func concat(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	fsys := os.DirFS(dir)
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}
