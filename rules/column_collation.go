package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var columnCollation = &Rule{
	Name:      "column-collation",
	Title:     "COLLATE of a column",
	Condition: "`COLLATE` in a column's definition, or behind the type in `ALTER COLUMN ... TYPE`.",
	Effect: "CockroachDB orders text by its bytes, as PostgreSQL's \"C\" does, and takes only locales of the form `en_US` or `de-u-co-phonebk` as a collation; " +
		"\"C\", \"POSIX\", \"default\" with a schema, ucs_basic, names with an encoding and collations of one's own are a syntax error. A column with a collation has a type of its own: " +
		"it compares with text only under the same collation, and its order is that of the Unicode collation data (CLDR), not that of the C library.",
	Workaround: "\"C\", \"POSIX\", ucs_basic and their like go: the order is the same. \"default\" goes; the order of bytes is then the database's, where PostgreSQL takes the locale of the database. " +
		"A locale with an encoding loses the encoding. One that the history makes of an ICU locale becomes that locale; any other of one's own is left to a person.",
	Versions: "*",
	Issues:   []int{57255},
	Sources:  []string{"CockroachDB docs, collate.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the order of bytes",
			Input:  "CREATE TABLE t (id TEXT COLLATE \"C\" PRIMARY KEY, a TEXT COLLATE pg_catalog.\"C\" NOT NULL, b TEXT COLLATE pg_catalog.\"default\");\n",
			Output: "CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT NOT NULL, b TEXT);\n",
			Want:   []string{"1:25 error exact", "1:57 error exact", "1:97 error exact"},
			Error:  "invalid locale",
		},
		{
			Name:   "a locale with its encoding",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT COLLATE \"de_DE.utf8\", b TEXT COLLATE \"en_US\");\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT COLLATE \"de_DE\", b TEXT COLLATE \"en_US\");\n",
			Want:   []string{"1:45 error changed", "1:74 warning changed"},
			Error:  "invalid locale",
		},
		{
			Name:   "a collation of one's own",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT COLLATE \"my_numeric\");\n",
			Want:   []string{"1:45 error manual"},
			Error:  "invalid locale",
			Manual: true,
		},
		{
			Name:   "a collation that the history makes",
			Input:  "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\nCREATE TABLE t (id INT8 PRIMARY KEY, a TEXT COLLATE ci);\n",
			Output: "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\nCREATE TABLE t (id INT8 PRIMARY KEY, a TEXT COLLATE \"und-u-ks-level2\");\n",
			Want:   []string{"2:45 error changed"},
			Error:  "at or near \"collation\": syntax error",
			Manual: true,
		},
		{Name: "no collation", Input: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT);\n"},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef, pgsql.KindDefineStmt},
	Check: func(p *Pass, node pgsql.Node) {
		if n, ok := node.(*pgsql.DefineStmt); ok {
			State[madeCollations](p).see(n)
			return
		}
		d := node.(*pgsql.ColumnDef)
		if d.CollClause == nil {
			return
		}
		st := p.Stmt
		_, last, ok := st.typeSpan(d.TypeName)
		first := last + 1
		if loc := int(d.CollClause.Location); loc > 0 {
			first = st.TokenAt(loc)
		}
		if !ok || !st.Is(first, "collate") {
			return
		}
		end := st.nameEnd(first + 1)
		name := catalog.ListName(d.CollClause.Collname)
		f := Finding{Severity: Error, Fidelity: Exact}
		f.at(st, first, end)
		tag := locale(name.Name)
		if own, ok := (*State[madeCollations](p))[name.Name]; ok {
			tag = locale(own)
		}
		switch {
		case byteOrder[strings.ToLower(name.Name)]:
			f.Message = fmt.Sprintf("CockroachDB orders text by its bytes, which is what collation %q says: it goes", name.Name)
			f.Edits = []Edit{p.Delete(first, end)}
		case name.Name == "default":
			if name.Schema == "" {
				return // accepted, and means the same
			}
			f.Message = "collation \"default\" is what a column without a collation has: it goes"
			f.Edits = []Edit{p.Delete(first, end)}
		case tag == "":
			f = manual(fmt.Sprintf("collation %q is no locale that CockroachDB knows", name.Name),
				"Take a locale such as \"en-US\" or \"und-u-ks-level2\" (case-insensitive), or no collation if the order of bytes will do")
			f.at(st, first, end)
		case tag != name.Name || name.Schema != "":
			f.Fidelity = Changed
			f.Message = fmt.Sprintf("collation %q becomes %q, ordered by the Unicode collation data: the order can differ from the C library's, and the column compares only with text of the same collation", name.Name, tag)
			start, stop := st.span(first+1, end)
			f.Edits = []Edit{p.Replace(start, stop, `"`+tag+`"`)}
		default:
			f.Severity, f.Fidelity = Warning, Changed
			f.Message = fmt.Sprintf("a column with collation %q is ordered by the Unicode collation data, which can differ from the C library's, and compares only with text of the same collation", name.Name)
		}
		p.Report(f)
	},
}

// madeCollations are the locales of the collations that the history makes, by
// name; empty if one is not of ICU.
type madeCollations map[string]string

func (m *madeCollations) see(n *pgsql.DefineStmt) {
	if n.Kind_ != pgsql.ObjectCollation {
		return
	}
	if *m == nil {
		*m = madeCollations{}
	}
	tag := ""
	if d := defElem(n.Definition, "provider"); d != nil && objectName(d.Arg).Name == "icu" {
		tag = defText(defElem(n.Definition, "locale"))
	}
	(*m)[catalog.ListName(n.Defnames).Name] = tag
}

// byteOrder are the collations that order text by its bytes, or by its code
// points, which in UTF-8 is the same.
var byteOrder = map[string]bool{"c": true, "posix": true, "ucs_basic": true, "c.utf-8": true, "c.utf8": true, "pg_c_utf8": true}

// locale returns the locale that a PostgreSQL collation stands for, in the form
// that CockroachDB takes; "" if it is none. Locales are a language of two or
// three letters, then subtags.
func locale(name string) string {
	base, encoding, cut := strings.Cut(name, ".")
	if cut {
		switch strings.ToLower(strings.ReplaceAll(encoding, "-", "")) {
		case "utf8":
		default:
			return ""
		}
	}
	parts := strings.FieldsFunc(base, func(r rune) bool { return r == '_' || r == '-' })
	if len(parts) == 0 || !letters(parts[0], 2, 3) || strings.HasSuffix(base, "_") || strings.HasSuffix(base, "-") || strings.Contains(base, "@") {
		return ""
	}
	if len(parts) > 1 {
		// A region (US, 419), a script (Latn), or an extension (u, x).
		switch s := parts[1]; {
		case len(s) == 1, letters(s, 2, 2), letters(s, 4, 4), len(s) == 3 && s[0] >= '0' && s[0] <= '9':
		default:
			return ""
		}
	}
	return base
}

func letters(s string, least, most int) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}
