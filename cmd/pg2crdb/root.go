package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pg2crdb/pg2crdb/internal/near"
)

// packaging makes a command that only packagers need; see man.go.
var packaging func(root *cobra.Command) *cobra.Command

func newRoot(e env) *cobra.Command {
	root := &cobra.Command{
		Use:   "pg2crdb",
		Short: "Translate PostgreSQL DDL to CockroachDB, and lint it",
		Long: "pg2crdb turns PostgreSQL migrations into DDL that CockroachDB accepts, and reports every\n" +
			"difference in between. Its silence means: CockroachDB accepts this and it means the same.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, c := range cmd.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, c.Name())
				}
			}
			return fmt.Errorf("there is no command %q: it is one of %s%s", args[0], strings.Join(names, ", "), near.Hint(args[0], names))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		hint := ""
		if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
			var names []string
			cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
			hint = near.Hint("--"+name, names)
		}
		return fmt.Errorf("%w%s (see %s --help)", err, hint, cmd.CommandPath())
	})
	root.AddCommand(newTranslate(e), newLint(e), newRules(e), newExplain(e), newInit(e), newVerify(e), newVersion(e))
	if packaging != nil {
		root.AddCommand(packaging(root))
	}
	return root
}
