package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var xml = &Rule{
	Name:      "xml",
	Title:     "XML does not exist",
	Condition: "A column, cast, parameter or variable of type `xml`, or an expression such as XMLELEMENT, XMLPARSE or IS DOCUMENT.",
	Effect:    "CockroachDB refuses the type (SQLSTATE 0A000) and the expressions (42601).",
	Workaround: "The type becomes TEXT: the same text, but nothing checks that it is XML. The expressions and the functions of XML (xpath, xmltable) have no counterpart: " +
		"what they do has to move into the application.",
	Versions: "*",
	Issues:   []int{43355},
	Sources:  []string{"CockroachDB docs, data-types.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a column",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, doc xml DEFAULT '<a/>'::xml);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, doc TEXT DEFAULT '<a/>'::TEXT);\n",
			Want:   []string{"1:42 error weaker", "1:62 error weaker"},
			Error:  "unimplemented",
		},
		{
			Name:   "an expression",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE VIEW v AS SELECT xmlelement(name a, id) AS x FROM t;\n",
			Want:   []string{"1:25 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "XML in a text",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, xml TEXT);\n",
		},
	},
	Nodes: append([]pgsql.Kind{pgsql.KindXmlExpr, pgsql.KindXmlSerialize}, typeNodes...),
	Types: []string{"xml"},
	Check: func(p *Pass, n pgsql.Node) {
		switch n.(type) {
		case *pgsql.XmlExpr, *pgsql.XmlSerialize:
			f := manual("CockroachDB has no expressions of XML", "Make or read the XML in the application")
			if i := p.Stmt.tokenOf(n); i >= 0 {
				f.at(p.Stmt, i, i)
			}
			p.Report(f)
			return
		}
		typeUses(p, n, func(u *typeUse) {
			if u.builtin() == "xml" {
				u.substitute(substitute{sql: "TEXT", fidelity: Weaker, loss: "nothing checks there that the text is XML"})
			}
		})
	},
}
