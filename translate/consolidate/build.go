package consolidate

import (
	"bytes"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// part is an object or a table in its final form, before it is written.
type part struct {
	number int // of its first statement
	object *object
	table  *table
	names  []string // that others mention
	words  map[string]bool
}

// build writes the schema: schemas and extensions, then types, sequences,
// functions, tables and views, each behind what it mentions; then the foreign
// keys to tables that were not there yet, and what is carried over.
func (b *builder) build() []byte {
	b.demote()
	w := &writer{}
	for _, it := range b.items {
		if b.setting(it) {
			w.item(it)
		}
	}
	done := map[*catalog.Table]bool{}
	var later []string
	for _, p := range b.inOrder() {
		if p.object != nil {
			for _, it := range p.object.items {
				later = append(later, w.item(it)...)
			}
			continue
		}
		text, keys, ok := p.table.text(b, done)
		if !ok { // demote has tried
			continue
		}
		w.path(p.table.item.path)
		w.statement(text)
		later = append(later, keys...)
		done[p.table.def] = true
	}
	var last []string // foreign keys to tables that are carried over
	for _, text := range later {
		if b.mentionsUnfolded(text) {
			last = append(last, text)
			continue
		}
		w.statement(text)
	}
	for _, it := range b.items {
		if b.rest(it) && !b.setting(it) {
			last = append(last, w.item(it)...)
		}
	}
	for _, text := range last {
		w.statement(text)
	}
	return w.out.Bytes()
}

// setting reports whether a statement sets what those behind it may need, such
// as experimental_enable_temp_tables.
func (b *builder) setting(it *item) bool {
	n, ok := it.st.Tree.(*pgsql.VariableSetStmt)
	return ok && !it.gone && n.Name != "role" && n.Name != "session_authorization"
}

// rest reports whether a statement is carried over as it stands.
func (b *builder) rest(it *item) bool {
	switch {
	case it.gone:
		return false
	case it.table != nil:
		return it.table.unfolded && b.there(it.table.def)
	case it.object != nil:
		return it.object.demoted && !it.object.gone
	case it.about != nil && !it.about():
		return false
	}
	return true
}

// demote finds what cannot be in front of what is carried over, because it
// mentions a part of that.
func (b *builder) demote() {
	for _, t := range b.order {
		if t.unfolded || !b.there(t.def) {
			continue
		}
		if _, _, ok := t.text(b, map[*catalog.Table]bool{}); !ok {
			t.unfolded = true
		}
	}
	for changed := true; changed; {
		changed = false
		names := map[string]bool{}
		for _, t := range b.order {
			if t.unfolded && b.there(t.def) {
				for _, n := range mentionedAs(t.def.Name, t.item.path) {
					names[n] = true
				}
			}
		}
		for _, o := range b.made {
			if o.demoted && !o.gone {
				for _, n := range mentionedAs(o.name, o.items[0].path) {
					names[n] = true
				}
			}
		}
		for _, p := range b.parts() {
			if !mentionsAny(p.words, names) {
				continue
			}
			changed = true
			if p.object != nil {
				p.object.demoted = true
			} else {
				p.table.unfolded = true
			}
		}
	}
	for i := range b.notes {
		n := &b.notes[i]
		if !n.leftOut && n.item.fits != nil && b.rest(n.item) {
			if why := n.item.fits(); why != "" && !b.unfoldedTarget(n.item) {
				n.item.gone = true
				n.leftOut, n.manual = true, true
				n.text = strings.ToUpper(n.item.st.Str(0)) + " is left out: " + why
			}
		}
	}
	kept := b.notes[:0]
	for _, n := range b.notes {
		if n.leftOut || b.rest(n.item) {
			kept = append(kept, n)
		}
	}
	b.notes = kept
}

// unfoldedTarget reports whether the rows are put into a table that is carried
// over or was there before, so that the statement finds it as it was.
func (b *builder) unfoldedTarget(it *item) bool {
	var rv *pgsql.RangeVar
	switch n := it.st.Tree.(type) {
	case *pgsql.InsertStmt:
		rv = n.Relation
	case *pgsql.CopyStmt:
		rv = n.Relation
	}
	def := b.catalog.Table(rv)
	t := b.tables[def]
	return def != nil && (t == nil || t.unfolded)
}

// parts returns the objects and tables that are not carried over.
func (b *builder) parts() []*part {
	var out []*part
	for _, o := range b.made {
		if o.gone || o.demoted || o.items[0].gone {
			continue
		}
		p := &part{number: o.items[0].number, object: o, words: map[string]bool{}, names: mentionedAs(o.name, o.items[0].path)}
		for _, it := range o.items {
			p.mention(it.st.Text)
		}
		out = append(out, p)
	}
	for _, t := range b.order {
		if t.unfolded || !b.there(t.def) {
			continue
		}
		p := &part{number: t.item.number, table: t, words: map[string]bool{}, names: mentionedAs(t.def.Name, t.item.path)}
		for _, e := range t.live(b) {
			if e.late && (e.constraint != nil && e.constraint.Kind == catalog.ForeignKey) {
				continue // made later if its table is not there by then
			}
			p.mention(e.text)
		}
		for _, c := range t.def.Columns() {
			p.mention(c.Default)
			if _, ok := t.changed[c]; ok {
				p.mention(t.changed[c])
			}
		}
		out = append(out, p)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].number < out[j].number })
	return out
}

// inOrder returns the parts, each behind those that it mentions; otherwise in
// the order of the history.
func (b *builder) inOrder() []*part {
	parts := b.parts()
	sort.SliceStable(parts, func(i, j int) bool {
		return parts[i].object != nil && parts[i].object.first && !(parts[j].object != nil && parts[j].object.first)
	})
	makes := map[string][]*part{}
	for _, p := range parts {
		for _, n := range p.names {
			makes[n] = append(makes[n], p)
		}
	}
	var out []*part
	state := map[*part]bool{}
	var visit func(p *part)
	visit = func(p *part) {
		if state[p] {
			return // done, or a circle: the order of the history decides
		}
		state[p] = true
		var needs []*part
		for w := range p.words {
			for _, q := range makes[w] {
				if q != p {
					needs = append(needs, q)
				}
			}
		}
		sort.SliceStable(needs, func(i, j int) bool { return needs[i].number < needs[j].number })
		for _, q := range needs {
			visit(q)
		}
		out = append(out, p)
	}
	for _, p := range parts {
		visit(p)
	}
	return out
}

// mentionedAs returns how others may name an object: with its schema, and without
// where the search path finds it.
func mentionedAs(n catalog.Name, path string) []string {
	if n.Schema == "" || n.Schema == "public" {
		return []string{n.Name, "public." + n.Name}
	}
	if path != "" {
		return []string{n.Name, n.Schema + "." + n.Name}
	}
	return []string{n.Schema + "." + n.Name}
}

// mention notes the names in a text, those in its literals among them: a
// sequence is named in one.
func (p *part) mention(text string) {
	mention(pgsql.Lex(text), p.words, 0)
}

func mention(st *pgsql.Statement, words map[string]bool, depth int) {
	for i, t := range st.Tokens {
		switch text := st.Str(i); t.Kind() {
		case pgsql.Word, pgsql.Quoted:
			name := pgsql.Fold(text)
			if st.Is(i-1, ".") && i >= 2 {
				words[pgsql.Fold(st.Str(i-2))+"."+name] = true
			} else {
				words[name] = true
			}
		case pgsql.Dollar:
			if n := strings.IndexByte(text[1:], '$') + 2; depth < 3 {
				mention(pgsql.Lex(text[n:len(text)-n]), words, depth+1)
			}
		case pgsql.Literal:
			if at := strings.IndexByte(text, '\''); depth < 3 && at >= 0 && at < len(text)-1 {
				mention(pgsql.Lex(text[at+1:len(text)-1]), words, depth+1)
			}
		}
	}
}

func mentionsAny(words, names map[string]bool) bool {
	for n := range names {
		if words[n] {
			return true
		}
	}
	return false
}

func (b *builder) mentionsUnfolded(text string) bool {
	words := map[string]bool{}
	mention(pgsql.Lex(text), words, 0)
	for _, t := range b.order {
		if !t.unfolded || !b.there(t.def) {
			continue
		}
		for _, n := range mentionedAs(t.def.Name, t.item.path) {
			if words[n] {
				return true
			}
		}
	}
	return false
}

// writer writes statements, and the search path where it changes.
type writer struct {
	out  bytes.Buffer
	sets string // the statement that set the path last
}

func (w *writer) path(sets string) {
	switch {
	case sets == w.sets:
		return
	case sets == "":
		w.statement("RESET search_path")
	default:
		w.statement(sets)
	}
	w.sets = sets
}

func (w *writer) statement(text string) {
	if w.out.Len() > 0 {
		w.out.WriteByte('\n')
	}
	w.out.WriteString(text)
	w.out.WriteString(";\n")
}

// item writes a statement as it stands. What a sequence is owned by comes back as
// a statement for when the table is there.
func (w *writer) item(it *item) (later []string) {
	if it.gone {
		return nil
	}
	w.path(it.path)
	text := withColumns(it)
	if n, ok := it.st.Tree.(*pgsql.CreateSeqStmt); ok && it.object != nil && !it.object.demoted {
		if i := ownedBy(it.st); i >= 0 {
			end := i + 2
			for it.st.Is(end+1, ".") {
				end += 2
			}
			name := quoteName(rangeName(n.Sequence))
			if first := it.st.TokenAt(int(n.Sequence.Location)); it.st.Is(first+1, ".") {
				name = slice(it.st, first, first+2)
			}
			later = append(later, "ALTER SEQUENCE "+name+" "+slice(it.st, i, end))
			text = strings.TrimSpace(it.st.Text[:it.st.Tokens[i].Start()]) + it.st.Text[it.st.Tokens[end].End():]
		}
	}
	comments := strings.Join(append(leadComments(it.st), ""), "\n")
	w.statement(comments + text)
	if it.rows != nil {
		w.out.Write(bytes.TrimPrefix(it.rows, []byte("\n")))
		if !bytes.HasSuffix(it.rows, []byte("\n")) {
			w.out.WriteByte('\n')
		}
	}
	return later
}
