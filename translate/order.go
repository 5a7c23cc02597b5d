package translate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/rules"
)

// placedEdit is an edit with the place of its finding.
type placedEdit struct {
	rules.Edit
	from, to int64
}

// ordered returns the edits of a source in an order in which those that put
// text in at one place come as they nest: behind an expression what belongs to
// it, then what belongs to the clause around it, then what ends the statement;
// and the other way round in front of one.
func ordered(list []placedEdit) []rules.Edit {
	slices.SortStableFunc(list, func(a, b placedEdit) int {
		if a.Start != b.Start || a.End != a.Start || b.End != b.Start {
			return cmp.Compare(a.Start, b.Start) // the rest is apply's
		}
		sa, sb := a.side(), b.side()
		switch {
		case sa != sb:
			return cmp.Compare(sa, sb)
		case sa == behind:
			return cmp.Compare(b.from, a.from)
		case sa == inFront:
			return cmp.Compare(b.to, a.to)
		}
		return 0
	})
	out := make([]rules.Edit, len(list))
	for i, e := range list {
		out[i] = e.Edit
	}
	return out
}

const (
	behind = iota
	ends   // it ends the statement
	within
	inFront
)

// side tells on which side of its finding an insertion is.
func (e placedEdit) side() int {
	switch {
	case strings.HasPrefix(e.New, ";"):
		return ends
	case e.to <= e.Start:
		return behind
	case e.from >= e.Start:
		return inFront
	}
	return within
}
