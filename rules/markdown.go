package rules

import (
	"fmt"
	"strings"
)

// URL returns where the rule's page stands on the web.
func (r *Rule) URL() string {
	return "https://github.com/pg2crdb/pg2crdb/blob/main/rules/docs/" + r.Name + ".md"
}

// Severity returns the worst severity that the rule's examples show: what it
// reports where nothing else is configured; zero if they show none.
func (r *Rule) Severity() Severity {
	var worst Severity
	for _, e := range r.Examples {
		for _, want := range e.Want {
			for _, word := range strings.Fields(want) {
				if s, ok := ParseSeverity(word); ok {
					worst = max(worst, s)
				}
			}
		}
	}
	return worst
}

// Markdown returns the rule's page: what `pg2crdb explain` prints and what
// stands under rules/docs.
func (r *Rule) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n", r.Name, r.Title)
	if r.Layout != "" {
		fmt.Fprintf(&b, "\nOnly for the layout `%s`.\n", r.Layout)
	}
	if r.Advice {
		b.WriteString("\nAdvice: it runs only with `--advice`.\n")
	}
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, text)
		}
	}
	section("Condition", r.Condition)
	section("Effect", r.Effect)
	section("Workaround", r.Workaround)
	versions := "All that pg2crdb knows."
	if r.Versions != "*" {
		versions = "`" + r.Versions + "`"
	}
	section("CockroachDB versions", versions)
	if len(r.Issues) > 0 {
		b.WriteString("\n## Tracking issues\n\n")
		for _, n := range r.Issues {
			fmt.Fprintf(&b, "- [cockroachdb/cockroach#%d](https://github.com/cockroachdb/cockroach/issues/%d)\n", n, n)
		}
	}
	if len(r.Examples) > 0 {
		b.WriteString("\n## Examples\n")
	}
	for _, ex := range r.Examples {
		ex.markdown(&b)
	}
	if len(r.Sources) > 0 {
		b.WriteString("\n## Sources\n\n")
		for _, s := range r.Sources {
			fmt.Fprintf(&b, "- %s\n", s)
		}
	}
	return b.String()
}

func (ex *Example) markdown(b *strings.Builder) {
	name := strings.ToUpper(ex.Name[:1]) + ex.Name[1:]
	fmt.Fprintf(b, "\n### %s\n", name)
	if ex.Target != "" {
		fmt.Fprintf(b, "\nTarget `%s`.\n", ex.Target)
	}
	code := func(title, sql string) {
		fmt.Fprintf(b, "\n%s:\n\n```sql\n%s\n```\n", title, strings.TrimRight(sql, "\n"))
	}
	if ex.Setup != "" {
		code("Given", ex.Setup)
	}
	code("PostgreSQL", ex.Input)
	switch {
	case ex.Output != "":
		code("CockroachDB", ex.Output)
	case len(ex.Want) == 0:
		b.WriteString("\nNothing is reported, nothing is changed.\n")
	case ex.Manual:
		b.WriteString("\nLeft to a person.\n")
	default:
		b.WriteString("\nReported, and left as it is.\n")
	}
	if ex.Error != "" {
		fmt.Fprintf(b, "\nCockroachDB says of the original: `%s`\n", ex.Error)
	}
}
