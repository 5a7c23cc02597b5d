package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var createCollation = &Rule{
	Name:       "create-collation",
	Title:      "Collations cannot be made",
	Condition:  "`CREATE`, `ALTER` or `DROP COLLATION`.",
	Effect:     "A syntax error (SQLSTATE 42601 or 0A000). CockroachDB's collations are the locales that it knows, named as BCP 47 tags, such as \"en-US\" or \"de-u-co-phonebk\".",
	Workaround: "Name the locale where the collation is used (`COLLATE \"en-US-u-ks-level2\"` for one that ignores case), then delete the statement. `ALTER` and `DROP` go.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, collate.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "an ICU collation",
			Input:  "CREATE COLLATION german_phonebook (provider = icu, locale = 'de-u-co-phonebk');\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"collation\": syntax error",
			Manual: true,
		},
		{
			Name:   "dropping one",
			Input:  "DROP COLLATION IF EXISTS c;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "syntax error",
		},
	},
	Nodes: withObjects(pgsql.KindDefineStmt, pgsql.KindAlterCollationStmt),
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.DefineStmt:
			if n.Kind_ == pgsql.ObjectCollation {
				p.Report(manual("CockroachDB takes no collations of one's own", "Name the locale itself wherever the collation is used, then delete the statement"))
			}
		case *pgsql.AlterCollationStmt:
			p.drop(Exact, "CockroachDB's collations have nothing to refresh: the statement goes")
		default:
			if isObject(n, pgsql.ObjectCollation) {
				p.drop(Exact, "CockroachDB has no collations of one's own: there is nothing to change, the statement goes")
			}
		}
	},
}
