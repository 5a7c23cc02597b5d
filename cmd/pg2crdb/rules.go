package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/internal/near"
	"github.com/pg2crdb/pg2crdb/rules"
)

func newRules(e env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("--format", format, []string{"table", "json"}); err != nil {
				return err
			}
			if format == "json" {
				return rulesJSON(e.stdout)
			}
			return rulesTable(e.stdout)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	completions(cmd, map[string][]string{"format": {"table", "json"}})
	return cmd
}

func rulesTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tWORST\tVERSIONS\tWHAT")
	for _, r := range rules.All() {
		what := r.Title
		if r.Layout != "" {
			what += " (layout " + r.Layout + ")"
		}
		if r.Advice {
			what += " (with --advice)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.Name, r.Severity(), r.Versions, what)
	}
	return t.Flush()
}

// ruleJSON is a rule in `pg2crdb rules --format json`.
type ruleJSON struct {
	Name       string        `json:"name"`
	Title      string        `json:"title"`
	Severity   string        `json:"severity"`
	Versions   string        `json:"versions"`
	Layout     string        `json:"layout,omitempty"`
	Advice     bool          `json:"advice,omitempty"`
	Condition  string        `json:"condition"`
	Effect     string        `json:"effect"`
	Workaround string        `json:"workaround"`
	Issues     []string      `json:"issues"`
	Sources    []string      `json:"sources"`
	Examples   []exampleJSON `json:"examples"`
	URL        string        `json:"url"`
}

type exampleJSON struct {
	Name     string   `json:"name"`
	Target   string   `json:"target,omitempty"`
	Setup    string   `json:"setup,omitempty"`
	Input    string   `json:"input"`
	Output   string   `json:"output"`
	Findings []string `json:"findings"`
	Error    string   `json:"error,omitempty"`
	Manual   bool     `json:"manual,omitempty"`
}

func rulesJSON(w io.Writer) error {
	var out []ruleJSON
	for _, r := range rules.All() {
		j := ruleJSON{
			Name: r.Name, Title: r.Title, Severity: r.Severity().String(), Versions: r.Versions, Layout: r.Layout, Advice: r.Advice,
			Condition: r.Condition, Effect: r.Effect, Workaround: r.Workaround,
			Issues: []string{}, Sources: append([]string{}, r.Sources...), Examples: []exampleJSON{}, URL: r.URL(),
		}
		for _, n := range r.Issues {
			j.Issues = append(j.Issues, fmt.Sprintf("https://github.com/cockroachdb/cockroach/issues/%d", n))
		}
		for _, ex := range r.Examples {
			output := ex.Output
			if output == "" {
				output = ex.Input
			}
			j.Examples = append(j.Examples, exampleJSON{ex.Name, ex.Target, ex.Setup, ex.Input, output, append([]string{}, ex.Want...), ex.Error, ex.Manual})
		}
		out = append(out, j)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func newExplain(e env) *cobra.Command {
	return &cobra.Command{
		Use:               "explain RULE",
		Short:             "Explain a rule, with examples",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain: name one rule (`pg2crdb rules` lists them), not %d", len(args))
			}
			var names []string
			for _, r := range rules.All() {
				if r.Name == args[0] {
					_, err := io.WriteString(e.stdout, r.Markdown())
					return err
				}
				names = append(names, r.Name)
			}
			return fmt.Errorf("no rule is named %q: `pg2crdb rules` lists them%s", args[0], near.Hint(args[0], names))
		},
	}
}

func completeRules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, r := range rules.All() {
		out = append(out, r.Name+"\t"+r.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
