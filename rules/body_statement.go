package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

// inBodies are the rules about statements that hold for a statement in the
// body of a function just as well. The value tells that CockroachDB's parser
// refuses what the rule is about: then a trigger function is refused when it is
// made, not when its trigger is.
var inBodies = map[*Rule]bool{
	advisoryLock: false, ageOfOne: false, extensionSchema: false, multipleMutations: false, serverInternals: false, systemColumn: false, viewWrite: false,
	columnDefinition: true, insertOverriding: true, numericLiteral: true, onConflict: true, updateRow: true,
}

// embedded runs those rules over the statements and expressions of the body.
func (br *bodyReader) embedded() {
	for _, f := range br.b.code {
		if f.tree == nil {
			continue
		}
		run := *br.run
		run.plan, run.pending = br.run.plan.bodies, nil
		run.pass = &Pass{Target: br.Target, Layout: br.Layout, Catalog: br.Catalog, Stmt: br.statementOf(f), run: &run}
		run.hooks()
		pgsql.Walk(f.tree, run.node)
		for _, found := range run.pending {
			br.embed(f, found)
		}
	}
}

// statementOf returns a fragment as the statement that was parsed.
func (br *bodyReader) statementOf(f fragment) *Statement {
	text := br.b.src.Span(f.PLSpan)
	switch {
	case !f.query:
		text = "SELECT " + text
	case f.node != nil && f.node.Kind == pgsql.PLSQL && !f.node.Target.Empty():
		text = blankInto(br.b.src, f.PLSpan, f.node.Target)
	}
	st := *br.r.stmt
	st.Statement = pgsql.Lex(text)
	st.Statement.Tree = f.tree
	return &st
}

// embed notes a finding on a fragment as an issue of the body.
func (br *bodyReader) embed(f fragment, found Reported) {
	if found.Rule == advisoryLock && found.Severity == Error {
		return // a function that CockroachDB lacks: see call
	}
	first := br.b.tokenAt(f, found.Start)
	last := br.b.tokenAt(f, found.End-1)
	if first < f.First || last > f.Last || last < first {
		first, last = f.First, f.First
	}
	if found.Rule == systemColumn && br.declares(pgsql.Fold(br.b.src.Str(last))) {
		return // a variable of that name
	}
	is := bodyIssue{
		PLSpan: pgsql.PLSpan{First: first, Last: last}, about: aboutEmbedded, rule: found.Rule, bind: br.r.isTrigger() && !inBodies[found.Rule],
		severity: found.Severity, fidelity: found.Fidelity, message: found.Message, todo: found.Todo, until: found.Until,
	}
	for _, e := range found.Edits {
		start, end := int(e.Start)+f.shift, int(e.End)+f.shift
		if e.Drop || start < br.b.src.Tokens[f.First].Start() {
			is.fidelity, is.edits, is.todo = Manual, nil, "Take the statement out of the body"
			break
		}
		is.edits = append(is.edits, br.rewrite(start, end, e.New))
	}
	br.add(is)
}

// rewrite returns the edit of a byte range of the body.
func (br *bodyReader) rewrite(start, end int, text string) Edit {
	if br.b.from == nil {
		return Edit{New: text}
	}
	return br.r.stmt.Replace(br.b.from(start), br.b.from(end), br.b.escaped(br.r.stmt, text))
}
