package print

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// heatmap sets the rules that have findings against the versions of the
// target.
type heatmap struct {
	Versions []string
	Verdicts []verdict // by version
	Rows     []heatRow
}

// heatRow is one rule.
type heatRow struct {
	Rule  string
	Title string
	Total int
	Cells []heatCell // by version

	worst rules.Severity
}

// heatCell counts the findings of a rule that matter in a version.
type heatCell struct {
	Version  string
	Count    int
	Severity rules.Severity // the worst one
	First    int            // index of the first of them in the report
	Heat     int            // 1 to 5
}

// verdict says what it takes to run a schema on a version.
type verdict int

const (
	asItStands verdict = iota
	translated
	withLosses
	byHand
)

func (v verdict) String() string {
	return [...]string{"as it stands", "translated", "translated, with losses", "after work by hand"}[v]
}

// Class is the verdict's class in the style sheet.
func (v verdict) Class() string { return [...]string{"asis", "exact", "lossy", "hand"}[v] }

func newHeatmap(v *view) heatmap {
	h := heatmap{Versions: v.Target.Versions()}
	h.Verdicts = make([]verdict, len(h.Versions))
	matters := mattering(v, h.Versions)
	rows := map[string]int{}
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Follows {
			continue // what it follows from is counted
		}
		at, ok := rows[f.Rule]
		if !ok {
			at = len(h.Rows)
			rows[f.Rule] = at
			h.Rows = append(h.Rows, newHeatRow(v, f.Rule, h.Versions))
		}
		row := &h.Rows[at]
		row.Total++
		row.worst = max(row.worst, f.Severity)
		for k, version := range h.Versions {
			if !matters(f.Rule, k) {
				continue
			}
			if !over(f, version) {
				row.Cells[k].add(f, i)
			}
			h.Verdicts[k] = max(h.Verdicts[k], verdictOf(f, version))
		}
	}
	h.heat()
	slices.SortStableFunc(h.Rows, func(a, b heatRow) int {
		return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(b.Total, a.Total), strings.Compare(a.Rule, b.Rule))
	})
	return h
}

func newHeatRow(v *view, name string, versions []string) heatRow {
	row := heatRow{Rule: name, Cells: make([]heatCell, len(versions))}
	if rule := v.rules[name]; rule != nil {
		row.Title = rule.Title
	}
	for i, version := range versions {
		row.Cells[i].Version = version
	}
	return row
}

func (c *heatCell) add(f *lint.Finding, index int) {
	if c.Count == 0 {
		c.First = index
	}
	c.Count++
	c.Severity = max(c.Severity, f.Severity)
}

// heat ranks the cells: each step holds about twice as many findings as the
// one below.
func (h *heatmap) heat() {
	for i := range h.Rows {
		for k := range h.Rows[i].Cells {
			c := &h.Rows[i].Cells[k]
			for n := c.Count; n > 0 && c.Heat < 5; n /= 2 {
				c.Heat++
			}
		}
	}
}

// mattering tells whether a rule speaks of the k-th version. A rule that the
// report does not know speaks of all.
func mattering(v *view, versions []string) func(rule string, k int) bool {
	targets := make([]rules.Target, len(versions))
	for i, version := range versions {
		t, err := rules.ParseTarget(version)
		if err != nil {
			continue // a version of a target is one that the rules know
		}
		targets[i] = t
	}
	return func(name string, k int) bool {
		rule := v.rules[name]
		return rule == nil || targets[k].Meets(rule.Versions)
	}
}

// over reports whether a version is one from which on a finding loses nothing:
// what it speaks of is accepted there, or has an exact translation.
func over(f *lint.Finding, version string) bool {
	return f.Until != "" && series(version) >= series(f.Until)
}

// verdictOf returns what one finding does to a version. Only what the version
// rejects counts: the rest runs.
func verdictOf(f *lint.Finding, version string) verdict {
	switch {
	case f.Severity != rules.Error:
		return asItStands
	case over(f, version):
		return translated
	case f.Fidelity == rules.Manual || !f.Fixed():
		return byHand
	case f.Fidelity == rules.Exact:
		return translated
	}
	return withLosses
}

// outcome is a verdict with the versions that it is about.
type outcome struct {
	Verdict  verdict
	Count    int
	Versions string
}

// outcomes returns the verdicts that occur, best first.
func (h *heatmap) outcomes() []outcome {
	var out []outcome
	for v := asItStands; v <= byHand; v++ {
		o := outcome{Verdict: v, Versions: h.ranges(v)}
		for _, got := range h.Verdicts {
			if got == v {
				o.Count++
			}
		}
		if o.Count > 0 {
			out = append(out, o)
		}
	}
	return out
}

// ranges lists the versions with a verdict, neighbours as a range.
func (h *heatmap) ranges(v verdict) string {
	var parts []string
	for i := 0; i < len(h.Verdicts); i++ {
		if h.Verdicts[i] != v {
			continue
		}
		first := i
		for i+1 < len(h.Verdicts) && h.Verdicts[i+1] == v {
			i++
		}
		part := "v" + h.Versions[first]
		switch {
		case i == first+1:
			part += ", v" + h.Versions[i]
		case i > first:
			part += " to v" + h.Versions[i]
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
