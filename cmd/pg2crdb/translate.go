package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/lint/print"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/consolidate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

type translateFlags struct {
	common
	output, report string
	diff, check    bool

	consolidated bool
	schema       consolidate.Options
}

func newTranslate(e env) *cobra.Command {
	f := &translateFlags{}
	cmd := &cobra.Command{
		Use:   "translate PATH",
		Short: "Translate migrations to CockroachDB",
		Long: "Translate a directory of migrations, one file, standard input (-), or a release of Temporal\n" +
			"(temporal@v1.30.4, temporal@v1.30.4/visibility).\n\n" +
			"The translation of a file goes to standard output, or to the file named by -o; that of a\n" +
			"directory goes to the directory named by -o, in the same layout. Findings go to standard\n" +
			"error, or to the file named by --report. The input is never changed.\n\n" +
			"With --consolidate the translation is one schema of what the migrations end in: a single\n" +
			"CREATE TABLE for each table, with all its columns and indexes. It goes to standard output or\n" +
			"to the file named by -o; that of a Temporal tree with both stores to the directory named by\n" +
			"-o, as temporal/schema.sql and visibility/schema.sql.\n\n" +
			"Exit codes: 0 done, 1 findings at or above --fail-on (or, with --check, an output that is not\n" +
			"up to date), 2 trouble with usage, input or output.",
		Example: "  pg2crdb translate temporal@v1.30.4 -o out\n" +
			"  pg2crdb translate --target 24.3 schema.sql > schema.crdb.sql\n" +
			"  pg2crdb translate migrations --diff | less\n" +
			"  pg2crdb translate temporal@v1.30.4/visibility --consolidate --version-tables | psql \"$URL\"",
		Args: oneArgument("translate"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), args[0], e) },
	}
	f.register(cmd, "manual")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to this file (for one input file) or directory (for a tree)")
	cmd.Flags().StringVar(&f.report, "report", "", "write the report to this file instead of standard error")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "print a unified diff against the original instead of the translation")
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; exit with 1 if the output named by -o is not up to date")
	cmd.Flags().BoolVar(&f.consolidated, "consolidate", false, "write one schema of what the migrations end in")
	cmd.Flags().StringVar(&f.schema.To, "to", "", "with --consolidate, end at this version (default: the newest)")
	cmd.Flags().StringVar(&f.schema.From, "from", "", "with --consolidate, leave out what a database at this version has already")
	cmd.Flags().BoolVar(&f.schema.VersionTables, "version-tables", false, "with --consolidate, add the version tables of temporal-sql-tool, for a database that another tool sets up")
	return cmd
}

// oneArgument is cobra.ExactArgs(1) with a message that says what is missing.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("%s: name what to read: a directory, a file, - or temporal@vX.Y.Z (see pg2crdb %s --help)", what, what)
		case len(args) > 1:
			return fmt.Errorf("%s: one path at a time, not %d (%s)", what, len(args), strings.Join(args, " "))
		}
		return nil
	}
}

func (f *translateFlags) run(ctx context.Context, arg string, e env) error {
	if err := f.validate(print.Formats()); err != nil {
		return err
	}
	switch {
	case f.check && f.output == "":
		return errors.New("--check needs -o: the output to compare with")
	case f.check && f.diff:
		return errors.New("--check and --diff: take one of the two")
	case f.diff && f.output != "":
		return errors.New("--diff and -o: take one of the two; the diff goes to standard output")
	case f.diff && f.consolidated:
		return errors.New("--diff and --consolidate: take one of the two; a consolidated schema has no original")
	case !f.consolidated && f.schema != (consolidate.Options{}):
		return errors.New("--from, --to and --version-tables go with --consolidate")
	}
	in, err := open(ctx, arg, e)
	if err != nil {
		return err
	}
	opts, err := f.configure(in, e)
	if err != nil {
		return err
	}
	tree, out, err := f.translate(ctx, in, opts)
	var schemas []consolidate.Schema
	if err == nil && f.consolidated {
		schemas, err = f.consolidate(tree, out)
	}
	if out != nil {
		defer out.Close()
		for _, h := range out.Histories {
			h.Final.Release() // nobody asks for the catalog any more
		}
		// Also for a tree that cannot be written: the findings say why. The notes
		// come first, for the report ends with what the reader should take away.
		notes(out.Notes, in, e)
		if err := f.writeReport(f.report, e.stderr, out.Report, in, e); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	var stale bool
	if f.consolidated {
		stale, err = f.emitSchemas(ctx, in, schemas, e)
	} else {
		stale, err = f.emit(ctx, in, out, e)
	}
	if err != nil {
		return err
	}
	if stale || f.fails(out.Report) {
		return errFindings
	}
	return nil
}

// translate translates the input, in memory.
func (f *translateFlags) translate(ctx context.Context, in *input, opts translate.Options) (*layout.Tree, *translate.Output, error) {
	if in.fsys != nil && !f.consolidated {
		if f.output == "" && !f.diff {
			return nil, nil, fmt.Errorf("%s is a tree: name the directory for its translation with -o, or ask for --diff", in.arg)
		}
		if info, err := os.Stat(f.output); f.output != "" && err == nil && !info.IsDir() {
			return nil, nil, fmt.Errorf("%s is a file: name a directory for the translation of a tree", f.output)
		}
		if err := apart(in.dir, f.output); err != nil {
			return nil, nil, err
		}
	}
	tree, err := in.tree(opts.Layout)
	if err != nil {
		return nil, nil, err
	}
	opts.Spool = true
	out, err := translate.Tree(ctx, in.fsys, tree, opts)
	return tree, out, err
}

// emit writes the translation, or compares or prints it. It reports whether
// --check found the output out of date.
func (f *translateFlags) emit(ctx context.Context, in *input, out *translate.Output, e env) (stale bool, err error) {
	switch {
	case f.diff:
		return false, f.printDiff(in, out, e)
	case f.check && in.fsys != nil:
		old, err := outdated(f.output, out.Files)
		for _, name := range old {
			fmt.Fprintf(e.stderr, "%s: not up to date\n", filepath.Join(f.output, name))
		}
		return len(old) > 0, err
	case in.fsys != nil:
		return false, writeTree(ctx, f.output, out.Files, func(text []byte) {
			in.pile.Rest(text) // what did not change
			out.Rest(text)
		})
	}
	return f.emitText(in, out.Files[in.name], func(w io.Writer) error { return out.WriteFile(w, in.name) }, e)
}

// emitText writes one text to the file named by -o or to standard output, or
// compares it with the file.
func (f *translateFlags) emitText(in *input, content []byte, write func(io.Writer) error, e env) (stale bool, err error) {
	switch {
	case f.check:
		text, err := os.ReadFile(f.output)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("read %s: %w", f.output, err)
		}
		if err != nil || !bytes.Equal(text, content) {
			fmt.Fprintf(e.stderr, "%s: not up to date\n", f.output)
			return true, nil
		}
		return false, nil
	case f.output != "" && f.output != "-":
		if info, err := os.Stat(f.output); err == nil && info.IsDir() {
			what := "the translation of one file"
			if f.consolidated {
				what = "the consolidated schema, which is one text"
			}
			return false, fmt.Errorf("%s is a directory: name a file for %s", f.output, what)
		}
		if sameFile(in.file(), f.output) {
			return false, fmt.Errorf("the output %s is the input: name another file (the input is never changed; lint --fix does that)", f.output)
		}
		return false, writeFile(f.output, func(w *os.File) error {
			if err := write(w); err != nil {
				return fmt.Errorf("write %s: %w", f.output, reason(err))
			}
			return nil
		})
	}
	if err := write(e.stdout); err != nil {
		return false, fmt.Errorf("write to standard output: %w", err)
	}
	return false, nil
}

func (f *translateFlags) printDiff(in *input, out *translate.Output, e env) error {
	var b bytes.Buffer
	seen := map[string]bool{}
	for _, h := range out.Histories {
		for _, t := range h.Texts {
			seen[t.Name] = true
		}
	}
	for _, name := range sortedNames(out.Files) {
		before := in.text
		if in.fsys != nil {
			text, err := fs.ReadFile(in.fsys, name)
			if err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			before = text
		}
		delete(seen, name)
		b.WriteString(udiff.Unified("a/"+name, "b/"+name, string(before), string(out.Files[name])))
	}
	gone := make([]string, 0, len(seen)) // because nothing of them is left
	for name := range seen {
		gone = append(gone, name)
	}
	sort.Strings(gone)
	for _, name := range gone {
		text, err := fs.ReadFile(in.fsys, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		b.WriteString(udiff.Unified("a/"+name, "/dev/null", string(text), ""))
	}
	if _, err := e.stdout.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the diff to standard output: %w", err)
	}
	return nil
}

// notes tells of what is left out.
func notes(list []layout.Note, in *input, e env) {
	for _, n := range list {
		fmt.Fprintf(e.stderr, "note: %s: %s\n", path.Join(in.prefix, n.Path), n.Reason)
	}
}
