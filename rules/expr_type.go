package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/expr"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// typeOfExpr returns the type of an expression over a table; the zero Type if
// it is not known.
func typeOfExpr(p *Pass, t *catalog.Table, e pgsql.Node) catalog.Type {
	if typ := expr.TypeOf(e, expr.Scope{Catalog: p.Catalog, Table: t}); typ.Name != "" {
		return typ
	}
	if call, ok := e.(*pgsql.FuncCall); ok {
		return extensionResults[catalog.ListName(call.Funcname).Name]
	}
	return catalog.Type{}
}

// extensionResults are the results of functions of extensions that stand in
// indexes.
var extensionResults = map[string]catalog.Type{
	"unaccent": {Name: "text"}, "st_transform": {Name: "geometry"}, "st_makepoint": {Name: "geometry"}, "st_setsrid": {Name: "geometry"},
	"ll_to_earth": {Name: "earth"},
}
