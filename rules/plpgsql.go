package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// A DO block of a migration mostly guards statements that define something:
// IF NOT EXISTS (SELECT ... FROM pg_type ...) THEN CREATE TYPE ..., or BEGIN
// CREATE TYPE ...; EXCEPTION WHEN duplicate_object THEN NULL; END. lift takes
// such statements out of the block.

// guard says what is known where a statement of a block stands.
type guard uint8

const (
	unguarded guard = iota
	ifMissing       // it runs if what it makes is not there, or an error about that is caught
	ifPresent       // it runs if what it changes or drops is there
)

// lifter collects the statements of a block that can stand alone.
type lifter struct {
	p   *Pass
	src *pgsql.PLSource
	out []string
	// lead are the comments in front of what comes next.
	lead  string
	fails bool
	// weaker tells that an error other than the one meant was caught as well.
	weaker bool
}

// lift returns the text that does what the DO block does, in plain statements;
// ok is false if it cannot be written so.
func lift(p *Pass, b *routineBody) (text string, weaker, ok bool) {
	if b == nil || b.src.Block == nil {
		return "", false, false
	}
	l := &lifter{p: p, src: b.src}
	l.block(b.src.Block, unguarded)
	if l.fails || len(l.out) == 0 {
		return "", false, false
	}
	return strings.Join(l.out, ";\n"), l.weaker, true
}

func (l *lifter) block(n *pgsql.PLNode, g guard) {
	if len(n.Decls) > 0 || n.Label != "" {
		l.fails = true
		return
	}
	for i, c := range n.Conditions {
		for k := c.First; k <= c.Last; k++ {
			switch caught, known := caughtGuards[l.src.Word(k)]; {
			case l.src.Is(k, "or"):
			case l.src.Is(k, "others"):
				// Which error is meant shows in what the block does.
				l.weaker = true
				if g == unguarded {
					g = guardOf(l.src, n)
				}
			case known && (g == unguarded || g == caught):
				g = caught
			default:
				l.fails = true
			}
		}
		l.silent(n.Lists[i+1])
	}
	l.list(n.Lists[0], g)
}

// caughtGuards are the conditions that say that something is there already, or
// is not there.
var caughtGuards = map[string]guard{
	"duplicate_object": ifMissing, "duplicate_table": ifMissing, "duplicate_column": ifMissing, "duplicate_schema": ifMissing,
	"duplicate_function": ifMissing, "duplicate_alias": ifMissing, "invalid_table_definition": ifMissing,
	"undefined_object": ifPresent, "undefined_table": ifPresent, "undefined_column": ifPresent, "undefined_function": ifPresent,
	"invalid_schema_name": ifPresent,
}

// guardOf tells whether the first statement of a block makes or drops
// something.
func guardOf(src *pgsql.PLSource, n *pgsql.PLNode) guard {
	for _, s := range n.Lists[0] {
		if s.Kind != pgsql.PLSQL {
			return unguarded
		}
		if src.Is(s.First, "drop") || src.Is(s.First, "alter") && (src.Find(s.First, "drop") > 0 && src.Find(s.First, "drop") < s.Last) {
			return ifPresent
		}
		return ifMissing
	}
	return unguarded
}

// silent fails if a handler does more than to say something.
func (l *lifter) silent(list []*pgsql.PLNode) {
	for _, n := range list {
		if n.Kind != pgsql.PLNull && !l.isNotice(n) {
			l.fails = true
		}
	}
}

// isNotice recognises RAISE below the level of an error.
func (l *lifter) isNotice(n *pgsql.PLNode) bool {
	if n.Kind != pgsql.PLRaise {
		return false
	}
	switch l.src.Word(n.First + 1) {
	case "debug", "log", "info", "notice", "warning":
		return true
	}
	return false
}

func (l *lifter) list(list []*pgsql.PLNode, g guard) {
	for i, n := range list {
		l.lead += l.comment(n)
		switch {
		case n.Kind == pgsql.PLNull, l.isNotice(n), n.Kind == pgsql.PLReturn && i == len(list)-1 && len(n.Exprs) == 0:
		case n.Kind == pgsql.PLBlock:
			l.block(n, g)
		case n.Kind == pgsql.PLSQL && n.Target.Empty():
			l.statement(n, g)
		case n.Kind == pgsql.PLIf && len(n.Lists) == 1:
			inner, literals, ok := l.condition(n.Exprs[0])
			if !ok || g != unguarded && g != inner || !l.names(n.Lists[0], literals) {
				l.fails = true
				return
			}
			l.list(n.Lists[0], inner)
		default:
			l.fails = true
		}
	}
}

// catalogTables are where a guard looks for what exists.
var catalogTables = map[string]bool{
	"pg_type": true, "pg_class": true, "pg_constraint": true, "pg_indexes": true, "pg_index": true, "pg_tables": true, "pg_views": true, "pg_matviews": true,
	"pg_namespace": true, "pg_roles": true, "pg_user": true, "pg_authid": true, "pg_extension": true, "pg_attribute": true, "pg_proc": true, "pg_enum": true,
	"pg_sequences": true, "tables": true, "columns": true, "table_constraints": true, "schemata": true, "sequences": true, "views": true,
	"constraint_column_usage": true, "key_column_usage": true, "referential_constraints": true, "routines": true, "domains": true,
}

// condition recognises [NOT] EXISTS (SELECT ... FROM catalog WHERE ...) and
// to_regclass('x') IS [NOT] NULL, and returns the strings that it compares.
func (l *lifter) condition(s pgsql.PLSpan) (g guard, literals []string, ok bool) {
	tree, err := parseFragment("SELECT " + l.src.Span(s))
	sel, isSelect := tree.(*pgsql.SelectStmt)
	if err != nil || !isSelect || len(sel.TargetList) != 1 {
		return 0, nil, false
	}
	rt, _ := sel.TargetList[0].(*pgsql.ResTarget)
	g = ifPresent
	cond := rt.Val
	if not, isNot := cond.(*pgsql.BoolExpr); isNot && not.Boolop == pgsql.NotExpr {
		g, cond = ifMissing, not.Args[0]
	}
	switch c := cond.(type) {
	case *pgsql.SubLink:
		if c.SubLinkType != pgsql.ExistsSublink {
			return 0, nil, false
		}
		literals, ok = catalogQuery(c.Subselect)
	case *pgsql.NullTest:
		call, isCall := c.Arg.(*pgsql.FuncCall)
		if !isCall || len(call.Args) != 1 {
			return 0, nil, false
		}
		switch catalog.ListName(call.Funcname).Name {
		case "to_regclass", "to_regtype", "to_regnamespace", "to_regrole":
		default:
			return 0, nil, false
		}
		if c.Nulltesttype == pgsql.ISNull {
			g = ifMissing + ifPresent - g
		}
		text, isText := catalog.StringConst(call.Args[0])
		literals, ok = []string{text}, isText
	}
	return g, literals, ok && len(literals) > 0
}

// catalogQuery returns the strings in a query over the catalog's tables.
func catalogQuery(tree pgsql.Node) (literals []string, ok bool) {
	ok = true
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			if !catalogTables[n.Relname] || n.Schemaname != "" && n.Schemaname != "pg_catalog" && n.Schemaname != "information_schema" {
				ok = false
			}
		case *pgsql.AConst:
			if s, isString := n.Val.(*pgsql.String); isString {
				literals = append(literals, s.Sval)
			}
		case *pgsql.BoolExpr:
			// An OR asks for more than one thing.
			ok = ok && n.Boolop == pgsql.AndExpr
		}
		return true
	})
	return literals, ok
}

// names reports whether the guarded statements are about what the guard asks
// for: each string that it compares is a name in them.
func (l *lifter) names(list []*pgsql.PLNode, literals []string) bool {
	if len(list) == 0 {
		return false
	}
	words := map[string]bool{}
	for i := list[0].First; i <= list[len(list)-1].Last; i++ {
		text := l.src.Str(i)
		words[pgsql.Fold(text)] = true
		if k := l.src.Tokens[i].Kind; k == pgsql.Literal && len(text) > 1 {
			words[text[1:len(text)-1]] = true // the label of an enum
		}
	}
	found := false
	for _, s := range literals {
		for _, part := range strings.Split(s, ".") {
			part = strings.Trim(part, `"`)
			if !words[part] && part != "public" && len(part) != 1 { // one letter: a kind, such as relkind 'r'
				return false
			}
			found = found || words[part] && part != "public"
		}
	}
	return found
}

// statement writes one statement with the clause that its guard stands for.
func (l *lifter) statement(n *pgsql.PLNode, g guard) {
	text := l.src.Span(pgsql.PLSpan{First: n.First, Last: n.Last - 1})
	st := pgsql.Lex(text)
	st.Parse()
	if st.Tree == nil {
		l.fails = true
		return
	}
	at := -1 // token in front of which the clause goes
	clause := "IF NOT EXISTS "
	switch g {
	case ifMissing:
		at = missingClause(st)
	case ifPresent:
		clause = "IF EXISTS "
		at = presentClause(st)
	case unguarded:
		at = len(st.Tokens)
	}
	switch {
	case at < 0:
		l.fails = true
		return
	case at < len(st.Tokens):
		text = text[:st.Tokens[at].Start] + clause + text[st.Tokens[at].Start:]
	}
	l.out = append(l.out, l.lead+l.dedent(n, text))
	l.lead = ""
}

// missingClause returns the token in front of which IF NOT EXISTS goes;
// len(tokens) if the statement has it or does without, -1 if it cannot have it.
func missingClause(st *pgsql.Statement) int {
	if !st.Is(0, "create") {
		switch n := st.Tree.(type) {
		case *pgsql.AlterTableStmt:
			return addClause(st, n)
		case *pgsql.AlterEnumStmt:
			for i := range st.Tokens {
				if st.Words(i, "add", "value") {
					if st.Is(i+2, "if") {
						return len(st.Tokens)
					}
					return i + 2
				}
			}
		}
		return -1
	}
	for i := 1; i < len(st.Tokens) && i < 5; i++ {
		switch st.Word(i) {
		case "or": // OR REPLACE
			return len(st.Tokens)
		case "type", "table", "sequence", "schema", "extension", "view", "role", "user":
			if st.Is(i, "type") && !enumOrRow(st.Tree) {
				return -1
			}
			if st.Is(i+1, "if") {
				return len(st.Tokens)
			}
			return i + 1
		case "index":
			i++
			if st.Is(i, "concurrently") {
				i++
			}
			if st.Is(i, "if") {
				return len(st.Tokens)
			}
			if st.Is(i, "on") {
				return -1 // an index without a name
			}
			return i
		case "domain":
			return len(st.Tokens) // it is inlined, and goes
		}
	}
	return -1
}

func enumOrRow(n pgsql.Node) bool {
	switch n.(type) {
	case *pgsql.CreateEnumStmt, *pgsql.CompositeTypeStmt:
		return true
	}
	return false
}

// addClause is missingClause for an ALTER TABLE with one ADD.
func addClause(st *pgsql.Statement, n *pgsql.AlterTableStmt) int {
	if len(n.Cmds) != 1 {
		return -1
	}
	list := catalog.CommandTokens(st, n)
	if len(list) != 1 {
		return -1
	}
	i := list[0][0]
	if !st.Is(i, "add") {
		return -1
	}
	i++
	switch {
	case st.Is(i, "constraint"), st.Is(i, "column"):
		i++
	default:
		if c, ok := n.Cmds[0].(*pgsql.AlterTableCmd); !ok || c.Subtype != pgsql.ATAddColumn {
			return -1
		}
	}
	if st.Is(i, "if") {
		return len(st.Tokens)
	}
	return i
}

// presentClause is missingClause for IF EXISTS.
func presentClause(st *pgsql.Statement) int {
	switch n := st.Tree.(type) {
	case *pgsql.DropStmt:
		if n.MissingOk {
			return len(st.Tokens)
		}
		for i := 1; i < len(st.Tokens) && i < 4; i++ {
			switch st.Word(i) {
			case "table", "view", "index", "sequence", "type", "schema", "function", "procedure", "trigger", "policy", "domain", "extension":
				return i + 1
			}
		}
	case *pgsql.AlterTableStmt:
		if len(n.Cmds) != 1 {
			return -1
		}
		list := catalog.CommandTokens(st, n)
		if len(list) != 1 || !st.Is(list[0][0], "drop") {
			return -1
		}
		i := list[0][0] + 1
		if st.Is(i, "column") || st.Is(i, "constraint") {
			i++
		}
		if st.Is(i, "if") {
			return len(st.Tokens)
		}
		if c, ok := n.Cmds[0].(*pgsql.AlterTableCmd); ok && (c.Subtype == pgsql.ATDropColumn || c.Subtype == pgsql.ATDropConstraint) {
			return i
		}
	}
	return -1
}

// comment returns the comments in front of a statement.
func (l *lifter) comment(n *pgsql.PLNode) string {
	if n.First == 0 {
		return ""
	}
	lead := l.src.Text[l.src.Tokens[n.First-1].End:l.src.Tokens[n.First].Start]
	if !containsComment(lead) {
		return ""
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(lead), "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n") + "\n"
}

// dedent takes the indentation of the statement's first line off the others,
// unless a string runs over several lines.
func (l *lifter) dedent(n *pgsql.PLNode, text string) string {
	for i := n.First; i <= n.Last; i++ {
		if k := l.src.Tokens[i].Kind; (k == pgsql.Literal || k == pgsql.Dollar) && strings.Contains(l.src.Str(i), "\n") {
			return text
		}
	}
	start := l.src.Tokens[n.First].Start
	line := start
	for line > 0 && l.src.Text[line-1] != '\n' {
		if line--; !strings.ContainsRune(" \t\r\f\v", rune(l.src.Text[line])) {
			return text
		}
	}
	indent := l.src.Text[line:start]
	return strings.ReplaceAll(text, "\n"+indent, "\n")
}
