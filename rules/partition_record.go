package rules

import (
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

// partRecorder notes what one statement says about partitions.
type partRecorder struct {
	*Pass
	state *partitions
	seen  []*pgsql.RangeVar // names that have been dealt with
	full  *Statement        // the kept statement with its tokens, if needed
	slim  *Statement
}

// findPartitions finds the tables that are partitions, and reports the clauses
// that make them so.
func findPartitions(p *Pass) {
	switch n := p.Stmt.Tree.(type) {
	case *pgsql.CreateStmt:
		if n.Partspec != nil || n.Partbound != nil {
			newRecorder(p).partitioned(n)
		}
	case *pgsql.AlterTableStmt:
		for i, e := range n.Cmds {
			cmd, ok := e.(*pgsql.AlterTableCmd)
			if !ok {
				continue
			}
			if pc, ok := cmd.Def.(*pgsql.PartitionCmd); ok && pc.Name != nil && n.Relation != nil {
				newRecorder(p).command(n, cmd, pc, i)
				return
			}
		}
	}
}

func newRecorder(p *Pass) *partRecorder {
	s := State[partitions](p)
	if s.parts == nil {
		*s = partitions{
			parts: map[tableKey]*part{}, refs: map[tableKey][]*partRef{}, rows: map[tableKey]bool{},
			dropped: map[tableKey][2]bool{}, columns: map[tableKey][]string{},
		}
	}
	return &partRecorder{Pass: p, state: s}
}

// recordReferences notes what a statement says of the partitions, which are
// all known.
func recordReferences(p *Pass) {
	if p.Stmt.Tree == nil {
		return
	}
	r := newRecorder(p)
	r.statement(p.Stmt.Tree)
	for _, t := range bodyTables(p) {
		r.ref(t, &partRef{kind: refRead, end: len(p.Stmt.Text)})
	}
	pgsql.Walk(p.Stmt.Tree, func(n pgsql.Node, _ []pgsql.Node) bool {
		if rv, ok := n.(*pgsql.RangeVar); ok {
			r.named(rv)
		}
		return true
	})
}

func (r *partRecorder) statement(tree pgsql.Node) {
	switch n := tree.(type) {
	case *pgsql.CreateStmt:
		r.create(n)
	case *pgsql.AlterTableStmt:
		r.alter(n)
	case *pgsql.IndexStmt:
		r.index(n)
	case *pgsql.RenameStmt:
		if n.RenameType == pgsql.ObjectIndex {
			r.aboutIndex(n.Relation)
			return
		}
		r.about(n.Relation, refAbout, "the renaming")
	case *pgsql.AlterObjectSchemaStmt:
		r.about(n.Relation, refAbout, "the move to another schema")
	case *pgsql.CommentStmt:
		r.comment(n)
	case *pgsql.GrantStmt:
		r.grant(n)
	case *pgsql.DropStmt:
		r.drop(n)
	case *pgsql.CopyStmt:
		if n.IsFrom {
			r.rows(n.Relation, len(n.Attlist) > 0)
		}
	case *pgsql.InsertStmt:
		r.rows(n.Relation, len(n.Cols) > 0)
	case *pgsql.CreatePolicyStmt:
		r.about(n.Table, refAbout, "the policy, which is asked only where the partition is named,")
	case *pgsql.AlterPolicyStmt:
		r.about(n.Table, refAbout, "the policy, which is asked only where the partition is named,")
	case *pgsql.CreateStatsStmt:
		if len(n.Relations) == 1 {
			if rv, ok := n.Relations[0].(*pgsql.RangeVar); ok {
				r.about(rv, refAbout, "the statistics object")
			}
		}
	case *pgsql.ClusterStmt:
		r.about(n.Relation, refAbout, "CLUSTER")
	case *pgsql.ReindexStmt:
		r.about(n.Relation, refAbout, "REINDEX")
	case *pgsql.VacuumStmt:
		if len(n.Rels) == 1 {
			if vr, ok := n.Rels[0].(*pgsql.VacuumRelation); ok {
				r.about(vr.Relation, refAbout, "VACUUM or ANALYZE")
			}
		}
	case *pgsql.AlterSeqStmt:
		for _, o := range n.Options {
			if d, ok := o.(*pgsql.DefElem); ok && d.Defname == "owned_by" && len(n.Options) == 1 {
				if l, ok := d.Arg.(*pgsql.List); ok && len(l.Items) >= 2 {
					r.ref(r.Catalog.Relation(catalog.ListName(l.Items[:len(l.Items)-1])), &partRef{kind: refAbout, what: "the sequence's owner"})
				}
			}
		}
	}
}

// keep returns the statement as it is kept.
func (r *partRecorder) keep(full bool) *Statement {
	if full {
		if r.full == nil {
			r.full = r.Stmt.kept(true)
		}
		return r.full
	}
	if r.slim == nil {
		r.slim = r.Stmt.kept(false)
	}
	return r.slim
}

// ref notes that the statement names the table.
func (r *partRecorder) ref(t *catalog.Table, ref *partRef) {
	if t == nil {
		return
	}
	r.add(keyOf(t), ref)
}

func (r *partRecorder) add(key tableKey, ref *partRef) {
	if r.state.parts[key] == nil {
		return
	}
	if ref.stmt == nil {
		ref.stmt = r.keep(false)
	}
	r.state.refs[key] = append(r.state.refs[key], ref)
}

// nameSpan returns where the name of a relation stands.
func nameSpan(st *Statement, rv *pgsql.RangeVar) (start, end int) {
	i := st.tokenOf(rv)
	if i < 0 {
		return 0, 0
	}
	return st.span(i, st.nameEnd(i))
}

// about notes a statement about one table.
func (r *partRecorder) about(rv *pgsql.RangeVar, kind refKind, what string) {
	if rv == nil {
		return
	}
	r.saw(rv)
	ref := &partRef{kind: kind, what: what}
	ref.start, ref.end = nameSpan(r.Stmt, rv)
	r.ref(r.Catalog.Table(rv), ref)
}

// aboutIndex notes a statement about an index.
func (r *partRecorder) aboutIndex(rv *pgsql.RangeVar) {
	if rv == nil {
		return
	}
	r.saw(rv)
	for _, ix := range r.Catalog.Indexes(catalog.Name{Schema: rv.Schemaname, Name: rv.Relname}) {
		r.ref(ix.Table, &partRef{kind: refAbout, what: "index " + rv.Relname})
	}
}

func (r *partRecorder) create(n *pgsql.CreateStmt) {
	r.saw(n.Relation)
	if t := r.Catalog.Table(n.Relation); t != nil && n.IfNotExists {
		r.ref(t, &partRef{kind: refAbout, what: "the table made again"})
	}
	r.add(r.key(), &partRef{kind: refMade})
	if n.Partbound != nil && len(n.InhRelations) == 1 {
		r.saw(n.InhRelations[0].(*pgsql.RangeVar))
	}
}

// key is that of the table which the statement makes.
func (r *partRecorder) key() tableKey { return tableKey{r.Stmt.Source, r.Stmt.Start()} }

// partitioned notes a table that is partitioned, or a partition.
func (r *partRecorder) partitioned(n *pgsql.CreateStmt) {
	key := r.key()
	if n.Partspec != nil {
		for _, e := range n.Partspec.PartParams {
			if el, ok := e.(*pgsql.PartitionElem); ok {
				r.state.columns[key] = append(r.state.columns[key], el.Name)
			}
		}
		reportParent(r.Pass, n)
	}
	if n.Partbound == nil || len(n.InhRelations) != 1 {
		return
	}
	parent := n.InhRelations[0].(*pgsql.RangeVar)
	r.attach(key, catalog.Name{Schema: n.Relation.Schemaname, Name: n.Relation.Relname}, parent, n.Partbound).like = true
}

// attach notes that the table is a partition of parent.
func (r *partRecorder) attach(key tableKey, name catalog.Name, parent *pgsql.RangeVar, bound *pgsql.PartitionBoundSpec) *part {
	pt := &part{name: name, parentName: catalog.Name{Schema: parent.Schemaname, Name: parent.Relname}}
	if t := r.Catalog.Table(parent); t != nil {
		pt.parent, pt.known = keyOf(t), true
		if child := r.Catalog.Relation(name); child != nil {
			pt.like = sameColumns(t, child)
		}
	}
	pt.bound = boundText(r.Stmt, bound)
	r.state.parts[key] = pt
	return pt
}

func sameColumns(a, b *catalog.Table) bool {
	if len(a.Columns()) != len(b.Columns()) {
		return false
	}
	for i := range a.Columns() {
		if a.Columns()[i].Name != b.Columns()[i].Name {
			return false
		}
	}
	return true
}

// boundText returns the text of FOR VALUES ... or DEFAULT.
func boundText(st *Statement, b *pgsql.PartitionBoundSpec) string {
	if b == nil || b.IsDefault {
		return "DEFAULT"
	}
	i := st.find(0, "values")
	if i < 1 || !st.Is(i-1, "for") {
		return ""
	}
	last := i
	for k := i; k < len(st.Tokens); k++ {
		if st.Is(k, "(") {
			last = st.Close(k)
			k = last
		} else if !st.Is(k, "values") && !st.Is(k, "from") && !st.Is(k, "to") && !st.Is(k, "in") && !st.Is(k, "with") {
			break
		}
	}
	return st.textOf(i-1, last)
}

func (r *partRecorder) alter(n *pgsql.AlterTableStmt) {
	if n.Relation == nil {
		return
	}
	if n.Objtype == pgsql.ObjectIndex {
		r.alterIndex(n)
		return
	}
	t := r.Catalog.Table(n.Relation)
	for _, e := range n.Cmds {
		if cmd, ok := e.(*pgsql.AlterTableCmd); ok {
			if pc, ok := cmd.Def.(*pgsql.PartitionCmd); ok && pc.Name != nil {
				r.saw(n.Relation, pc.Name)
				return
			}
		}
	}
	r.saw(n.Relation)
	if t == nil {
		return
	}
	ref := &partRef{kind: refAbout, what: "what is said of it"}
	ref.start, ref.end = nameSpan(r.Stmt, n.Relation)
	if len(n.Cmds) == 1 {
		if cmd, ok := n.Cmds[0].(*pgsql.AlterTableCmd); ok && cmd.Subtype == pgsql.ATAddConstraint {
			if k, ok := cmd.Def.(*pgsql.Constraint); ok {
				r.constraint(ref, n, k)
			}
		}
	}
	r.ref(t, ref)
}

// command reports an ALTER that attaches or detaches a partition.
func (r *partRecorder) command(n *pgsql.AlterTableStmt, cmd *pgsql.AlterTableCmd, pc *pgsql.PartitionCmd, i int) {
	switch {
	case cmd.Subtype == pgsql.ATAttachPartition && n.Objtype == pgsql.ObjectIndex:
		r.Report(Finding{Severity: Error, Fidelity: Exact, Edits: r.DropStatement(),
			Message: "a plain table's index has no partitions to attach: the statement goes"})
	case cmd.Subtype == pgsql.ATAttachPartition:
		r.attachCommand(n, pc, i)
	default:
		r.detach(n, pc)
	}
}

// alterIndex deals with what is said of an index of a partition, but for
// ATTACH PARTITION, which goes in any case.
func (r *partRecorder) alterIndex(n *pgsql.AlterTableStmt) {
	for _, e := range n.Cmds {
		cmd, ok := e.(*pgsql.AlterTableCmd)
		if !ok || cmd.Subtype != pgsql.ATAttachPartition {
			continue
		}
		r.saw(n.Relation)
		if pc, ok := cmd.Def.(*pgsql.PartitionCmd); ok {
			r.saw(pc.Name)
		}
		return
	}
	r.aboutIndex(n.Relation)
}

func (r *partRecorder) attachCommand(n *pgsql.AlterTableStmt, pc *pgsql.PartitionCmd, i int) {
	name := catalog.Name{Schema: pc.Name.Schemaname, Name: pc.Name.Relname}
	if child := r.Catalog.Table(pc.Name); child != nil {
		r.attach(keyOf(child), child.Name, n.Relation, pc.Bound).attached = true
	}
	f := Finding{Severity: Error, Fidelity: Exact, Edits: r.DropStatement(),
		Message: "partition " + name.Name + " goes, so there is nothing to attach: its rows live in " + n.Relation.Relname}
	r.Report(f)
}

func (r *partRecorder) detach(n *pgsql.AlterTableStmt, pc *pgsql.PartitionCmd) {
	f := manual("DETACH PARTITION takes the rows of "+pc.Name.Relname+" out of "+n.Relation.Relname+"; there they are rows like any other",
		"Write what shall become of those rows: a DELETE FROM "+n.Relation.Relname+" with the partition's bounds, or row-level TTL; keep a copy first if they are still needed")
	if i := r.Stmt.find(0, "detach"); i >= 0 {
		f.at(r.Stmt, i, len(r.Stmt.Tokens)-1)
	}
	r.Report(f)
}

// constraint fills in what ADD CONSTRAINT adds.
func (r *partRecorder) constraint(ref *partRef, n *pgsql.AlterTableStmt, k *pgsql.Constraint) {
	ref.kind, ref.object = refKey, k.Conname
	st := r.Stmt
	keys := k.Keys
	if k.Contype == pgsql.ConstrForeign {
		keys = k.FkAttrs
	}
	for _, e := range keys {
		if s, ok := e.(*pgsql.String); ok {
			ref.columns = append(ref.columns, s.Sval)
		}
	}
	switch k.Contype {
	case pgsql.ConstrPrimary:
		ref.what, ref.unique = "the primary key", true
	case pgsql.ConstrUnique:
		ref.what, ref.unique = "the unique constraint", true
	case pgsql.ConstrForeign:
		ref.what = "the foreign key"
	case pgsql.ConstrCheck:
		ref.what = "the check"
	default:
		ref.what = "the constraint"
	}
	cmds := catalog.CommandTokens(st.Statement, n)
	if len(cmds) != 1 {
		return
	}
	first := cmds[0][0] + 1 // behind ADD
	if st.Is(first, "constraint") {
		ref.objectStart, ref.objectEnd = st.span(first+1, first+1)
		first += 2
	}
	ref.shape = shapeOf(st, first, cmds[0][1])
}

// shapeOf writes tokens in a form that is equal for equal definitions.
func shapeOf(st *Statement, first, last int) string {
	var b strings.Builder
	for i := first; i <= last && i < len(st.Tokens); i++ {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if w := st.Word(i); w != "" {
			b.WriteString(w)
		} else {
			b.WriteString(st.Str(i))
		}
	}
	return b.String()
}

func (r *partRecorder) index(n *pgsql.IndexStmt) {
	r.saw(n.Relation)
	st := r.Stmt
	ref := &partRef{kind: refIndex, what: "the index", unique: n.Unique, object: n.Idxname}
	ref.start, ref.end = nameSpan(st, n.Relation)
	for _, e := range n.IndexParams {
		if el, ok := e.(*pgsql.IndexElem); ok {
			ref.columns = append(ref.columns, el.Name)
		}
	}
	if i := st.tokenOf(n.Relation); i > 0 {
		name := i - 1
		for name > 0 && !st.Is(name, "on") {
			name--
		}
		if n.Idxname != "" {
			ref.objectStart, ref.objectEnd = st.span(name-1, name-1)
		}
		ref.shape = shapeOf(st, st.nameEnd(i)+1, len(st.Tokens)-1)
		if n.Unique {
			ref.shape = "unique " + ref.shape
		}
	}
	r.ref(r.Catalog.Table(n.Relation), ref)
}

func (r *partRecorder) comment(n *pgsql.CommentStmt) {
	l, ok := n.Object.(*pgsql.List)
	if !ok {
		return
	}
	items := l.Items
	switch n.Objtype {
	case pgsql.ObjectTable:
	case pgsql.ObjectColumn, pgsql.ObjectTabconstraint, pgsql.ObjectTrigger, pgsql.ObjectPolicy, pgsql.ObjectRule:
		if len(items) < 2 {
			return
		}
		items = items[:len(items)-1]
	case pgsql.ObjectIndex:
		for _, ix := range r.Catalog.Indexes(catalog.ListName(items)) {
			r.ref(ix.Table, &partRef{kind: refAbout, what: "the comment"})
		}
		return
	default:
		return
	}
	r.ref(r.Catalog.Relation(catalog.ListName(items)), &partRef{kind: refAbout, what: "the comment"})
}

func (r *partRecorder) grant(n *pgsql.GrantStmt) {
	st := r.Stmt
	on := st.Find(0, "on")
	if on < 0 || n.Objtype != pgsql.ObjectTable {
		return
	}
	first := on + 1
	if st.Is(first, "table") {
		first++
	}
	end := st.Find(first, "to")
	if !n.IsGrant {
		end = st.Find(first, "from")
	}
	if end < 0 {
		return
	}
	list := List{Elements: st.List(first, end), Whole: [2]int{0, len(st.Tokens) - 1}}
	for i, o := range n.Objects {
		rv, ok := o.(*pgsql.RangeVar)
		if !ok || i >= len(list.Elements) {
			continue
		}
		r.saw(rv)
		ref := &partRef{kind: refElement, stmt: r.keep(true), list: list, element: i, what: "the privilege"}
		ref.start, ref.end = nameSpan(st, rv)
		r.ref(r.Catalog.Table(rv), ref)
	}
}

// dropList returns the objects of a DROP statement as a list.
func dropList(st *Statement) List {
	i := 2
	for k := 1; k < len(st.Tokens) && k < 4; k++ { // DROP MATERIALIZED VIEW, DROP FOREIGN TABLE
		switch st.Word(k) {
		case "table", "view", "index", "sequence", "type", "schema", "function", "procedure":
			i = k + 1
			k = 4
		}
	}
	if st.Is(i, "concurrently") {
		i++
	}
	if st.Words(i, "if", "exists") {
		i += 2
	}
	end := len(st.Tokens)
	if st.Is(end-1, "cascade") || st.Is(end-1, "restrict") {
		end--
	}
	if i >= end {
		return List{Whole: [2]int{0, len(st.Tokens) - 1}}
	}
	return List{Elements: st.List(i, end), Whole: [2]int{0, len(st.Tokens) - 1}}
}

func (r *partRecorder) drop(n *pgsql.DropStmt) {
	list := dropList(r.Stmt)
	if len(list.Elements) != len(n.Objects) {
		return
	}
	for i, o := range n.Objects {
		l, ok := o.(*pgsql.List)
		if !ok {
			continue
		}
		ref := &partRef{stmt: r.keep(true), list: list, element: i}
		ref.start, ref.end = r.Stmt.span(list.Elements[i][0], list.Elements[i][1])
		switch n.RemoveType {
		case pgsql.ObjectTable:
			if t := r.Catalog.Relation(catalog.ListName(l.Items)); t != nil {
				d := r.state.dropped[keyOf(t)]
				d[way(r.Stmt)] = true
				r.state.dropped[keyOf(t)] = d
				ref.kind = refDrop
				r.ref(t, ref)
			}
		case pgsql.ObjectIndex:
			for _, ix := range r.Catalog.Indexes(catalog.ListName(l.Items)) {
				ref.kind, ref.what = refElement, "the index"
				r.ref(ix.Table, ref)
			}
		case pgsql.ObjectPolicy, pgsql.ObjectTrigger, pgsql.ObjectRule:
			if len(l.Items) > 1 {
				r.ref(r.Catalog.Relation(catalog.ListName(l.Items[:len(l.Items)-1])), &partRef{kind: refAbout, what: "what is dropped there"})
			}
		}
	}
}

// rows notes that rows are put into a table.
func (r *partRecorder) rows(rv *pgsql.RangeVar, columns bool) {
	t := r.Catalog.Table(rv)
	if t == nil {
		return
	}
	r.saw(rv)
	kind := refRows
	if !columns {
		kind = refRowsAll
	}
	if t.PartitionOf() == nil {
		// Statements about rows may be many: of those that come before the
		// table is attached, one says enough.
		if r.state.rows[keyOf(t)] {
			return
		}
		r.state.rows[keyOf(t)] = true
		kind = refRead
	}
	r.about(rv, kind, "")
}

// saw notes that the names have been dealt with.
func (r *partRecorder) saw(rvs ...*pgsql.RangeVar) { r.seen = append(r.seen, rvs...) }

// named notes a table that is named anywhere else in the statement: it reads or
// changes it. Of the statements about rows of tables that are no partition yet,
// one is kept.
func (r *partRecorder) named(rv *pgsql.RangeVar) {
	if slices.Contains(r.seen, rv) {
		return
	}
	t := r.Catalog.Table(rv)
	if t == nil {
		return
	}
	switch r.Stmt.Tree.(type) {
	case *pgsql.SelectStmt, *pgsql.InsertStmt, *pgsql.UpdateStmt, *pgsql.DeleteStmt, *pgsql.CopyStmt, *pgsql.MergeStmt:
		if t.PartitionOf() == nil {
			if r.state.rows[keyOf(t)] {
				return
			}
			r.state.rows[keyOf(t)] = true
		}
	}
	r.about(rv, refRead, "")
}

// way is 0 for the way forward of a migration and 1 for its way back.
func way(st *Statement) int {
	if st.Down {
		return 1
	}
	return 0
}
