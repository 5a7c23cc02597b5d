package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var numericScale = &Rule{
	Name:       "numeric-scale",
	Title:      "A scale beyond the precision, or below zero",
	Condition:  "`NUMERIC(p,s)` with s > p or s < 0, which PostgreSQL takes from 15 on.",
	Effect:     "CockroachDB does not parse it (SQLSTATE 42601).",
	Workaround: "With s > p the type becomes DECIMAL(s,s), which rounds to as many digits, and a column gets a CHECK that the value is as small as p demands. A scale below zero, which rounds in front of the point, has no counterpart.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL docs, datatype-numeric", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "small fractions",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a NUMERIC(3, 5));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a DECIMAL(5,5) CHECK (abs(a) < 1e-2));\n",
			Want:   []string{"1:40 error exact"},
			Error:  "scale (5) must be between 0 and precision (3)",
		},
		{
			Name:   "thousands",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a NUMERIC(3, -3));\n",
			Want:   []string{"1:40 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "an ordinary scale",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a NUMERIC(5, 5), b NUMERIC(5), c NUMERIC);\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"numeric"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() != "numeric" {
				return
			}
			precision, scale, ok := decimalMods(u.written())
			switch {
			case !ok:
			case scale < 0:
				u.report(manual(fmt.Sprintf("CockroachDB has no scale below zero, as %s has", u.what()),
					"Write DECIMAL, and round the values where they are written"))
			case scale > precision:
				f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB has no scale beyond the precision, as %s has: DECIMAL(%d,%d) takes its place", u.what(), scale, scale),
					Edits: []Edit{p.Replace(u.NameStart, u.NameEnd, fmt.Sprintf("DECIMAL(%d,%d)", scale, scale))}}
				if u.Place == typeColumn && u.Type.Dims == 0 {
					f.Edits = append(f.Edits, p.Insert(u.columnEnd(), fmt.Sprintf(" CHECK (abs(%s) < 1e-%d)", QuoteIdent(u.Name), scale-precision)))
				} else if u.Place != typeSignature {
					f.Fidelity = Weaker
				}
				u.report(f)
			}
		})
	},
}

// decimalMods reads the precision and the scale of a type; ok is false if it
// has not both.
func decimalMods(written string) (precision, scale int, ok bool) {
	open, end := strings.IndexByte(written, '('), strings.LastIndexByte(written, ')')
	if open < 0 || end < open {
		return 0, 0, false
	}
	p, s, ok := strings.Cut(written[open+1:end], ",")
	if !ok {
		return 0, 0, false
	}
	precision, err := strconv.Atoi(strings.TrimSpace(p))
	if err != nil {
		return 0, 0, false
	}
	scale, err = strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	return precision, scale, err == nil
}
