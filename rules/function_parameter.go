package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var functionParameter = &Rule{
	Name:  "function-parameter",
	Title: "Parameters and results of functions",
	Condition: "`VARIADIC` parameters, unnamed `INOUT` parameters, `%TYPE`, pseudo types other than `anyelement` and `anyarray`, parameters of type `record`; " +
		"`OUT` parameters and defaults before v24.1, `RETURNS SETOF` before v23.1 (in PL/pgSQL before v25.2), `RETURNS TABLE` before v25.1.",
	Effect:     "The function is refused (SQLSTATE 0A000, 42601, 42704 or 42P13).",
	Workaround: "`%TYPE` becomes the type that the column has at that point, as PostgreSQL resolves it. The rest is left to a person.",
	Versions:   "*",
	Issues:     []int{88947, 100405, 121251, 105713, 123048},
	Sources:    []string{"CockroachDB docs, known limitations of v23.1 to v26.2", "release notes v24.1 (#120851), v25.1 (#137251), v25.2", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the type of a column",
			Setup:  "CREATE TABLE t (id UUID PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION f(x t.id%TYPE) RETURNS t.id%TYPE LANGUAGE sql AS 'SELECT x';\n",
			Output: "CREATE FUNCTION f(x UUID) RETURNS UUID LANGUAGE sql AS 'SELECT x';\n",
			Want:   []string{"1:21 error exact", "1:40 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a variable number of arguments",
			Input:  "CREATE FUNCTION f(VARIADIC x INT8[]) RETURNS INT8 LANGUAGE sql AS 'SELECT x[1]';\n",
			Want:   []string{"1:19 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "a table as the result, from v25.1 on",
			Target: ">=25.1",
			Input:  "CREATE FUNCTION f(x INT8) RETURNS TABLE (y INT8) LANGUAGE sql AS 'SELECT x';\n",
		},
		{
			Name:   "a table as the result, for the portable baseline",
			Input:  "CREATE FUNCTION f(x INT8) RETURNS TABLE (y INT8) LANGUAGE sql AS 'SELECT x';\n",
			Want:   []string{"1:27 error manual"},
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, node pgsql.Node) {
		n, r := node.(*pgsql.CreateFunctionStmt), routineOf(p)
		if message, _, _, _, _ := languageObstacle(p, n, r); message != "" {
			return // one cause is enough
		}
		st := p.Stmt
		stop := func(first, last int, message, todo, until string) {
			f := Finding{Severity: Error, Fidelity: Manual, Message: message, Todo: todo, Until: until}
			f.at(st, first, last)
			p.Report(f)
			breakRoutine(p, r.name)
		}
		elements := parameterSpans(st)
		table := false
		for i, param := range r.params {
			if param.Mode == pgsql.FuncParamTable {
				table = true
				continue
			}
			if i >= len(elements) {
				break
			}
			first, last := elements[i][0], elements[i][1]
			fixPctType(p, param.ArgType, stop)
			switch t := catalog.TypeOf(param.ArgType); {
			case param.Mode == pgsql.FuncParamVariadic:
				stop(first, last, "VARIADIC parameters are a syntax error in CockroachDB", "Take an array, and pass ARRAY[...] in every call", "")
			case param.Mode == pgsql.FuncParamInout && param.Name == "":
				stop(first, last, "an INOUT parameter without a name is not supported", "Give the parameter a name", "")
			case (param.Mode == pgsql.FuncParamOut || param.Mode == pgsql.FuncParamInout) && p.Target.Meets("<24.1"):
				stop(first, last, "OUT parameters do not exist before v24.1", "Set the target to \">=24.1\", or return a composite type", "24.1")
			case param.Defexpr != nil && p.Target.Meets("<24.1"):
				stop(first, last, "defaults of parameters do not exist before v24.1", "Set the target to \">=24.1\", or make one function for each number of arguments", "24.1")
			case missingPseudoType[builtin(t)]:
				stop(first, last, fmt.Sprintf("type %s does not exist in CockroachDB", t.Name), "Make one function for each type that is used", "")
			case builtin(t) == "record" && param.Mode != pgsql.FuncParamOut:
				stop(first, last, "parameters of type record are not supported", "Name the type: a table's or a composite one", "")
			}
		}
		fixPctType(p, n.ReturnType, stop)
		first := st.find(0, "returns")
		if n.ReturnType == nil || first < 0 {
			return
		}
		last := first
		if _, l, ok := st.typeSpan(n.ReturnType); ok {
			last = max(first, l)
		}
		switch {
		case table && p.Target.Meets("<25.1"):
			stop(first, first+1, "RETURNS TABLE does not exist before v25.1", "Set the target to \">=25.1\", or return SETOF a composite type", "25.1")
		case (table || r.returns.SetOf) && r.language == "plpgsql" && p.Target.Meets("<25.2"):
			stop(first, last, "PL/pgSQL functions return no sets before v25.2", "Set the target to \">=25.2\", or write the function in SQL", "25.2")
		case r.returns.SetOf && p.Target.Meets("<23.1"):
			stop(first, last, "RETURNS SETOF does not exist before v23.1", "Set the target to \">=23.1\", or make a view", "23.1")
		case missingPseudoType[builtin(r.returns)]:
			stop(first, last, fmt.Sprintf("type %s does not exist in CockroachDB", r.returns.Name), "Name the type that is returned", "")
		}
	},
}

// missingPseudoType are PostgreSQL's pseudo types that CockroachDB lacks;
// measured on v26.1.
var missingPseudoType = map[string]bool{
	"anyenum": true, "anynonarray": false, "anyrange": true, "anymultirange": true, "anycompatible": true, "anycompatiblearray": true,
	"anycompatiblenonarray": true, "anycompatiblerange": true, "any": true, "cstring": true, "internal": true, "language_handler": true,
	"fdw_handler": true, "index_am_handler": true, "table_am_handler": true, "tsm_handler": true, "pg_ddl_command": true,
}

// parameterSpans returns the token ranges of the parameters in a CREATE
// FUNCTION's parentheses.
func parameterSpans(st *Statement) [][2]int {
	i := st.find(0, "(")
	if i < 0 {
		return nil
	}
	return st.Elements(i)
}

// fixPctType reports name%TYPE and writes the type of the column in its
// place, or calls stop if it is not known.
func fixPctType(p *Pass, t *pgsql.TypeName, stop func(first, last int, message, todo, until string)) {
	if t == nil || !t.PctType || t.Location < 0 {
		return
	}
	st := p.Stmt
	first := st.TokenAt(int(t.Location))
	if st.Is(first, "setof") {
		first++
	}
	last := st.nameEnd(first) + 2 // % TYPE
	text, ok := columnTypeText(p, t.Names)
	if !ok {
		stop(first, last, "%TYPE is a syntax error in CockroachDB, and the column is not known here", "Write the type of the column", "")
		return
	}
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%%TYPE is a syntax error in CockroachDB: it becomes %s, the type of the column", text)}
	f.at(st, first, last)
	f.Edits = []Edit{p.Replace(f.Start, f.End, text)}
	p.Report(f)
}

// columnTypeText writes the type of the column that a name such as t.a or
// s.t.a means, without its length, as %TYPE does.
func columnTypeText(p *Pass, names []pgsql.Node) (string, bool) {
	var parts []string
	for _, n := range names {
		if s, ok := n.(*pgsql.String); ok {
			parts = append(parts, s.Sval)
		}
	}
	if len(parts) < 2 {
		return "", false
	}
	table := catalog.Name{Name: parts[len(parts)-2]}
	if len(parts) > 2 {
		table.Schema = parts[len(parts)-3]
	}
	c := p.Catalog.Relation(table).Column(parts[len(parts)-1])
	if c == nil || c.Type.Name == "" {
		return "", false
	}
	if d, ok := asDomain(p, c.User); ok {
		return d.sql + strings.Repeat("[]", min(c.Type.Dims, 1)), true
	}
	return typeText(c.Type), true
}

// typeText writes a type without its length.
func typeText(t catalog.Type) string {
	name := strings.ToUpper(t.Name)
	if t.Schema != "" || !builtinTypes[t.Name] {
		name = quoteName(catalog.Name{Schema: t.Schema, Name: t.Name})
	}
	return name + strings.Repeat("[]", min(t.Dims, 1))
}

// builtinTypes are the built-in names that typeText writes in capitals.
var builtinTypes = map[string]bool{
	"int2": true, "int4": true, "int8": true, "text": true, "varchar": true, "bpchar": true, "bool": true, "uuid": true, "date": true, "time": true,
	"timetz": true, "timestamp": true, "timestamptz": true, "interval": true, "numeric": true, "float4": true, "float8": true, "bytea": true, "json": true,
	"jsonb": true, "inet": true, "name": true, "oid": true, "bit": true, "varbit": true, "tsvector": true, "tsquery": true,
}
