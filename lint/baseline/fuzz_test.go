package baseline_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/lint/baseline"
)

// FuzzBaseline: what is read is written and read again, and the baseline of a
// text knows all of its findings.
func FuzzBaseline(f *testing.F) {
	for _, text := range []string{
		`{"version": 1, "findings": [{"file": "a.sql", "rule": "serial", "severity": "warning", "message": "m", "fingerprint": "0123456789abcdef0123456789abcdef"}]}`,
		`{"version": 2}`, `{"version": 1, "findings": null}`, `{"version": 1, "findings": {}}`, `[]`, `null`, `{`, `{"version": 1} x`, "\ufeff{}", `{"version": "1"}`,
	} {
		f.Add([]byte(text), []byte("CREATE TABLE t (a SERIAL, b MONEY);\nCREATE TABLE t (a SERIAL, b MONEY);\n"))
	}
	for _, text := range fuzztest.Seeds(f) {
		f.Add([]byte(`{"version": 1, "findings": []}`), text)
	}
	f.Fuzz(func(t *testing.T, text, sql []byte) {
		fuzztest.Within(func() {
			if b, err := baseline.Read(bytes.NewReader(text)); err == nil {
				again(t, b)
			}
			r, source := report(t, string(sql))
			b, err := baseline.Of(r, source)
			if err != nil {
				t.Fatal(err)
			}
			again(t, b)
			n := len(r.Findings)
			known, stale, err := b.Filter(r, source)
			if err != nil || known != n || stale != 0 || len(r.Findings) != 0 {
				t.Errorf("of %d findings the baseline knows %d, %d of its entries are gone, %d findings are left (%v)", n, known, stale, len(r.Findings), err)
			}
		})
	})
}

// again writes a baseline and reads it.
func again(t *testing.T, b *baseline.Baseline) {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	read, err := baseline.Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, read); diff != "" {
		t.Errorf("written and read again (-before +after):\n%s", diff)
	}
}
