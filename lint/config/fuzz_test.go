package config_test

import (
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/config"
	"github.com/pg2crdb/pg2crdb/rules"
)

// FuzzConfig: a configuration is read or has mistakes with their places; what is
// read is what the program understands.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(config.Commented()), "db/1.sql")
	f.Add(uncommented(), "db/old/1.sql")
	for _, text := range []string{
		"target: 24.10\nlayout: goose\nfail-on: never\nadvice: true\n", "rules: {serial: off, money: error, nosuch: info}\n",
		"exclude:\n- '**/old/**'\n- /abs\n- ../up\n- '[a'\n", "a: &x [*x]\n", "- a\n", "target: [\n", "---\na: b\n---\nc: d\n", "rules:\n  serial:\n",
		"target: !!str 24.1\n", "\"target\": >-\n  24.1\n", "? target\n: 1\n", "target: 1\ntarget: 2\n", "\t: x\n", "{{{{{{", "a: b: c\n", "\x00", "advice: yes\n", "<<: {a: 1}\n",
	} {
		f.Add([]byte(text), "a/old/b.sql")
	}
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		fuzztest.Within(func() {
			c, err := config.Parse("x.yaml", text)
			if err != nil {
				mistakes(t, err, text)
				return
			}
			if _, err := rules.ParseTarget(c.Target); err != nil {
				t.Errorf("target %q: %v", c.Target, err)
			}
			if c.FailOn != "" {
				if _, err := lint.ParseFailOn(c.FailOn); err != nil {
					t.Errorf("fail-on %q: %v", c.FailOn, err)
				}
			}
			c.Excluded(name)
		})
	})
}

func mistakes(t *testing.T, err error, text []byte) {
	t.Helper()
	list := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		list = many.Unwrap()
	}
	lines := strings.Count(string(text), "\n") + strings.Count(string(text), "\r") + 1
	for _, err := range list {
		e, ok := err.(*config.Error)
		if !ok {
			t.Fatalf("%T: %v", err, err)
		}
		if e.Message == "" || e.Line < 1 || e.Column < 0 || e.Line > lines+1 {
			t.Errorf("of %d lines: %+v", lines, e)
		}
	}
}
