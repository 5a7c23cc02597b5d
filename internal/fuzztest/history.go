package fuzztest

import (
	"bytes"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

var (
	targets = []string{"", ">=23.1", "24.3", "26.1"}
	layouts = []string{"", "temporal"}
)

// Options returns the options that a number stands for.
func Options(choice uint8) lint.Options {
	target, err := rules.ParseTarget(targets[choice%4])
	if err != nil {
		panic(err) // the list above is wrong
	}
	return lint.Options{Target: target, Layout: layouts[choice/4%2], Advice: choice/8%2 == 1}
}

// History returns a text as a history, of two sources if it holds a form feed
// and a line feed, which the first of them stand between.
func History(text []byte, choice uint8) []lint.Source {
	transaction := choice/16%2 == 1
	first, second, two := bytes.Cut(text, []byte("\f\n"))
	history := []lint.Source{{Name: "1.sql", Text: clone(first), Unit: "1", Transaction: transaction}}
	if two {
		history = append(history, lint.Source{Name: "2.sql", Text: clone(second), Unit: "2", Transaction: transaction})
	}
	return history
}

// clone copies a text; nil would be one that is still to be read.
func clone(b []byte) []byte { return append([]byte{}, b...) }
