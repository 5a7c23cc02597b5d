package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pg2crdb/pg2crdb/lint/config"
)

func newInit(e env) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "init [DIRECTORY]",
		Short: "Write a commented " + config.FileName,
		Long: "Write a " + config.FileName + " that sets nothing and explains everything, into the directory (default:\n" +
			"this one). lint and translate find it from their input upwards to the root of the repository.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			name := filepath.Join(dir, config.FileName)
			_, err := os.Lstat(name)
			switch {
			case err == nil && !force:
				return fmt.Errorf("%s is there already: --force replaces it", name)
			case err != nil && !errors.Is(err, fs.ErrNotExist):
				return fmt.Errorf("write %s: %w", name, reason(err))
			}
			err = writeFile(name, func(f *os.File) error {
				_, err := f.WriteString(config.Commented())
				return err
			})
			if err == nil {
				_, err = fmt.Fprintf(e.stdout, "wrote %s\n", name)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it is there")
	return cmd
}
