package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var rowValue = &Rule{
	Name:      "row-value",
	Title:     "Rows in a form that the type in CockroachDB does not read",
	Condition: "`INSERT ... VALUES` with a literal for a column of type MONEY or HSTORE, or `COPY ... FROM stdin` with rows behind it for a table with such a column.",
	Effect:    "The columns become DECIMAL and JSONB (`money`, `hstore`), and the texts that PostgreSQL writes for the old types, `$1,234.50` and `\"a\"=>\"b\"`, are refused (SQLSTATE 22P02).",
	Workaround: "The literals of an INSERT are rewritten, where they are in the form of the locales C and en_US. The rows behind a COPY are not looked into: dump them anew with the columns as they will be, " +
		"from a view or by `COPY (SELECT price::numeric, hstore_to_json(attrs) ...) TO ...`.",
	Versions: "*",
	Sources:  []string{"PostgreSQL docs, datatype-money and hstore", "CockroachDB docs, decimal.md and jsonb.md"},
	Examples: []Example{
		{
			Name:   "as pg_dump --inserts writes it",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, price MONEY, attrs public.hstore);\nINSERT INTO t VALUES (1, '$1,234.50', '\"a\"=>\"b\"'), (2, NULL, NULL), (3, '-$1.00', '');\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, price DECIMAL(19,2), attrs JSONB);\nINSERT INTO t VALUES (1, '1234.50', '{\"a\":\"b\"}'), (2, NULL, NULL), (3, '-1.00', '{}');\n",
			Want:   []string{"2:26 error exact", "2:39 error exact"},
			Error:  "unimplemented",
		},
		{
			Name:   "rows",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, price MONEY);\nCOPY t (id, price) FROM stdin;\n1\t$1.00\n\\.\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, price DECIMAL(19,2));\nCOPY t (id, price) FROM stdin;\n1\t$1.00\n\\.\n",
			Want:   []string{"2:13 error manual"},
			Error:  "unimplemented",
			Manual: true,
		},
		{
			Name:   "no rows, other columns",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, price MONEY);\nCOPY t (id, price) FROM stdin;\n\\.\nCOPY t (id) FROM stdin;\n2\n\\.\nINSERT INTO t (id) VALUES (3);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, price DECIMAL(19,2));\nCOPY t (id, price) FROM stdin;\n\\.\nCOPY t (id) FROM stdin;\n2\n\\.\nINSERT INTO t (id) VALUES (3);\n",
			Error:  "unimplemented",
			Manual: true,
		},
	},
	Statement: func(p *Pass) {
		s := State[rowsBehind](p)
		switch n := p.Stmt.Tree.(type) {
		case *pgsql.InsertStmt:
			insertedValues(p, n)
		case *pgsql.CopyStmt:
			if n.IsFrom && n.Filename == "" && !n.IsProgram {
				s.copy, s.table = p.Stmt, p.Catalog.Table(n.Relation)
				s.columns = rowColumns(n.Attlist, s.table)
				return
			}
		}
		if p.Stmt.Form == pgsql.CopyData && s.copy != nil && p.Stmt.Size > emptyRows {
			s.report(p)
		}
		*s = rowsBehind{}
	},
}

// emptyRows is the most that CopyData without rows is: the mark of the end.
const emptyRows = int64(len("\\.\r"))

// rowsBehind is a COPY that rows may follow.
type rowsBehind struct {
	copy    *Statement
	table   *catalog.Table
	columns []string
}

func (s *rowsBehind) report(p *Pass) {
	for _, name := range s.columns {
		c := s.table.Column(name)
		if c == nil || c.Generated != "" || literals[substituted(p, c)] == nil {
			continue
		}
		f := manual(fmt.Sprintf("the rows hold column %s in the form of type %s, which %s does not read", name, substituted(p, c), insteadOf[substituted(p, c)]),
			"Dump the rows anew with the column as it will be: "+dumpedAs[substituted(p, c)])
		f.Stmt, f.End = s.copy, len(s.copy.Text)
		for i := range s.copy.Tokens {
			if k := s.copy.Tokens[i].Kind(); i > 1 && (k == pgsql.Word || k == pgsql.Quoted) && pgsql.Fold(s.copy.Str(i)) == name {
				f.at(s.copy, i, i)
				break
			}
		}
		p.Report(f)
	}
}

// literals read a value of a type that another takes the place of; dumpedAs is
// how a query of PostgreSQL's gives the new form.
var (
	literals  = map[string]func(string) (string, bool){"money": moneyLiteral, "hstore": hstoreLiteral}
	insteadOf = map[string]string{"money": "DECIMAL", "hstore": "JSONB"}
	dumpedAs  = map[string]string{"money": "COPY (SELECT price::numeric, ...) TO STDOUT", "hstore": "COPY (SELECT hstore_to_json(attrs), ...) TO STDOUT"}
)

// substituted returns the name of a column's type as literals has it. A dump
// qualifies the types of extensions.
func substituted(p *Pass, c *catalog.Column) string {
	if c.Type.Dims > 0 || p.Catalog.Type(catalog.Name{Schema: c.Type.Schema, Name: c.Type.Name}) != nil {
		return ""
	}
	return c.Type.Name
}

// insertedValues judges the literals of INSERT ... VALUES, column by column.
func insertedValues(p *Pass, n *pgsql.InsertStmt) {
	values, ok := n.SelectStmt.(*pgsql.SelectStmt)
	t := p.Catalog.Table(n.Relation)
	if !ok || t == nil || len(values.ValuesLists) == 0 {
		return
	}
	for i, name := range rowColumns(n.Cols, t) {
		c := t.Column(name)
		if c == nil {
			continue
		}
		read := literals[substituted(p, c)]
		if read == nil {
			continue
		}
		f := Finding{Severity: Error, Fidelity: Exact,
			Message: fmt.Sprintf("%s does not read the form in which type %s is written: the literals of column %s are rewritten", insteadOf[substituted(p, c)], substituted(p, c), name)}
		first, todo := -1, ""
		for _, row := range values.ValuesLists {
			list, ok := row.(*pgsql.List)
			if !ok || i >= len(list.Items) {
				continue
			}
			k, text, ok := stringLiteral(p.Stmt, list.Items[i])
			if !ok {
				continue
			}
			to, ok := read(text)
			switch {
			case !ok:
				todo = "Write the value as " + insteadOf[substituted(p, c)] + " reads it"
			case to == text:
				continue
			default:
				start, end := p.Stmt.span(k, k)
				f.Edits = append(f.Edits, p.Replace(start, end, QuoteString(to)))
			}
			if first < 0 {
				first = k
			}
		}
		if first < 0 {
			continue
		}
		if todo != "" {
			f.Fidelity, f.Edits, f.Todo = Manual, nil, todo
			f.Message = fmt.Sprintf("%s does not read the form in which a value of column %s is written", insteadOf[substituted(p, c)], name)
		}
		f.at(p.Stmt, first, first)
		p.Report(f)
	}
}

// stringLiteral returns the token and the value of a plain string literal. One
// that is cast is the subject of the rule about the type.
func stringLiteral(st *Statement, n pgsql.Node) (token int, value string, ok bool) {
	k, isConst := n.(*pgsql.AConst)
	if !isConst {
		return 0, "", false
	}
	s, isString := k.Val.(*pgsql.String)
	if !isString {
		return 0, "", false
	}
	i := st.tokenOf(k)
	return i, s.Sval, i >= 0 && st.Tokens[i].Kind() == pgsql.Literal
}

// rowColumns returns the columns that an INSERT or a COPY is about: those of
// its list, or else all.
func rowColumns(list []pgsql.Node, t *catalog.Table) []string {
	var out []string
	for _, n := range list {
		switch n := n.(type) {
		case *pgsql.String:
			out = append(out, n.Sval)
		case *pgsql.ResTarget:
			out = append(out, n.Name)
		}
	}
	if len(list) == 0 && t != nil {
		for _, c := range t.Columns() {
			out = append(out, c.Name)
		}
	}
	return out
}
