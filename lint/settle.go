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
	type ref struct {
		rules.Edit
		finding int
	}
	var edits []ref
	var drops []ref
	for i := range fs {
		for _, e := range fs[i].Edits {
			edits = append(edits, ref{e, i})
			if e.Drop {
				drops = append(drops, ref{e, i})
			}
		}
	}
	byPlace := func(list []ref) {
		sort.SliceStable(list, func(i, j int) bool {
			a, b := list[i], list[j]
			switch {
			case a.Source != b.Source:
				return a.Source < b.Source
			case a.Start != b.Start:
				return a.Start < b.Start
			}
			return a.End > b.End // the outer one first
		})
	}
	byPlace(drops)
	outer := drops[:0:0]
	for _, d := range drops {
		if n := len(outer); n > 0 && outer[n-1].Source == d.Source && d.End <= outer[n-1].End {
			continue
		}
		outer = append(outer, d)
	}
	// within returns the drop that takes the range out, if one of another
	// range does.
	within := func(source int, start, end int64) (ref, bool) {
		i := sort.Search(len(outer), func(i int) bool {
			return outer[i].Source > source || outer[i].Source == source && outer[i].End >= end
		})
		if i == len(outer) || outer[i].Source != source {
			return ref{}, false
		}
		d := outer[i]
		if start == end { // an insertion at its edge is not taken out
			return d, d.Start < start && end < d.End
		}
		return d, d.Start <= start && end <= d.End
	}

	live := edits[:0]
	left := make([]int, len(fs))
	for _, e := range edits {
		if d, ok := within(e.Source, e.Start, e.End); ok && (d.Start != e.Start || d.End != e.End || !e.Drop) {
			continue
		}
		live = append(live, e)
		left[e.finding]++
	}

	// Conflicts among those that are left.
	byPlace(live)
	for i := range live {
		a := live[i]
		for j := i + 1; j < len(live); j++ {
			b := live[j]
			if b.Source != a.Source || b.Start >= a.End && !(b.Start == a.Start && b.End == a.End) {
				break
			}
			same := a.Start == b.Start && a.End == b.End
			switch {
			case a.finding == b.finding:
			case same && a.New == b.New && a.Start != a.End:
			case a.Start == a.End || b.Start == b.End && (b.Start == a.Start || b.Start == a.End):
				// insertions at the edge of one another do not disturb
			default:
				fs[a.finding].Conflict = fs[b.finding].Rule
				fs[b.finding].Conflict = fs[a.finding].Rule
			}
		}
	}

	keep := make([][]rules.Edit, len(fs))
	for _, e := range live {
		keep[e.finding] = append(keep[e.finding], e.Edit)
	}
	// What is moot is not told, but the target still rejects the statement as
	// it stands: the finding that takes the text out says so in its place.
	moot := func(i int, d ref) {
		if d.finding != i && fs[i].Severity > fs[d.finding].Severity {
			fs[d.finding].Severity = fs[i].Severity
		}
	}
	gone := make([]bool, len(fs))
	for i := range fs {
		f := &fs[i]
		d, ok := within(f.Source, f.Start.Offset, f.End.Offset)
		switch {
		case len(f.Edits) > 0 && left[i] == 0:
			gone[i] = true
			if ok {
				moot(i, d)
			}
		case len(f.Edits) > 0:
			f.Edits = keep[i]
		case ok && d.finding != i:
			gone[i] = true
			moot(i, d)
		}
	}
	out := fs[:0:0]
	for i := range fs {
		if !gone[i] {
			out = append(out, fs[i])
		}
	}
	return out
}
