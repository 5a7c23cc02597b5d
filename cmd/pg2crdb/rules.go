package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/rules"
)

func newRules(e env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "table":
				return rulesTable(e.stdout)
			case "json":
				return rulesJSON(e.stdout)
			}
			return fmt.Errorf("--format %q: it is one of table, json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

func rulesTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tVERSIONS\tWHAT")
	for _, r := range rules.All() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, r.Versions, r.Title)
	}
	return t.Flush()
}

// ruleJSON is a rule in `pg2crdb rules --format json`.
type ruleJSON struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Versions   string   `json:"versions"`
	Layout     string   `json:"layout,omitempty"`
	Advice     bool     `json:"advice,omitempty"`
	Condition  string   `json:"condition"`
	Effect     string   `json:"effect"`
	Workaround string   `json:"workaround"`
	Issues     []int    `json:"issues,omitempty"`
	Sources    []string `json:"sources"`
}

func rulesJSON(w io.Writer) error {
	var out []ruleJSON
	for _, r := range rules.All() {
		out = append(out, ruleJSON{r.Name, r.Title, r.Versions, r.Layout, r.Advice, r.Condition, r.Effect, r.Workaround, r.Issues, r.Sources})
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
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			for _, r := range rules.All() {
				if r.Name == args[0] {
					_, err := io.WriteString(e.stdout, r.Markdown())
					return err
				}
			}
			return fmt.Errorf("no rule is named %q: `pg2crdb rules` lists them", args[0])
		},
	}
}

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, r := range rules.All() {
		out = append(out, r.Name+"\t"+r.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func newVersion(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(e.stdout, "pg2crdb %s (%s, %s/%s), knows CockroachDB %s\n",
				version(), strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH, knownRange())
			return err
		},
	}
}
