package catalog

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// moveFunctions gives the functions that a statement names another name or
// schema, as to says.
func (a *applier) moveFunctions(o pgsql.Node, to func(*Name)) {
	n, ok := o.(*pgsql.ObjectWithArgs)
	if !ok {
		return
	}
	for _, f := range slices.Clone(a.Named(n)) {
		a.moveFunction(f, to)
	}
}

func (a *applier) moveFunction(f *Function, to func(*Name)) {
	a.removeFunction(f)
	keep(a.Catalog, f)
	to(&f.Name)
	set(a.Catalog, a.functions, f.Name, append(slices.Clone(a.functions[f.Name]), f))
}

// dropFunctions forgets those that a DROP names. Types that are written in
// another way than where the function was made find none: then all of the
// name go.
func (a *applier) dropFunctions(o pgsql.Node) {
	n, ok := o.(*pgsql.ObjectWithArgs)
	if !ok {
		return
	}
	named := a.Named(n)
	if len(named) == 0 {
		named = a.Functions(ListName(n.Objname))
	}
	for _, f := range slices.Clone(named) {
		a.removeFunction(f)
	}
}

func (a *applier) removeFunction(f *Function) {
	rest := remove(slices.Clone(a.functions[f.Name]), f)
	if len(rest) == 0 {
		unset(a.Catalog, a.functions, f.Name)
		return
	}
	set(a.Catalog, a.functions, f.Name, rest)
}
