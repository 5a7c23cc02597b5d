package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var hstoreFunction = &Rule{
	Name:      "hstore-function",
	Title:     "Functions of HSTORE",
	Condition: "A call of a function of the extension hstore: `akeys`, `avals`, `skeys`, `svals`, `hstore_to_json` and their kin, and `each`, `exist`, `defined`, `delete` and `slice` in a history that makes the extension.",
	Effect:    "\"unknown function\" (SQLSTATE 42883): CockroachDB has neither the type nor its functions.",
	Workaround: "HSTORE becomes JSONB (see `hstore`), and the call becomes what does the same with an object of texts: `jsonb_each_text` for `each`, `jsonb_object_keys` for `skeys`, `?` for `exist`, ... A literal is written as JSON. " +
		"The keys of a JSONB object come in another order than those of an HSTORE. `slice`, `hstore()`, `populate_record` and others are left to a person.",
	Versions: "*",
	Issues:   []int{41285},
	Sources:  []string{"PostgreSQL docs, hstore", "CockroachDB docs, functions-and-operators.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "the rows of a literal",
			Input:  "CREATE EXTENSION hstore;\nCREATE VIEW v AS SELECT * FROM each('a=>1, b=>NULL');\n",
			Output: "CREATE VIEW v AS SELECT * FROM jsonb_each_text('{\"a\":\"1\",\"b\":null}'::JSONB);\n",
			Want:   []string{"2:32 error changed"},
			Error:  "hstore",
		},
		{
			Name:   "keys and a test",
			Input:  "CREATE EXTENSION hstore;\nCREATE TABLE t (id INT8 PRIMARY KEY, h hstore CHECK (NOT exist(h, 'secret')));\nCREATE VIEW v AS SELECT akeys(h) AS k FROM t;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, h JSONB CHECK (NOT (h ? 'secret')));\nCREATE VIEW v AS SELECT ARRAY(SELECT jsonb_object_keys(h)) AS k FROM t;\n",
			Want:   []string{"2:58 error changed", "3:25 error changed"},
			Error:  "hstore",
		},
		{
			Name:   "what has no equivalent",
			Input:  "CREATE EXTENSION hstore;\nSELECT slice('a=>1'::hstore, ARRAY['a']);\n",
			Output: "SELECT slice('{\"a\":\"1\"}'::JSONB, ARRAY['a']);\n",
			Want:   []string{"2:8 error manual"},
			Manual: true,
		},
		{
			Name:  "a function of one's own",
			Setup: "CREATE FUNCTION each(a INT8) RETURNS INT8 LANGUAGE sql AS 'SELECT a';\n",
			Input: "SELECT each(1);\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindFuncCall},
	Check: func(p *Pass, node pgsql.Node) {
		n := node.(*pgsql.FuncCall)
		name := catalog.ListName(n.Funcname)
		if !ofHstore(p, name) {
			return
		}
		form, st := hstoreForms[name.Name], p.Stmt
		first := st.tokenOf(n)
		if first < 0 {
			return
		}
		last, args := st.call(first)
		f := manual(fmt.Sprintf("CockroachDB has no function %s() of hstore", name.Name), "Write it with the functions of JSONB, which HSTORE becomes")
		f.at(st, first, st.nameEnd(first))
		if form.text != "" && len(args) == form.args && len(n.Args) == form.args {
			if texts, ok := hstoreArguments(p, n, args); ok {
				f.Fidelity, f.Todo = Changed, ""
				f.Message = fmt.Sprintf("CockroachDB has no function %s() of hstore: functions of JSONB do what it does, with the keys in another order", name.Name)
				f.at(st, first, last)
				f.Edits = []Edit{p.Replace(f.Start, f.End, fmt.Sprintf(form.text, texts...))}
			}
		}
		p.Report(f)
	},
}

// ofHstore reports whether a name means a function of hstore.
func ofHstore(p *Pass, name catalog.Name) bool {
	_, known := hstoreForms[name.Name]
	return known && len(p.Catalog.Functions(name)) == 0 && (!commonName[name.Name] || p.Catalog.Extension("hstore") != nil)
}

// hstoreForm is what a call becomes: a format with a place for each argument.
type hstoreForm struct {
	args int
	text string
}

var hstoreForms = map[string]hstoreForm{
	"each":            {1, "jsonb_each_text(%s)"},
	"skeys":           {1, "jsonb_object_keys(%s)"},
	"akeys":           {1, "ARRAY(SELECT jsonb_object_keys(%s))"},
	"avals":           {1, "ARRAY(SELECT value FROM jsonb_each_text(%s))"},
	"hstore_to_json":  {1, "(%s)"},
	"hstore_to_jsonb": {1, "(%s)"},
	"exist":           {2, "(%s ? %s)"},
	"defined":         {2, "(%s ->> %s IS NOT NULL)"},
	"delete":          {2, "(%s - %s)"},
	"svals":           {}, "slice": {}, "hstore_to_array": {}, "hstore_to_matrix": {}, "hstore_to_json_loose": {}, "hstore_to_jsonb_loose": {},
}

// commonName are names that a function of anyone's can have.
var commonName = words("each exist defined delete slice")

// hstoreArguments returns the texts of the arguments, a literal as JSON.
func hstoreArguments(p *Pass, n *pgsql.FuncCall, args [][2]int) (out []any, ok bool) {
	for i, a := range args {
		text := p.Stmt.textOf(a[0], a[1])
		if i > 0 {
			out = append(out, text)
			continue
		}
		switch e := n.Args[0].(type) {
		case *pgsql.AConst:
			s, isString := catalog.StringConst(e)
			json, valid := hstoreLiteral(s)
			if !isString || !valid {
				return nil, false
			}
			text = QuoteString(json) + "::JSONB"
		case *pgsql.TypeCast:
			if builtin(catalog.TypeOf(e.TypeName)) != "jsonb" {
				return nil, false // the cast is rewritten first
			}
		case *pgsql.ColumnRef, *pgsql.FuncCall, *pgsql.AIndirection, *pgsql.ParamRef:
		default:
			return nil, false // an edit of its own may be within
		}
		out = append(out, text)
	}
	return out, true
}
