package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var textSearchObject = &Rule{
	Name:      "text-search-object",
	Title:     "Text search configurations cannot be made",
	Condition: "`CREATE`, `ALTER` or `DROP TEXT SEARCH CONFIGURATION`, `DICTIONARY`, `PARSER` or `TEMPLATE`.",
	Effect:    "A syntax error (SQLSTATE 0A000 or 42601). CockroachDB has fixed configurations from v23.1 on: simple, danish, dutch, english, finnish, french, german, hungarian, italian, norwegian, portuguese, russian, spanish, swedish and turkish.",
	Workaround: "A person has to choose one of these wherever the configuration is named: other words would be found than before, so that is not done automatically. " +
		"`DROP` goes, and so do the changes of one that the history made: that one is reported where it is made.",
	Versions: "*",
	Issues:   []int{7821},
	Sources:  []string{"CockroachDB docs, full-text-search.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a configuration",
			Input:  "CREATE TEXT SEARCH CONFIGURATION c (COPY = english);\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"search\": syntax error",
			Manual: true,
		},
		{
			Name:   "changing it, as a dump does",
			Input:  "CREATE TEXT SEARCH CONFIGURATION c (PARSER = pg_catalog.\"default\");\nALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH english_stem;\n",
			Output: "CREATE TEXT SEARCH CONFIGURATION c (PARSER = pg_catalog.\"default\");\n",
			Want:   []string{"1:1 error manual", "2:1 error exact"},
			Error:  "at or near \"search\": syntax error",
			Manual: true,
		},
		{
			Name:   "dropping one",
			Input:  "DROP TEXT SEARCH CONFIGURATION IF EXISTS c;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "syntax error",
		},
	},
	Nodes: withObjects(pgsql.KindDefineStmt, pgsql.KindAlterTSConfigurationStmt, pgsql.KindAlterTSDictionaryStmt),
	Check: func(p *Pass, n pgsql.Node) {
		types := []pgsql.ObjectType{pgsql.ObjectTsconfiguration, pgsql.ObjectTsdictionary, pgsql.ObjectTsparser, pgsql.ObjectTstemplate}
		switch n := n.(type) {
		case *pgsql.DefineStmt:
			for _, t := range types {
				if n.Kind_ == t {
					made := State[map[string]bool](p)
					if *made == nil {
						*made = map[string]bool{}
					}
					(*made)[catalog.ListName(n.Defnames).Name] = true
					p.Report(manual("CockroachDB takes no text search configurations, dictionaries, parsers or templates of one's own",
						"Name one of the built-in configurations wherever this one is used, then delete the statement"))
				}
			}
		case *pgsql.AlterTSConfigurationStmt:
			alterTextSearch(p, catalog.ListName(n.Cfgname))
		case *pgsql.AlterTSDictionaryStmt:
			alterTextSearch(p, catalog.ListName(n.Dictname))
		default:
			if isObject(n, types...) {
				p.drop(Exact, "CockroachDB has no text search objects of one's own: there is nothing to change, the statement goes")
			}
		}
	},
}

// alterTextSearch judges a change of a configuration or a dictionary. Of one
// that the history made, the statement that made it is what is left to a
// person: the change goes with it.
func alterTextSearch(p *Pass, name catalog.Name) {
	if (*State[map[string]bool](p))[name.Name] {
		p.Report(Finding{Severity: Error, Fidelity: Exact, Edits: p.DropStatement(), Follows: true,
			Message: "CockroachDB has no text search objects of one's own, so there is none to change: the statement goes"})
		return
	}
	p.Report(manual("CockroachDB's text search configurations cannot be changed", "See whether a built-in configuration does, then delete the statement"))
}
