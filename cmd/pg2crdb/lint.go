package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/print"
	"github.com/pg2crdb/pg2crdb/translate"
)

func formats() string { return strings.Join(print.Formats(), ", ") }

type lintFlags struct {
	common
	output string
}

func newLint(e env) *cobra.Command {
	f := &lintFlags{}
	cmd := &cobra.Command{
		Use:   "lint PATH",
		Short: "Say what CockroachDB would reject or do differently",
		Long: "Lint a directory of migrations, one file, standard input (-), or a release of Temporal.\n\n" +
			"Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 trouble with usage or input.",
		Example: "  pg2crdb lint migrations\n  pg2crdb lint --target 24.3 --format sarif --output report.sarif migrations",
		Args:    oneArgument("lint"),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), args[0], e) },
	}
	f.register(cmd, "error")
	cmd.Flags().StringVar(&f.format, "format", "text", "format of the report: "+formats())
	cmd.Flags().StringVar(&f.output, "output", "", "write the report to this file instead of standard output")
	return cmd
}

func (f *lintFlags) run(ctx context.Context, arg string, e env) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	in, err := open(ctx, arg, e)
	if err != nil {
		return err
	}
	report, err := f.lint(ctx, in, opts, e)
	if err != nil {
		return err
	}
	in.names = report.Sources
	if err := f.writeReport(f.output, e.stdout, report, in, e); err != nil {
		return err
	}
	if f.fails(report) {
		return errFindings
	}
	return nil
}

func (f *lintFlags) lint(ctx context.Context, in *input, opts translate.Options, e env) (*lint.Report, error) {
	if in.fsys != nil {
		report, skipped, err := translate.Lint(ctx, in.fsys, opts)
		notes(skipped, e)
		return report, err
	}
	if opts.Layout == "" {
		opts.Layout = "plain"
	}
	res, err := lint.Run(ctx, []lint.Source{{Name: in.name, Text: in.text, Unit: in.name}}, opts.Options)
	if err != nil {
		return nil, err
	}
	return res.Report, nil
}
