package rules

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Known lists the release series of CockroachDB that the rules know, oldest
// first.
func Known() []string { return append([]string(nil), known[:]...) }

var known = [...]string{"22.2", "23.1", "23.2", "24.1", "24.2", "24.3", "25.1", "25.2", "25.3", "25.4", "26.1", "26.2"}

// Target is the set of CockroachDB series that the output must run on. The
// zero value is the portable baseline: all known series.
type Target struct {
	text string
	set  uint32 // bit i: Known()[i]
}

// ParseTarget reads a semver range over CockroachDB versions: "24.3",
// ">=23.1", ">=22.2 <26", "v25.4.2". The empty string is the portable
// baseline. A range without any known version is an error.
func ParseTarget(s string) (Target, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Target{}, nil
	}
	set, err := versionSet(s)
	if err != nil {
		return Target{}, fmt.Errorf("target %q: %w: write a range such as \"24.3\", \">=23.1\" or \">=22.2 <26\"", s, err)
	}
	if set == 0 {
		return Target{}, fmt.Errorf("target %q holds no version that pg2crdb knows (v%s to v%s)", s, known[0], known[len(known)-1])
	}
	return Target{text: s, set: set}, nil
}

// String returns the text that the target was made from.
func (t Target) String() string { return t.text }

// Portable reports whether the target is the portable baseline.
func (t Target) Portable() bool { return t.bits() == allVersions() }

// Meets reports whether the target and the range have a known version in
// common: whether a difference of those versions matters.
func (t Target) Meets(versions string) bool { return t.bits()&mustSet(versions) != 0 }

// Within reports whether all versions of the target are in the range.
func (t Target) Within(versions string) bool { return t.bits()&^mustSet(versions) == 0 }

// Versions returns the series of the target, oldest first.
func (t Target) Versions() []string {
	var out []string
	for i, v := range known {
		if t.bits()&(1<<i) != 0 {
			out = append(out, v)
		}
	}
	return out
}

func (t Target) bits() uint32 {
	if t.set == 0 {
		return allVersions()
	}
	return t.set
}

func allVersions() uint32 { return 1<<len(known) - 1 }

// mustSet reads a range written in a rule: "*", or conditions such as
// ">=23.1" and "<26.1" with a space between them. It is asked for every node,
// so it does not go through semver. A range that it cannot read speaks
// everywhere rather than nowhere; the tests refuse those.
func mustSet(versions string) uint32 {
	set, ok := rangeSet(versions)
	if !ok {
		return allVersions()
	}
	return set
}

func rangeSet(versions string) (set uint32, ok bool) {
	set = allVersions()
	if versions == "*" || versions == "" {
		return set, true
	}
	for rest := versions; rest != ""; {
		var cond string
		cond, rest, _ = strings.Cut(rest, " ")
		op := strings.TrimRight(cond, "0123456789.")
		at := -1
		for i, v := range known {
			if v == cond[len(op):] {
				at = i
			}
		}
		if at < 0 {
			return 0, false
		}
		below := uint32(1)<<at - 1 // older series than at
		switch op {
		case "<":
			set &= below
		case "<=":
			set &= below | 1<<at
		case ">":
			set &^= below | 1<<at
		case ">=":
			set &^= below
		case "=", "":
			set &= 1 << at
		default:
			return 0, false
		}
	}
	return set, true
}

func versionSet(s string) (uint32, error) {
	if s == "*" || s == "" {
		return allVersions(), nil
	}
	// A v in front of a number and spaces behind an operator are how people
	// write it; semver wants neither.
	c, err := semver.NewConstraint(strings.NewReplacer("v", "", "> ", ">", "< ", "<", "= ", "=").Replace(s))
	if err != nil {
		return 0, err
	}
	var set uint32
	for i, series := range known {
		// A series is in when any of its patch releases is.
		for patch := 0; patch < 60; patch++ {
			v, err := semver.NewVersion(fmt.Sprintf("%s.%d", series, patch))
			if err != nil {
				return 0, err
			}
			if c.Check(v) {
				set |= 1 << i
				break
			}
		}
	}
	return set, nil
}
