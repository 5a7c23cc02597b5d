package rules

import (
	"math/big"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var numericLiteral = &Rule{
	Name:       "numeric-literal",
	Title:      "Numbers with underscores, octal and binary numbers",
	Condition:  "`1_000`, `0o17` or `0b101`, as PostgreSQL 16 takes them.",
	Effect:     "A lexical error (SQLSTATE 42601) from v23.2 on. v22.2 and v23.1 read `1_000` as the number 1 with the alias _000, without an error.",
	Workaround: "The number is written in decimal.",
	Versions:   "*",
	Sources:    []string{"PostgreSQL 16 release notes", "CockroachDB's parser of v22.2, v23.1, v23.2 and v25.2", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "three of them",
			Input:  "SELECT 1_000, 0b101, 0o17, 0xff;\n",
			Output: "SELECT 1000, 5, 15, 0xff;\n",
			Want:   []string{"1:8 error exact", "1:15 error exact", "1:22 error exact"},
			Error:  "trailing junk after numeric literal",
		},
	},
	Statement: func(p *Pass) {
		if p.Stmt.Tree == nil || p.Stmt.LacksKind(pgsql.Number) {
			return
		}
		for i, t := range p.Stmt.Tokens {
			if t.Kind() != pgsql.Number {
				continue
			}
			text := strings.ToLower(p.Stmt.Text[t.Start():t.End()])
			plain := strings.ReplaceAll(text, "_", "")
			if strings.HasPrefix(plain, "0o") || strings.HasPrefix(plain, "0b") {
				n, ok := new(big.Int).SetString(plain, 0)
				if !ok {
					continue
				}
				plain = n.String()
			}
			if plain == text {
				continue
			}
			f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB does not take a number in this form", Edits: []Edit{p.Replace(t.Start(), t.End(), plain)}}
			f.at(p.Stmt, i, i)
			p.Report(f)
		}
	},
}
