package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// typeOfExpr returns the type of an expression over a table; the zero Type if
// it is not known.
func typeOfExpr(p *Pass, t *catalog.Table, e pgsql.Node) catalog.Type {
	switch e := e.(type) {
	case *pgsql.TypeCast:
		return catalog.TypeOf(e.TypeName)
	case *pgsql.ColumnRef:
		if c := t.Column(catalog.ListName(e.Fields).Name); c != nil {
			return c.Type
		}
	case *pgsql.CoalesceExpr:
		for _, a := range e.Args {
			if k := typeOfExpr(p, t, a); k.Name != "" {
				return k
			}
		}
	case *pgsql.CollateClause:
		return typeOfExpr(p, t, e.Arg)
	case *pgsql.NullTest, *pgsql.BoolExpr, *pgsql.BooleanTest:
		return catalog.Type{Name: "bool"}
	case *pgsql.AArrayExpr:
		return catalog.Type{Name: "text", Dims: 1}
	case *pgsql.AConst:
		if _, ok := e.Val.(*pgsql.String); ok {
			return catalog.Type{Name: "text"}
		}
	case *pgsql.AExpr:
		left := typeOfExpr(p, t, e.Lexpr)
		switch op := catalog.ListName(e.Name).Name; op {
		case "->", "#>":
			return catalog.Type{Name: "jsonb"}
		case "->>", "#>>":
			return catalog.Type{Name: "text"}
		case "||":
			if left.Name == "" {
				return typeOfExpr(p, t, e.Rexpr)
			}
			return left
		case "+", "-", "*", "/", "%":
			return left
		}
	case *pgsql.FuncCall:
		if r, ok := resultTypes[catalog.ListName(e.Funcname).Name]; ok {
			return r
		}
		if fs := p.Catalog.Functions(catalog.ListName(e.Funcname)); len(fs) == 1 {
			return fs[0].Returns
		}
	}
	return catalog.Type{}
}

// resultTypes are the results of functions that stand in indexes.
var resultTypes = map[string]catalog.Type{
	"to_tsvector": {Name: "tsvector"}, "setweight": {Name: "tsvector"}, "jsonb_to_tsvector": {Name: "tsvector"},
	"json_to_tsvector": {Name: "tsvector"}, "array_to_tsvector": {Name: "tsvector"}, "strip": {Name: "tsvector"},
	"string_to_array": {Name: "text", Dims: 1}, "regexp_split_to_array": {Name: "text", Dims: 1},
	"lower": {Name: "text"}, "upper": {Name: "text"}, "btrim": {Name: "text"}, "md5": {Name: "text"}, "concat": {Name: "text"},
	"substring": {Name: "text"}, "substr": {Name: "text"}, "left": {Name: "text"}, "replace": {Name: "text"}, "unaccent": {Name: "text"},
	"length": {Name: "int4"}, "st_transform": {Name: "geometry"}, "st_makepoint": {Name: "geometry"}, "st_setsrid": {Name: "geometry"},
	"date_trunc": {Name: "timestamp"}, "point": {Name: "point"}, "box": {Name: "box"}, "ll_to_earth": {Name: "earth"},
	"int4range": {Name: "int4range"}, "int8range": {Name: "int8range"}, "numrange": {Name: "numrange"}, "daterange": {Name: "daterange"},
	"tsrange": {Name: "tsrange"}, "tstzrange": {Name: "tstzrange"},
}
