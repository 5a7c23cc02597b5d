package config

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// SchemaURL is where editors find the JSON schema of the file.
const SchemaURL = "https://raw.githubusercontent.com/pg2crdb/pg2crdb/main/lint/config/schema/pg2crdb.schema.json"

// Commented returns a configuration that sets nothing and explains everything.
func Commented() string {
	known := rules.Known()
	return fmt.Sprintf(`# yaml-language-server: $schema=%s
#
# What this repository wants of pg2crdb. Flags on the command line win over what
# stands here. Everything is commented out: without it, the defaults hold.

# The CockroachDB versions that the migrations must run on, such as 24.3 or
# ">=23.1". Default: all that pg2crdb knows, v%s to v%s. The narrower, the more
# of the original is kept.
# target: ">=%s"

# How the migrations are laid out: %s. Default: found out from the files.
# layout: plain

# What makes lint and translate exit with 1: a severity or worse (info, warning,
# error), a fidelity or worse (exact, weaker, changed, manual), or never.
# Default: error for lint, manual for translate.
# fail-on: error

# Also run the rules that speak of good practice.
# advice: true

# The severity of a rule's findings: off, info, warning or error. A rule that is
# off fixes nothing either. "pg2crdb rules" lists the rules.
# rules:
#   integer-width: off
#   serial: error

# Paths that are not read, as globs from the directory of this file; ** stands
# for any number of directories. A file named on the command line is read all
# the same.
# exclude:
#   - "**/testdata/**"
`, SchemaURL, known[0], known[len(known)-1], known[len(known)/2], layouts())
}

// layouts lists the layouts in lines of comments.
func layouts() string {
	var b strings.Builder
	width := len("# How the migrations are laid out: ")
	for i, name := range layout.Names() {
		if i > 0 {
			b.WriteString(",")
			if width++; width+len(name) > 72 {
				b.WriteString("\n#")
				width = 1
			}
			b.WriteString(" ")
			width++
		}
		b.WriteString(name)
		width += len(name)
	}
	return b.String()
}

// Schema returns the JSON schema of the file, as a value for encoding/json.
func Schema() any {
	type object = map[string]any
	// An editor that reads YAML 1.1 takes off for false.
	severity := object{"enum": []any{"off", "info", "warning", "error", false}}
	perRule := object{}
	for _, r := range rules.All() {
		perRule[r.Name] = object{"description": r.Title, "$ref": "#/$defs/severity"}
	}
	return object{
		"$schema":              "http://json-schema.org/draft-07/schema#",
		"$id":                  SchemaURL,
		"title":                "Configuration of pg2crdb (" + FileName + ")",
		"type":                 []string{"object", "null"},
		"additionalProperties": false,
		"$defs":                object{"severity": severity},
		"properties": object{
			"target":  object{"description": "The CockroachDB versions that the migrations must run on, such as 24.3 or \">=23.1\".", "type": []string{"string", "number"}, "examples": []string{">=23.1", "24.3"}},
			"layout":  object{"description": "How the migrations are laid out. Default: found out from the files.", "enum": layout.Names()},
			"fail-on": object{"description": "What makes lint and translate exit with 1: a severity or worse, a fidelity or worse, or never.", "enum": lint.FailOnWords()},
			"advice":  object{"description": "Also run the rules that speak of good practice.", "type": "boolean"},
			"rules":   object{"description": "The severity of a rule's findings.", "type": []string{"object", "null"}, "additionalProperties": false, "properties": perRule},
			"exclude": object{"description": "Globs of paths that are not read, from the directory of the file.", "type": "array", "items": object{"type": "string", "minLength": 1}},
		},
	}
}
