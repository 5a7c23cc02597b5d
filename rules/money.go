package rules

import (
	"regexp"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var money = &Rule{
	Name:      "money",
	Title:     "MONEY does not exist",
	Condition: "A column, cast, parameter or variable of type `money`.",
	Effect:    "CockroachDB refuses the type (SQLSTATE 0A000).",
	Workaround: "It becomes DECIMAL(19,2), which holds every value of MONEY with two digits behind the point. Values come out as 1234.50 where PostgreSQL writes $1,234.50, and " +
		"are not taken in that form; the literals of defaults and casts are rewritten. PostgreSQL's locale may have another number of digits: then the scale has to be another.",
	Versions: "*",
	Issues:   []int{41578},
	Sources:  []string{"CockroachDB docs, data-types.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column with a default",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, price money DEFAULT '$1,000.50'::money NOT NULL, fees money[]);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, price DECIMAL(19,2) DEFAULT '1000.50'::DECIMAL(19,2) NOT NULL, fees DECIMAL(19,2)[]);\n",
			Want:   []string{"1:44 error weaker", "1:71 error weaker", "1:92 error weaker"},
			Error:  "unimplemented",
		},
		{
			Name:   "a literal in another currency",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, price money DEFAULT '1.000,50 EUR');\n",
			Want:   []string{"1:44 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:  "a column of that name",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, money DECIMAL(19,2) DEFAULT 0);\n",
		},
	},
	Nodes: typeNodes,
	Types: []string{"money"},
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() == "money" {
				u.substitute(substitute{sql: "DECIMAL(19,2)", literal: moneyLiteral, fidelity: Weaker,
					loss: "the same amounts, without the currency's sign and the locale's form"})
			}
		})
	},
}

var amount = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// moneyLiteral reads an amount as the locales C and en_US write it.
func moneyLiteral(s string) (string, bool) {
	s = strings.TrimSpace(s)
	sign := ""
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		sign, s = "-", s[1:len(s)-1]
	}
	for _, prefix := range []string{"-", "$", "-"} {
		if strings.HasPrefix(s, prefix) {
			s = s[1:]
			if prefix == "-" {
				sign = "-"
			}
		}
	}
	s = strings.ReplaceAll(s, ",", "")
	return sign + s, amount.MatchString(s)
}
