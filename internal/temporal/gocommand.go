package temporal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// runner runs the go command in a directory and returns what it prints, also
// where it fails.
type runner func(ctx context.Context, dir string, args ...string) (stdout []byte, err error)

var errNoGo = errors.New("no go command on the PATH")

// goCommand is the runner of the installed go command.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = goEnv(os.Environ())
	cmd.WaitDelay = 5 * time.Second // for children that hold the pipes open
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, errNoGo
	case err != nil:
		err = fmt.Errorf("%w: %s", err, oneLine(stderr.String()))
	}
	return stdout.Bytes(), err
}

// goEnv takes out of an environment what would keep the go command from
// answering for a module that no go.mod names, and what would make it download
// another Go for it.
func goEnv(env []string) []string {
	flags := []string{"-mod=mod"}
	var out []string
	for _, kv := range env {
		switch name, value, _ := strings.Cut(kv, "="); name {
		case "GO111MODULE", "GOWORK", "GOTOOLCHAIN":
		case "GOFLAGS":
			for _, f := range strings.Fields(value) {
				if name, _, _ := strings.Cut(strings.TrimLeft(f, "-"), "="); name != "mod" && name != "modfile" {
					flags = append(flags, f)
				}
			}
		default:
			out = append(out, kv)
		}
	}
	return append(out, "GO111MODULE=on", "GOWORK=off", "GOTOOLCHAIN=local", "GOFLAGS="+strings.Join(flags, " "))
}
