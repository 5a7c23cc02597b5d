package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var unknownType = &Rule{
	Name:      "unknown-type",
	Title:     "A type that nothing here makes, or the rows of a table as a type",
	Condition: "A column of a type that is not PostgreSQL's own and that no statement in front makes, or a column whose type is the row of a table.",
	Effect:    "CockroachDB refuses a column of a type that does not exist (SQLSTATE 42704), and one of a table's row type (0A000).",
	Workaround: "If the type is made elsewhere, put the statement that makes it in front, so that it can be judged. If an extension makes it, " +
		"replace it by a built-in type. In place of a row, store JSONB, or make a composite type with the same attributes (from v23.1 on).",
	Versions: "*",
	Issues:   []int{70099},
	Sources:  []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a type of an extension",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, c cube);\n",
			Want:   []string{"1:40 warning manual"},
			Error:  "type \"cube\" does not exist",
			Manual: true,
		},
		{
			Name:   "a row of another table",
			Setup:  "CREATE TABLE other (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, o other);\n",
			Want:   []string{"1:40 error manual"},
			Error:  "cannot use table record type as table column",
			Manual: true,
		},
		{
			Name:   "a type that is made in front",
			Target: ">=23.1",
			Input:  "CREATE SCHEMA app;\nCREATE TYPE app.pair AS (a INT8, b INT8);\nCREATE TABLE t (id INT8 PRIMARY KEY, p app.pair, ps app.pair[]);\n",
		},
	},
	Nodes:   []pgsql.Kind{pgsql.KindTypeName},
	Unusual: true,
	Check: func(p *Pass, n pgsql.Node) {
		typeUses(p, n, func(u *typeUse) {
			if u.Place != typeColumn && u.Place != typeAltered {
				return
			}
			if known := ownTypes[u.Type.Name] && u.Type.Schema == "" || extensionTypes[u.Type.Name]; known {
				return
			}
			name := objectName(n)
			if name.Schema == "pg_catalog" || name.Schema == "information_schema" {
				return
			}
			row := p.Catalog.Relation(name)
			if u.User != nil && row == nil {
				return
			}
			if row != nil {
				u.report(manual(fmt.Sprintf("CockroachDB stores no rows of a table: column %s has the type of table %s", u.Name, name),
					"Store JSONB, or make a composite type with the attributes of the table"))
				return
			}
			f := manual(fmt.Sprintf("type %s of column %s is neither CockroachDB's nor made by a statement in front of this one", name, u.Name),
				"Put the statement that makes the type in front, or replace the type by a built-in one")
			f.Severity = Warning
			u.report(f)
		})
	},
}

// ownTypes are PostgreSQL's own types by the names that a statement can give
// them; what CockroachDB lacks of them other rules speak of.
var ownTypes = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`bool boolean int2 int4 int8 smallint int integer bigint serial2 serial4 serial8 numeric decimal dec real float float4 float8
		money text varchar bpchar char name bytea bytes string uuid json jsonb jsonpath xml date time timetz timestamp timestamptz interval bit varbit inet cidr macaddr
		macaddr8 point line lseg box path polygon circle tsvector tsquery int4range int8range numrange tsrange tstzrange daterange int4multirange
		int8multirange nummultirange tsmultirange tstzmultirange datemultirange oid regclass regtype regproc regprocedure regrole regnamespace regoper
		regoperator regconfig regdictionary regcollation xid xid8 cid tid pg_lsn pg_snapshot txid_snapshot refcursor aclitem int2vector oidvector
		pg_node_tree record unknown void trigger`) {
		m[w] = true
	}
	return m
}()
