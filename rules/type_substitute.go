package rules

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// substitute is what takes the place of a type that the target lacks.
type substitute struct {
	// sql is the type, without array brackets.
	sql string
	// check holds a column to what the original type takes; %[1]s stands for the
	// column. Empty if there is no such expression.
	check string
	// literal rewrites the text of a literal of the original type; ok is false
	// for one that has to be left to a person. Nil if every text stays.
	literal func(string) (text string, ok bool)
	// fidelity of the substitution, loss in words, and the version from which on
	// it would not be needed.
	fidelity    Fidelity
	loss, until string
}

// substitute reports the type and puts another one in its place.
func (u *typeUse) substitute(s substitute) {
	p := u.p
	f := Finding{
		Severity: Error, Fidelity: s.fidelity, Until: s.until,
		Message: fmt.Sprintf("type %s of %s does not exist in %s: %s takes its place", u.display(), u.what(), u.where(s.until), s.sql),
		Edits:   []Edit{p.Replace(u.NameStart, u.NameEnd, s.sql)},
	}
	if s.loss != "" {
		f.Message += "; " + s.loss
	}
	if u.Type.Dims == 0 && s.check != "" {
		check := "CHECK (" + fmt.Sprintf(s.check, QuoteIdent(u.Name)) + ")"
		switch u.Place {
		case typeColumn:
			f.Edits = append(f.Edits, p.Insert(u.columnEnd(), " "+check))
		case typeAltered:
			if t := p.Catalog.Table(u.Table); t != nil && !u.already(t) {
				f.Edits = append(f.Edits, p.Insert(len(p.Stmt.Text), ";\nALTER TABLE "+relationName(p, t.Name)+" ADD "+check))
			}
		}
	}
	if s.literal != nil && !u.rewriteLiteral(s.literal, &f) {
		f.Edits, f.Fidelity = nil, Manual
		f.Todo = fmt.Sprintf("Write the value as %s has it, and the type as %s", s.sql, s.sql)
	}
	u.report(f)
}

// already reports whether the column has the type in front of the statement, and with
// it what the type brings.
func (u *typeUse) already(t *catalog.Table) bool {
	c := t.Column(u.Name)
	return c != nil && c.Type.Same(u.Type)
}

// rewriteLiteral rewrites the literal that a cast is of, or that a column has
// as its default. It reports false if there is one that it cannot rewrite.
func (u *typeUse) rewriteLiteral(rewrite func(string) (string, bool), f *Finding) bool {
	lit := u.Lit
	if u.Place == typeColumn {
		if k := u.clause(pgsql.ConstrDefault); k != nil {
			lit = literalAt(u.p.Stmt, k.RawExpr)
		}
	}
	if lit == nil || u.Type.Dims > 0 {
		return true
	}
	text, ok := rewrite(lit.value)
	if !ok {
		return false
	}
	if text != lit.value {
		f.Edits = append(f.Edits, u.p.Replace(lit.start, lit.end, lit.quote(text)))
	}
	return true
}

// display is the type's name for a message.
func (u *typeUse) display() string {
	name := strings.ToUpper(u.Type.Name)
	if u.Type.Dims > 0 {
		name += "[]"
	}
	return name
}

// where names the versions that lack the type.
func (u *typeUse) where(until string) string {
	if until == "" {
		return "CockroachDB"
	}
	return "CockroachDB before v" + until
}

// manual reports a type for which there is no substitute.
func (u *typeUse) manual(why, todo, until string) {
	f := manual(fmt.Sprintf("type %s of %s does not exist in %s", u.display(), u.what(), u.where(until)), todo)
	if why != "" {
		f.Message += ": " + why
	}
	f.Until = until
	u.report(f)
}
