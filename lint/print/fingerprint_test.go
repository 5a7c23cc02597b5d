package print

import (
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
)

func prints(t *testing.T, name, text string, places ...string) []string {
	t.Helper()
	f := &fixture{t: t, report: &lint.Report{}}
	src := f.file(name, text)
	for _, p := range places {
		f.find(src, p, 1, lint.Finding{Rule: "serial"})
	}
	got, err := Fingerprints(f.report, f.source)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestFingerprintsSurvive(t *testing.T) {
	base := prints(t, "a.sql", "CREATE TABLE t (id SERIAL);\n", "SERIAL")[0]
	same := map[string]string{
		"moved lines": "\n\nSELECT 1;\n\nCREATE TABLE t (id SERIAL);\n",
		"layout":      "CREATE TABLE t\n(\n\tid SERIAL\n)\n;",
		"comments":    "-- why\nCREATE TABLE t (id /* x */ SERIAL); -- y\n",
		"case":        "create table T (id SERIAL);",
		"line ends":   "SELECT 1;\r\nCREATE TABLE t\r\n(id SERIAL);\r\n",
	}
	for what, text := range same {
		if got := prints(t, "a.sql", text, "SERIAL")[0]; got != base {
			t.Errorf("%s: the fingerprint changed", what)
		}
	}
	for what, text := range map[string]string{
		"another table": "CREATE TABLE u (id SERIAL);",
		"quoted name":   `CREATE TABLE "T" (id SERIAL);`,
	} {
		if got := prints(t, "a.sql", text, "SERIAL")[0]; got == base {
			t.Errorf("%s: the fingerprint is the same", what)
		}
	}
	if got := prints(t, "b.sql", "CREATE TABLE t (id SERIAL);\n", "SERIAL")[0]; got == base {
		t.Error("another file: the fingerprint is the same")
	}
}

func TestFingerprintsDiffer(t *testing.T) {
	f := newFixture(t)
	for what, source := range map[string]func(int) ([]byte, error){"with sources": f.source, "without": nil} {
		got, err := Fingerprints(f.report, source)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for i, p := range got {
			if j, ok := seen[p]; ok {
				t.Errorf("%s: findings %d and %d have one fingerprint", what, i, j)
			}
			seen[p] = i
		}
	}
}

// The first of two equal statements keeps its fingerprint when the second
// goes.
func TestFingerprintsCount(t *testing.T) {
	two := &fixture{t: t, report: &lint.Report{}}
	src := two.file("a.sql", strings.Repeat("CREATE TABLE t (id SERIAL);\n", 2))
	two.find(src, "SERIAL", 1, lint.Finding{Rule: "serial"})
	two.find(src, "SERIAL", 2, lint.Finding{Rule: "serial"})
	got, err := Fingerprints(two.report, two.source)
	if err != nil {
		t.Fatal(err)
	}
	if one := prints(t, "a.sql", "CREATE TABLE t (id SERIAL);\n", "SERIAL")[0]; got[0] != one || got[1] == one {
		t.Errorf("%v, alone %s", got, one)
	}
}
