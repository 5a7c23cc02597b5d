package lint_test

import (
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/fuzztest"
	"github.com/pg2crdb/pg2crdb/lint"
)

// FuzzSuppress: whatever a comment says, it silences findings of the rules that
// it names and no others, it counts those, and it adds none but about itself.
func FuzzSuppress(f *testing.F) {
	for _, c := range []string{
		"-- pg2crdb:ignore serial", "-- pg2crdb:ignore serial, json-type -- reason", "/* pg2crdb:ignore-file money */", "-- pg2crdb:ignore-start serial json-type",
		"-- pg2crdb:ignore-end", "-- pg2crdb:ignore", "-- pg2crdb: ignore serial", "--pg2crdb:ignore\tserial\r", "/* * pg2crdb:ignore\n * serial */", "-- pg2crdb:ignore suppression",
		"-- pg2crdb:ignore-file integer-width -- x\n-- pg2crdb:ignore-end serial", "/* pg2crdb:ignore serial /* nested */ */", "-- pg2crdb:ignor serial", "-- pg2crdb:ignore ﬁ,,serial",
		"-- pg2crdb:ignore-start\n-- pg2crdb:ignore-end\n-- pg2crdb:ignore-start money\n",
	} {
		for place := range uint8(6) {
			f.Add(c, place)
		}
	}
	f.Fuzz(func(t *testing.T, comment string, place uint8) {
		fuzztest.Within(func() {
			// The same text with another word in the place of the program's name.
			with := frame(comment, place)
			without := strings.ReplaceAll(with, "pg2crdb:", otherName)
			opts := lint.Options{Workers: 1}
			all := run(t, []lint.Source{{Name: "a.sql", Text: []byte(without)}}, opts)
			some := run(t, []lint.Source{{Name: "a.sql", Text: []byte(with)}}, opts)
			left := map[[2]string]int{}
			for i := range some.Findings {
				if f := &some.Findings[i]; f.Rule != lint.SuppressionRule {
					left[key(f)]++
				}
			}
			gone := 0
			for i := range all.Findings {
				f := &all.Findings[i]
				if left[key(f)] > 0 {
					left[key(f)]--
					continue
				}
				gone++
				if !strings.Contains(with, f.Rule) {
					t.Errorf("%s is silenced and nothing names it: %q", f.Rule, with)
				}
			}
			for k, n := range left {
				if n > 0 {
					t.Errorf("%v comes with the comment only: %q", k, with)
				}
			}
			if some.Summary.Suppressed != gone {
				t.Errorf("%d findings are gone, %d are counted: %q", gone, some.Summary.Suppressed, with)
			}
		})
	})
}

const otherName = "pg2crdx:"

func key(f *lint.Finding) [2]string {
	return [2]string{f.Rule, strings.ReplaceAll(f.Message, strings.TrimSuffix(otherName, ":"), "pg2crdb")}
}

// frame puts a comment into a text, in one of several places.
func frame(comment string, place uint8) string {
	parts := []string{"", "CREATE TABLE a (id SERIAL, ", "\n  b JSON, ", "c MONEY)", ";", " CREATE TABLE b (\n  id SERIAL\n);\n", ""}
	at := int(place) % len(parts)
	parts[at] += " " + comment + "\n"
	return strings.Join(parts, "")
}
