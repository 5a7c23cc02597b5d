package rules

import (
	"strconv"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// value is what an expression of a DO block is known to be.
type value struct {
	null bool
	text string
}

func boolean(b bool) value {
	if b {
		return value{text: "true"}
	}
	return value{text: "false"}
}

// truth tells what a condition makes of a value: NULL counts as false.
func (v value) truth() (b, ok bool) {
	if v.null {
		return false, true
	}
	switch strings.ToLower(strings.TrimSpace(v.text)) {
	case "true", "t", "yes", "y", "on", "1":
		return true, true
	case "false", "f", "no", "n", "off", "0":
		return false, true
	}
	return false, false
}

// evaluator works expressions out that depend on nothing but constants,
// variables that are known, and what the catalog holds.
type evaluator struct {
	vars map[string]value
	// exists answers EXISTS (query); nil where nothing is known.
	exists func(*pgsql.SelectStmt) (found, ok bool)
	// row is the row of a query that columns belong to.
	row map[string]value
	// settings are those that were read and taken as not set.
	settings map[string]bool
}

// eval returns the value of an expression; ok is false if it is not known.
func (e *evaluator) eval(n pgsql.Node) (v value, ok bool) {
	switch n := n.(type) {
	case *pgsql.AConst:
		return constant(n)
	case *pgsql.ColumnRef:
		name := catalog.ListName(n.Fields)
		if v, ok := e.row[name.Name]; ok {
			return v, true
		}
		if len(n.Fields) == 1 {
			v, ok = e.vars[name.Name]
		}
		return v, ok
	case *pgsql.TypeCast:
		return e.cast(n)
	case *pgsql.CoalesceExpr:
		for _, a := range n.Args {
			if v, ok = e.eval(a); !ok || !v.null {
				return v, ok
			}
		}
		return value{null: true}, true
	case *pgsql.FuncCall:
		return e.call(n)
	case *pgsql.NullTest:
		v, ok = e.eval(n.Arg)
		return boolean(v.null == (n.Nulltesttype == pgsql.ISNull)), ok
	case *pgsql.BoolExpr:
		return e.logic(n)
	case *pgsql.AExpr:
		return e.operator(n)
	case *pgsql.SubLink:
		if q, isSelect := n.Subselect.(*pgsql.SelectStmt); isSelect && n.SubLinkType == pgsql.ExistsSublink && e.exists != nil {
			found, ok := e.exists(q)
			return boolean(found), ok
		}
	}
	return value{}, false
}

func constant(n *pgsql.AConst) (value, bool) {
	if n.Isnull {
		return value{null: true}, true
	}
	switch k := n.Val.(type) {
	case *pgsql.String:
		return value{text: k.Sval}, true
	case *pgsql.Integer:
		return value{text: strconv.Itoa(int(k.Ival))}, true
	case *pgsql.Boolean:
		return boolean(k.Boolval), true
	}
	return value{}, false
}

// cast knows the casts that leave a text as it is.
func (e *evaluator) cast(n *pgsql.TypeCast) (value, bool) {
	v, ok := e.eval(n.Arg)
	if !ok || v.null {
		return v, ok
	}
	switch t := catalog.TypeOf(n.TypeName); {
	case t.Dims > 0 || len(t.Mods) > 0:
	case builtin(t) == "text", builtin(t) == "varchar", builtin(t) == "name":
		return v, true
	case builtin(t) == "bool":
		b, ok := v.truth()
		return boolean(b), ok
	}
	return value{}, false
}

func (e *evaluator) logic(n *pgsql.BoolExpr) (value, bool) {
	if n.Boolop == pgsql.NotExpr {
		v, ok := e.eval(n.Args[0])
		if !ok || v.null {
			return v, ok
		}
		b, ok := v.truth()
		return boolean(!b), ok
	}
	// An operand that decides makes the others not matter.
	decides := n.Boolop == pgsql.ORExpr
	known, null := true, false
	for _, a := range n.Args {
		v, ok := e.eval(a)
		b, isBool := v.truth()
		switch {
		case !ok || !isBool:
			known = false
		case v.null:
			null = true
		case b == decides:
			return boolean(decides), true
		}
	}
	if null {
		return value{null: true}, known
	}
	return boolean(!decides), known
}

func (e *evaluator) operator(n *pgsql.AExpr) (value, bool) {
	op := catalog.ListName(n.Name).Name
	a, ok := e.eval(n.Lexpr)
	if !ok {
		return a, false
	}
	if n.Kind_ == pgsql.AexprIN {
		list, isList := n.Rexpr.(*pgsql.List)
		if !isList || a.null {
			return value{null: true}, isList
		}
		in := false
		for _, item := range list.Items {
			v, ok := e.eval(item)
			if !ok || v.null {
				return value{}, false
			}
			in = in || v.text == a.text
		}
		return boolean(in == (op == "=")), true
	}
	b, ok := e.eval(n.Rexpr)
	if !ok {
		return b, false
	}
	switch {
	case n.Kind_ == pgsql.AexprDistinct:
		return boolean(a != b), true
	case n.Kind_ == pgsql.AexprNotDistinct:
		return boolean(a == b), true
	case n.Kind_ != pgsql.AexprOP:
		return value{}, false
	case a.null || b.null:
		return value{null: true}, true
	}
	switch op {
	case "||":
		return value{text: a.text + b.text}, true
	case "=":
		return boolean(a.text == b.text), true
	case "<>":
		return boolean(a.text != b.text), true
	}
	return value{}, false
}

// call knows the functions that put statements together.
func (e *evaluator) call(n *pgsql.FuncCall) (value, bool) {
	name := catalog.ListName(n.Funcname)
	if name.Schema != "" && name.Schema != "pg_catalog" {
		return value{}, false
	}
	var args []value
	for _, a := range n.Args {
		v, ok := e.eval(a)
		if !ok {
			return value{}, false
		}
		args = append(args, v)
	}
	switch {
	case name.Name == "current_setting" && len(args) == 2 && strings.Contains(args[0].text, "."):
		if missing, ok := args[1].truth(); !missing || !ok {
			return value{}, false
		}
		if e.settings != nil {
			e.settings[args[0].text] = true
		}
		return value{null: true}, true
	case name.Name == "concat":
		var b strings.Builder
		for _, a := range args {
			b.WriteString(a.text)
		}
		return value{text: b.String()}, true
	case name.Name == "format" && len(args) > 0 && !args[0].null:
		return formatted(args[0].text, args[1:])
	case len(args) != 1:
		return value{}, false
	case args[0].null:
		return args[0], true
	case name.Name == "quote_ident":
		return value{text: QuoteIdent(args[0].text)}, true
	case name.Name == "quote_literal":
		return value{text: QuoteString(args[0].text)}, true
	case name.Name == "lower":
		return value{text: strings.ToLower(args[0].text)}, true
	case name.Name == "upper":
		return value{text: strings.ToUpper(args[0].text)}, true
	}
	return value{}, false
}

// formatted is format() with %s, %I and %L, each perhaps with the number of its
// argument.
func formatted(format string, args []value) (value, bool) {
	var b strings.Builder
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i == len(format) {
			return value{}, false
		}
		if format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if digits := len(format[i:]) - len(strings.TrimLeft(format[i:], "0123456789")); digits > 0 {
			number, err := strconv.Atoi(format[i : i+digits])
			if i += digits; err != nil || i == len(format) || format[i] != '$' {
				return value{}, false
			}
			i, next = i+1, number-1
		}
		if i >= len(format) || next < 0 || next >= len(args) {
			return value{}, false
		}
		arg := args[next]
		next++
		switch {
		case format[i] == 's':
			b.WriteString(arg.text)
		case format[i] == 'I' && !arg.null:
			b.WriteString(QuoteIdent(arg.text))
		case format[i] == 'L' && arg.null:
			b.WriteString("NULL")
		case format[i] == 'L':
			b.WriteString(QuoteString(arg.text))
		default:
			return value{}, false
		}
	}
	return value{text: b.String()}, true
}
