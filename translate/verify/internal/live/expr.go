package live

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// Normal writes an expression in one form, whichever database wrote it: without
// parentheses, without the casts to text that each puts where it needs them,
// with the names that mean the same made equal. What does not parse comes back
// with its white space evened out.
func Normal(expr string) string {
	if expr == "" {
		return ""
	}
	e := exprText("SELECT " + plain(expr))
	tree, err := pgsql.Parse(string(e))
	if err != nil {
		return strings.Join(strings.Fields(expr), " ")
	}
	sel, ok := tree.(*pgsql.SelectStmt)
	if !ok || len(sel.TargetList) != 1 {
		return strings.Join(strings.Fields(expr), " ")
	}
	return e.normal(sel.TargetList[0].(*pgsql.ResTarget).Val)
}

// exprText is the statement that holds the expression.
type exprText string

// plain takes out what PostgreSQL's grammar does not read of an expression of
// CockroachDB: ::: and the parentheses of current_timestamp().
func plain(expr string) string {
	st := pgsql.Lex(strings.ReplaceAll(expr, ":::", "::"))
	b := []byte(st.Text)
	for i := range st.Tokens {
		switch st.Word(i) {
		case "current_timestamp", "current_date", "current_time", "localtimestamp", "localtime", "current_user", "session_user", "current_schema", "current_catalog":
			if st.Is(i+1, "(") && st.Is(i+2, ")") {
				b[st.Tokens[i+1].Start()], b[st.Tokens[i+2].Start()] = ' ', ' '
			}
		}
	}
	return string(b)
}

// normal writes a node.
func (e exprText) normal(n pgsql.Node) string {
	switch n := n.(type) {
	case nil:
		return ""
	case *pgsql.AConst:
		return e.constant(n, "")
	case *pgsql.TypeCast:
		return e.cast(n)
	case *pgsql.ColumnRef:
		return catalog.ListName(n.Fields).Name
	case *pgsql.AExpr:
		return e.operation(n)
	case *pgsql.BoolExpr:
		return e.boolean(n)
	case *pgsql.FuncCall:
		return e.function(catalog.ListName(n.Funcname).Name, n.Args)
	case *pgsql.CoalesceExpr:
		return e.function("coalesce", n.Args)
	case *pgsql.SQLValueFunction:
		return valueFunction(n)
	case *pgsql.AArrayExpr:
		return e.function("array", n.Elements)
	case *pgsql.NullTest:
		return fmt.Sprintf("isnull%d(%s)", n.Nulltesttype, e.normal(n.Arg))
	}
	return e.other(n)
}

func (e exprText) function(name string, args []pgsql.Node) string {
	if same, ok := functions[name]; ok {
		name = same
	}
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = e.normal(a)
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

// functions are the names under which one of the databases writes what the other
// calls otherwise.
var functions = map[string]string{
	"current_timestamp": "now", "transaction_timestamp": "now", "current_date": "date(now)", "length": "char_length", "character_length": "char_length",
	"btrim": "btrim", "trim": "btrim", "pow": "power",
}

func valueFunction(n *pgsql.SQLValueFunction) string {
	switch name := fmt.Sprint(n.Op); {
	case n.Op == pgsql.SvfopCurrentTimestamp:
		return "now()"
	default:
		return "sqlvalue" + name + "()"
	}
}

// textual are the types whose casts are left out: both databases put casts to
// them where they need one.
var textual = map[string]bool{"text": true, "varchar": true, "bpchar": true, "string": true, "char": true, "name": true, "unknown": true, "regclass": true}

// numeric are the types of which a quoted number is a number.
var numeric = map[string]bool{"int2": true, "int4": true, "int8": true, "numeric": true, "decimal": true, "float4": true, "float8": true, "int": true}

// typeNames gives a type's spellings in CockroachDB PostgreSQL's name.
var typeNames = map[string]string{"string": "text", "int": "int8", "decimal": "numeric", "float": "float8", "bytes": "bytea", "integer": "int4", "bigint": "int8", "int4": "int8", "json": "jsonb"}

func (e exprText) cast(n *pgsql.TypeCast) string {
	t := catalog.TypeOf(n.TypeName)
	name := strings.ToLower(t.Name)
	if textual[name] && t.Dims == 0 {
		if c, ok := n.Arg.(*pgsql.AConst); ok && name == "regclass" {
			return strings.Replace(e.constant(c, ""), "'public.", "'", 1)
		}
		return e.normal(n.Arg)
	}
	if same, ok := typeNames[name]; ok {
		name = same
	}
	if c, ok := n.Arg.(*pgsql.AConst); ok {
		// What a literal is cast to follows from where it stands.
		if text := e.constant(c, name); text != "" {
			return text
		}
	}
	return fmt.Sprintf("%s::%s%s", e.normal(n.Arg), name, strings.Repeat("[]", t.Dims))
}

// constant writes a literal; of a numeric type, a quoted number is one.
func (e exprText) constant(c *pgsql.AConst, typ string) string {
	switch v := c.Val.(type) {
	case *pgsql.Integer:
		// libpg_query leaves numbers below zero out of its tree.
		if v.Ival == 0 && strings.HasPrefix(string(e[c.Location:]), "-") {
			return "-" + pgsql.Lex(string(e[c.Location+1:])).Str(0)
		}
		return fmt.Sprint(v.Ival)
	case *pgsql.Float:
		return number(v.Fval)
	case *pgsql.Boolean:
		return fmt.Sprint(v.Boolval)
	case *pgsql.String:
		if numeric[typ] {
			return number(v.Sval)
		}
		if typ == "bool" {
			return map[string]string{"t": "true", "f": "false"}[v.Sval]
		}
		return "'" + v.Sval + "'"
	}
	if c.Isnull {
		return "null"
	}
	return e.other(c)
}

func number(s string) string {
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) && !strings.Contains(s, ".") {
		return fmt.Sprint(int64(f))
	}
	return s
}

func (e exprText) operation(n *pgsql.AExpr) string {
	op := catalog.ListName(n.Name).Name
	if op == "!=" {
		op = "<>"
	}
	left, right := e.normal(n.Lexpr), ""
	switch n.Kind_ {
	case pgsql.AexprIN:
		list, _ := n.Rexpr.(*pgsql.List)
		if list == nil {
			break
		}
		// PostgreSQL writes x IN (1, 2) as x = ANY (ARRAY[1, 2]).
		kind := "any"
		if op == "<>" {
			kind = "all"
		}
		return fmt.Sprintf("(%s %s %s %s)", left, op, kind, e.function("array", list.Items))
	case pgsql.AexprOPAny:
		return fmt.Sprintf("(%s %s any %s)", left, op, e.normal(n.Rexpr))
	case pgsql.AexprOPAll:
		return fmt.Sprintf("(%s %s all %s)", left, op, e.normal(n.Rexpr))
	case pgsql.AexprBetween, pgsql.AexprNotBetween:
		list, _ := n.Rexpr.(*pgsql.List)
		if list == nil || len(list.Items) != 2 {
			break
		}
		low, high := e.normal(list.Items[0]), e.normal(list.Items[1])
		if n.Kind_ == pgsql.AexprBetween {
			return fmt.Sprintf("and((%s >= %s), (%s <= %s))", left, low, left, high)
		}
		return fmt.Sprintf("or((%s < %s), (%s > %s))", left, low, left, high)
	case pgsql.AexprLike, pgsql.AexprIlike:
		// written with the operator by PostgreSQL
	}
	right = e.normal(n.Rexpr)
	if n.Lexpr == nil {
		if op == "-" {
			return "-" + right
		}
		return fmt.Sprintf("(%s %s)", op, right)
	}
	return fmt.Sprintf("(%s %s %s)", left, op, right)
}

func (e exprText) boolean(n *pgsql.BoolExpr) string {
	name := map[pgsql.BoolExprType]string{pgsql.AndExpr: "and", pgsql.ORExpr: "or", pgsql.NotExpr: "not"}[n.Boolop]
	var parts []string
	for _, a := range n.Args {
		if b, ok := a.(*pgsql.BoolExpr); ok && b.Boolop == n.Boolop && n.Boolop != pgsql.NotExpr {
			inner := e.boolean(b)
			parts = append(parts, inner[len(name)+1:len(inner)-1])
			continue
		}
		parts = append(parts, e.normal(a))
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

// other writes a node of a kind that needs no care: its fields in order, places
// left out.
func (e exprText) other(n pgsql.Node) string {
	v := reflect.ValueOf(n)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return fmt.Sprint(n)
	}
	var parts []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || strings.HasSuffix(f.Name, "ocation") {
			continue
		}
		if text := e.field(v.Field(i)); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.ToLower(v.Type().Name()) + "[" + strings.Join(parts, " ") + "]"
}

func (e exprText) field(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	if n, ok := v.Interface().(pgsql.Node); ok {
		return e.normal(n)
	}
	if v.Kind() == reflect.Slice {
		var parts []string
		for i := range v.Len() {
			parts = append(parts, e.field(v.Index(i)))
		}
		return strings.Join(parts, " ")
	}
	return fmt.Sprint(v.Interface())
}
