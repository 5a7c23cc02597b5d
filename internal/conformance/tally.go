package conformance

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
)

// Tally counts the statements of a corpus or a case.
type Tally struct {
	// DDL counts what is schema and valid; Accepted and Rejected those of it
	// that the verdict is about, the others depend on an earlier rejection.
	DDL      int `json:"ddl"`
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	// FalseSilence are the rejected ones without an error, FalseAlarm the
	// accepted ones with one.
	FalseSilence int `json:"falseSilence"`
	FalseAlarm   int `json:"falseAlarm"`
	// Fixed are the rejected ones that the translation should get accepted.
	Fixed int `json:"fixed"`
	// Translated are those of DDL that are accepted after translation, going by
	// the verdicts.
	Translated int `json:"translated"`
	// Boundaries are statements of any class that the splitter cuts elsewhere.
	Boundaries int `json:"boundaries"`
}

// Count tallies a judged case.
func Count(j *Judged) Tally {
	var t Tally
	for i := range j.Outcomes {
		o := &j.Outcomes[i]
		if !o.DDL() {
			continue
		}
		t.DDL++
		t.Translated += one(o.Predicted())
		t.Accepted += one(o.Judged() && o.Verdict.Verdict == Accepted)
		t.Rejected += one(o.Judged() && o.Verdict.Verdict == Rejected)
		t.FalseSilence += one(o.Silent())
		t.FalseAlarm += one(o.Alarm())
		t.Fixed += one(o.Fixed())
	}
	t.Boundaries = len(j.Boundaries)
	return t
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Add adds another tally.
func (t *Tally) Add(u Tally) {
	t.DDL += u.DDL
	t.Accepted += u.Accepted
	t.Rejected += u.Rejected
	t.FalseSilence += u.FalseSilence
	t.FalseAlarm += u.FalseAlarm
	t.Fixed += u.Fixed
	t.Translated += u.Translated
	t.Boundaries += u.Boundaries
}

// Manual counts the rejected statements that pg2crdb blames and leaves to a
// person.
func (t Tally) Manual() int { return t.Rejected - t.FalseSilence - t.Fixed }

// Compare says what is worse than recorded; nothing if nothing is. The rates
// may rise, not fall.
func (t Tally) Compare(recorded Tally) []string {
	if t.DDL != recorded.DDL || t.Accepted != recorded.Accepted || t.Rejected != recorded.Rejected {
		return []string{fmt.Sprintf("the corpus is another one than recorded: %d DDL statements, %d accepted, %d rejected, recorded %d, %d, %d",
			t.DDL, t.Accepted, t.Rejected, recorded.DDL, recorded.Accepted, recorded.Rejected)}
	}
	var out []string
	worse := func(what string, now, then int, more bool) {
		if now != then && now > then == more {
			out = append(out, fmt.Sprintf("%s: %d, recorded %d", what, now, then))
		}
	}
	worse("false silence", t.FalseSilence, recorded.FalseSilence, true)
	worse("false alarm", t.FalseAlarm, recorded.FalseAlarm, true)
	worse("statements cut elsewhere", t.Boundaries, recorded.Boundaries, true)
	worse("fixed", t.Fixed, recorded.Fixed, false)
	worse("accepted after translation", t.Translated, recorded.Translated, false)
	return out
}

// Table renders tallies by name, and their sum.
func Table(tallies map[string]Tally) string {
	names := make([]string, 0, len(tallies))
	var sum Tally
	for n, t := range tallies {
		names = append(names, n)
		sum.Add(t)
	}
	sort.Strings(names)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "corpus\tDDL\taccepted\trejected\tfalse silence\tfalse alarm\tfixed\tmanual\ttranslated\tcut elsewhere\t")
	row := func(name string, t Tally) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s\t%s\t%d\t%s\t%d\t\n", name, t.DDL, t.Accepted, t.Rejected,
			share(t.FalseSilence, t.Accepted+t.Rejected), share(t.FalseAlarm, t.Accepted+t.Rejected),
			share(t.Fixed, t.Rejected), t.Manual(), share(t.Translated, t.DDL), t.Boundaries)
	}
	for _, n := range names {
		row(n, tallies[n])
	}
	if len(names) > 1 {
		row("all", sum)
	}
	w.Flush()
	return b.String()
}

func share(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %.1f%%", n, 100*float64(n)/float64(of))
}

// Groups lists statements by kind, detail and message, the largest group first,
// each with the places of a few of its members.
type Groups map[string][]string

// Add puts a place into a group.
func (g Groups) Add(key, place string) { g[key] = append(g[key], place) }

// String renders the groups.
func (g Groups) String() string {
	keys := make([]string, 0, len(g))
	for k := range g {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if a, b := len(g[keys[i]]), len(g[keys[j]]); a != b {
			return a > b
		}
		return keys[i] < keys[j]
	})
	var b strings.Builder
	for _, k := range keys {
		places := g[k]
		more := ""
		if len(places) > 4 {
			places, more = places[:4], ", …"
		}
		fmt.Fprintf(&b, "%4d  %s\n      %s%s\n", len(g[k]), k, strings.Join(places, ", "), more)
	}
	return b.String()
}

// Short makes one line of at most n characters of a text.
func Short(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return string(r)
}
