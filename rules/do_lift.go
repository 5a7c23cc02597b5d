package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// A DO block of a migration mostly guards statements that define something:
// IF NOT EXISTS (SELECT ... FROM pg_type ...) THEN CREATE TYPE ..., or BEGIN
// CREATE TYPE ...; EXCEPTION WHEN duplicate_object THEN NULL; END. lift takes
// such statements out of the block. What else a block asks, and the texts that
// it puts together for EXECUTE, are worked out where they depend on nothing but
// constants and what the history has made.

// guard says what is known where a statement of a block stands.
type guard uint8

const (
	unguarded guard = iota
	ifMissing       // it runs if what it makes is not there, or an error about that is caught
	ifPresent       // it runs if what it changes or drops is there
)

// lifted is what a DO block does, in plain statements.
type lifted struct {
	statements []string
	fidelity   Fidelity
	message    string
}

// text returns the statements as they take the block's place.
func (l *lifted) text() string { return strings.Join(l.statements, ";\n") }

// liftOf returns what the DO block of the pass does in plain statements, or nil
// if that cannot be said. The result is kept for whoever asks again.
func liftOf(p *Pass) *lifted {
	if _, ok := p.Stmt.Tree.(*pgsql.DoStmt); !ok {
		return nil
	}
	mem := sharedState[liftMemory](p, liftKey)
	if mem.stmt != p.Stmt {
		*mem = liftMemory{p.Stmt, lift(p)}
	}
	return mem.lifted
}

type liftMemory struct {
	stmt   *Statement
	lifted *lifted
}

var liftKey = new(Rule)

// applyLifted lets the catalog follow what a DO block makes. Its places are in
// no source: no edit can be made there before the block is gone.
func applyLifted(p *Pass) {
	l := liftOf(p)
	if l == nil {
		return
	}
	for _, text := range l.statements {
		apply(p, text)
	}
}

func lift(p *Pass) *lifted {
	r := routineOf(p)
	if r.language != "plpgsql" || !r.plpgsql() {
		return nil
	}
	l := &lifter{p: p, src: r.body.src, names: map[string]bool{}, vars: map[string]value{}, settings: map[string]bool{}}
	p.Catalog.Try(func() bool {
		l.block(r.body.src.Block, unguarded)
		return false
	})
	if l.fails || len(l.out) == 0 && !l.decided && len(l.settings) == 0 {
		return nil
	}
	out := &lifted{statements: l.out, fidelity: Exact, message: "the DO block holds statements that stand as well without it: they take its place"}
	if len(l.out) == 0 {
		out.message = "the DO block does nothing here: it goes"
	}
	if l.clauses {
		out.message += ", with IF [NOT] EXISTS where the block asks whether something exists"
	}
	if l.weaker {
		out.fidelity = Weaker
		out.message += "; an error of another kind, which the block would catch, is not caught"
	}
	if l.decided {
		out.fidelity = Weaker
		out.message += "; what else it asks of the catalog is answered by what this history has made so far, so that it may fail or do too much where that is not how the database came to be"
	}
	if len(l.settings) > 0 {
		out.fidelity = Changed
		out.message += "; taken as not set, as in a session that says nothing of it: " + strings.Join(slices.Sorted(maps.Keys(l.settings)), ", ")
	}
	return out
}

// lifter collects the statements of a block that can stand alone.
type lifter struct {
	p   *Pass
	src *pgsql.PLSource
	out []string
	// names are the block's variables, vars those whose value is known.
	names map[string]bool
	vars  map[string]value
	// lead are the comments in front of what comes next.
	lead string
	// done tells that the block has returned.
	fails, done bool
	// clauses tells that IF [NOT] EXISTS was written, weaker that an error other
	// than the one meant was caught as well, decided that the catalog answered a
	// question; settings are those that were read.
	clauses, weaker, decided bool
	// uncaught tells that an error was caught that says nothing of what is there:
	// only definitions are taken out of such a block, which fail as a whole.
	uncaught bool
	settings map[string]bool
}

// attempt returns a copy on which something can be tried.
func (l *lifter) attempt() *lifter {
	t := *l
	t.out, t.vars, t.settings = slices.Clone(l.out), maps.Clone(l.vars), maps.Clone(l.settings)
	return &t
}

// emit adds a statement. The catalog follows it, so that what comes behind can
// ask about it.
func (l *lifter) emit(text string) {
	l.out = append(l.out, l.lead+text)
	l.lead = ""
	apply(l.p, text)
}

func apply(p *Pass, text string) {
	st := pgsql.Lex(text)
	if st.Parse(); st.Tree != nil {
		p.Catalog.Apply(st, -1)
	}
}

func (l *lifter) block(n *pgsql.PLNode, g guard) {
	for _, d := range n.Decls {
		l.declare(&d)
	}
	for i, c := range n.Conditions {
		for k := c.First; k <= c.Last; k++ {
			word := l.src.Word(k)
			if l.src.Is(k, "sqlstate") && k < c.Last {
				k++
				word = caughtStates[strings.Trim(l.src.Str(k), "'")]
			}
			switch caught, known := caughtGuards[word]; {
			case l.src.Is(k, "or"):
			case l.src.Is(k, "others"):
				// Which error is meant shows in what the block does.
				l.weaker = true
				if g == unguarded {
					g = guardOf(l.src, n)
				}
			case known && (g == unguarded || g == caught):
				g = caught
			case known:
				l.fails = true
			default:
				// Not about whether something is there: nobody catches it any more.
				l.weaker, l.uncaught = true, true
			}
		}
		l.silent(n.Lists[i+1])
	}
	l.list(n.Lists[0], g)
}

// declare notes a variable and what is known of it.
func (l *lifter) declare(d *pgsql.PLDecl) {
	l.names[d.Name] = true
	switch {
	case d.Alias || d.Cursor:
		l.fails = true
	case d.Default.Empty():
		l.set(d.Name, value{null: true}, true)
	default:
		v, ok := l.eval(d.Default)
		if ok && !v.null && (l.src.Is(d.Type.First, "bool") || l.src.Is(d.Type.First, "boolean")) {
			var b bool
			b, ok = v.truth()
			v = boolean(b)
		}
		l.set(d.Name, v, ok)
	}
}

func (l *lifter) set(name string, v value, known bool) {
	if known {
		l.vars[name] = v
	} else {
		delete(l.vars, name)
	}
}

// eval works an expression of the block out.
func (l *lifter) eval(s pgsql.PLSpan) (value, bool) {
	tree, err := parseFragment("SELECT " + l.src.Span(s))
	sel, ok := tree.(*pgsql.SelectStmt)
	if err != nil || !ok || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.IntoClause != nil {
		return value{}, false
	}
	rt, _ := sel.TargetList[0].(*pgsql.ResTarget)
	e := evaluator{vars: l.vars, settings: l.settings, exists: func(q *pgsql.SelectStmt) (bool, bool) {
		rows, ok := selected(l.p.Catalog, q, l.vars)
		l.decided = l.decided || ok
		return len(rows) > 0, ok
	}}
	return e.eval(rt.Val)
}

// caughtGuards are the conditions that say that something is there already, or
// is not there.
var caughtGuards = map[string]guard{
	"duplicate_object": ifMissing, "duplicate_table": ifMissing, "duplicate_column": ifMissing, "duplicate_schema": ifMissing,
	"duplicate_function": ifMissing, "duplicate_alias": ifMissing, "invalid_table_definition": ifMissing,
	"undefined_object": ifPresent, "undefined_table": ifPresent, "undefined_column": ifPresent, "undefined_function": ifPresent,
	"invalid_schema_name": ifPresent,
}

// caughtStates are the SQLSTATEs of those conditions.
var caughtStates = map[string]string{
	"42710": "duplicate_object", "42P07": "duplicate_table", "42701": "duplicate_column", "42P06": "duplicate_schema", "42723": "duplicate_function",
	"42712": "duplicate_alias", "42P16": "invalid_table_definition", "42704": "undefined_object", "42P01": "undefined_table", "42703": "undefined_column",
	"42883": "undefined_function", "3F000": "invalid_schema_name",
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
	for _, n := range list {
		if l.fails || l.done {
			return
		}
		l.lead += l.comment(n)
		switch {
		case n.Kind == pgsql.PLNull, l.isNotice(n):
		case n.Kind == pgsql.PLReturn && len(n.Exprs) == 0 && g == unguarded:
			l.done = true
		case n.Kind == pgsql.PLBlock:
			l.block(n, g)
		case n.Kind == pgsql.PLSQL && n.Target.Empty():
			l.statement(n, g)
		case n.Kind == pgsql.PLSQL && g == unguarded:
			l.selectInto(n)
		case n.Kind == pgsql.PLAssign && n.Target.First == n.Target.Last && g == unguarded:
			v, ok := l.eval(n.Exprs[0])
			l.set(pgsql.Fold(l.src.Str(n.Target.First)), v, ok)
		case n.Kind == pgsql.PLExecute:
			l.execute(n, g)
		case n.Kind == pgsql.PLIf:
			l.branch(n, g)
		default:
			l.fails = true
		}
	}
}

// selectInto works a variable out that a query over the catalog sets.
func (l *lifter) selectInto(n *pgsql.PLNode) {
	tree, _ := parseFragment(blankInto(l.src, n.Exprs[0], n.Target))
	sel, ok := tree.(*pgsql.SelectStmt)
	if !ok || n.Target.First != n.Target.Last || len(sel.TargetList) != 1 {
		l.fails = true
		return
	}
	name := pgsql.Fold(l.src.Str(n.Target.First))
	rt, _ := sel.TargetList[0].(*pgsql.ResTarget)
	rows := []map[string]value{nil}
	if len(sel.FromClause) > 0 {
		if rows, ok = selected(l.p.Catalog, sel, l.vars); !ok || len(rows) > 1 {
			l.fails = true
			return
		}
		l.decided = true
	}
	v := value{null: true}
	for _, row := range rows {
		e := evaluator{vars: l.vars, settings: l.settings, row: row}
		if v, ok = e.eval(rt.Val); !ok {
			l.fails = true
			return
		}
	}
	l.set(name, v, true)
}

// execute takes the statements out of the text that EXECUTE runs.
func (l *lifter) execute(n *pgsql.PLNode, g guard) {
	v, ok := l.eval(n.Exprs[0])
	if !ok || v.null {
		l.fails = true
		return
	}
	stmts, err := pgsql.Split([]byte(v.text))
	if err != nil {
		l.fails = true
		return
	}
	for _, st := range stmts {
		if st.Form != pgsql.SQL || st.Text == "" {
			continue
		}
		st.Parse()
		l.plain(st, st.Text, g)
	}
}

// branch takes an IF: as the clause of the statements in it, or one of its
// branches where it is known which.
func (l *lifter) branch(n *pgsql.PLNode, g guard) {
	if len(n.Lists) == 1 {
		if inner, literals, ok := l.condition(n.Exprs[0]); ok && (g == unguarded || g == inner) {
			t, taken := l.attempt(), false
			l.p.Catalog.Try(func() bool {
				t.list(n.Lists[0], inner)
				taken = !t.fails && namesAll(t.out[len(l.out):], literals)
				return taken
			})
			if taken {
				*l = *t
				return
			}
		}
	}
	for i, cond := range n.Exprs {
		v, ok := l.eval(cond)
		yes, isBool := v.truth()
		if !ok || !isBool {
			l.fails = true
			return
		}
		if yes {
			l.list(n.Lists[i], g)
			return
		}
	}
	if len(n.Lists) > len(n.Exprs) {
		l.list(n.Lists[len(n.Lists)-1], g)
	}
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
		literals, ok = l.catalogQuery(c.Subselect)
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

// catalogQuery returns the strings in a query over the catalog's tables, among
// them the values of variables.
func (l *lifter) catalogQuery(tree pgsql.Node) (literals []string, ok bool) {
	ok = true
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		switch n := n.(type) {
		case *pgsql.RangeVar:
			if _, known := catalogTables[n.Relname]; !known || n.Schemaname != "" && n.Schemaname != "pg_catalog" && n.Schemaname != "information_schema" {
				ok = false
			}
		case *pgsql.AConst:
			if s, isString := n.Val.(*pgsql.String); isString {
				literals = append(literals, s.Sval)
			}
		case *pgsql.ColumnRef:
			if name := catalog.ListName(n.Fields).Name; len(n.Fields) == 1 && l.names[name] {
				v, known := l.vars[name]
				ok = ok && known
				literals = append(literals, v.text)
			}
		case *pgsql.BoolExpr:
			// An OR asks for more than one thing.
			ok = ok && n.Boolop == pgsql.AndExpr
		}
		return true
	})
	return literals, ok
}

// namesAll reports whether the guarded statements are about what the guard asks
// for: each string that it compares is a name in them.
func namesAll(statements, literals []string) bool {
	words := map[string]bool{}
	for _, text := range statements {
		st := pgsql.Lex(text)
		for i := range st.Tokens {
			word := st.Str(i)
			words[pgsql.Fold(word)] = true
			if k := st.Tokens[i].Kind(); k == pgsql.Literal && len(word) > 1 {
				words[word[1:len(word)-1]] = true // the label of an enum
			}
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

// statement takes one statement out of the block.
func (l *lifter) statement(n *pgsql.PLNode, g guard) {
	text := l.src.Span(pgsql.PLSpan{First: n.First, Last: n.Last - 1})
	st := pgsql.Lex(text)
	if st.Parse(); st.Tree == nil || l.usesVariable(st.Tree) {
		l.fails = true
		return
	}
	l.plain(st, l.dedent(n, text), g)
}

// usesVariable reports whether a query refers to a variable of the block. What
// defines something does not: there PL/pgSQL knows no variables.
func (l *lifter) usesVariable(tree pgsql.Node) bool {
	switch tree.(type) {
	case *pgsql.SelectStmt, *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.MergeStmt, *pgsql.CallStmt, *pgsql.CreateTableAsStmt:
	default:
		return false
	}
	found := false
	pgsql.Walk(tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if c, ok := n.(*pgsql.ColumnRef); ok && len(c.Fields) == 1 && l.names[catalog.ListName(c.Fields).Name] {
			found = true
		}
		return true
	})
	return found
}

// plain writes one statement with the clause that its guard stands for. text is
// the statement with its lines as they shall stand.
func (l *lifter) plain(st *pgsql.Statement, text string, g guard) {
	at := -1 // token in front of which the clause goes
	clause := "IF NOT EXISTS "
	trigger, isTrigger := st.Tree.(*pgsql.CreateTrigStmt)
	switch {
	case st.Tree == nil, l.uncaught && !changesSchema(st.Tree):
	case g == ifMissing && isTrigger:
		// It has no such clause; whether it is there is known of a table of the history.
		t := l.p.Catalog.Table(trigger.Relation)
		if t == nil {
			break
		}
		l.decided = true
		if slices.ContainsFunc(t.Triggers(), func(tr *catalog.Trigger) bool { return tr.Name == trigger.Trigname }) {
			return
		}
		at = len(st.Tokens)
	case g == ifMissing:
		at = missingClause(st)
	case g == ifPresent:
		clause = "IF EXISTS "
		at = presentClause(st)
	default:
		at = len(st.Tokens)
	}
	switch {
	case at < 0:
		l.fails = true
		return
	case at < len(st.Tokens):
		// The text may have lost indentation: the clause goes by its token.
		to := pgsql.Lex(text)
		text = text[:to.Tokens[at].Start()] + clause + text[to.Tokens[at].Start():]
		l.clauses = true
	}
	l.emit(text)
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
		case "type", "table", "sequence", "schema", "extension", "view", "role", "user", "policy":
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
	lead := l.src.Text[l.src.Tokens[n.First-1].End():l.src.Tokens[n.First].Start()]
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
		if k := l.src.Tokens[i].Kind(); (k == pgsql.Literal || k == pgsql.Dollar) && strings.Contains(l.src.Str(i), "\n") {
			return text
		}
	}
	start := l.src.Tokens[n.First].Start()
	line := start
	for line > 0 && l.src.Text[line-1] != '\n' {
		if line--; !strings.ContainsRune(" \t\r\f\v", rune(l.src.Text[line])) {
			return text
		}
	}
	indent := l.src.Text[line:start]
	return strings.ReplaceAll(text, "\n"+indent, "\n")
}
