package layout

import (
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// plain is all files, in the order of their names with numbers compared as
// numbers.
var plain = format{name: "plain", detect: func(*dir) bool { return true }, open: openPlain}

func openPlain(d *dir) (*Tree, error) {
	t := &Tree{Layout: "plain", Histories: []History{{}}}
	h := &t.Histories[0]
	names := append([]string(nil), d.sql...)
	sort.Slice(names, func(i, j int) bool { return natural(names[i], names[j]) })
	for _, n := range names {
		text, err := d.read(n)
		if err != nil {
			return nil, err
		}
		h.Sources = append(h.Sources, lint.Source{Name: n, Text: text, Unit: n})
	}
	return t, nil
}

// natural orders names so that runs of digits count as numbers: 2_x before
// 10_x.
func natural(a, b string) bool {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			na, ra := number(a)
			nb, rb := number(b)
			if len(na) != len(nb) {
				return len(na) < len(nb)
			}
			if na != nb {
				return na < nb
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		a, b = a[1:], b[1:]
	}
	return len(a) < len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number cuts the number off the front of s, without leading zeros.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return strings.TrimLeft(s[:i], "0"), s[i:]
}
