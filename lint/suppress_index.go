package lint

import "sort"

// markIndex finds the suppressions of a finding without looking at all of them.
type markIndex map[markKey]*markList

type markKey struct {
	source int
	rule   string
}

// markList holds the marks of one rule in one source.
type markList struct {
	marks []*mark // by where they start
	// reach holds, for each of them, how far it and those in front of it go.
	reach []int64
}

func indexMarks(all []*mark) markIndex {
	ix := markIndex{}
	for _, m := range all {
		k := markKey{m.at.Source, m.rule}
		if ix[k] == nil {
			ix[k] = &markList{}
		}
		ix[k].marks = append(ix[k].marks, m)
	}
	for _, l := range ix {
		sort.SliceStable(l.marks, func(i, j int) bool { return l.marks[i].from < l.marks[j].from })
		reach := int64(-1)
		for _, m := range l.marks {
			reach = max(reach, m.to)
			l.reach = append(l.reach, reach)
		}
	}
	return ix
}

// silence reports whether a suppression covers the finding, and notes all that
// do.
func (ix markIndex) silence(f *Finding) bool {
	l := ix[markKey{f.Source, f.Rule}]
	if l == nil {
		return false
	}
	silenced := false
	end := max(f.Start.Offset+1, f.End.Offset)
	for i := sort.Search(len(l.marks), func(i int) bool { return l.marks[i].from >= end }) - 1; i >= 0 && l.reach[i] > f.Start.Offset; i-- {
		if m := l.marks[i]; m.covers(f) {
			m.used, silenced = true, true
		}
	}
	return silenced
}
