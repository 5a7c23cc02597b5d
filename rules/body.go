package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// bodyIssue is one thing in a routine's body that the target does not take.
type bodyIssue struct {
	pgsql.PLSpan
	// about says which rule reports it.
	about bodyTopic
	// rule is the one of inBodies that reports it.
	rule *Rule
	// bind tells that CockroachDB finds it only when a trigger is made that
	// runs the function: there the SQL of trigger functions is analysed.
	bind bool
	// severity is Error if it is not set.
	severity Severity
	fidelity Fidelity
	message  string
	todo     string
	until    string
	// argument counts from 1 which of a trigger's arguments the place is about;
	// 0 if it is about none.
	argument int
	edits    []Edit
}

// bodyTopic names the rules that speak of bodies.
type bodyTopic uint8

const (
	aboutStatement bodyTopic = iota // plpgsql-statement
	aboutField                      // composite-field
	aboutSQL                        // routine-sql
	aboutWith                       // with-returning
	aboutReturn                     // return-query
	aboutSlice                      // array-slice
	aboutSyntax                     // query-syntax
	aboutOperand                    // operand-type
	aboutDivision                   // integer-division
	aboutDigest                     // hex-digest
	aboutStored                     // default-type
	aboutOperator                   // unknown-operator
	aboutPath                       // routine-search-path
	aboutEmbedded                   // one of inBodies
)

// bodyReader collects the issues of one body.
type bodyReader struct {
	*Pass
	r *routine
	b *routineBody
	// table is the one that NEW and OLD are rows of, once a trigger is made.
	table  *catalog.Table
	issues []bodyIssue
	vars   map[string]catalog.Type // declared variables and parameters
	// declared are the names that any block declares; made when first asked for.
	declared map[string]bool
	// setsFound are the statements that set FOUND, where that is mended.
	setsFound map[*pgsql.PLNode]bool
	// looped are the loops that a cursor stands for; split are the records that
	// are variables now, typed those that have a table's type; made are the names
	// that were put into the body.
	looped map[*pgsql.PLNode]bool
	split  map[string]bool
	typed  map[string]catalog.Type
	made   map[string]bool
	// labels are those of blocks and loops; made when first asked for.
	labels map[string]bool
	// renamed are variables that got another name.
	renamed map[string]bool
}

// bodyIssues returns what stands in a routine's body that the target does not
// take; that of a trigger function for a trigger on the table, if it is not
// nil. The rules share one reading.
func bodyIssues(p *Pass, r *routine, table *catalog.Table) []bodyIssue {
	if r == nil || r.body == nil {
		return nil
	}
	mem := sharedState[bodyReading](p, bodyReadingKey)
	if mem.stmt != p.Stmt || mem.r != r || mem.table != table {
		*mem = bodyReading{p.Stmt, r, table, readIssues(p, r, table)}
	}
	return mem.issues
}

// bodyReading is the last reading of a body.
type bodyReading struct {
	stmt   *Statement
	r      *routine
	table  *catalog.Table
	issues []bodyIssue
}

var bodyReadingKey = new(Rule)

func readIssues(p *Pass, r *routine, table *catalog.Table) []bodyIssue {
	br := &bodyReader{Pass: p, r: r, b: r.body, table: table, vars: map[string]catalog.Type{}}
	for _, param := range r.params {
		if param.Name != "" {
			br.vars[param.Name] = catalog.TypeOf(param.ArgType)
		}
	}
	if r.plpgsql() {
		br.rows()
		br.statements()
		br.returnQueries()
	}
	br.sql()
	br.paths()
	br.embedded()
	br.fields()
	br.expressions()
	return br.issues
}

// add notes an issue. Edits are left out where the literal has escapes that
// make places in it unknown; the issue is a person's then.
func (br *bodyReader) add(is bodyIssue) {
	if br.b.from == nil && len(is.edits) > 0 {
		is.edits, is.fidelity = nil, Manual
		is.todo = "Write the body in dollar quotes, so that it can be edited"
	}
	br.issues = append(br.issues, is)
}

// reject notes something that a person has to deal with.
func (br *bodyReader) reject(s pgsql.PLSpan, message, todo string) {
	br.add(bodyIssue{PLSpan: s, fidelity: Manual, message: message, todo: todo})
}

// mend notes something that an edit deals with.
func (br *bodyReader) mend(s pgsql.PLSpan, fid Fidelity, message string, edits ...Edit) {
	br.add(bodyIssue{PLSpan: s, fidelity: fid, message: message, edits: edits})
}

// before notes something that the versions before one lack.
func (br *bodyReader) before(version string, s pgsql.PLSpan, what string) {
	if br.Target.Meets("<" + version) {
		br.add(bodyIssue{
			PLSpan: s, fidelity: Manual, until: version, message: what + " does not exist before v" + version,
			todo: fmt.Sprintf("Set the target to %q, or write it another way", ">="+version),
		})
	}
}

// replace, remove and insert make edits of the body.
func (br *bodyReader) replace(first, last int, text string) Edit {
	if br.b.from == nil {
		return Edit{New: text}
	}
	return br.b.replace(br.r.stmt, pgsql.PLSpan{First: first, Last: last}, text)
}

func (br *bodyReader) remove(first, last int) Edit {
	if br.b.from == nil {
		return Edit{}
	}
	return br.b.remove(br.r.stmt, pgsql.PLSpan{First: first, Last: last})
}

func (br *bodyReader) insert(token int, text string) Edit {
	e := br.replace(token, token, text)
	e.End = e.Start
	return e
}

// after is insert behind a token.
func (br *bodyReader) after(token int, text string) Edit {
	e := br.replace(token, token, text)
	e.Start = e.End
	return e
}

// rank is the severity of the issue.
func (is *bodyIssue) rank() Severity {
	if is.severity == 0 {
		return Error
	}
	return is.severity
}

// report makes the finding of an issue, in the body.
func (is *bodyIssue) report(p *Pass, r *routine) {
	f := Finding{
		Severity: is.rank(), Fidelity: is.fidelity, Message: fmt.Sprintf("line %d of the body: %s", r.body.src.Line(is.First), is.message),
		Todo: is.todo, Until: is.until, Edits: is.edits, Stmt: r.stmt,
	}
	f.inBody(r.body, is.PLSpan)
	p.Report(f)
	if is.fidelity == Manual {
		breakRoutine(p, r.name)
	}
}

// reportBody reports the issues of a CREATE FUNCTION or CREATE PROCEDURE that
// are of one rule. What CockroachDB finds only in a trigger is the trigger's.
func reportBody(p *Pass, about bodyTopic) {
	r := routineOf(p)
	if r == nil || r.body == nil {
		return
	}
	n, _ := p.Stmt.Tree.(*pgsql.CreateFunctionStmt)
	if n != nil {
		if message, _, _, _, _ := languageObstacle(p, n, r); message != "" {
			return
		}
	}
	for _, is := range bodyIssues(p, r, nil) {
		switch {
		case is.bind:
		case is.about == about:
			is.report(p, r)
		case is.about == aboutEmbedded && about == aboutSQL:
			pass := *p
			pass.Rule = is.rule
			is.report(&pass, r)
		}
	}
}
