package pgsql

import (
	"strings"
	"testing"
)

// TestScanPL reads a body that holds each kind of statement, and asks where
// they stand.
func TestScanPL(t *testing.T) {
	t.Parallel()
	text := `
#variable_conflict use_column
<<outer>>
DECLARE
  a int NOT NULL := 1;
  b text COLLATE "C" DEFAULT 'x;y';
  c CURSOR (k int) FOR SELECT 1;
  d ALIAS FOR $1;
BEGIN
  a := a + 1; NEW.x[1] = 2;
  IF a > (CASE WHEN b = 'THEN' THEN 1 ELSE 2 END) THEN
    PERFORM f(a);
  ELSIF a = 2 THEN
    NULL;
  ELSE
    RAISE NOTICE 'n %', a USING HINT = 'h';
  END IF;
  CASE a WHEN 1, 2 THEN RETURN; ELSE RETURN NEXT a; END CASE;
  <<l>>
  FOR i IN REVERSE 10..1 BY 2 LOOP
    EXIT l WHEN i = 3;
  END LOOP l;
  FOR r IN SELECT 1 LOOP CONTINUE; END LOOP;
  FOR r IN EXECUTE 'x' LOOP NULL; END LOOP;
  FOREACH a IN ARRAY x LOOP NULL; END LOOP;
  WHILE a < 3 LOOP a := a + 1; END LOOP;
  LOOP EXIT; END LOOP;
  SELECT 1, 2 INTO STRICT a, outer.b FROM t WHERE x IN (SELECT 1);
  INSERT INTO t VALUES (1) RETURNING id INTO a;
  DECLARE z int; BEGIN
    GET DIAGNOSTICS a = ROW_COUNT;
  EXCEPTION WHEN unique_violation OR others THEN
    RAISE;
  END;
  OPEN c FOR SELECT 2; FETCH c INTO a; MOVE c; CLOSE c;
  RETURN QUERY SELECT 1; RETURN QUERY EXECUTE 'x'; EXECUTE 'y'; ASSERT a > 1; CALL p(); COMMIT;
END outer`
	src, err := ScanPL(text)
	if err != nil {
		t.Fatal(err)
	}
	got := map[PLKind]int{}
	lines := map[PLKind]int{}
	src.Walk(func(n *PLNode) {
		if got[n.Kind]++; got[n.Kind] == 1 {
			lines[n.Kind] = src.Line(n.First)
		}
		if s := src.Span(n.PLSpan); n.Kind != PLBlock && !strings.HasSuffix(s, ";") {
			t.Errorf("a statement does not end at its semicolon: %q", s)
		}
	})
	for kind, want := range map[PLKind]int{
		PLBlock: 2, PLAssign: 3, PLIf: 1, PLPerform: 1, PLNull: 3, PLRaise: 2, PLCase: 1, PLReturn: 1, PLReturnNext: 1, PLForInt: 1,
		PLExit: 2, PLForQuery: 1, PLForExecute: 1, PLForEach: 1, PLWhile: 1, PLLoop: 1, PLSQL: 2, PLGetDiagnostics: 1, PLOpen: 1,
		PLFetch: 1, PLMove: 1, PLClose: 1, PLReturnQuery: 1, PLReturnExecute: 1, PLExecute: 1, PLAssert: 1, PLCall: 1, PLCommit: 1, PLContinue: 1,
	} {
		if got[kind] != want {
			t.Errorf("kind %d: %d statements, want %d", kind, got[kind], want)
		}
	}
	if lines[PLForInt] != 19 || lines[PLGetDiagnostics] != 31 {
		t.Errorf("FOR is on line %d, GET DIAGNOSTICS on line %d", lines[PLForInt], lines[PLGetDiagnostics])
	}
	decls := src.Block.Decls
	if len(decls) != 4 || decls[0].NotNull < 0 || src.Span(decls[1].Default) != "'x;y'" || src.Span(decls[2].CursorArgs) != "(k int)" || !decls[3].Alias {
		t.Errorf("declarations: %+v", decls)
	}
	src.Walk(func(n *PLNode) {
		if n.Kind == PLSQL && src.Is(n.First, "select") && src.Span(n.Target) != "a, outer.b" {
			t.Errorf("INTO %q", src.Span(n.Target))
		}
	})
}

// TestScanPLErrors gives bodies that are none.
func TestScanPLErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "SELECT 1", "BEGIN", "BEGIN RETURN 1", "BEGIN IF a THEN END;", "BEGIN NULL; END; x", "DECLARE a int; RETURN 1;", "BEGIN ; END"} {
		if _, err := ScanPL(text); err == nil {
			t.Errorf("%q is read without an error", text)
		}
	}
}
