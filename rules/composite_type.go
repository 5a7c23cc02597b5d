package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var compositeType = &Rule{
	Name:      "composite-type",
	Title:     "Composite types hold less, and do not change",
	Condition: "`CREATE TYPE ... AS (...)` with a target that holds v22.2, or with an attribute that is an array (up to v26.1), of a user-defined type, or has a collation; and `ALTER TYPE` of an attribute.",
	Effect: "v22.2 has no composite types (SQLSTATE 0A000). Later versions refuse attributes of user-defined types (0A000) and, before v26.1.0-beta.1, arrays (42601); a collation does not parse (42601); " +
		"attributes cannot be added, dropped, renamed or given another type (0A000).",
	Workaround: "A collation of an attribute goes: texts then compare by bytes, as \"C\" does. The rest is left to a person: JSONB, a table, or a new type under another name to which columns and functions move.",
	Versions:   "*",
	Issues:     []int{27792, 91779, 48701},
	Sources:    []string{"release notes v23.1 and v26.1.0-beta.1 (#158888)", "measured on v26.1.0-alpha.1"},
	Examples: []Example{
		{
			Name:   "an enum in a composite type",
			Target: ">=23.1",
			Input:  "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TYPE person AS (name TEXT, mood mood);\n",
			Want:   []string{"2:40 error manual"},
			Error:  "composite types that reference user-defined types not yet supported",
			Manual: true,
		},
		{
			Name:   "a collation",
			Target: ">=23.1",
			Input:  "CREATE TYPE person AS (name TEXT COLLATE \"C\", age INT8);\n",
			Output: "CREATE TYPE person AS (name TEXT, age INT8);\n",
			Want:   []string{"1:34 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "an attribute is added",
			Target: ">=23.1",
			Setup:  "CREATE TYPE person AS (name TEXT);\n",
			Input:  "ALTER TYPE person ADD ATTRIBUTE age INT8;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:   "an array, which the alpha releases of v26.1 refuse",
			Target: ">=23.1",
			Input:  "CREATE TYPE person AS (names TEXT[]);\n",
			Want:   []string{"1:30 error manual"},
			Error:  "at or near \"[\": syntax error",
			Manual: true,
		},
		{
			Name:   "no composite types in v22.2",
			Input:  "CREATE TYPE person AS (name TEXT);\n",
			Want:   []string{"1:1 error manual"},
			Manual: true,
		},
		{
			Name:   "an ordinary one",
			Target: ">=23.1",
			Input:  "CREATE TYPE person AS (name TEXT, age INT8);\nCREATE TABLE t (id INT8 PRIMARY KEY, p person);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCompositeTypeStmt, pgsql.KindAlterTableStmt, pgsql.KindRenameStmt},
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.CompositeTypeStmt:
			checkComposite(p, n)
		case *pgsql.AlterTableStmt:
			if n.Objtype == pgsql.ObjectTypeObjectType {
				p.Report(fixedAttributes(n.Relation))
			}
		case *pgsql.RenameStmt:
			if n.RenameType == pgsql.ObjectAttribute {
				p.Report(fixedAttributes(n.Relation))
			}
		}
	},
}

func fixedAttributes(rv *pgsql.RangeVar) Finding {
	name := "the type"
	if rv != nil {
		name = "type " + rv.Relname
	}
	return manual(fmt.Sprintf("CockroachDB does not change the attributes of %s", name),
		"Make a type with the new attributes under another name, and move columns and functions to it; where nothing uses the type yet, drop it and make it again")
}

func checkComposite(p *Pass, n *pgsql.CompositeTypeStmt) {
	if !p.Target.Within(">=23.1") {
		f := manual("composite types do not exist before v23.1", "Store JSONB or separate columns, or take a target of \">=23.1\"")
		f.Until = "23.1"
		p.Report(f)
		return
	}
	st := p.Stmt
	for _, e := range n.Coldeflist {
		d, ok := e.(*pgsql.ColumnDef)
		if !ok {
			continue
		}
		first, last, ok := st.typeSpan(d.TypeName)
		if !ok {
			continue
		}
		var f Finding
		user := p.Catalog.UserType(d.TypeName)
		row := p.Catalog.Relation(objectName(d.TypeName))
		switch {
		case user != nil && user.Kind != catalog.Domain || user == nil && row != nil:
			f = manual(fmt.Sprintf("attribute %s: CockroachDB takes no user-defined type in a composite type", d.Colname),
				"Make the attribute TEXT or JSONB, or use separate columns in place of the composite type")
		case catalog.TypeOf(d.TypeName).Dims == 1 && !p.Target.Within(">=26.2"):
			f = manual(fmt.Sprintf("attribute %s: CockroachDB takes no array in a composite type before v26.1.0-beta.1", d.Colname),
				"Make the attribute JSONB, or take a target of \">=26.2\"; a server of v26.1 that is newer than its alpha releases takes it as it is")
			f.Until = "26.2"
		}
		if f.Message != "" {
			f.at(st, first, last)
			p.Report(f)
		}
		if d.CollClause != nil {
			from := st.TokenAt(int(d.CollClause.Location))
			to := st.nameEnd(from + 1)
			f := Finding{Severity: Error, Fidelity: Weaker, Edits: []Edit{p.Delete(from, to)},
				Message: fmt.Sprintf("CockroachDB takes no collation of attribute %s: it goes, and the texts compare by bytes", d.Colname)}
			if c := catalog.ListName(d.CollClause.Collname).Name; c == "C" || c == "POSIX" || c == "ucs_basic" {
				f.Fidelity = Exact
			}
			f.at(st, from, to)
			p.Report(f)
		}
	}
}
