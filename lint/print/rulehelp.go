package print

import (
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/rules"
)

// ruleMarkdown returns what a rule says of itself, as Markdown.
func ruleMarkdown(r *rules.Rule) string {
	var b strings.Builder
	for _, part := range ruleParts(r) {
		fmt.Fprintf(&b, "**%s**\n\n%s\n\n", part.head, part.text)
	}
	for i, n := range r.Issues {
		if i == 0 {
			b.WriteString("**Tracked by CockroachDB as** ")
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "[#%d](%s)", n, issueURL(n))
	}
	return strings.TrimSpace(b.String())
}

// ruleText returns what a rule says of itself, without links.
func ruleText(r *rules.Rule) string {
	var b strings.Builder
	for _, part := range ruleParts(r) {
		fmt.Fprintf(&b, "%s:\n%s\n\n", part.head, part.text)
	}
	if b.Len() == 0 {
		return sentence(r.Title)
	}
	return strings.TrimSpace(b.String())
}

type rulePart struct{ head, text string }

func ruleParts(r *rules.Rule) []rulePart {
	var parts []rulePart
	for _, part := range []rulePart{
		{"When", r.Condition},
		{"What CockroachDB does", r.Effect},
		{"What to do", r.Workaround},
		{"Versions", versionsText(r.Versions)},
	} {
		if part.text != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// versionsText says a rule's range in words.
func versionsText(versions string) string {
	if versions == "" || versions == "*" {
		return "All versions of CockroachDB."
	}
	return fmt.Sprintf("CockroachDB `%s`.", versions)
}

// usualSeverity returns what a rule reports where nothing else is configured.
func usualSeverity(r *rules.Rule) rules.Severity {
	if worst := r.Severity(); worst != 0 {
		return worst
	}
	return rules.Warning
}
