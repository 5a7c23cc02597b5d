package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/internal/near"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/config"
	"github.com/pg2crdb/pg2crdb/lint/print"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// common are the flags of translate and lint.
type common struct {
	target, layout, failOn, format string
	advice, infos                  bool
	config                         string
	noConfig                       bool

	cmd *cobra.Command
	bad func(*lint.Finding) bool // what --fail-on asks for
}

func (c *common) register(cmd *cobra.Command, failOn string) {
	c.cmd = cmd
	f := cmd.Flags()
	f.StringVar(&c.target, "target", "", "CockroachDB versions that matter, such as \"24.3\" or \">=23.1\" (default: all that pg2crdb knows, "+knownRange()+")")
	f.StringVar(&c.layout, "layout", "", "how the directory is laid out: "+strings.Join(layout.Names(), ", ")+" (default: found out)")
	f.StringVar(&c.failOn, "fail-on", failOn, "exit with 1 on findings of this kind or worse: info, warning, error (severity); exact, weaker, changed, manual (fidelity); never")
	f.StringVar(&c.format, "format", "text", "format of the report: "+strings.Join(print.Formats(), ", "))
	f.BoolVar(&c.advice, "advice", false, "also run the rules that speak of good practice")
	f.BoolVar(&c.infos, "infos", false, "in the formats text and markdown, show findings of severity info one by one; otherwise they are counted")
	f.StringVar(&c.config, "config", "", "read this configuration instead of the "+config.FileName+" found from the input upwards")
	f.BoolVar(&c.noConfig, "no-config", false, "read no configuration")
	completions(cmd, map[string][]string{
		"target":  append(rules.Known(), ">="+rules.Known()[len(rules.Known())-2]),
		"layout":  layout.Names(),
		"fail-on": lint.FailOnWords(),
		"format":  print.Formats(),
	})
}

// completions tells the shell which values flags take.
func completions(cmd *cobra.Command, values map[string][]string) {
	for flag, v := range values {
		// The only error is a flag that does not exist; the tests would see it.
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(v, cobra.ShellCompDirectiveNoFileComp))
	}
}

func knownRange() string {
	known := rules.Known()
	return "v" + known[0] + " to v" + known[len(known)-1]
}

// validate looks at the flags alone, before anything is read.
func (c *common) validate(formats []string) error {
	if _, err := rules.ParseTarget(c.target); err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	if err := oneOf("--layout", c.layout, layout.Names()); c.layout != "" && err != nil {
		return err
	}
	if _, err := lint.ParseFailOn(c.failOn); err != nil {
		return fmt.Errorf("--fail-on: %w", err)
	}
	if c.noConfig && c.config != "" {
		return fmt.Errorf("--config and --no-config: take one of the two")
	}
	return oneOf("--format", c.format, formats)
}

func oneOf(flag, value string, of []string) error {
	if slices.Contains(of, value) {
		return nil
	}
	return fmt.Errorf("%s %q: it is one of %s%s", flag, value, strings.Join(of, ", "), near.Hint(value, of))
}

// configure reads the configuration for an input and fills in what the flags
// leave open. The input loses what the configuration excludes.
func (c *common) configure(in *input, e env) (translate.Options, error) {
	conf, err := c.find(in)
	if err != nil {
		return translate.Options{}, err
	}
	given := c.cmd.Flags().Changed
	if conf.Target != "" && !given("target") {
		c.target = conf.Target
	}
	if conf.Layout != "" && !given("layout") {
		c.layout = conf.Layout
	}
	if conf.FailOn != "" && !given("fail-on") {
		c.failOn = conf.FailOn
	}
	if conf.Advice != nil && !given("advice") {
		c.advice = *conf.Advice
	}
	if err := in.exclude(conf); err != nil {
		return translate.Options{}, err
	}
	target, err := rules.ParseTarget(c.target)
	if err != nil {
		return translate.Options{}, err
	}
	if c.bad, err = lint.ParseFailOn(c.failOn); err != nil {
		return translate.Options{}, err
	}
	return translate.Options{Options: lint.Options{Target: target, Layout: c.layout, Advice: c.advice, Severity: conf.Severity, Between: e.between}}, nil
}

func (c *common) find(in *input) (*config.Config, error) {
	file := c.config
	if file == "" && !c.noConfig {
		var err error
		if file, err = config.Find(in.home()); err != nil {
			return nil, err
		}
	}
	if file == "" {
		return &config.Config{}, nil
	}
	return config.Load(file)
}

// fails reports whether a report makes the run end with 1.
func (c *common) fails(r *lint.Report) bool {
	for i := range r.Findings {
		if c.bad(&r.Findings[i]) {
			return true
		}
	}
	return false
}

// print writes a report in the chosen format.
func (c *common) print(w io.Writer, r *lint.Report, in *input, e env) error {
	p, err := print.New(c.format, print.Options{
		ToolVersion: version(),
		Source:      in.source,
		Prefix:      in.prefix,
		Color:       print.UseColor(w, e.getenv),
		StepSummary: e.getenv("GITHUB_STEP_SUMMARY"),
		Infos:       c.infos,
		Fails:       c.bad,
	})
	if err != nil {
		return err
	}
	return p.Print(w, r)
}

// writeReport writes the report to a file if one is named, otherwise to w.
func (c *common) writeReport(file string, w io.Writer, r *lint.Report, in *input, e env) error {
	return writeTo(file, w, func(w io.Writer) error { return c.print(w, r, in, e) })
}

// writeTo calls write for a file if one is named, otherwise for w.
func writeTo(file string, w io.Writer, write func(io.Writer) error) error {
	if file == "" || file == "-" {
		return write(w)
	}
	return writeFile(file, func(f *os.File) error { return write(f) })
}

// exclude takes out of a tree what the configuration excludes.
func (in *input) exclude(conf *config.Config) error {
	if in.fsys == nil || in.dir == "" || len(conf.Exclude) == 0 {
		return nil
	}
	root, err := filepath.Abs(conf.Dir)
	if err != nil {
		return fmt.Errorf("exclude: %w", err)
	}
	dir, err := filepath.Abs(in.dir)
	if err != nil {
		return fmt.Errorf("exclude: %w", err)
	}
	prefix, err := filepath.Rel(root, dir)
	if err != nil {
		return fmt.Errorf("exclude: %w", err)
	}
	in.fsys = conf.FS(in.fsys, filepath.ToSlash(prefix))
	return nil
}
