package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/print"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

type lintFlags struct {
	common
	output        string
	since, after  string
	baseline      string
	writeBaseline bool
	fix           string
	matrix        bool
}

func newLint(e env) *cobra.Command {
	f := &lintFlags{}
	cmd := &cobra.Command{
		Use:   "lint PATH",
		Short: "Say what CockroachDB would reject or do differently",
		Long: "Lint a directory of migrations, one file, standard input (-), or a release of Temporal\n" +
			"(temporal@v1.30.4).\n\n" +
			"A finding is silenced by a comment on its line or in front of its statement:\n" +
			"  -- pg2crdb:ignore rule[, rule] -- reason\n" +
			"See pg2crdb explain suppression. The configuration is read from .pg2crdb.yaml; pg2crdb init\n" +
			"writes one.\n\n" +
			"Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 trouble with usage, configuration\n" +
			"or input.",
		Example: "  pg2crdb lint migrations\n" +
			"  pg2crdb lint --target 24.3 --format sarif --output report.sarif migrations\n" +
			"  pg2crdb lint --since origin/main migrations\n" +
			"  pg2crdb lint --matrix migrations",
		Args: oneArgument("lint"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), args[0], e) },
	}
	f.register(cmd, "error")
	fl := cmd.Flags()
	fl.StringVar(&f.output, "output", "", "write the report to this file instead of standard output")
	fl.StringVar(&f.since, "since", "", "report only on statements that are new since the branch left this git commit, branch or tag; what is not committed counts")
	fl.StringVar(&f.after, "after", "", "report only on migrations behind this version (v1.10, 000012, 20240131120000, V2.1)")
	fl.StringVar(&f.baseline, "baseline", "", "do not report the findings that this file lists")
	fl.BoolVar(&f.writeBaseline, "write-baseline", false, "write all findings to the file named by --baseline, and exit with 0")
	fl.StringVar(&f.fix, "fix", "", "change the files in place: apply the fixes that keep everything (exact), or all of them (--fix=all)")
	fl.Lookup("fix").NoOptDefVal = "exact"
	fl.BoolVar(&f.matrix, "matrix", false, "lint for every version of the target by itself and count, in one table (formats text, json, markdown)")
	completions(cmd, map[string][]string{"fix": {"exact", "all"}})
	return cmd
}

func (f *lintFlags) validate() error {
	formats := print.Formats()
	if f.matrix {
		formats = print.MatrixFormats()
	}
	if err := f.common.validate(formats); err != nil {
		return err
	}
	switch {
	case f.fix != "":
		if err := oneOf("--fix", f.fix, []string{"exact", "all"}); err != nil {
			return err
		}
		if f.matrix || f.writeBaseline {
			return errors.New("--fix changes files: run it without --matrix and --write-baseline")
		}
	case f.writeBaseline && f.baseline == "":
		return errors.New("--write-baseline needs --baseline: the file to write")
	case f.writeBaseline && (f.since != "" || f.after != "" || f.matrix):
		return errors.New("--write-baseline lists all findings: run it without --since, --after and --matrix")
	}
	return nil
}

func (f *lintFlags) run(ctx context.Context, arg string, e env) error {
	if err := f.validate(); err != nil {
		return err
	}
	in, err := open(ctx, arg, e)
	if err != nil {
		return err
	}
	opts, err := f.configure(in, e)
	if err != nil {
		return err
	}
	tree, err := in.tree(opts.Layout)
	if err != nil {
		return err
	}
	notes(tree.Notes, in, e)
	view, err := f.view(ctx, in, tree, e)
	if err != nil {
		return err
	}
	if f.matrix {
		return f.runMatrix(ctx, in, tree, view, opts, e)
	}
	report, err := translate.LintTree(ctx, tree, opts)
	if err != nil {
		return err
	}
	switch {
	case f.writeBaseline:
		return f.saveBaseline(report, in, e)
	case f.fix != "":
		if report, err = f.fixAll(ctx, in, tree, view, report, opts, e); err != nil {
			return err
		}
	default:
		if err := view.narrow(report, in.source); err != nil {
			return err
		}
		view.stale(e)
	}
	if err := f.writeReport(f.output, e.stdout, report, in, e); err != nil {
		return err
	}
	if f.fails(report) {
		return errFindings
	}
	return nil
}

// runMatrix lints for each version of the target.
func (f *lintFlags) runMatrix(ctx context.Context, in *input, tree *layout.Tree, view *view, opts translate.Options, e env) error {
	var columns []print.MatrixColumn
	opts.Cache = &lint.Cache{}
	failed := false
	for _, v := range opts.Target.Versions() {
		target, err := rules.ParseTarget(v)
		if err != nil {
			return fmt.Errorf("version %s: %w", v, err)
		}
		opts.Target = target
		report, err := translate.LintTree(ctx, tree, opts)
		if err != nil {
			return err
		}
		if err := view.narrow(report, in.source); err != nil {
			return err
		}
		columns = append(columns, print.MatrixColumn{Version: v, Report: report})
		failed = failed || f.fails(report)
	}
	err := writeTo(f.output, e.stdout, func(w io.Writer) error { return print.Matrix(w, f.format, version(), columns) })
	if err == nil && failed {
		return errFindings
	}
	return err
}
