package lint

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/near"
	"github.com/pg2crdb/pg2crdb/rules"
)

// FailOnWords are what ParseFailOn takes.
func FailOnWords() []string {
	return []string{"info", "warning", "error", "exact", "weaker", "changed", "manual", "never"}
}

// ParseFailOn reads what makes a run fail: a severity or worse, a fidelity or
// worse, or "never". A severity looks at what the target does with the original;
// a fidelity at what the translation keeps of it.
func ParseFailOn(s string) (func(*Finding) bool, error) {
	if s == "never" {
		return func(*Finding) bool { return false }, nil
	}
	if sev, ok := rules.ParseSeverity(s); ok {
		return func(f *Finding) bool { return f.Severity >= sev }, nil
	}
	if fid, ok := rules.ParseFidelity(s); ok {
		return func(f *Finding) bool {
			return f.Fidelity >= fid && (f.Severity > rules.Info || f.Fidelity == rules.Manual) || f.Conflict != ""
		}, nil
	}
	return nil, fmt.Errorf("%q is none of %s%s", s, strings.Join(FailOnWords(), ", "), near.Hint(s, FailOnWords()))
}
