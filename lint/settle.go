package lint

import (
	"sort"

	"github.com/pg2crdb/pg2crdb/rules"
)

// settle decides which fixes go together. Edits within a text that another
// fix takes out are moot, and a finding all of whose edits are moot is left
// out of the report: it speaks of what is not there any more. Of two other
// fixes that overlap, neither is applied.
func settle(fs []Finding) []Finding {
	edits := editsOf(fs)
	outer := edits.outerDrops()

	// An edit within a text that goes is moot.
	left := make([]int32, len(fs))
	moot := make([]bool, len(edits.refs))
	for i, r := range edits.refs {
		e := edits.at(r)
		if d, ok := outer.around(e.Source, e.Start, e.End); ok && (d.Start != e.Start || d.End != e.End || !e.Drop) {
			moot[i] = true
			continue
		}
		left[r.finding]++
	}
	live := edits.without(moot)
	live.conflicts()

	// What is moot is not told, but the target still rejects the statement as
	// it stands: the finding that takes the text out says so in its place.
	tell := func(i int, d drop) {
		if int(d.finding) != i && fs[i].Severity > fs[d.finding].Severity {
			fs[d.finding].Severity = fs[i].Severity
		}
	}
	gone := make([]bool, len(fs))
	for i := range fs {
		f := &fs[i]
		d, ok := outer.around(f.Source, f.Start.Offset, f.End.Offset)
		switch {
		case len(f.Edits) > 0 && left[i] == 0:
			gone[i] = true
			if ok {
				tell(i, d)
			}
		case len(f.Edits) == 0 && ok && int(d.finding) != i:
			gone[i] = true
			tell(i, d)
		}
	}
	live.keep(left)
	out := fs[:0]
	for i := range fs {
		if !gone[i] {
			out = append(out, fs[i])
		}
	}
	clear(fs[len(out):])
	return out
}

// editRef is an edit, as its place in the findings.
type editRef struct{ finding, edit int32 }

// editList is the edits of findings, in the order of their places; of those
// that start together the outer one is first.
type editList struct {
	fs   []Finding
	refs []editRef
}

func editsOf(fs []Finding) editList {
	n := 0
	for i := range fs {
		n += len(fs[i].Edits)
	}
	l := editList{fs, make([]editRef, 0, n)}
	for i := range fs {
		for k := range fs[i].Edits {
			l.refs = append(l.refs, editRef{int32(i), int32(k)})
		}
	}
	sort.SliceStable(l.refs, func(i, j int) bool {
		a, b := l.at(l.refs[i]), l.at(l.refs[j])
		switch {
		case a.Source != b.Source:
			return a.Source < b.Source
		case a.Start != b.Start:
			return a.Start < b.Start
		}
		return a.End > b.End
	})
	return l
}

func (l editList) at(r editRef) *rules.Edit { return &l.fs[r.finding].Edits[r.edit] }

// without returns the list without some of its edits.
func (l editList) without(some []bool) editList {
	out := editList{l.fs, l.refs[:0]}
	for i, r := range l.refs {
		if !some[i] {
			out.refs = append(out.refs, r)
		}
	}
	return out
}

// drop is a text that an edit takes out as a whole.
type drop struct {
	source     int
	Start, End int64
	finding    int32
}

// drops are texts that go, none within another, in the order of their places.
type drops []drop

func (l editList) outerDrops() drops {
	var out drops
	for _, r := range l.refs {
		e := l.at(r)
		if !e.Drop {
			continue
		}
		if n := len(out); n > 0 && out[n-1].source == e.Source && e.End <= out[n-1].End {
			continue
		}
		out = append(out, drop{e.Source, e.Start, e.End, r.finding})
	}
	return out
}

// around returns the text that goes and holds the range.
func (l drops) around(source int, start, end int64) (drop, bool) {
	i := sort.Search(len(l), func(i int) bool {
		return l[i].source > source || l[i].source == source && l[i].End >= end
	})
	if i == len(l) || l[i].source != source {
		return drop{}, false
	}
	d := l[i]
	if start == end { // an insertion at its edge is not taken out
		return d, d.Start < start && end < d.End
	}
	return d, d.Start <= start && end <= d.End
}

// conflicts notes which fixes overlap.
func (l editList) conflicts() {
	for i := range l.refs {
		x, a := l.refs[i].finding, l.at(l.refs[i])
		for j := i + 1; j < len(l.refs); j++ {
			y, b := l.refs[j].finding, l.at(l.refs[j])
			if b.Source != a.Source || b.Start >= a.End && !(b.Start == a.Start && b.End == a.End) {
				break
			}
			same := a.Start == b.Start && a.End == b.End
			switch {
			case x == y:
			case same && a.New == b.New && a.Start != a.End:
			case a.Start == a.End || b.Start == b.End && (b.Start == a.Start || b.Start == a.End):
				// insertions at the edge of one another do not disturb
			default:
				l.fs[x].Conflict = l.fs[y].Rule
				l.fs[y].Conflict = l.fs[x].Rule
			}
		}
	}
}

// keep leaves each finding the edits that are in the list, in its order; left
// is how many those are.
func (l editList) keep(left []int32) {
	own := map[int32][]rules.Edit{} // of findings that lose some
	for _, r := range l.refs {
		if n := left[r.finding]; int(n) < len(l.fs[r.finding].Edits) {
			own[r.finding] = append(own[r.finding], *l.at(r))
		}
	}
	for i, edits := range own {
		l.fs[i].Edits = edits
	}
}
