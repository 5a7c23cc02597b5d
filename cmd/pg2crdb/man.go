//go:build man

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// The command that packagers write the man pages with is not part of what they
// ship: go run -tags man ./cmd/pg2crdb man DIRECTORY
func init() { packaging = newMan }

// newMan makes the command.
func newMan(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIRECTORY",
		Short:  "Write the man pages into a directory",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make %s: %w", args[0], reason(err))
			}
			root.DisableAutoGenTag = true // the same pages for the same program
			return doc.GenManTree(root, &doc.GenManHeader{Title: "PG2CRDB", Section: "1", Source: "pg2crdb", Manual: "pg2crdb"}, args[0])
		},
	}
}
