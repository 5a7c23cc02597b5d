package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var defaultType = &Rule{
	Name:  "default-type",
	Title: "A default of another type than its column",
	Condition: "`ALTER COLUMN ... SET DEFAULT` with an expression of another type than the column's, such as `current_date` for a TIMESTAMP or `gen_random_uuid()` for a TEXT; " +
		"and, in CREATE TABLE as well, `now()` for a text or a time of day.",
	Effect:     "PostgreSQL casts the value when it is stored. CockroachDB does so for the defaults of CREATE TABLE and ADD COLUMN, but refuses the others (SQLSTATE 42804), and has a now() for each type with a date only (42883).",
	Workaround: "The cast that PostgreSQL makes is written out.",
	Versions:   "*",
	Sources:    []string{"measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a date for a timestamp",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIMESTAMP, key VARCHAR(40), n INT8);\n",
			Input:  "ALTER TABLE t ALTER COLUMN at SET DEFAULT current_date;\nALTER TABLE t ALTER key SET DEFAULT gen_random_uuid(), ALTER n SET DEFAULT (extract(epoch from now()) * 1000);\n",
			Output: "ALTER TABLE t ALTER COLUMN at SET DEFAULT (current_date)::TIMESTAMP;\nALTER TABLE t ALTER key SET DEFAULT (gen_random_uuid())::VARCHAR, ALTER n SET DEFAULT (extract(epoch from now()) * 1000)::INT8;\n",
			Want:   []string{"1:43 error exact", "2:37 error exact", "2:76 error exact"},
			Error:  "expected DEFAULT (in SET DEFAULT) expression to have type timestamp",
		},
		{
			Name:   "the time of day",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, at TIME DEFAULT now() NOT NULL, s TEXT DEFAULT current_timestamp);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, at TIME DEFAULT (now())::TIME NOT NULL, s TEXT DEFAULT (current_timestamp)::TEXT);\n",
			Want:   []string{"1:54 error exact", "1:85 error exact"},
			Error:  "unknown signature: now()",
		},
		{
			Name:  "types that CockroachDB casts itself",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, d DATE, at TIMESTAMP, f FLOAT8, n NUMERIC);\n",
			Input: "ALTER TABLE t ALTER COLUMN d SET DEFAULT now(), ALTER COLUMN at SET DEFAULT now(), ALTER COLUMN f SET DEFAULT 0, ALTER COLUMN n SET DEFAULT 1;\nALTER TABLE t ADD COLUMN b TIMESTAMP DEFAULT current_date;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindAlterTableCmd, pgsql.KindColumnDef},
	Check: func(p *Pass, n pgsql.Node) {
		switch n := n.(type) {
		case *pgsql.AlterTableCmd:
			alter, ok := p.Parent(0).(*pgsql.AlterTableStmt)
			if !ok || n.Subtype != pgsql.ATColumnDefault || n.Def == nil {
				return
			}
			c := p.Catalog.Table(alter.Relation).Column(n.Name)
			list, i := commandOf(p.Stmt, alter, n)
			if c == nil || c.User != nil || i < 0 {
				return
			}
			from := p.Stmt.find(list.Elements[i][0], "default") + 1
			castDefault(p, n.Def, c.Type, n.Name, from, list.Elements[i][1], false)
		case *pgsql.ColumnDef:
			for _, e := range n.Constraints {
				if k, ok := e.(*pgsql.Constraint); ok && k.Contype == pgsql.ConstrDefault {
					from := p.Stmt.TokenAt(int(k.Location)) + 1
					castDefault(p, k.RawExpr, catalog.TypeOf(n.TypeName), n.Colname, from, p.Stmt.callOrWordEnd(from), true)
				}
			}
		}
	},
}

// castDefault casts a default, which stands at the tokens [first, last], to
// the type of its column, where CockroachDB does not do so itself.
func castDefault(p *Pass, value pgsql.Node, t catalog.Type, column string, first, last int, creates bool) {
	from, to := defaultKind(value), typeKind(t)
	if from == "" || to == "" || t.Dims > 0 || from == to || creates && from != "instant" || castByItself[from+" "+to] {
		return
	}
	name := strings.ToUpper(t.Name)
	if t.Name == "bpchar" {
		name = "TEXT"
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("CockroachDB does not cast this default to %s, the type of column %s, by itself: the cast is written out", name, column)}
	f.at(p.Stmt, first, last)
	text := p.Stmt.Text[f.Start:f.End]
	if !(p.Stmt.Is(first, "(") && p.Stmt.Close(first) == last) {
		text = "(" + text + ")"
	}
	f.Edits = []Edit{p.Replace(f.Start, f.End, text+"::"+name)}
	p.Report(f)
}

// callOrWordEnd returns the last token of a word, a call or something in
// parentheses at token i.
func (s *Statement) callOrWordEnd(i int) int {
	if s.Is(i, "(") {
		return s.Close(i)
	}
	if end, _ := s.call(i); end > 0 {
		return end
	}
	return s.nameEnd(i)
}

// castByItself are the kinds of value that CockroachDB takes for another kind
// of column.
var castByItself = map[string]bool{
	"instant date": true, "instant timestamp": true, "instant timestamptz": true,
	"whole float": true, "whole decimal": true, "fraction float": true, "fraction int": true, "fraction decimal": true, "whole int": true,
}

// defaultKind says what kind of value an expression has that CockroachDB may
// not cast; "" if it is another, or not known.
func defaultKind(n pgsql.Node) string {
	switch n := n.(type) {
	case *pgsql.AConst:
		switch n.Val.(type) {
		case *pgsql.Integer:
			return "whole"
		case *pgsql.Float:
			return "fraction"
		case *pgsql.Boolean:
			return "bool"
		}
	case *pgsql.SQLValueFunction:
		switch n.Op {
		case pgsql.SvfopCurrentDate:
			return "date"
		case pgsql.SvfopCurrentTimestamp, pgsql.SvfopCurrentTimestampN:
			return "instant"
		}
	case *pgsql.TypeCast:
		if k := typeKind(catalog.TypeOf(n.TypeName)); k == "int" || k == "float" || k == "decimal" {
			return k
		}
	case *pgsql.FuncCall:
		return map[string]string{
			"now": "instant", "transaction_timestamp": "instant", "statement_timestamp": "instant", "clock_timestamp": "instant",
			"gen_random_uuid": "uuid", "uuid_generate_v4": "uuid", "uuid_generate_v1": "uuid", "random": "float", "extract": "float", "date_part": "float",
		}[catalog.ListName(n.Funcname).Name]
	case *pgsql.AExpr:
		switch catalog.ListName(n.Name).Name {
		case "+", "-", "*", "/":
			if defaultKind(n.Lexpr) == "float" || defaultKind(n.Rexpr) == "float" {
				return "float"
			}
		}
	}
	return ""
}

// typeKind puts the types together that need no cast among one another.
func typeKind(t catalog.Type) string {
	switch b := builtin(t); b {
	case "int2", "int4", "int8":
		return "int"
	case "float4", "float8":
		return "float"
	case "numeric":
		return "decimal"
	case "text", "varchar", "bpchar":
		return "text"
	case "date", "timestamp", "timestamptz", "time", "timetz", "uuid", "bool":
		return b
	}
	return ""
}
