package layout

import (
	"cmp"
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
	up := wayBack(names)
	// The way back stands behind the way forth.
	place := func(n string) (string, bool) { return cmp.Or(up[n], n), up[n] != "" }
	sort.Slice(names, func(i, j int) bool {
		a, back := place(names[i])
		b, _ := place(names[j])
		if a == b {
			return !back
		}
		return natural(a, b)
	})
	for _, n := range names {
		text, err := d.read(n)
		if err != nil {
			return nil, err
		}
		src := lint.Source{Name: n, Text: text, Unit: n}
		if up[n] != "" {
			src.Down = func(int64) bool { return true }
		}
		h.Sources = append(h.Sources, src)
	}
	return t, nil
}

// wayBack finds the files that hold the way back of another one, whose name
// differs in the last word only: V1.a.down.sql beside V1.a.up.sql. It returns
// the other one.
func wayBack(names []string) map[string]string {
	has := map[string]bool{}
	for _, n := range names {
		has[n] = true
	}
	up := map[string]string{}
	for _, n := range names {
		for _, sep := range []string{".", "_", "-", "/"} {
			if stem, ok := strings.CutSuffix(n, sep+"down.sql"); ok && has[stem+sep+"up.sql"] {
				up[n] = stem + sep + "up.sql"
			}
		}
	}
	return up
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
