package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var reservedWord = &Rule{
	Name:  "reserved-word",
	Title: "Names that are keywords in CockroachDB",
	Condition: "An unquoted name that PostgreSQL takes and CockroachDB's grammar does not at that place: `family` and `none` as the name of a column, an index, a constraint, an alias and more; " +
		"`index` as the name of a column whose type has a length; a parameter called `string`, `point`, `vector`, `if`, `work` and the like; a function made as `left`, `like`, `overlaps` and the like without its schema; " +
		"a role called as a type or a function of the grammar, such as `time` or `row`.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "The name is quoted, which changes nothing.",
	Versions:   "*",
	Sources: []string{
		"CockroachDB docs, keywords-and-identifiers.md and sql-grammar.md (col_name_keyword, type_func_name_keyword)",
		"measured: every keyword of v25.2 at 50 places of the grammar, with CockroachDB's own parser and PostgreSQL's", "measured on v26.1: functions called like and overlaps",
	},
	Examples: []Example{
		{
			Name:   "columns",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, family TEXT, none BOOL, index VARCHAR(10));\nCREATE INDEX ON t (family) WHERE none;\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, \"family\" TEXT, \"none\" BOOL, \"index\" VARCHAR(10));\nCREATE INDEX ON t (\"family\") WHERE \"none\";\n",
			Want:   []string{"1:38 error exact", "1:51 error exact", "1:62 error exact", "2:20 error exact", "2:34 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "a parameter and a function",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION shout(string TEXT) RETURNS TEXT LANGUAGE sql AS $$ SELECT upper(string) $$;\nCREATE FUNCTION overlaps(a INT8) RETURNS INT8 LANGUAGE sql AS $$ SELECT a $$;\nDROP FUNCTION overlaps(INT8);\n",
			Output: "CREATE FUNCTION shout(\"string\" TEXT) RETURNS TEXT LANGUAGE sql AS $$ SELECT upper(string) $$;\nCREATE FUNCTION \"overlaps\"(a INT8) RETURNS INT8 LANGUAGE sql AS $$ SELECT a $$;\nDROP FUNCTION \"overlaps\"(INT8);\n",
			Want:   []string{"1:23 error exact", "2:17 error exact", "3:15 error exact"},
			Error:  "syntax error",
		},
		{
			Name:  "where they are no names, or qualified",
			Setup: "CREATE TABLE t (id INT8 PRIMARY KEY, \"family\" TEXT);\nCREATE SEQUENCE s;\n",
			Input: "ALTER SEQUENCE s OWNED BY NONE;\nCREATE VIEW v AS SELECT t.family, t.id AS index FROM t;\n",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef, pgsql.KindRoleSpec, pgsql.KindCreateRoleStmt, pgsql.KindFunctionParameter},
	Statement: func(p *Pass) {
		if p.Stmt.Tree == nil {
			return
		}
		quoteNames(p)
		quoteRoutines(p)
	},
	Check: func(p *Pass, node pgsql.Node) {
		st := p.Stmt
		switch n := node.(type) {
		case *pgsql.ColumnDef:
			// INDEX in front of a name and a parenthesis is read as the clause that
			// makes an index.
			if i := st.tokenOf(n); n.Colname == "index" && n.TypeName != nil && st.Is(i, "index") && st.Is(i+2, "(") {
				quoteWord(p, i)
			}
		case *pgsql.RoleSpec:
			if i := st.tokenOf(n); roleWords[n.Rolename] && i >= 0 {
				quoteWord(p, i)
			}
		case *pgsql.CreateRoleStmt:
			if roleWords[n.Role] && !st.Is(2, "if") {
				quoteWord(p, 2)
			}
		case *pgsql.FunctionParameter:
			if parameterWords[n.Name] && n.Mode != pgsql.FuncParamTable {
				quoteParameter(p, n)
			}
		}
	},
}

// The words that CockroachDB's grammar refuses as a name, by place.
var (
	parameterWords = wordSet(`annotate_type box2d characteristics concurrently current_schema extract_duration geography geometry if
		iferror ifnull iserror point polygon setof string timestamptz timetz varbit variadic vector virtual work`)
	routineWords = wordSet(`authorization collation concurrently cross current_schema full ilike inner is isnull join left like
		natural notnull outer overlaps right similar`)
	roleWords = wordSet(`annotate_type authorization between bigint bit boolean box char character characteristics coalesce collation
		concurrently cross current_schema dec decimal exists extract extract_duration float full geography geometry greatest grouping if
		iferror ifnull ilike inner inout int integer interval is iserror isnull join least left like natural notnull nullif numeric out
		outer overlaps overlay point polygon position precision real right row setof similar smallint string substring time timestamp
		timestamptz timetz treat trim values varbit varchar vector virtual work`)
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// quoteWord reports the unquoted name at token i.
func quoteWord(p *Pass, i int) {
	if i < 0 || i >= len(p.Stmt.Tokens) || p.Stmt.Tokens[i].Kind() != pgsql.Word {
		return
	}
	word := p.Stmt.Str(i)
	f := Finding{Severity: Error, Fidelity: Exact, Message: fmt.Sprintf("%s is a keyword in CockroachDB and no name at this place: it is quoted", word)}
	f.at(p.Stmt, i, i)
	f.Edits = []Edit{p.Replace(f.Start, f.End, `"`+strings.ToLower(word)+`"`)}
	p.Report(f)
}

// quoteNames finds the words that are refused as nearly every name. FAMILY is
// no keyword of PostgreSQL, so that it is always a name; NONE is one in a few
// clauses.
func quoteNames(p *Pass) {
	if !p.Stmt.Lacks("family") || !p.Stmt.Lacks("none") {
		quoteInStatement(p)
	}
	if r := routineOf(p); r != nil && r.body != nil {
		quoteInBody(p, r)
	}
}

// quoteInStatement is quoteNames for the statement but for bodies.
func quoteInStatement(p *Pass) {
	st := p.Stmt
	var free map[int]bool // tokens where they are accepted
	for i, t := range st.Tokens {
		if n := t.End() - t.Start(); n != len("family") && n != len("none") || t.Kind() != pgsql.Word || !st.Is(i, "family") && !st.Is(i, "none") {
			continue
		}
		if st.Is(i, "none") && noneClause(st, i) || st.Is(i-1, ".") || st.Is(i+1, ".") {
			continue
		}
		if free == nil {
			free = relationWords(p)
		}
		if !free[i] {
			quoteWord(p, i)
		}
	}
}

// noneClause reports whether NONE at token i is a keyword.
func noneClause(st *Statement, i int) bool {
	switch st.Tree.(type) {
	case *pgsql.VariableSetStmt, *pgsql.AlterRoleSetStmt, *pgsql.AlterDatabaseSetStmt, *pgsql.DefineStmt, *pgsql.AlterOperatorStmt:
		return true
	}
	switch st.Word(i - 1) {
	case "by", "role", "=":
		return true
	}
	// DROP OPERATOR ! (NONE, INT8) and its relatives
	return st.Find(0, "operator") >= 0 && st.Find(0, "operator") < i
}

// relationWords are the tokens that name a relation or call a function, where
// the grammar is wider.
func relationWords(p *Pass) map[int]bool {
	st := p.Stmt
	free := map[int]bool{}
	mark := func(loc int32) {
		if loc >= 0 {
			free[st.TokenAt(int(loc))] = true
		}
	}
	pgsql.Walk(st.Tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			if n.Relname == "family" {
				mark(n.Location)
			}
		case *pgsql.FuncCall:
			mark(n.Location)
		}
		return true
	})
	switch st.Tree.(type) {
	case *pgsql.CreateFunctionStmt, *pgsql.DropStmt, *pgsql.CreateEnumStmt:
		// CREATE FUNCTION family(...), DROP TABLE family
		for i := 1; i < len(st.Tokens) && !st.Is(i, "("); i++ {
			free[i] = true
		}
	}
	return free
}

// quoteInBody is quoteNames for the body of a routine.
func quoteInBody(p *Pass, r *routine) {
	src := r.body.src
	for i, t := range src.Tokens {
		if t.Kind() != pgsql.Word || !src.Is(i, "family") || src.Is(i-1, ".") || src.Is(i+1, ".") || src.Is(i+1, "(") {
			continue
		}
		at := pgsql.PLSpan{First: i, Last: i}
		if _, _, ok := r.body.place(at); !ok {
			continue
		}
		f := Finding{Severity: Error, Fidelity: Exact, Message: "family is a keyword in CockroachDB and no name at this place: it is quoted", Edits: []Edit{r.body.replace(p.Stmt, at, `"family"`)}}
		f.inBody(r.body, at)
		p.Report(f)
	}
}

// quoteRoutines finds functions and procedures that are named without their
// schema by a word that is no name there.
func quoteRoutines(p *Pass) {
	st := p.Stmt
	switch st.Tree.(type) {
	case *pgsql.CreateFunctionStmt, *pgsql.DropStmt, *pgsql.AlterOwnerStmt, *pgsql.AlterObjectSchemaStmt, *pgsql.AlterFunctionStmt, *pgsql.RenameStmt, *pgsql.CommentStmt, *pgsql.GrantStmt:
	default:
		return
	}
	names := map[string]bool{}
	add := func(list []pgsql.Node) {
		if name := catalog.ListName(list); name.Schema == "" && routineWords[name.Name] {
			names[name.Name] = true
		}
	}
	switch n := st.Tree.(type) {
	case *pgsql.CreateFunctionStmt:
		add(n.Funcname)
	default:
		pgsql.Walk(n, func(n pgsql.Node, _ []pgsql.Node) bool {
			if o, ok := n.(*pgsql.ObjectWithArgs); ok {
				add(o.Objname)
			}
			return true
		})
	}
	if len(names) == 0 {
		return
	}
	for i := range st.Tokens {
		if !names[st.Word(i)] {
			continue
		}
		switch st.Word(i - 1) {
		case "function", "procedure", "routine", "exists", ",":
			quoteWord(p, i)
			if _, one := st.Tree.(*pgsql.CreateFunctionStmt); one {
				return
			}
		}
	}
}

// quoteParameter finds the token of a parameter's name.
func quoteParameter(p *Pass, n *pgsql.FunctionParameter) {
	create, ok := p.Stmt.Tree.(*pgsql.CreateFunctionStmt)
	if !ok {
		return
	}
	spans := parameterSpans(p.Stmt)
	for k, param := range create.Parameters {
		if param != pgsql.Node(n) || k >= len(spans) {
			continue
		}
		for i := spans[k][0]; i <= spans[k][1] && i <= spans[k][0]+1; i++ { // behind IN, OUT, INOUT
			if p.Stmt.Is(i, n.Name) {
				quoteWord(p, i)
				return
			}
		}
	}
}
