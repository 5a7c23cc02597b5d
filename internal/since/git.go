package since

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strconv"
	"strings"
)

// oldTexts calls f for each of the named files with its text at the place where
// the branch left ref, by the index of the name.
func oldTexts(ctx context.Context, dir, ref string, names []string, f func(i int, old []byte, existed bool) error) error {
	g := git{ctx, dir}
	prefix, err := g.line("rev-parse", "--show-prefix")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("comparing with a commit needs the git command, which is not installed or not in PATH")
	case err != nil:
		return fmt.Errorf("%s is in no git repository that git can read (%w): name a directory within one", dir, err)
	}
	commit, err := g.line("rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return fmt.Errorf("git knows no commit %q: check the name; in CI, fetch it first (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0)", ref)
	}
	// What others did on the branch since is no change of this one. A shallow
	// clone may not hold the place where the two part: then the commit itself
	// has to do.
	if base, err := g.line("merge-base", commit, "HEAD"); err == nil {
		commit = base
	}
	renamed, err := g.renames(commit)
	if err != nil {
		return err
	}
	var asked bytes.Buffer
	for _, n := range names {
		p := path.Join(prefix, n)
		if old, ok := renamed[p]; ok {
			p = old
		}
		if strings.ContainsAny(p, "\n") {
			return fmt.Errorf("%q: git cannot be asked for a file with a line feed in its name", p)
		}
		asked.WriteString(commit + ":" + p + "\n")
	}
	return g.blobs(&asked, len(names), f)
}

type git struct {
	ctx context.Context
	dir string
}

func (g git) command(args ...string) *exec.Cmd {
	return exec.CommandContext(g.ctx, "git", append([]string{"-C", g.dir, "-c", "core.quotePath=false"}, args...)...)
}

func (g git) output(args ...string) (string, error) {
	out, err := g.command(args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if said, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n"); said != "" {
			return "", errors.New(said)
		}
	}
	return string(out), err
}

func (g git) line(args ...string) (string, error) {
	out, err := g.output(args...)
	return strings.TrimRight(out, "\n"), err
}

// renames returns the old paths of files that git takes for renamed since a
// commit, by their new ones.
func (g git) renames(commit string) (map[string]string, error) {
	out, err := g.output("diff", "--no-ext-diff", "--no-relative", "--name-status", "--find-renames", "--diff-filter=R", "-z", commit, "--")
	if err != nil {
		return nil, fmt.Errorf("git diff %s: %w", commit, err)
	}
	renamed := map[string]string{}
	for words := strings.Split(out, "\x00"); len(words) >= 3; words = words[3:] {
		renamed[words[2]] = words[1]
	}
	return renamed, nil
}

// blobs asks one git process for the contents of many files.
func (g git) blobs(asked io.Reader, n int, f func(i int, text []byte, exists bool) error) error {
	cmd := g.command("cat-file", "--batch")
	cmd.Stdin = asked
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	err = readBlobs(bufio.NewReader(pipe), n, f)
	if err != nil {
		cmd.Process.Kill() // it may still be writing
	}
	if werr := cmd.Wait(); err == nil && werr != nil {
		err = fmt.Errorf("git cat-file: %w", werr)
	}
	return err
}

func readBlobs(out *bufio.Reader, n int, f func(i int, text []byte, exists bool) error) error {
	for i := 0; i < n; i++ {
		head, err := out.ReadString('\n')
		if err != nil {
			return fmt.Errorf("git cat-file: %w", err)
		}
		if strings.HasSuffix(head, " missing\n") {
			if err := f(i, nil, false); err != nil {
				return err
			}
			continue
		}
		words := strings.Fields(head)
		if len(words) != 3 {
			return fmt.Errorf("git cat-file: %s", strings.TrimSpace(head))
		}
		size, err := strconv.Atoi(words[2])
		if err != nil {
			return fmt.Errorf("git cat-file: %s", strings.TrimSpace(head))
		}
		text := make([]byte, size+1) // and a line feed
		if _, err := io.ReadFull(out, text); err != nil {
			return fmt.Errorf("git cat-file: %w", err)
		}
		if err := f(i, text[:size], words[1] == "blob"); err != nil {
			return err
		}
	}
	return nil
}
