package main

import (
	"github.com/spf13/cobra"
)

func newRoot(e env) *cobra.Command {
	root := &cobra.Command{
		Use:   "pg2crdb",
		Short: "Translate PostgreSQL DDL to CockroachDB, and lint it",
		Long: "pg2crdb turns PostgreSQL migrations into DDL that CockroachDB accepts, and reports every\n" +
			"difference in between. Its silence means: CockroachDB accepts this and it means the same.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.AddCommand(newTranslate(e), newLint(e), newRules(e), newExplain(e), newVersion(e))
	return root
}
