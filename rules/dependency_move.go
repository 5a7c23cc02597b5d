package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// CockroachDB refuses to change what a view, a function or a trigger uses.
// Where the history drops or replaces that later on anyway, and nothing uses it
// in between, the drop can as well come first.

// obstructed is a statement that something stands in the way of.
type obstructed struct {
	stmt  *Statement
	rule  *Rule
	users []*obstacle
	// manual is what is to be said if the obstacles stay.
	manual Finding
}

// obstacle is a view, a function or a trigger that stands in the way, with what
// becomes of it.
type obstacle struct {
	kind string // "view", "function", "procedure" or "trigger"
	name catalog.Name
	// one tells that there is no other of that name.
	one bool
	// drop is the statement that drops it; replaced tells that one makes it
	// again instead. event is the number of that statement.
	drop     *Statement
	replaced bool
	event    int
	// used tells that a statement in between names it.
	used bool
}

// key tells one life of an obstacle from the next.
func (u *obstacle) key() string { return fmt.Sprintf("%s %s %d", u.kind, u.name, u.event) }

// ends reports whether the history drops or replaces the obstacle, and nothing
// uses it before.
func (u *obstacle) ends() bool { return u.one && !u.used && (u.drop != nil || u.replaced) }

// obstructions is the memory of the rules about dependants.
type obstructions struct {
	list []*obstructed
	// named are the obstacles by the words that a statement about them has, in lower
	// case; odd are those with a name that is no word.
	named map[string][]standing
	odd   []standing
	// seen is the last statement that was looked at.
	seen *Statement
}

// standing is an obstacle with what it stands in the way of.
type standing struct {
	*obstacle
	of *obstructed
}

// open reports whether it is still to be seen what becomes of the obstacle.
func (u *obstacle) open() bool { return u.drop == nil && !u.replaced && !u.used }

var obstructionKey = new(Rule)

// obstruct notes that the statement of the pass is refused because of users.
func obstruct(p *Pass, f Finding, users []*obstacle) {
	mem := sharedState[obstructions](p, obstructionKey)
	for _, u := range users {
		u.one = true
		if u.kind == "function" || u.kind == "procedure" {
			u.one = len(p.Catalog.Functions(u.name)) == 1
		}
	}
	f.Stmt = p.Stmt
	if f.Start == 0 && f.End == 0 {
		f.End = int(p.Stmt.Size)
	}
	o := &obstructed{stmt: p.Stmt.kept(true), rule: p.Rule, users: users, manual: f}
	mem.list = append(mem.list, o)
	for _, u := range users {
		words := []string{u.word()}
		if u.kind == "trigger" {
			words = append(words, u.table())
		}
		for _, word := range words {
			if word = strings.ToLower(word); word == "" || strings.ContainsFunc(word, func(r rune) bool { return r < utf8.RuneSelf && !wordByte(byte(r)) }) {
				mem.odd = append(mem.odd, standing{u, o})
			} else {
				mem.named = mapSet(mem.named, word, append(mem.named[word], standing{u, o}))
			}
		}
	}
}

// followObstacles looks what the statement of the pass makes of the obstacles.
func followObstacles(p *Pass) {
	mem := sharedState[obstructions](p, obstructionKey)
	if mem.seen == p.Stmt {
		return
	}
	mem.seen = p.Stmt
	if len(mem.list) == 0 {
		return
	}
	mem.odd = followOpen(p, mem.odd, func(u standing) bool {
		return hasWord(p.Stmt.Text, u.word()) || u.kind == "trigger" && hasWord(p.Stmt.Text, u.table())
	})
	for word, list := range mem.met(p.Stmt.Text) {
		mem.named[word] = followOpen(p, list, func(standing) bool { return true })
	}
}

// met returns the obstacles that a text, bodies of functions included, may name, by
// their words. There can be many that it does not.
func (mem *obstructions) met(text string) map[string][]standing {
	var out map[string][]standing
	text = strings.ToLower(text)
	for i := 0; i < len(text); i++ {
		start := i
		for i < len(text) && wordByte(text[i]) {
			i++
		}
		if list := mem.named[text[start:i]]; len(list) > 0 {
			out = mapSet(out, text[start:i], list)
		}
	}
	return out
}

// followOpen looks what the statement makes of the obstacles in a list that it names,
// and returns those of which more is to be seen.
func followOpen(p *Pass, list []standing, named func(standing) bool) []standing {
	rest := list[:0]
	for _, u := range list {
		if !u.open() {
			continue
		}
		if named(u) {
			switch what := u.fate(p); {
			case what == obstacleUntouched:
			case p.Stmt.Source != u.of.stmt.Source || p.Stmt.Down != u.of.stmt.Down || what == obstacleUsed:
				u.used = true
			case what == obstacleDropped:
				u.drop, u.event = p.Stmt.kept(true), p.Stmt.Number
			case what == obstacleReplaced:
				u.replaced, u.event = true, p.Stmt.Number
			}
		}
		if u.open() {
			rest = append(rest, u)
		}
	}
	return rest
}

// word is the name of the obstacle itself, without a trigger's table.
func (u *obstacle) word() string {
	name, _, _ := strings.Cut(u.name.Name, onTable)
	return name
}

// table is the name of a trigger's table.
func (u *obstacle) table() string {
	_, table, _ := strings.Cut(u.name.Name, onTable)
	return table
}

// hasWord reports whether a text, bodies of functions included, has the word in
// it, in whatever case.
func hasWord(text, word string) bool {
	text, word = strings.ToLower(text), strings.ToLower(word)
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(word)
		if (start == 0 || !wordByte(text[start-1])) && (end == len(text) || !wordByte(text[end])) {
			return true
		}
		from = start + 1
	}
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z'
}

type obstacleFate uint8

const (
	obstacleUsed obstacleFate = iota
	obstacleUntouched
	obstacleDropped
	obstacleReplaced
)

// fate tells what a statement that names an obstacle does to it.
func (u *obstacle) fate(p *Pass) obstacleFate {
	if u.kind == "trigger" {
		return u.triggerFate(p)
	}
	switch n := p.Stmt.Tree.(type) {
	case *pgsql.DropStmt:
		if names := dropNames(n); len(names) == 1 && n.Behavior != pgsql.DropCascade && u.is(names[0]) && u.kind == dropKind(n.RemoveType) {
			return obstacleDropped
		}
	case *pgsql.CreateFunctionStmt:
		switch name := catalog.ListName(n.Funcname); {
		case name.Name != u.name.Name:
			// A body that calls it: where a function is made in front of what it
			// calls, it moves behind.
			return obstacleUntouched
		case u.kind == map[bool]string{true: "procedure", false: "function"}[n.IsProcedure] && n.Replace && u.is(name):
			return obstacleReplaced
		}
	}
	return obstacleUsed
}

// triggerFate is fate for a trigger, which every change of a row of its table
// runs.
func (u *obstacle) triggerFate(p *Pass) obstacleFate {
	switch n := p.Stmt.Tree.(type) {
	case *pgsql.DropStmt:
		names := dropNames(n)
		switch {
		case n.RemoveType == pgsql.ObjectTable && len(names) == 1 && names[0].Name == u.table():
			return obstacleReplaced // it goes with its table
		case n.RemoveType == pgsql.ObjectTrigger && len(n.Objects) == 1:
			if id, table := droppedTrigger(p, n); id.name == u.word() && strings.Trim(table[strings.LastIndexByte(table, '.')+1:], `"`) == u.table() {
				return obstacleDropped
			}
		}
		return obstacleUntouched
	case *pgsql.RenameStmt:
		if n.RenameType == pgsql.ObjectTable && n.Relation != nil && n.Relation.Relname == u.table() || n.RenameType == pgsql.ObjectTrigger {
			return obstacleUsed
		}
		return obstacleUntouched
	case *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.MergeStmt:
		if target(n) == u.table() || withWrites(n) {
			return obstacleUsed
		}
		return obstacleUntouched
	case *pgsql.CreateStmt, *pgsql.IndexStmt, *pgsql.CreateFunctionStmt, *pgsql.CommentStmt, *pgsql.ViewStmt:
		return obstacleUntouched
	}
	return obstacleUsed
}

// target returns the name of the table that a statement changes.
func target(n pgsql.Node) string {
	if rv := writtenTo(n); rv != nil {
		return rv.Relname
	}
	return ""
}

// withWrites reports whether a statement changes rows in a WITH clause, too.
func withWrites(n pgsql.Node) bool {
	found := false
	pgsql.Walk(n, func(c pgsql.Node, parents []pgsql.Node) bool {
		found = found || len(parents) > 0 && target(c) != ""
		return true
	})
	return found
}

func (u *obstacle) is(name catalog.Name) bool {
	return u.name.Name == name.Name && (u.name.Schema == name.Schema || u.name.Schema == "" || name.Schema == "")
}

func dropKind(t pgsql.ObjectType) string {
	switch t {
	case pgsql.ObjectView, pgsql.ObjectMatview:
		return "view"
	case pgsql.ObjectFunction:
		return "function"
	case pgsql.ObjectProcedure:
		return "procedure"
	}
	return ""
}

// clearObstacles reports the statements that were obstructed, with the drops
// moved in front of them where that is right.
func clearObstacles(p *Pass) {
	mem := sharedState[obstructions](p, obstructionKey)
	slices.SortStableFunc(mem.list, func(a, b *obstructed) int { return a.stmt.Number - b.stmt.Number })
	moved := map[string]bool{}
	for _, o := range mem.list {
		f := o.manual
		f.Stmt = o.stmt
		if f.Severity == Error && !slices.ContainsFunc(o.users, func(u *obstacle) bool { return !u.ends() }) {
			front := ""
			for _, u := range o.users {
				switch {
				case moved[u.key()]: // in front of a statement before this one
				case u.drop != nil:
					front += u.drop.Text + ";\n"
					f.Edits = append(f.Edits, u.drop.Dropped())
				case u.kind == "trigger":
					front += fmt.Sprintf("DROP TRIGGER %s ON %s;\n", QuoteIdent(u.word()), quoteName(catalog.Name{Schema: u.name.Schema, Name: u.table()}))
				default:
					front += fmt.Sprintf("DROP %s %s;\n", strings.ToUpper(u.kind), quoteName(u.name))
				}
				moved[u.key()] = true
			}
			f.Fidelity, f.Todo = Exact, ""
			f.Message += "; the history drops or replaces it later on, and nothing uses it in between: the drop comes first"
			if f.Follows = front == ""; !f.Follows {
				f.Edits = append(f.Edits, o.stmt.Replace(0, 0, front))
			}
		}
		if o.rule == p.Rule {
			p.Report(f)
		}
	}
}
