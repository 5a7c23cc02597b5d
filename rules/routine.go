package rules

import (
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// routine is a CREATE FUNCTION, a CREATE PROCEDURE or a DO as the rules about
// them see it.
type routine struct {
	stmt *Statement
	name catalog.Name
	// noun is "function", "procedure" or "DO block".
	noun string
	// language is folded to lower case; empty if the statement names none.
	language   string
	volatility string
	returns    catalog.Type
	params     []*pgsql.FunctionParameter
	options    []*pgsql.DefElem
	// vars are the types of what is declared; see variables.
	vars map[string]catalog.Type
	// body is nil for a body in the SQL standard's form and for languages other
	// than SQL and PL/pgSQL.
	body *routineBody
}

// routineBody is the text of a routine in quotes.
type routineBody struct {
	// token is the literal that holds it.
	token int
	// src are the text and its tokens; for PL/pgSQL with its structure.
	src *pgsql.PLSource
	// err says why a PL/pgSQL body cannot be read; src.Block is nil then.
	err error
	// from maps an offset in the text to one in the statement; nil if the
	// literal has escapes that make that impossible.
	from func(int) int
	// code are the queries and expressions of the body.
	code []fragment
}

// fragment is a query or an expression of a body.
type fragment struct {
	pgsql.PLSpan
	// node is the PL/pgSQL statement that it is part of; nil in a SQL body.
	node *pgsql.PLNode
	// tree is the statement; for an expression, a SELECT of it. Nil if it does
	// not parse.
	tree pgsql.Node
	// shift is what has to be added to a location in the tree for the offset in
	// the body.
	shift int
	// query tells a statement from an expression.
	query bool
}

// isTrigger reports whether the routine is a trigger function.
func (r *routine) isTrigger() bool { return builtin(r.returns) == "trigger" }

// plpgsql reports whether the routine has a body of PL/pgSQL that could be
// read.
func (r *routine) plpgsql() bool {
	return r != nil && r.body != nil && r.body.src.Block != nil
}

// routineOf reads the routine that a statement makes or runs; nil if it is
// none. The result is kept for the statement's other rules.
func routineOf(p *Pass) *routine {
	mem := &p.run.routine
	if mem.stmt != p.Stmt {
		mem.stmt, mem.routine = p.Stmt, readRoutine(p.Stmt)
	}
	return mem.routine
}

// routineMemory holds the routine of the current statement.
type routineMemory struct {
	stmt    *Statement
	routine *routine
}

// sharedState is State for memory that several rules use.
func sharedState[T any](p *Pass, key *Rule) *T {
	return remembered[T](p.run.memory(key))
}

// remembered returns what is kept there, made by zero value if nothing is.
func remembered[T any](memory *any) *T {
	if s, ok := (*memory).(*T); ok {
		return s
	}
	s := new(T)
	*memory = s
	return s
}

func readRoutine(st *Statement) *routine {
	switch st.Tree.(type) {
	case *pgsql.CreateFunctionStmt, *pgsql.DoStmt:
	default:
		return nil
	}
	r := &routine{stmt: st, volatility: "volatile"}
	var options []pgsql.Node
	switch n := st.Tree.(type) {
	case *pgsql.CreateFunctionStmt:
		r.name, r.noun, r.returns = catalog.ListName(n.Funcname), "function", catalog.TypeOf(n.ReturnType)
		if n.IsProcedure {
			r.noun = "procedure"
		}
		for _, e := range n.Parameters {
			if p, ok := e.(*pgsql.FunctionParameter); ok {
				r.params = append(r.params, p)
			}
		}
		options = n.Options
	case *pgsql.DoStmt:
		r.noun, r.language = "DO block", "plpgsql"
		options = n.Args
	}
	body := ""
	hasBody := false
	for _, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok {
			continue
		}
		r.options = append(r.options, d)
		switch arg := d.Arg.(type) {
		case *pgsql.String:
			switch d.Defname {
			case "language":
				r.language = strings.ToLower(arg.Sval)
			case "volatility":
				r.volatility = arg.Sval
			case "as":
				body, hasBody = arg.Sval, true
			}
		case *pgsql.List:
			if d.Defname == "as" && len(arg.Items) == 1 {
				if s, ok := arg.Items[0].(*pgsql.String); ok {
					body, hasBody = s.Sval, true
				}
			}
		}
	}
	if hasBody && (r.language == "plpgsql" || r.language == "sql") {
		r.body = readBody(st, body, r.language)
	}
	return r
}

// readBody finds the literal that holds the body and reads it.
func readBody(st *Statement, text, language string) *routineBody {
	b := &routineBody{token: -1}
	for i, t := range st.Tokens {
		if t.Kind() != pgsql.Dollar && t.Kind() != pgsql.Literal {
			continue
		}
		if from, ok := literalPlaces(st.Str(i), text); ok {
			start := t.Start()
			b.token, b.from = i, func(off int) int { return start + from(off) }
			break
		}
	}
	if language == "plpgsql" {
		b.src, b.err = pgsql.ScanPL(text)
		if b.err != nil {
			b.src = &pgsql.PLSource{Statement: pgsql.Lex(text)}
			return b
		}
		b.plCode()
		return b
	}
	b.src = &pgsql.PLSource{Statement: pgsql.Lex(text)}
	b.sqlCode()
	return b
}

// literalPlaces maps offsets in the value of a literal to offsets in its
// text; ok is false if it is not the literal of that value, or has escapes
// that are not undone here.
func literalPlaces(literal, value string) (from func(int) int, ok bool) {
	switch {
	case strings.HasPrefix(literal, "$"):
		tag := strings.IndexByte(literal[1:], '$') + 2
		if len(literal) < 2*tag || literal[tag:len(literal)-tag] != value {
			return nil, false
		}
		return func(off int) int { return tag + off }, true
	case strings.HasPrefix(literal, "'"):
		inner := literal[1 : len(literal)-1]
		if strings.ReplaceAll(inner, "''", "'") != value {
			return nil, false
		}
		return func(off int) int {
			i := 0
			for ; off > 0; off-- {
				if strings.HasPrefix(inner[i:], "''") {
					i++
				}
				i++
			}
			return 1 + i
		}, true
	}
	return nil, false
}

// escaped returns text as it has to be written within the literal.
func (b *routineBody) escaped(st *Statement, text string) string {
	if st.Tokens[b.token].Kind() == pgsql.Literal {
		return strings.ReplaceAll(text, "'", "''")
	}
	return text
}

// place returns the byte range in the statement of the tokens of a span.
func (b *routineBody) place(s pgsql.PLSpan) (start, end int, ok bool) {
	if b.from == nil || s.Empty() || s.Last >= len(b.src.Tokens) {
		return 0, 0, false
	}
	return b.from(b.src.Tokens[s.First].Start()), b.from(b.src.Tokens[s.Last].End()), true
}

// replace returns the edit that writes text in place of the tokens of a span.
func (b *routineBody) replace(st *Statement, s pgsql.PLSpan, text string) Edit {
	start, end, _ := b.place(s)
	return st.Replace(start, end, b.escaped(st, text))
}

// remove returns the edit that takes the tokens of a span out, with the white
// space in front of them.
func (b *routineBody) remove(st *Statement, s pgsql.PLSpan) Edit {
	start, end, _ := b.place(s)
	if s.First > 0 {
		prev := b.src.Tokens[s.First-1].End()
		if !containsComment(b.src.Text[prev:b.src.Tokens[s.First].Start()]) {
			start = b.from(prev)
		}
	}
	return st.Replace(start, end, "")
}

// at makes f speak of a span of the body.
func (f *Finding) inBody(b *routineBody, s pgsql.PLSpan) {
	if start, end, ok := b.place(s); ok {
		f.Start, f.End = start, end
	}
}

// plCode collects the queries and expressions of a PL/pgSQL body.
func (b *routineBody) plCode() {
	src := b.src
	expression := func(n *pgsql.PLNode, s pgsql.PLSpan) {
		if s.Empty() {
			return
		}
		f := fragment{PLSpan: s, node: n, shift: src.Tokens[s.First].Start() - len("SELECT ")}
		f.tree, _ = parseFragment("SELECT " + src.Span(s))
		b.code = append(b.code, f)
	}
	query := func(n *pgsql.PLNode, s pgsql.PLSpan) {
		if s.Empty() {
			return
		}
		f := fragment{PLSpan: s, node: n, shift: src.Tokens[s.First].Start(), query: true}
		text := src.Span(s)
		if n.Kind == pgsql.PLSQL && !n.Target.Empty() {
			text = blankInto(src, s, n.Target)
		}
		f.tree, _ = parseFragment(text)
		b.code = append(b.code, f)
	}
	src.Walk(func(n *pgsql.PLNode) {
		for _, d := range n.Decls {
			expression(n, d.Default)
			query(n, d.Query)
		}
		for _, s := range n.Exprs {
			switch n.Kind {
			case pgsql.PLSQL, pgsql.PLForQuery, pgsql.PLReturnQuery, pgsql.PLOpen, pgsql.PLCall:
				query(n, s)
			case pgsql.PLExecute, pgsql.PLForExecute, pgsql.PLReturnExecute:
			default:
				expression(n, s)
			}
		}
	})
}

// blankInto returns the text of a query with spaces in place of its INTO
// clause, so that it parses and locations stay as they are.
func blankInto(src *pgsql.PLSource, s, target pgsql.PLSpan) string {
	i := target.First - 1
	for i > s.First && !src.Is(i, "into") {
		i--
	}
	base := src.Tokens[s.First].Start()
	from, to := src.Tokens[i].Start()-base, src.Tokens[target.Last].End()-base
	text := src.Span(s)
	return text[:from] + strings.Repeat(" ", to-from) + text[to:]
}

// sqlCode collects the statements of a SQL body.
func (b *routineBody) sqlCode() {
	src := b.src
	for i := 0; i < len(src.Tokens); {
		end := src.Find(i, ";")
		if end < 0 {
			end = len(src.Tokens)
		}
		if end > i {
			f := fragment{PLSpan: pgsql.PLSpan{First: i, Last: end - 1}, shift: src.Tokens[i].Start(), query: true}
			f.tree, _ = parseFragment(src.Span(f.PLSpan))
			b.code = append(b.code, f)
		}
		i = end + 1
	}
}

func parseFragment(text string) (pgsql.Node, *pgsql.SyntaxError) {
	st := pgsql.Lex(text)
	st.Parse()
	return st.Tree, st.Err
}

// token returns the token of the body at a location in the fragment's tree,
// or -1.
func (b *routineBody) tokenAt(f fragment, location int) int {
	if location < 0 {
		return -1
	}
	if i := b.src.TokenAt(location + f.shift); i < len(b.src.Tokens) {
		return i
	}
	return -1
}
