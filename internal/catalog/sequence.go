package catalog

import (
	"slices"
	"strconv"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

func (a *applier) sequenceOptions(s *Sequence, options []pgsql.Node) {
	if n := cacheOption(options); n > 0 {
		s.Cache = n
	}
	for _, o := range options {
		d, ok := o.(*pgsql.DefElem)
		if !ok || d.Defname != "owned_by" {
			continue
		}
		l, ok := d.Arg.(*pgsql.List)
		switch {
		case ok && len(l.Items) >= 2:
			last := l.Items[len(l.Items)-1].(*pgsql.String)
			s.Table, s.Column = a.resolved(ListName(l.Items[:len(l.Items)-1])), last.Sval
		case ok: // NONE
			s.Table, s.Column = Name{}, ""
		}
	}
}

// SequencesOf returns the sequences that the columns of a table own by OWNED BY, sorted
// by name.
func (c *Catalog) SequencesOf(t Name) []*Sequence {
	var out []*Sequence
	for _, s := range c.sequences {
		if s.Table == t {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *Sequence) int { return a.Name.compare(b.Name) })
	return out
}

// cacheOption returns the CACHE of a sequence, 0 if the options have none.
func cacheOption(options []pgsql.Node) int64 {
	n, _ := numberOption(options, "cache")
	return n
}

// startOption returns what a sequence of these options starts at: START WITH, or else
// the end of its values that it counts away from; 0 if that is not known.
func startOption(options []pgsql.Node) int64 {
	start, starts := numberOption(options, "start")
	step, steps := numberOption(options, "increment")
	first, ends := numberOption(options, "minvalue")
	switch {
	case starts:
		return start
	case steps && step <= 0: // a negative number is not in the tree
		return 0
	case ends:
		return first
	}
	return 1
}

// numberOption returns the number that an option has, and whether there is the option
// with anything but NO. A number that is negative or none is 0.
func numberOption(options []pgsql.Node, name string) (n int64, ok bool) {
	for _, o := range options {
		d, isElem := o.(*pgsql.DefElem)
		if !isElem || d.Defname != name || d.Arg == nil {
			continue
		}
		ok = true
		switch v := d.Arg.(type) {
		case *pgsql.Integer:
			n = int64(v.Ival)
		case *pgsql.Float: // beyond 32 bits
			n, _ = strconv.ParseInt(v.Fval, 10, 64)
		}
	}
	return max(n, 0), ok
}
