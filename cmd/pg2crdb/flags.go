package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/print"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// common are the flags of translate and lint.
type common struct {
	target, layout, failOn, format string
	advice                         bool
}

func (c *common) register(cmd *cobra.Command, failOn string) {
	f := cmd.Flags()
	f.StringVar(&c.target, "target", "", "CockroachDB versions that matter, such as \"24.3\" or \">=23.1\" (default: all that pg2crdb knows, "+knownRange()+")")
	f.StringVar(&c.layout, "layout", "", "how the directory is laid out: "+strings.Join(layout.Names(), ", ")+" (default: found out)")
	f.StringVar(&c.failOn, "fail-on", failOn, "exit with 1 on findings of this kind or worse: info, warning, error (severity); exact, weaker, changed, manual (fidelity); never")
	f.BoolVar(&c.advice, "advice", false, "also run the rules that speak of good practice")
}

func knownRange() string {
	known := rules.Known()
	return "v" + known[0] + " to v" + known[len(known)-1]
}

func (c *common) options() (translate.Options, error) {
	target, err := rules.ParseTarget(c.target)
	if err != nil {
		return translate.Options{}, err
	}
	if _, err := failsOn(c.failOn); err != nil {
		return translate.Options{}, err
	}
	return translate.Options{Options: lint.Options{Target: target, Layout: c.layout, Advice: c.advice}}, nil
}

// failsOn reads --fail-on.
func failsOn(s string) (func(*lint.Finding) bool, error) {
	if s == "never" {
		return func(*lint.Finding) bool { return false }, nil
	}
	if sev, ok := rules.ParseSeverity(s); ok {
		return func(f *lint.Finding) bool { return f.Severity >= sev }, nil
	}
	if fid, ok := rules.ParseFidelity(s); ok {
		return func(f *lint.Finding) bool {
			return f.Fidelity >= fid && (f.Severity > rules.Info || f.Fidelity == rules.Manual) || f.Conflict != ""
		}, nil
	}
	return nil, fmt.Errorf("--fail-on %q: it is one of info, warning, error, exact, weaker, changed, manual, never", s)
}

// fails reports whether a report makes the run end with 1.
func (c *common) fails(r *lint.Report) bool {
	bad, err := failsOn(c.failOn)
	if err != nil {
		return true
	}
	for i := range r.Findings {
		if bad(&r.Findings[i]) {
			return true
		}
	}
	return false
}

// print writes a report in the chosen format.
func (c *common) print(w io.Writer, r *lint.Report, in *input, e env) error {
	bad, err := failsOn(c.failOn)
	if err != nil {
		return err
	}
	p, err := print.New(c.format, print.Options{
		ToolVersion: version(),
		Source:      in.source,
		Prefix:      in.prefix,
		Color:       print.UseColor(w, e.getenv),
		StepSummary: e.getenv("GITHUB_STEP_SUMMARY"),
		Fails:       bad,
	})
	if err != nil {
		return err
	}
	return p.Print(w, r)
}

// version is that of the module the binary was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// writeReport writes the report to a file if one is named, otherwise to w.
func (c *common) writeReport(file string, w io.Writer, r *lint.Report, in *input, e env) error {
	if file == "" || file == "-" {
		return c.print(w, r, in, e)
	}
	return writeFile(file, func(f *os.File) error { return c.print(f, r, in, e) })
}
