package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var hexDigest = &Rule{
	Name:       "hex-digest",
	Title:      "sha256() and its kin give a text",
	Condition:  "A call of `sha224()`, `sha256()`, `sha384()` or `sha512()`, in tables, indexes, views, queries and the bodies of functions.",
	Effect:     "PostgreSQL gives the digest as bytes, CockroachDB as a text of hexadecimal digits. Where bytes have to come out or go in, as in `encode(sha256(x), 'hex')`, the statement is refused (SQLSTATE 42883).",
	Workaround: "`decode(..., 'hex')` is put around the call, which makes bytes of the digits.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, functions-and-operators.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "in a computed column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, b BYTEA, h TEXT GENERATED ALWAYS AS (encode(sha256(b), 'hex')) STORED);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, b BYTEA, h TEXT GENERATED ALWAYS AS (encode(decode(sha256(b), 'hex'), 'hex')) STORED);\n",
			Want:   []string{"1:82 error exact"},
			Error:  "unknown signature: encode(string, string)",
		},
		{
			Name:  "md5 gives a text in both",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, s TEXT);\n",
			Input: "CREATE VIEW v AS SELECT md5(s) AS h FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) { reportBody(p, aboutDigest) },
	Statement: func(p *Pass) {
		for _, o := range objections(p) {
			if f, ok := digestFinding(o); ok {
				o.at(&f)
				p.Report(f)
			}
		}
	},
}

// digestFinding is the finding of a HexDigest, but for its place.
func digestFinding(o *objection) (Finding, bool) {
	if o.Kind != expr.HexDigest {
		return Finding{}, false
	}
	f := Finding{Severity: Warning, Fidelity: Exact, Message: fmt.Sprintf("%s() gives a text of hexadecimal digits in CockroachDB and bytes in PostgreSQL: decode() makes bytes of them", o.Name)}
	if o.refused {
		f.Severity = Error
	}
	first, last, ok := o.site.extent(o.Node)
	if !ok {
		f.Fidelity, f.Todo = Manual, fmt.Sprintf("Write decode(%s(...), 'hex')", o.Name)
		return f, true
	}
	f.Edits = []Edit{o.site.insert(first, false, "decode("), o.site.insert(last, true, ", 'hex')")}
	return f, true
}
