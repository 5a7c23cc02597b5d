package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func readYAML(t *testing.T, name string, into any) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(text)
}

// Every input of the action is a flag of lint, and reaches it.
func TestAction(t *testing.T) {
	var action struct {
		Inputs map[string]struct {
			Description string
			Default     string
		}
		Runs struct {
			Using string
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	readYAML(t, "action.yml", &action)
	if action.Runs.Using != "composite" || len(action.Runs.Steps) != 2 {
		t.Fatalf("%+v", action.Runs)
	}
	script, err := os.ReadFile("../../.github/action/lint.sh")
	if err != nil {
		t.Fatal(err)
	}
	lint := newLint(env{stdout: io.Discard, stderr: io.Discard})
	for name, in := range action.Inputs {
		if in.Description == "" {
			t.Errorf("input %s: no description", name)
		}
		if name == "version" || name == "path" {
			continue
		}
		if lint.Flags().Lookup(name) == nil {
			t.Errorf("input %s: lint has no such flag", name)
		}
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if got := action.Runs.Steps[1].Env[variable]; got != "${{ inputs."+name+" }}" {
			t.Errorf("input %s: %s is %q", name, variable, got)
		}
		if !regexp.MustCompile(`for name in .*\b` + name + `\b`).Match(script) {
			t.Errorf("input %s: lint.sh does not hand it on", name)
		}
	}
}

// The other files that other programs read are what those expect, as far as can
// be told without them.
func TestPackaging(t *testing.T) {
	var hooks []struct {
		ID, Name, Entry, Language string
		PassFilenames             bool `yaml:"pass_filenames"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	for _, h := range hooks {
		if h.ID == "" || h.Name == "" || h.Entry != "pg2crdb lint" || h.PassFilenames {
			t.Errorf("%+v", h)
		}
	}

	for _, name := range []string{"github.yml", "gitlab.yml", "pre-commit.yaml"} {
		readYAML(t, "examples/ci/"+name, new(any))
	}
}

// The flags in the examples exist.
func TestExampleFlags(t *testing.T) {
	lint := newLint(env{stdout: io.Discard, stderr: io.Discard})
	for _, name := range []string{"github.yml", "gitlab.yml", "pre-commit.yaml"} {
		text := readYAML(t, "examples/ci/"+name, new(any))
		for _, m := range regexp.MustCompile(`[\s\[]--([a-z-]+)`).FindAllStringSubmatch(text, -1) {
			if lint.Flags().Lookup(m[1]) == nil {
				t.Errorf("%s: lint has no flag --%s", name, m[1])
			}
		}
	}
}

// The man pages have a page for each command, with its flags.
func TestManPages(t *testing.T) {
	if testing.Short() {
		t.Skip("links a binary")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "-tags", "man", ".", "man", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"pg2crdb.1", "pg2crdb-lint.1", "pg2crdb-translate.1", "pg2crdb-rules.1", "pg2crdb-explain.1", "pg2crdb-init.1", "pg2crdb-version.1"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if name == "pg2crdb-lint.1" && !bytes.Contains(text, []byte("write-baseline")) {
			t.Errorf("%s does not name --write-baseline", name)
		}
	}
}
