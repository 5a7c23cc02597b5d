package baseline_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/baseline"
)

func report(t *testing.T, text string) (*lint.Report, func(int) ([]byte, error)) {
	t.Helper()
	res, err := lint.Run(context.Background(), []lint.Source{{Name: "a.sql", Text: []byte(text)}}, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res.Report, func(int) ([]byte, error) { return []byte(text), nil }
}

func TestFilter(t *testing.T) {
	const a, b, c = "CREATE TABLE a (x SERIAL, y SERIAL);\n", "CREATE TABLE b (x SERIAL);\n", "CREATE TABLE c (x SERIAL);\n"
	r, text := report(t, a+b)
	written, err := baseline.Of(r, text)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := written.Write(&file); err != nil {
		t.Fatal(err)
	}
	moved, movedText := report(t, "-- more\n\n\n"+b+strings.ReplaceAll(a, " (", "\n  ("))
	again, err := baseline.Of(moved, movedText)
	if err != nil {
		t.Fatal(err)
	}
	var second bytes.Buffer
	if err := again.Write(&second); err != nil {
		t.Fatal(err)
	}
	if file.String() != second.String() {
		t.Errorf("moved lines make another baseline:\n%s\n%s", &file, &second)
	}

	for _, tt := range []struct {
		name, text         string
		left, known, stale int
	}{
		{"the same", a + b, 0, 3, 0},
		{"moved", b + "\n\n" + a, 0, 3, 0},
		{"one more", a + c + b, 1, 3, 0},
		{"one twice", a + b + b, 1, 3, 0},
		{"one gone", a, 0, 2, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read, err := baseline.Read(bytes.NewReader(file.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			r, text := report(t, tt.text)
			known, stale, err := read.Filter(r, text)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) != tt.left || known != tt.known || stale != tt.stale {
				t.Errorf("left %d, known %d, stale %d; want %d, %d, %d", len(r.Findings), known, stale, tt.left, tt.known, tt.stale)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "this is no baseline of pg2crdb (EOF): write it anew with --write-baseline",
		`{"version": 9,"findings":[]}`: "the baseline has version 9, this pg2crdb reads version 1: write it anew with --write-baseline",
	} {
		if _, err := baseline.Read(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
