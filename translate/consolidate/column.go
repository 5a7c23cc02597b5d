package consolidate

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// clause is one clause of a column's definition, such as NOT NULL or DEFAULT 0.
type clause struct {
	*pgsql.Constraint
	start, end int // in the text of the column
}

// column returns the text of a column as it is at the end. The references to
// tables that are not reachable yet come back as constraints of the table. ok is
// false if the text cannot be changed as it has to be.
func (t *table) column(e *element, reachable func(*catalog.Constraint) bool) (text string, keys []string, ok bool) {
	c := e.column
	newType, changed := t.changed[c]
	inline, complete := t.inline(c)
	if !changed && complete && !slices.ContainsFunc(inline, func(k *catalog.Constraint) bool { return !reachable(k) }) {
		return e.text, nil, true
	}
	def, clauses := parseColumn(e.text)
	if def == nil {
		return "", nil, false
	}
	type edit struct {
		start, end int
		text       string
	}
	var edits []edit
	remove := func(cl clause) { edits = append(edits, edit{cl.start, cl.end, ""}) }
	notNull, hasDefault := false, false
	for _, cl := range clauses {
		switch cl.Contype {
		case pgsql.ConstrNotnull:
			notNull = true
			if !c.NotNull {
				remove(cl)
			}
		case pgsql.ConstrNull:
			if c.NotNull {
				remove(cl)
			}
		case pgsql.ConstrPrimary:
			if notNull = true; !slices.ContainsFunc(inline, func(k *catalog.Constraint) bool { return k.Kind == catalog.PrimaryKey }) {
				notNull = false
				remove(cl)
			}
		case pgsql.ConstrDefault:
			hasDefault = true
			switch {
			case !changed:
			case c.Default == "":
				remove(cl)
			default:
				edits = append(edits, edit{cl.start, cl.end, "DEFAULT " + c.Default})
			}
		case pgsql.ConstrUnique, pgsql.ConstrCheck, pgsql.ConstrForeign:
			k := match(inline, cl)
			if k == nil {
				remove(cl)
				continue
			}
			inline = slices.DeleteFunc(slices.Clone(inline), func(o *catalog.Constraint) bool { return o == k })
			if !reachable(k) {
				remove(cl)
				name := ""
				if cl.Conname != "" {
					name = "CONSTRAINT " + quote(cl.Conname) + " "
				}
				body := e.text[cl.start:cl.end]
				at := strings.Index(strings.ToLower(body), "references")
				if at < 0 {
					return "", nil, false
				}
				keys = append(keys, fmt.Sprintf("%sFOREIGN KEY (%s) %s", name, quote(c.Name), body[at:]))
			}
		}
	}
	if newType != "" {
		start, end := typeRange(e.text)
		if end <= start {
			return "", nil, false
		}
		edits = append(edits, edit{start, end, newType})
	}
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].start < edits[j].start })
	var out strings.Builder
	pos := 0
	for _, ed := range edits {
		out.WriteString(strings.TrimRight(e.text[pos:ed.start], " \t\n"))
		if ed.text != "" {
			out.WriteString(" " + ed.text)
		}
		pos = ed.end
	}
	out.WriteString(e.text[pos:])
	if c.NotNull && !notNull && c.Identity == 0 && !c.Serial && !slices.ContainsFunc(t.def.Constraints(), func(k *catalog.Constraint) bool {
		return k.Kind == catalog.PrimaryKey && slices.Contains(k.Columns, c.Name)
	}) {
		out.WriteString(" NOT NULL")
	}
	if changed && c.Default != "" && !hasDefault && c.Generated == "" {
		out.WriteString(" DEFAULT " + c.Default)
	}
	return out.String(), keys, true
}

// inline returns the constraints in a column's definition that are still there;
// complete tells that none is gone.
func (t *table) inline(c *catalog.Column) (keys []*catalog.Constraint, complete bool) {
	for _, k := range t.def.Constraints() {
		if k.Def.Source == c.Def.Source && k.Def.Start == c.Def.Start {
			keys = append(keys, k)
		}
	}
	return keys, len(keys) == t.inlineAtFirst(c)
}

// inlineAtFirst counts the constraints that the text of a column has.
func (t *table) inlineAtFirst(c *catalog.Column) int {
	n := 0
	for _, e := range t.elements {
		if e.column != c {
			continue
		}
		_, clauses := parseColumn(e.text)
		for _, cl := range clauses {
			switch cl.Contype {
			case pgsql.ConstrPrimary, pgsql.ConstrUnique, pgsql.ConstrCheck, pgsql.ConstrForeign:
				n++
			}
		}
	}
	return n
}

// match finds the constraint of the catalog that a clause made.
func match(list []*catalog.Constraint, cl clause) *catalog.Constraint {
	kind := map[pgsql.ConstrType]catalog.ConstraintKind{
		pgsql.ConstrUnique: catalog.Unique, pgsql.ConstrCheck: catalog.Check, pgsql.ConstrForeign: catalog.ForeignKey,
	}[cl.Contype]
	for _, k := range list {
		if k.Kind == kind && (cl.Conname == "" || cl.Conname == k.Name) {
			return k
		}
	}
	return nil
}

// columnPrefix makes a statement of a column's text.
const columnPrefix = "CREATE TABLE t ("

// parseColumn parses the text of a column; nil if it is none.
func parseColumn(text string) (*pgsql.ColumnDef, []clause) {
	st, def := parseElement(text)
	if def == nil {
		return nil, nil
	}
	var out []clause
	for _, n := range def.Constraints {
		k, ok := n.(*pgsql.Constraint)
		if !ok {
			return nil, nil
		}
		i := st.TokenAt(int(k.Location))
		if i >= 2 && st.Is(i-2, "constraint") {
			i -= 2
		}
		out = append(out, clause{Constraint: k, start: st.Tokens[i].Start() - len(columnPrefix)})
	}
	for i := range out {
		out[i].end = len(text)
		if i+1 < len(out) {
			out[i].end = len(strings.TrimRight(text[:out[i+1].start], " \t\n"))
		}
	}
	return def, out
}

func parseElement(text string) (*pgsql.Statement, *pgsql.ColumnDef) {
	stmts, err := pgsql.Split([]byte(columnPrefix + text + ")"))
	if err != nil || len(stmts) != 1 {
		return nil, nil
	}
	st := stmts[0]
	if st.Parse(); st.Err != nil {
		return nil, nil
	}
	n, ok := st.Tree.(*pgsql.CreateStmt)
	if !ok || len(n.TableElts) != 1 {
		return nil, nil
	}
	def, _ := n.TableElts[0].(*pgsql.ColumnDef)
	return st, def
}

// typeRange returns where the type stands in the text of a column.
func typeRange(text string) (start, end int) {
	st, def := parseElement(text)
	if def == nil || def.TypeName == nil || def.CollClause != nil {
		return 0, 0
	}
	i := st.TokenAt(int(def.TypeName.Location))
	if i >= len(st.Tokens) {
		return 0, 0
	}
	return st.Tokens[i].Start() - len(columnPrefix), st.Tokens[catalog.TypeEnd(st, i)].End() - len(columnPrefix)
}
