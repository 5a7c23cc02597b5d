package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var foreignKey = &Rule{
	Name:       "foreign-key",
	Title:      "Foreign keys that CockroachDB refuses",
	Condition:  "A foreign key between columns of types of different kinds (INTEGER and NUMERIC, TEXT and UUID, DATE and TIMESTAMP), or with a list of columns behind `ON DELETE SET NULL` or `SET DEFAULT` (PostgreSQL 15).",
	Effect:     "CockroachDB compares only types of one kind (SQLSTATE 42804), and always sets all columns of the key (a list is a syntax error).",
	Workaround: "A list that names all columns of the key goes. Everything else is left to a person: give both columns the same type, or say what a shorter list does by a trigger.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, foreign-key.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "types of different kinds",
			Setup:  "CREATE TABLE p (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, p NUMERIC REFERENCES p (id));\n",
			Want:   []string{"1:48 error manual"},
			Error:  "does not match foreign key",
			Manual: true,
		},
		{
			Name:   "a list of columns",
			Setup:  "CREATE TABLE p (a INT8, b INT8, PRIMARY KEY (a, b));\n",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8, FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET NULL (a, b));\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8, b INT8, FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET NULL);\n",
			Want:   []string{"1:112 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a shorter list",
			Setup:  "CREATE TABLE p (a INT8, b INT8, PRIMARY KEY (a, b));\n",
			Input:  "CREATE TABLE t (a INT8, b INT8, FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET NULL (b));\n",
			Want:   []string{"1:91 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:  "integers of different sizes, texts of different lengths",
			Setup: "CREATE TABLE p (id INT8 PRIMARY KEY, a TEXT UNIQUE);\n",
			Input: "CREATE TABLE t (id INT8 PRIMARY KEY, p SMALLINT REFERENCES p (id), a VARCHAR(10) REFERENCES p (a));\n",
		},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Words: []string{"references"},
	Statement: func(p *Pass) {
		st := p.Stmt
		if !definesConstraint(p, pgsql.ConstrForeign) {
			return
		}
		types := map[string]catalog.Type{}
		self := catalog.Name{}
		if n, ok := st.Tree.(*pgsql.CreateStmt); ok {
			self = catalog.Name{Schema: n.Relation.Schemaname, Name: n.Relation.Relname}
			for _, e := range n.TableElts {
				if d, ok := e.(*pgsql.ColumnDef); ok {
					types[d.Colname] = catalog.TypeOf(d.TypeName)
				}
			}
		}
		eachConstraint(p, func(k *pgsql.Constraint, t *catalog.Table, d *pgsql.ColumnDef, first, last int) {
			if k.Contype != pgsql.ConstrForeign {
				return
			}
			from := first
			if int(k.Location) > 0 {
				from = max(first, st.TokenAt(int(k.Location)))
			}
			columns := []string{}
			if d != nil {
				columns = append(columns, d.Colname)
				types[d.Colname] = catalog.TypeOf(d.TypeName)
			} else {
				columns = names(k.FkAttrs)
			}
			setColumns(p, k, columns, from, last)
			to := p.Catalog.Table(k.Pktable)
			if to == nil || k.Pktable.Schemaname == self.Schema && k.Pktable.Relname == self.Name {
				return
			}
			refs := names(k.PkAttrs)
			if pk := to.PrimaryKey(); len(refs) == 0 && pk != nil {
				refs = pk.Columns
			}
			for i, c := range columns {
				if i >= len(refs) {
					break
				}
				ref := to.Column(refs[i])
				typ, ok := types[c]
				if !ok {
					if col := t.Column(c); col != nil {
						typ, ok = col.Type, true
					}
				}
				if !ok || ref == nil {
					continue
				}
				a, b := keyFamily(typ), keyFamily(ref.Type)
				if a == "" || b == "" || a == b {
					continue
				}
				f := manual(fmt.Sprintf("column %s (%s) cannot refer to %s.%s (%s): CockroachDB wants types of one kind", c, typ.Name, to.Name, ref.Name, ref.Type.Name),
					"Give both columns the same type")
				f.at(st, from, min(last, max(from, st.nameEnd(st.TokenAt(int(k.Pktable.Location))))))
				p.Report(f)
			}
		})
	},
}

func names(list []pgsql.Node) []string {
	var out []string
	for _, e := range list {
		if s, ok := e.(*pgsql.String); ok {
			out = append(out, s.Sval)
		}
	}
	return out
}

// keyFamily groups the types that a foreign key may connect.
func keyFamily(t catalog.Type) string {
	if t.Schema != "" || t.Dims > 0 {
		return ""
	}
	switch t.Name {
	case "int2", "int4", "int8", "serial2", "serial4", "serial8":
		return "int"
	case "varchar", "text", "bpchar", "name":
		return "text"
	case "numeric", "uuid", "date", "timestamp", "timestamptz", "bool", "float8", "float4", "citext", "oid", "bytea":
		return t.Name
	}
	return ""
}

// setColumns deals with the list behind SET NULL or SET DEFAULT.
func setColumns(p *Pass, k *pgsql.Constraint, columns []string, first, last int) {
	st := p.Stmt
	if len(k.FkDelSetCols) == 0 {
		return
	}
	i := st.wordsWithin(first, last, "set", "null")
	if i < 0 {
		i = st.wordsWithin(first, last, "set", "default")
	}
	if i < 0 || !st.Is(i+2, "(") {
		return
	}
	end := st.Close(i + 2)
	all := len(k.FkDelSetCols) == len(columns)
	for _, c := range names(k.FkDelSetCols) {
		all = all && containsName(columns, c)
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB sets all columns of the key, which is what the list says: it goes", Edits: []Edit{p.Delete(i+2, end)}}
	if !all {
		f = manual("CockroachDB sets all columns of the foreign key, not only those of a list", "Take the list out if all columns may be set, or set them in a trigger on the referenced table")
	}
	f.at(st, i+2, end)
	p.Report(f)
}
