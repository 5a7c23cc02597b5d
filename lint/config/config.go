// Package config reads .pg2crdb.yaml: what a repository wants of lint and
// translate, so that nobody has to repeat it on a command line.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pg2crdb/pg2crdb/rules"
)

// FileName is how the file is called.
const FileName = ".pg2crdb.yaml"

// Config is a configuration. The zero value asks for nothing.
type Config struct {
	// File is where it was read from, Dir its directory; empty for the zero
	// value.
	File, Dir string
	// Target is the text of a range of versions; empty if there is none.
	Target string
	// Layout and FailOn are as on the command line; empty if not set.
	Layout, FailOn string
	// Advice is whether the rules that speak of good practice run; nil if not
	// set.
	Advice *bool
	// Severity changes the severity of a rule's findings; zero turns them off.
	Severity map[string]rules.Severity
	// Exclude are globs of paths, from Dir, that are not read.
	Exclude []string
}

// Find returns the path of the configuration for a directory: the file in it or
// in the nearest directory above that has one, up to the root of the
// repository; "" if there is none.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", FileName, err)
	}
	for {
		file := filepath.Join(dir, FileName)
		_, err := os.Lstat(file)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("look for %s: %w", FileName, err)
		}
		_, err = os.Lstat(filepath.Join(dir, ".git"))
		if up := filepath.Dir(dir); err != nil && up != dir {
			dir = up
			continue
		}
		return "", nil
	}
}

// Load reads a file. The error has a line for each mistake in it, with the name
// of the file, the line and the column.
func Load(file string) (*Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c, err := Parse(shown(file), text)
	if err != nil {
		return nil, err
	}
	c.File, c.Dir = file, filepath.Dir(file)
	return c, nil
}

// shown returns the path as people want to read it: from where they are, if it
// is there.
func shown(file string) string {
	wd, err := os.Getwd()
	if err != nil {
		return file
	}
	if rel, err := filepath.Rel(wd, file); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return file
}
