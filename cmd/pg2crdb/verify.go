package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/lint/print"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/verify"
	"github.com/pg2crdb/pg2crdb/translate/verify/launch"
)

type verifyFlags struct {
	common
	url, binary, download, image, output string
	upgrade, twice                       bool
	timeout                              time.Duration
	against                              string
	rows                                 int
}

func newVerify(e env) *cobra.Command {
	f := &verifyFlags{}
	cmd := &cobra.Command{
		Use:   "verify PATH",
		Short: "Run the translation on a real CockroachDB",
		Long: "Translate what PATH names and run it on a real CockroachDB, in a scratch database with a random\n" +
			"name that is dropped at the end. Each rejection is reported at its line of the source.\n\n" +
			"The server is the one at --url; or a binary (--cockroach, or COCKROACH_BINARY), started with its\n" +
			"data in memory; or a release that is downloaded (--download); or a container (--image).\n\n" +
			"With --against, the original is applied to a PostgreSQL, likewise in a scratch database, and what\n" +
			"the two hold is compared; each difference names the rule that explains it, or is an error.\n\n" +
			"Exit codes: 0 everything was accepted, 1 something was rejected or differs, 2 trouble with usage, input or server.",
		Example: "  pg2crdb verify temporal@v1.30.4 --cockroach ./cockroach --upgrade --twice\n" +
			"  pg2crdb verify migrations --url 'postgresql://root@localhost:26257/defaultdb?sslmode=disable'\n" +
			"  pg2crdb verify migrations --cockroach ./cockroach --against postgresql://postgres@localhost/postgres --rows 200",
		Args: oneArgument("verify"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), args[0], e) },
	}
	f.register(cmd, "error")
	fl := cmd.Flags()
	fl.StringVar(&f.url, "url", "", "a CockroachDB, as a PostgreSQL URL")
	fl.StringVar(&f.binary, "cockroach", "", "a CockroachDB binary to start (default: $COCKROACH_BINARY)")
	fl.StringVar(&f.download, "download", "", "a release of CockroachDB to download and start, such as v24.3.8")
	fl.StringVar(&f.image, "image", "", "a container image of CockroachDB to run; \"official\" for that of the newest version in the target")
	fl.BoolVar(&f.upgrade, "upgrade", false, "also upgrade from every earlier version")
	fl.BoolVar(&f.twice, "twice", false, "also apply each version twice: the second time must change nothing")
	fl.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long one statement may take")
	fl.StringVar(&f.against, "against", "", "a PostgreSQL, as a URL: apply the original there, and compare tables, columns, keys, indexes, checks and views")
	fl.IntVar(&f.rows, "rows", 0, "with --against, also put so many rows into each table of both and compare what is stored")
	fl.StringVar(&f.output, "output", "", "write the report to this file instead of standard output")
	return cmd
}

func (f *verifyFlags) run(ctx context.Context, arg string, e env) error {
	if err := f.validate(print.Formats()); err != nil {
		return err
	}
	if f.rows < 0 || f.rows > 0 && f.against == "" {
		return errors.New("--rows N goes with --against: the rows are compared with those of a PostgreSQL")
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
	out, err := translate.Tree(ctx, in.fsys, tree, opts)
	if err != nil {
		return err
	}
	server, stop, err := f.server(ctx, opts.Target, e)
	if err != nil {
		return err
	}
	defer stop()
	if t, err := rules.ParseTarget(server.Series); err != nil {
		fmt.Fprintf(e.stderr, "note: %s is no version that pg2crdb knows (%s)\n", server.Version, knownRange())
	} else if !covers(opts.Target, t) {
		fmt.Fprintf(e.stderr, "note: the server is v%s, which is outside the target %s\n", server.Series, opts.Target)
	}
	vopts := verify.Options{Timeout: f.timeout, Upgrade: f.upgrade, Twice: f.twice, Rows: f.rows}
	if f.against != "" {
		if vopts.Against, err = verify.ConnectPostgres(ctx, f.against); err != nil {
			return fmt.Errorf("--against: %w", err)
		}
	}
	progress, done := statementBar(e)
	vopts.Progress = progress
	res, err := verify.Run(ctx, server, out, vopts)
	done()
	if err != nil {
		return err
	}
	if err := f.writeReport(f.output, e.stdout, res.Report, in, e); err != nil {
		return err
	}
	f.summary(res, server, e)
	if f.fails(res.Report) {
		return errFindings
	}
	return nil
}

// covers reports whether the server's series is one of the target's.
func covers(target, server rules.Target) bool {
	for _, v := range target.Versions() {
		if server.Within("=" + v) {
			return true
		}
	}
	return false
}

// server finds or starts the CockroachDB; stop ends one that was started.
func (f *verifyFlags) server(ctx context.Context, target rules.Target, e env) (s *verify.Server, stop func(), err error) {
	if f.binary == "" && f.url == "" && f.download == "" && f.image == "" {
		f.binary = e.getenv("COCKROACH_BINARY")
	}
	named := 0
	for _, s := range []string{f.url, f.binary, f.download, f.image} {
		if s != "" {
			named++
		}
	}
	switch {
	case named == 0:
		return nil, nil, errors.New("verify needs a CockroachDB: name one with --url, --cockroach (or COCKROACH_BINARY), --download or --image")
	case named > 1:
		return nil, nil, errors.New("--url, --cockroach, --download and --image exclude one another: name one server")
	case f.url != "":
		s, err = verify.Connect(ctx, f.url)
		return s, func() {}, err
	case f.binary != "":
		log.SetOutput(io.Discard) // where the test server tells what it does
		return launch.Binary(ctx, f.binary)
	case f.download != "":
		fmt.Fprintf(e.stderr, "note: downloading CockroachDB %s, unless it is there already\n", f.download)
		log.SetOutput(io.Discard)
		return launch.Download(ctx, f.download)
	case f.image == "official":
		versions := target.Versions()
		return launch.Image(ctx, launch.OfficialImage(versions[len(versions)-1]))
	}
	return launch.Image(ctx, f.image)
}

// summary says on standard error what ran and what the server remarked.
func (f *verifyFlags) summary(res *verify.Result, s *verify.Server, e env) {
	rejected, follow := 0, 0
	for _, x := range res.Report.Findings {
		switch {
		case x.Rule != verify.Rejected:
		case x.Follows:
			follow++
		default:
			rejected++
		}
	}
	for _, n := range res.Notes {
		fmt.Fprintf(e.stderr, "note: %s\n", n)
	}
	for _, n := range res.Notices {
		fmt.Fprintf(e.stderr, "notice of the server, %d times, first at %s: %s\n", n.Count, n.Place, n.Text)
	}
	fmt.Fprintf(e.stderr, "%d statements run on CockroachDB v%s: %d rejected, %d more follow from these; the run from the beginning took %s\n",
		res.Statements, s.Series, rejected, follow, res.Elapsed.Round(time.Millisecond))
	if f.against != "" {
		c := res.Compared
		fmt.Fprintf(e.stderr, "held against PostgreSQL: %d tables and %d rows, %d differences that a rule explains, %d that none does\n", c.Tables, c.Rows, c.Explained, c.Unexplained)
	}
}
