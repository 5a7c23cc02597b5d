package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var systemType = &Rule{
	Name:  "system-type",
	Title: "Types of PostgreSQL's own workings",
	Condition: "A column, cast, parameter or variable of a type that PostgreSQL has for itself: `xid`, `xid8`, `cid`, `tid`, `pg_snapshot`, `txid_snapshot`, `aclitem`, `regoper`, `regdictionary` and their kin, a cast to `unknown`, " +
		"`jsonpath`, `pg_lsn` and `refcursor` before v23.2, `tsquery` before v23.1, or of the domains of information_schema.",
	Effect: "CockroachDB does not know the types (SQLSTATE 42704 or 0A000).",
	Workaround: "The number or the text that the value is takes the place: INT8 for `xid`, `xid8` and `cid`, TEXT for the others, the base type and its check for the domains of information_schema. " +
		"The operators and functions of the types are lost. (For `regconfig` see rule regconfig; `regclass`, `regtype`, `regproc`, `regrole`, `regnamespace`, `oid`, `name` and `\"char\"` exist.)",
	Versions: "*",
	Sources:  []string{"CockroachDB source v26.1, pkg/sql/types/oid.go", "measured on v26.1", "release notes v23.1 and v23.2"},
	Examples: []Example{
		{
			Name:   "transaction numbers",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, x xid8 NOT NULL, s pg_snapshot);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, x INT8 NOT NULL, s TEXT);\n",
			Want:   []string{"1:40 error weaker", "1:57 error weaker"},
			Error:  "type \"xid8\" does not exist",
		},
		{
			Name:   "a domain of information_schema",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, n information_schema.cardinal_number);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, n INT4 CHECK (n >= 0));\n",
			Want:   []string{"1:40 error exact"},
			Error:  "does not exist",
		},
		{
			Name:   "a log position, for all versions",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, lsn pg_lsn);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, lsn TEXT);\n",
			Want:   []string{"1:42 error weaker"},
		},
		{
			Name:   "a log position from v23.2 on",
			Target: ">=23.2",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, lsn pg_lsn);\n",
		},
		{
			Name:  "those that exist",
			Input: "CREATE TABLE t (id OID PRIMARY KEY, a regclass, b regtype, c name, d \"char\");\n",
		},
	},
	Nodes:   typeNodes,
	Unusual: true,
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			s, ok := systemTypes[u.builtin()]
			if u.User == nil && u.Type.Schema == "information_schema" {
				s, ok = informationTypes[u.Type.Name]
			}
			if !ok || s.until != "" && p.Target.Within(">="+s.until) {
				return
			}
			if u.builtin() == "unknown" && u.Place != typeCast {
				return
			}
			if u.builtin() == "jsonpath" && u.Place != typeColumn && u.Place != typeAltered && p.Target.Within(">=25.2") {
				return
			}
			if (s.sql == "TEXT" || s.sql == "INT8") && s.loss == "" {
				s.loss = "it holds the value, without the type's operators and functions"
			}
			u.substitute(s)
		})
	},
}

var (
	asText   = substitute{sql: "TEXT", fidelity: Weaker}
	asNumber = substitute{sql: "INT8", fidelity: Weaker}
)

var systemTypes = map[string]substitute{
	"xid": asNumber, "xid8": asNumber, "cid": asNumber, "tid": asText, "pg_snapshot": asText, "txid_snapshot": asText, "aclitem": asText,
	"unknown": {sql: "TEXT", fidelity: Exact, loss: "as PostgreSQL takes a text of unknown type for one"},
	"regoper": asText, "regoperator": asText, "regdictionary": asText, "regcollation": asText, "jsonpath": asText,
	"pg_lsn":    {sql: "TEXT", fidelity: Weaker, until: "23.2"},
	"refcursor": {sql: "TEXT", fidelity: Weaker, until: "23.2"},
	"tsquery":   {sql: "TEXT", fidelity: Weaker, until: "23.1"},
}

var informationTypes = map[string]substitute{
	"sql_identifier":  {sql: "NAME", fidelity: Exact},
	"character_data":  {sql: "VARCHAR", fidelity: Exact},
	"cardinal_number": {sql: "INT4", check: "%[1]s >= 0", fidelity: Exact},
	"yes_or_no":       {sql: "VARCHAR(3)", check: "%[1]s IN ('YES', 'NO')", fidelity: Exact},
	"time_stamp":      {sql: "TIMESTAMPTZ(2)", fidelity: Exact},
}
