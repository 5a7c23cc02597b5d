package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var createDatabase = &Rule{
	Name:  "create-database",
	Title: "Options of CREATE, ALTER and DROP DATABASE",
	Condition: "`CREATE DATABASE` with `TEMPLATE` (other than template0), `ENCODING`, `LOCALE`, `LC_COLLATE`, `LC_CTYPE`, `LOCALE_PROVIDER`, `TABLESPACE`, `ALLOW_CONNECTIONS`, `CONNECTION LIMIT`, `IS_TEMPLATE`; " +
		"`ALTER DATABASE` with such an option; `DROP DATABASE ... WITH (FORCE)`, or of `template0` or `template1`.",
	Effect:     "A syntax error (SQLSTATE 42601), or the value is refused (0A000): the encoding is UTF8 and the locale C.UTF-8. The options that are known have to stand in one order, with OWNER last.",
	Workaround: "All options but the owner go; a database of CockroachDB has one encoding and one order of texts, by bytes, and no template. Another encoding than UTF8 is manual.",
	Versions:   "*",
	Issues:     []int{16618, 35882, 10151},
	Sources:    []string{"CockroachDB docs, create-database.md and alter-database.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "as pg_dump -C writes it",
			Setup:  "DROP DATABASE IF EXISTS d1;\n",
			Input:  "CREATE DATABASE d1 WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'en_US.UTF-8';\nALTER DATABASE d1 CONNECTION LIMIT 5;\nDROP DATABASE d1 WITH (FORCE);\n",
			Output: "CREATE DATABASE d1;\nDROP DATABASE d1;\n",
			Want:   []string{"1:25 error weaker", "2:1 error weaker", "3:18 error weaker"},
			Error:  "at or near \"locale_provider\": syntax error",
		},
		{
			Name:   "an owner",
			Setup:  "DROP DATABASE IF EXISTS d2;\n",
			Input:  "CREATE DATABASE d2 OWNER = root ENCODING 'UTF8';\nDROP DATABASE d2;\n",
			Output: "CREATE DATABASE d2 OWNER root;\nDROP DATABASE d2;\n",
			Want:   []string{"1:20 error exact"},
			Error:  "at or near \"encoding\": syntax error",
		},
		{
			Name:   "another encoding",
			Input:  "CREATE DATABASE d3 ENCODING 'LATIN1';\n",
			Want:   []string{"1:20 error manual"},
			Error:  "unsupported encoding",
			Manual: true,
		},
		{
			Name:   "the template, as pg_dumpall --clean writes it",
			Input:  "DROP DATABASE template1;\nCREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Want:   []string{"1:1 error exact"},
			Error:  "does not exist",
		},
		{
			Name:  "what CockroachDB takes",
			Setup: "DROP DATABASE IF EXISTS d4;\n",
			Input: "CREATE DATABASE d4 WITH OWNER = root;\nDROP DATABASE d4;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreatedbStmt, pgsql.KindAlterDatabaseStmt, pgsql.KindAlterDatabaseRefreshCollStmt, pgsql.KindDropdbStmt},
	Check: func(p *Pass, node pgsql.Node) {
		st := p.Stmt
		switch n := node.(type) {
		case *pgsql.AlterDatabaseStmt:
			if d := defElem(n.Options, "tablespace"); d != nil {
				p.drop(Exact, "CockroachDB has no tablespaces: the statement goes")
				return
			}
			p.drop(Weaker, "CockroachDB's databases have no such options: the statement goes")
		case *pgsql.AlterDatabaseRefreshCollStmt:
			p.drop(Exact, "CockroachDB's collations have nothing to refresh: the statement goes")
		case *pgsql.DropdbStmt:
			if template(n.Dbname) && !n.MissingOk {
				p.drop(Exact, "CockroachDB has no template databases, so there is none to drop: the statement goes")
				return
			}
			if len(n.Options) == 0 {
				return
			}
			first := st.Find(0, "(")
			if st.Is(first-1, "with") {
				first--
			}
			f := Finding{Severity: Error, Fidelity: Weaker, Edits: []Edit{p.Delete(first, len(st.Tokens)-1)},
				Message: "CockroachDB drops a database whether someone is connected to it or not: FORCE goes"}
			f.at(st, first, len(st.Tokens)-1)
			p.Report(f)
		case *pgsql.CreatedbStmt:
			databaseOptions(p, n)
		}
	},
}

// template reports whether a database is one of those that PostgreSQL copies for
// a new one. CockroachDB has neither.
func template(database string) bool { return database == "template0" || database == "template1" }

func databaseOptions(p *Pass, n *pgsql.CreatedbStmt) {
	st := p.Stmt
	if len(n.Options) == 0 {
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact}
	owner, refused := "", false
	for i, o := range n.Options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			return
		}
		value := strings.ToLower(defText(d))
		switch d.Defname {
		case "owner":
			owner = defText(d)
			refused = refused || i != len(n.Options)-1
		case "encoding":
			if s := strings.NewReplacer("-", "", "_", "").Replace(value); s != "utf8" && s != "unicode" && s != "default" && !(value == "" && d.Arg == nil) {
				f.Fidelity, f.Todo = Manual, "Convert the data to UTF-8, then delete the option"
				f.Message = fmt.Sprintf("CockroachDB's databases are in UTF8, not in %s", value)
			}
		case "template":
			if value != "template0" {
				refused = true
				f.Fidelity = max(f.Fidelity, Weaker)
			}
		case "lc_collate", "lc_ctype":
			if value != "c" && value != "posix" && value != "c.utf-8" {
				refused = true
				f.Fidelity = max(f.Fidelity, Weaker)
			}
		default:
			refused = true
			f.Fidelity = max(f.Fidelity, Weaker)
		}
	}
	// The order of the options is fixed in CockroachDB's grammar, and a file
	// that has them in it has mostly one of those that are refused.
	if !refused && f.Fidelity != Manual {
		return
	}
	first := st.tokenOf(n.Options[0])
	if first < 0 {
		return
	}
	f.at(st, first, len(st.Tokens)-1)
	if f.Fidelity != Manual {
		start := first
		if st.Is(first-1, "with") {
			start--
		}
		text := ""
		if owner != "" {
			text = " OWNER " + QuoteIdent(owner)
		}
		f.Message = "CockroachDB's databases have one encoding (UTF8), one order (by bytes) and no template: the options go"
		f.Edits = []Edit{p.Replace(st.Tokens[start-1].End(), st.Tokens[len(st.Tokens)-1].End(), text)}
	}
	p.Report(f)
}
