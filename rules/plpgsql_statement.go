package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var plpgsqlStatement = &Rule{
	Name:  "plpgsql-statement",
	Title: "PL/pgSQL that CockroachDB lacks",
	Condition: "A statement or a declaration in a PL/pgSQL body that CockroachDB does not have: `PERFORM`, `EXECUTE`, `FOR` over a query, `FOREACH`, `CASE`, `ELSEIF`, `ASSERT`, " +
		"`GET DIAGNOSTICS`, `FOUND`, `SQLERRM`, a bare `RAISE`, `RETURN QUERY EXECUTE`, cursors with arguments, `%TYPE` and `%ROWTYPE`, `RECORD`, `NOT NULL`, `DEFAULT`, `ALIAS FOR` and `COLLATE` in declarations, " +
		"a variable that shadows another, `#variable_conflict`, the name `error`; before v24.1 nested blocks, `CALL` and `COMMIT`, before v24.3 `FOR` over numbers, before v25.2 `RETURN NEXT` and `RETURN QUERY`.",
	Effect: "The function is refused when it is made (SQLSTATE 0A000 or 42601), even if the statement would never run.",
	Workaround: "PERFORM becomes SELECT, whose result CockroachDB drops; CASE becomes IF, ELSEIF ELSIF; ASSERT becomes IF with RAISE; FOREACH over a variable becomes FOR over its subscripts; from v24.1 on FOR over a query becomes a loop that " +
		"fetches from a cursor, and a RECORD a variable for each of its fields or of a table's type, where the types are known; %TYPE and %ROWTYPE become the type; DEFAULT becomes `:=`; a declaration that only a loop's own variable shadows goes. The rest is left to a person, with the line that stands in the way.",
	Versions: "*",
	Issues:   []int{117744, 105246, 114676, 114874, 105243, 117508, 122306, 106237, 117746},
	Sources:  []string{"CockroachDB docs, known limitations of PL/pgSQL, v23.2 to v26.2", "release notes v24.1 to v25.2", "CockroachDB source v26.1, pkg/sql/plpgsql and optbuilder/plpgsql.go", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "PERFORM",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\nBEGIN\n  PERFORM length('x');\n  RETURN 1;\nEND $$;\n",
			Output: "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\nBEGIN\n  SELECT length('x');\n  RETURN 1;\nEND $$;\n",
			Want:   []string{"3:3 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "DEFAULT in a declaration",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  n INT8 DEFAULT 1;\nBEGIN\n  RETURN n;\nEND $$;\n",
			Output: "CREATE FUNCTION f() RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  n INT8 := 1;\nBEGIN\n  RETURN n;\nEND $$;\n",
			Want:   []string{"3:10 error exact"},
			Error:  "unable to parse type of variable declaration",
		},
		{
			Name:   "a column called error",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, error TEXT);\n",
			Input:  "CREATE FUNCTION f() RETURNS TEXT LANGUAGE plpgsql AS $$\nDECLARE\n  v TEXT;\nBEGIN\n  SELECT \"error\" INTO v FROM t;\n  RETURN v;\nEND $$;\n",
			Want:   []string{"5:10 error manual"},
			Error:  "syntax error: error",
			Manual: true,
		},
		{
			Name:   "a row of a table",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, a INT8);\n",
			Input:  "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  r t%ROWTYPE;\n  b t.a%TYPE := 0;\nBEGIN\n  SELECT * INTO r FROM t WHERE id = n;\n  RETURN r.a + b;\nEND $$;\n",
			Output: "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  r t;\n  b INT8 := 0;\nBEGIN\n  SELECT * INTO r FROM t WHERE id = n;\n  RETURN (r).a + b;\nEND $$;\n",
			Want:   []string{"3:5 error exact", "4:5 error exact"},
			Error:  "unable to parse type of variable declaration",
		},
		{
			Name:   "CASE",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(n INT8) RETURNS TEXT LANGUAGE plpgsql AS $$\nBEGIN\n  CASE n WHEN 1, 2 THEN RETURN 'few';\n  WHEN 3 THEN RETURN 'some';\n  ELSE RETURN 'many';\n  END CASE;\nEND $$;\n",
			Output: "CREATE FUNCTION f(n INT8) RETURNS TEXT LANGUAGE plpgsql AS $$\nBEGIN\n  IF n IN (1, 2) THEN RETURN 'few';\n  ELSIF n IN (3) THEN RETURN 'some';\n  ELSE RETURN 'many';\n  END IF;\nEND $$;\n",
			Want:   []string{"3:3 error exact"},
			Error:  "not yet supported",
		},
		{
			Name:   "ELSEIF",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(n INT8) RETURNS TEXT LANGUAGE plpgsql AS $$\nBEGIN\n  IF n < 3 THEN RETURN 'few';\n  ELSEIF n < 9 THEN RETURN 'some';\n  END IF;\n  RETURN 'many';\nEND $$;\n",
			Output: "CREATE FUNCTION f(n INT8) RETURNS TEXT LANGUAGE plpgsql AS $$\nBEGIN\n  IF n < 3 THEN RETURN 'few';\n  ELSIF n < 9 THEN RETURN 'some';\n  END IF;\n  RETURN 'many';\nEND $$;\n",
			Want:   []string{"4:3 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "FOUND behind the statement that sets it, and a quote in a message",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8);\n",
			Input:  "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nBEGIN\n  UPDATE t SET n = n + 1 WHERE id = i;\n  IF NOT FOUND THEN\n    RAISE EXCEPTION 'there''s no %', i;\n  END IF;\n  RETURN 1;\nEND $$;\n",
			Output: "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  found BOOL;\nBEGIN\n  UPDATE t SET n = n + 1 WHERE id = i RETURNING true INTO found;\n  IF found IS NOT TRUE THEN\n    RAISE EXCEPTION 'there%s no %', '''', i;\n  END IF;\n  RETURN 1;\nEND $$;\n",
			Want:   []string{"4:10 error exact", "5:21 error exact"},
			Error:  "column \"found\" does not exist",
		},
		{
			Name:   "a loop over a query",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\n",
			Input:  "CREATE FUNCTION f() RETURNS VOID LANGUAGE plpgsql AS $$\nDECLARE\n  n INT8;\nBEGIN\n  FOR n IN SELECT id FROM t LOOP\n    RAISE NOTICE '%', n;\n  END LOOP;\nEND $$;\n",
			Want:   []string{"5:3 error manual"},
			Error:  "syntax error",
			Manual: true,
		},
		{
			Name:   "FOUND behind the branches of an IF",
			Target: ">=23.2",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, n INT8);\n",
			Input:  "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  v INT8;\nBEGIN\n  IF i > 0 THEN\n    SELECT n INTO v FROM t WHERE id = i;\n  ELSE\n    SELECT n INTO v FROM t WHERE n = i;\n  END IF;\n  IF NOT FOUND THEN\n    v := 0;\n  END IF;\n  RETURN v;\nEND $$;\n",
			Output: "CREATE FUNCTION f(i INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  found BOOL;\n  v INT8;\nBEGIN\n  IF i > 0 THEN\n    SELECT n, true INTO v, found FROM t WHERE id = i;\n  ELSE\n    SELECT n, true INTO v, found FROM t WHERE n = i;\n  END IF;\n  IF found IS NOT TRUE THEN\n    v := 0;\n  END IF;\n  RETURN v;\nEND $$;\n",
			Want:   []string{"10:10 error exact"},
			Error:  "column \"found\" does not exist",
		},
		{
			Name:   "a loop over a query, from v24.1 on",
			Target: ">=24.1",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY, name TEXT, n INT8);\n",
			Input:  "CREATE FUNCTION f() RETURNS VOID LANGUAGE plpgsql AS $$\nDECLARE\n  r RECORD;\nBEGIN\n  FOR r IN SELECT * FROM t ORDER BY id LOOP\n    CONTINUE WHEN r.name IS NULL;\n    RAISE NOTICE '% %', r.id, r.name;\n  END LOOP;\nEND $$;\n",
			Output: "CREATE FUNCTION f() RETURNS VOID LANGUAGE plpgsql AS $$\nDECLARE\n  r_cursor REFCURSOR;\n  r_found BOOL;\n  r_id INT8;\n  r_name TEXT;\nBEGIN\n  OPEN r_cursor FOR SELECT id, name, true FROM t ORDER BY id;\n  LOOP\n    FETCH r_cursor INTO r_id, r_name, r_found;\n    EXIT WHEN r_found IS NOT TRUE;\n    CONTINUE WHEN r_name IS NULL;\n    RAISE NOTICE '% %', r_id, r_name;\n  END LOOP;\n  CLOSE r_cursor;\nEND $$;\n",
			Want:   []string{"5:3 error exact"},
			Error:  "syntax error",
		},
		{
			Name:   "what v23.2 runs stays",
			Target: ">=23.2",
			Input:  "CREATE FUNCTION f(n INT8) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  i INT8 := 0;\nBEGIN\n  WHILE i < n LOOP\n    i := i + 1;\n  END LOOP;\n  IF i > 3 THEN\n    RAISE EXCEPTION 'too many: %', i;\n  END IF;\n  RETURN i;\nEXCEPTION WHEN division_by_zero THEN\n  RETURN 0;\nEND $$;\n",
		},
		{
			Name:   "a number that a loop counts",
			Target: ">=24.3",
			Input:  "CREATE FUNCTION f(a INT8[]) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  i INT8;\n  e INT8;\n  n INT8 := 0;\nBEGIN\n  FOR i IN 1..3 LOOP\n    n := n + i;\n  END LOOP;\n  FOREACH e IN ARRAY a LOOP\n    n := n + e;\n  END LOOP;\n  RETURN n;\nEND $$;\n",
			Output: "CREATE FUNCTION f(a INT8[]) RETURNS INT8 LANGUAGE plpgsql AS $$\nDECLARE\n  e INT8;\n  n INT8 := 0;\nBEGIN\n  FOR i IN 1..3 LOOP\n    n := n + i;\n  END LOOP;\n  FOR e_index IN 1..cardinality(a) LOOP e := a[e_index];\n    n := n + e;\n  END LOOP;\n  RETURN n;\nEND $$;\n",
			Want:   []string{"3:3 error exact", "10:3 error exact"},
			Error:  "syntax error",
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindCreateFunctionStmt},
	Check: func(p *Pass, _ pgsql.Node) {
		r := routineOf(p)
		if r.body != nil && r.body.err != nil {
			f := manual(fmt.Sprintf("the body cannot be judged: %v", r.body.err), "Mend the body")
			p.Report(f)
			breakRoutine(p, r.name)
			return
		}
		reportBody(p, aboutStatement)
	},
}

// statements judges the PL/pgSQL statements and declarations of a body.
func (br *bodyReader) statements() {
	src := br.b.src
	br.found()
	br.errorName()
	if !src.Options.Empty() {
		br.option(src.Options)
	}
	// A loop's own variable is none of the block's: where it shadows one, that
	// may not be needed.
	depth := 0
	var visit func(n *pgsql.PLNode, scope map[string]bool)
	visit = func(n *pgsql.PLNode, scope map[string]bool) {
		br.statement(n)
		inner := scope
		if n.Kind == pgsql.PLBlock {
			if depth > 0 {
				br.before("24.1", pgsql.PLSpan{First: n.First, Last: n.First}, "a block within a block")
			}
			inner = map[string]bool{}
			for k := range scope {
				inner[k] = true
			}
			for i := range n.Decls {
				br.declaration(n, &n.Decls[i], scope)
				inner[n.Decls[i].Name] = true
			}
		}
		if n.Kind == pgsql.PLForInt && !n.Target.Empty() {
			name := pgsql.Fold(src.Str(n.Target.First))
			if scope[name] && !br.onlyCounts(name) {
				br.reject(n.Target, fmt.Sprintf("the loop's variable %s shadows one that is declared, which CockroachDB does not support", name), "Give the loop's variable a name of its own")
			}
			inner = map[string]bool{name: true}
			for k := range scope {
				inner[k] = true
			}
		}
		depth++
		for _, l := range n.Lists {
			for _, c := range l {
				visit(c, inner)
			}
		}
		depth--
	}
	params := map[string]bool{}
	for _, p := range br.r.params {
		if p.Name != "" {
			params[p.Name] = true
		}
	}
	if br.r.isTrigger() {
		for _, name := range triggerVariables {
			params[name] = true
		}
	}
	visit(src.Block, params)
}

// triggerVariables are what a trigger function finds declared.
var triggerVariables = []string{"new", "old", "tg_name", "tg_when", "tg_level", "tg_op", "tg_relid", "tg_relname", "tg_table_name", "tg_table_schema", "tg_nargs", "tg_argv"}

// option judges a line such as #variable_conflict use_column.
func (br *bodyReader) option(s pgsql.PLSpan) {
	src := br.b.src
	if src.Is(s.First+1, "variable_conflict") && src.Is(s.First+2, "use_column") && s.Last == s.First+2 {
		br.mend(s, Exact, "#variable_conflict is a syntax error in CockroachDB, which always reads an ambiguous name as the column: the line goes", br.remove(s.First, s.Last))
		return
	}
	br.reject(s, "#"+src.Str(s.First+1)+" is a syntax error in CockroachDB", "Delete the line, and qualify or rename what is ambiguous: CockroachDB reads an ambiguous name as the column")
}

// statement judges one PL/pgSQL statement.
func (br *bodyReader) statement(n *pgsql.PLNode) {
	src := br.b.src
	head := pgsql.PLSpan{First: n.First, Last: n.First}
	if n.Label != "" && len(src.Tokens) > n.First+3 {
		head.Last = n.First + 3
	}
	const unroll = "Write it as one SQL statement over the whole set, or move the loop to the application"
	switch n.Kind {
	case pgsql.PLForQuery:
		if br.looped[n] {
			break
		}
		br.reject(head, "FOR over a query or a cursor is not supported", unroll+"; a cursor with FETCH in a LOOP works too, but has no FOUND")
	case pgsql.PLForExecute:
		br.reject(head, "FOR over a query that EXECUTE runs is not supported", unroll)
	case pgsql.PLForInt:
		br.before("24.3", head, "FOR over numbers")
	case pgsql.PLForEach:
		br.forEach(n, head)
	case pgsql.PLIf:
		for _, e := range n.Exprs {
			if word := (pgsql.PLSpan{First: e.First - 1, Last: e.First - 1}); src.Is(word.First, "elseif") {
				br.mend(word, Exact, "the spelling ELSEIF is not supported: ELSIF takes its place", br.replace(word.First, word.Last, "ELSIF"))
			}
		}
	case pgsql.PLCase:
		br.caseStatement(n)
	case pgsql.PLPerform:
		if br.setsFound[n] {
			break // it becomes an assignment
		}
		br.mend(head, Exact, "PERFORM is not supported: SELECT does the same, and its result is dropped", br.replace(n.First, n.First, "SELECT"))
	case pgsql.PLExecute:
		br.reject(head, "EXECUTE of a text is not supported", "Write the statements out, or move them to the application")
	case pgsql.PLReturnExecute:
		br.reject(head, "RETURN QUERY EXECUTE is not supported", "Write the query out")
	case pgsql.PLReturnNext, pgsql.PLReturnQuery:
		br.before("25.2", pgsql.PLSpan{First: n.First, Last: n.First + 1}, "RETURN "+strings.ToUpper(src.Str(n.First+1)))
	case pgsql.PLGetDiagnostics:
		br.reject(head, "GET DIAGNOSTICS is not supported", "Count the rows with RETURNING ... INTO, or with WITH x AS (... RETURNING 1) SELECT count(*) INTO n FROM x")
	case pgsql.PLAssert:
		br.assert(n, head)
	case pgsql.PLRaise:
		br.raise(n)
	case pgsql.PLCall:
		br.before("24.1", head, "CALL within a body")
	case pgsql.PLNull:
		br.before("24.1", head, "the statement NULL")
	case pgsql.PLExit, pgsql.PLContinue:
		if !src.Is(n.First+1, ";") {
			br.before("24.1", head, strings.ToUpper(src.Str(n.First))+" with a label or a condition")
		}
	case pgsql.PLCommit, pgsql.PLRollback:
		if br.r.noun == "DO block" {
			br.reject(head, "COMMIT and ROLLBACK in a DO block are not supported", "Run the statements one by one, without the block")
			break
		}
		br.before("24.1", head, strings.ToUpper(src.Str(n.First))+" within a body")
	case pgsql.PLOpen:
		if len(n.Exprs) > 0 && src.Is(n.Exprs[0].First, "execute") {
			br.reject(head, "OPEN ... FOR EXECUTE is not supported", "Write the query out")
		}
	case pgsql.PLAssign:
		if !n.Target.Empty() && src.Is(n.Target.First+1, ".") {
			br.before("24.3", n.Target, "assignment to a field")
		}
		if src.Is(n.Target.Last, "]") {
			br.reject(n.Target, "assignment to an element of an array is not supported", "Build the array anew, for instance with array_append")
		}
	case pgsql.PLSQL:
		br.intoField(n)
		if src.Is(n.Target.First-1, "strict") && !n.Target.Empty() {
			br.before("24.1", pgsql.PLSpan{First: n.Target.First - 1, Last: n.Target.First - 1}, "INTO STRICT")
		}
	}
}

// onlyCounts reports whether a declared variable is used as the variable of
// loops over numbers only, so that its declaration does nothing.
func (br *bodyReader) onlyCounts(name string) bool {
	src := br.b.src
	inLoop := map[int]bool{}
	declared := 0
	src.Walk(func(n *pgsql.PLNode) {
		if n.Kind == pgsql.PLForInt && pgsql.Fold(src.Str(n.Target.First)) == name {
			for i := n.Target.First; i <= n.Last; i++ {
				inLoop[i] = true
			}
		}
		for _, d := range n.Decls {
			if d.Name == name {
				declared++
				for i := d.First; i <= d.Last; i++ {
					inLoop[i] = true
				}
			}
		}
	})
	if declared != 1 || len(inLoop) == 0 {
		return false
	}
	loops := 0
	for i, t := range src.Tokens {
		if (t.Kind() == pgsql.Word || t.Kind() == pgsql.Quoted) && pgsql.Fold(src.Str(i)) == name && !src.Is(i-1, ".") {
			if !inLoop[i] {
				return false
			}
			loops++
		}
	}
	return loops > 1
}

// declaration judges a declaration. scope are the names declared around the
// block.
func (br *bodyReader) declaration(block *pgsql.PLNode, d *pgsql.PLDecl, scope map[string]bool) {
	src := br.b.src
	whole := d.PLSpan
	if br.split[d.Name] {
		return
	}
	switch {
	case d.Alias:
		br.reject(whole, "ALIAS FOR is not supported", "Use the name of what it stands for")
		return
	case d.Cursor:
		if !d.CursorArgs.Empty() {
			br.reject(d.CursorArgs, "a cursor with arguments is not supported", "Declare it as REFCURSOR and give the query in OPEN ... FOR")
		}
		if d.Scroll >= 0 && !src.Is(d.Scroll-1, "no") {
			br.reject(pgsql.PLSpan{First: d.Scroll, Last: d.Scroll}, "SCROLL cursors are not supported", "Read the cursor forward only and delete the word")
		}
		return
	}
	if scope[d.Name] {
		br.reject(pgsql.PLSpan{First: d.First, Last: d.First}, fmt.Sprintf("variable %s shadows another of that name, which CockroachDB does not support", d.Name), "Give it another name")
	}
	if br.countedIn(block, d.Name) && br.onlyCounts(d.Name) {
		br.mend(whole, Exact, fmt.Sprintf("a loop's own variable %s shadows this one, which CockroachDB does not support; nothing else uses it: it goes", d.Name), br.remove(d.First, d.Last))
		return
	}
	if at := d.Default.First - 1; !d.Default.Empty() && src.Is(at, "default") {
		br.mend(pgsql.PLSpan{First: at, Last: at}, Exact, "CockroachDB reads DEFAULT in a declaration as a part of the type and then refuses it: := takes its place", br.replace(at, at, ":="))
	}
	if d.NotNull >= 0 {
		br.mend(pgsql.PLSpan{First: d.NotNull, Last: d.NotNull + 1}, Weaker, "NOT NULL on a variable is not supported: it goes, and an assignment of NULL is no error", br.remove(d.NotNull, d.NotNull+1))
	}
	if name := pgsql.Fold(src.Str(d.Collate.Last)); !d.Collate.Empty() && (name == "C" || name == "POSIX" || name == "ucs_basic") {
		br.mend(d.Collate, Exact, "COLLATE on a variable is not supported, and the order of bytes is what CockroachDB compares by: it goes", br.remove(d.Collate.First, d.Collate.Last))
	} else if !d.Collate.Empty() {
		br.reject(d.Collate, "COLLATE on a variable is not supported", "Write COLLATE where the variable is compared")
	}
	br.declaredType(d)
}

// countedIn reports whether a block holds a loop over numbers whose variable
// has the name.
func (br *bodyReader) countedIn(block *pgsql.PLNode, name string) bool {
	found := false
	var walk func(n *pgsql.PLNode)
	walk = func(n *pgsql.PLNode) {
		if n.Kind == pgsql.PLForInt && pgsql.Fold(br.b.src.Str(n.Target.First)) == name {
			found = true
		}
		for _, l := range n.Lists {
			for _, c := range l {
				walk(c)
			}
		}
	}
	walk(block)
	return found
}

// declaredType judges the type of a declaration and notes it.
func (br *bodyReader) declaredType(d *pgsql.PLDecl) {
	src := br.b.src
	if d.Type.Empty() {
		return
	}
	first, last := d.Type.First, d.Type.Last
	if src.Is(last-1, "%") {
		names := nameParts(src, first, last-2)
		switch {
		case src.Is(last, "rowtype"):
			br.vars[d.Name] = relationType(names)
			br.mend(d.Type, Exact, "%ROWTYPE is a syntax error in CockroachDB: the table's name alone is the type of its rows", br.remove(last-1, last))
		case len(names) == 1 && br.typeOfVariable(names[0]) != "":
			br.mend(d.Type, Exact, "%TYPE is a syntax error in CockroachDB: it becomes the type of the variable", br.replace(first, last, br.typeOfVariable(names[0])))
		default:
			text, ok := columnTypeText(br.Pass, stringNodes(names))
			if !ok {
				br.reject(d.Type, "%TYPE is a syntax error in CockroachDB, and the column is not known here", "Write the type of the column")
				return
			}
			br.mend(d.Type, Exact, fmt.Sprintf("%%TYPE is a syntax error in CockroachDB: it becomes %s, the type of the column", text), br.replace(first, last, text))
		}
		return
	}
	if t, ok := br.typed[d.Name]; ok {
		br.vars[d.Name] = t
		name := quoteName(catalog.Name{Schema: t.Schema, Name: t.Name})
		br.mend(d.Type, Exact, fmt.Sprintf("variables of type RECORD are not supported: this one holds rows of %s, which becomes its type", name), br.replace(first, last, name))
		return
	}
	if src.Is(first, "record") && first == last && !br.usedOutside(d.Name, nil) {
		br.mend(d.PLSpan, Exact, fmt.Sprintf("variables of type RECORD are not supported, and nothing uses %s: it goes", d.Name), br.remove(d.First, d.Last))
		return
	}
	if src.Is(first, "record") && first == last {
		br.reject(d.Type, "variables of type RECORD are not supported", "Name the type: that of a table's rows, or a composite one; or use one variable for each column")
		return
	}
	if names := nameParts(src, first, last); names != nil {
		br.vars[d.Name] = relationType(names)
	}
}

// nameParts reads a qualified name; nil if the tokens are something else.
func nameParts(src *pgsql.PLSource, first, last int) []string {
	var out []string
	for i := first; i <= last; i += 2 {
		if k := src.Tokens[i].Kind(); k != pgsql.Word && k != pgsql.Quoted || i < last && !src.Is(i+1, ".") {
			return nil
		}
		out = append(out, pgsql.Fold(src.Str(i)))
	}
	return out
}

func relationType(names []string) catalog.Type {
	t := catalog.Type{}
	if n := len(names); n > 0 {
		t.Name = names[n-1]
		if n > 1 {
			t.Schema = names[n-2]
		}
	}
	return t
}

func stringNodes(names []string) []pgsql.Node {
	var out []pgsql.Node
	for _, n := range names {
		out = append(out, &pgsql.String{Sval: n})
	}
	return out
}

// typeOfVariable returns the text of the type of a parameter or a variable.
func (br *bodyReader) typeOfVariable(name string) string {
	for _, p := range br.r.params {
		if p.Name == name && p.ArgType != nil && !p.ArgType.PctType {
			return typeText(catalog.TypeOf(p.ArgType))
		}
	}
	text := ""
	br.b.src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			if d.Name == name && !d.Type.Empty() && !br.b.src.Is(d.Type.Last-1, "%") {
				text = br.b.src.Span(d.Type)
			}
		}
	})
	return text
}

// forEach rewrites FOREACH over a variable that the loop does not set.
func (br *bodyReader) forEach(n *pgsql.PLNode, head pgsql.PLSpan) {
	src := br.b.src
	array := n.Exprs[0]
	name := pgsql.Fold(src.Str(array.First))
	simple := array.First == array.Last && n.Target.First == n.Target.Last && !br.Target.Meets("<24.3") && n.Label == "" && src.Is(array.Last+1, "loop")
	index := strings.Trim(src.Str(n.Target.First), `"`) + "_index"
	for i, t := range src.Tokens {
		if t.Kind() == pgsql.Word && src.Is(i, index) {
			simple = false
		}
	}
	for _, l := range n.Lists {
		for _, c := range l {
			setsVariable(src, c, name, &simple)
		}
	}
	if !simple {
		br.reject(head, "FOREACH is not supported", "From v24.3 on: FOR i IN 1..cardinality(a) LOOP x := a[i]; ...")
		return
	}
	target := src.Span(n.Target)
	br.mend(head, Exact, "FOREACH is not supported: the loop counts the subscripts",
		br.replace(n.First, array.Last+1, fmt.Sprintf("FOR %s IN 1..cardinality(%s) LOOP %s := %s[%s];", index, src.Span(array), target, src.Span(array), index)))
}

// setsVariable clears *simple if a statement may set the variable.
func setsVariable(src *pgsql.PLSource, n *pgsql.PLNode, name string, simple *bool) {
	if !n.Target.Empty() {
		for i := n.Target.First; i <= n.Target.Last; i++ {
			if pgsql.Fold(src.Str(i)) == name {
				*simple = false
			}
		}
	}
	for _, l := range n.Lists {
		for _, c := range l {
			setsVariable(src, c, name, simple)
		}
	}
}

// caseStatement rewrites CASE as IF.
func (br *bodyReader) caseStatement(n *pgsql.PLNode) {
	src := br.b.src
	head := pgsql.PLSpan{First: n.First, Last: n.First}
	subject := ""
	conds := n.Exprs
	if !n.Target.Empty() {
		if n.Target.First != n.Target.Last { // evaluated once: only a name may be repeated
			br.reject(head, "the statement CASE is not supported", "Write IF ... ELSIF ... END IF")
			return
		}
		subject = src.Span(n.Target)
		conds = conds[1:]
	}
	if len(conds) == 0 {
		return
	}
	var edits []Edit
	for i, c := range conds {
		word := "ELSIF"
		if i == 0 {
			word = "IF"
			edits = append(edits, br.replace(n.First, c.First-1, word))
		} else {
			edits = append(edits, br.replace(c.First-1, c.First-1, word))
		}
		if subject != "" {
			edits = append(edits, br.insert(c.First, subject+" IN ("))
			e := br.replace(c.Last, c.Last, ")")
			e.Start = e.End
			edits = append(edits, e)
		}
	}
	if len(n.Lists) == len(conds) {
		edits = append(edits, br.insert(n.Last-2, "ELSE RAISE EXCEPTION 'case not found' USING ERRCODE = '20000'; "))
	}
	edits = append(edits, br.replace(n.Last-1, n.Last-1, "IF"))
	br.mend(head, Exact, "the statement CASE is not supported: IF takes its place", edits...)
}

// assert rewrites ASSERT as IF and RAISE.
func (br *bodyReader) assert(n *pgsql.PLNode, head pgsql.PLSpan) {
	if len(n.Exprs) != 1 {
		return
	}
	src := br.b.src
	e := n.Exprs[0]
	parts := src.List(e.First, e.Last+1)
	message := "'assertion failed'"
	if len(parts) == 2 {
		message = src.Span(pgsql.PLSpan{First: parts[1][0], Last: parts[1][1]})
	}
	cond := src.Span(pgsql.PLSpan{First: parts[0][0], Last: parts[0][1]})
	br.mend(head, Exact, "ASSERT is not supported: IF with RAISE takes its place",
		br.replace(n.First, n.Last, fmt.Sprintf("IF (%s) IS NOT TRUE THEN RAISE EXCEPTION USING ERRCODE = 'P0004', MESSAGE = %s; END IF;", cond, message)))
}

// intoField rewrites SELECT ... INTO NEW.a as an assignment.
func (br *bodyReader) intoField(n *pgsql.PLNode) {
	src := br.b.src
	t := n.Target
	if t.Empty() || !src.Is(t.First+1, ".") || br.labelled(pgsql.Fold(src.Str(t.First))) {
		return
	}
	head := pgsql.PLSpan{First: t.First, Last: t.Last}
	const message = "INTO with a field of a variable is a syntax error"
	sel, ok := br.tree(n.Exprs[0]).(*pgsql.SelectStmt)
	if !ok || t.Last != t.First+2 || len(sel.TargetList) != 1 || src.Is(t.First-1, "strict") || !src.Is(n.First, "select") {
		br.reject(head, message, "Set a plain variable, and assign it to the field")
		return
	}
	limit := ""
	if len(sel.FromClause) > 0 && sel.LimitCount == nil && len(sel.LockingClause) == 0 {
		limit = " LIMIT 1"
	}
	br.mend(head, Exact, message+": an assignment of the query's value takes its place",
		br.insert(n.First, src.Span(t)+" := ("), br.remove(t.First-1, t.Last), br.insert(n.Last, limit+")"))
}

// tree returns the tree of the query with a span.
func (br *bodyReader) tree(s pgsql.PLSpan) pgsql.Node {
	for _, f := range br.b.code {
		if f.PLSpan == s {
			return f.tree
		}
	}
	return nil
}
