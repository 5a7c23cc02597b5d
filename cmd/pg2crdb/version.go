package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Set by the linker in releases; otherwise the build information of the go
// command tells.
var (
	releaseVersion string
	releaseCommit  string
)

// version is that of the release or of the module the binary was built from.
func version() string {
	if releaseVersion != "" {
		return "v" + strings.TrimPrefix(releaseVersion, "v")
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// commit is what the binary was built from; empty if the build does not say.
func commit() string {
	if releaseCommit != "" {
		return releaseCommit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var revision, modified string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				modified = ", modified"
			}
		}
	}
	if revision == "" {
		return ""
	}
	return revision + modified
}

func newVersion(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c := commit()
			if c == "" {
				c = "unknown"
			}
			_, err := fmt.Fprintf(e.stdout, "pg2crdb %s\ncommit %s\nbuilt with %s for %s/%s\nknows CockroachDB %s\n",
				version(), c, runtime.Version(), runtime.GOOS, runtime.GOARCH, knownRange())
			return err
		},
	}
}
