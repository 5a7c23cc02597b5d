package translate_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies: whoever imports translate, lint or rules gets the parser and
// a semver library, and nothing of what the command line or the tests need.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}",
		"github.com/pg2crdb/pg2crdb/translate", "github.com/pg2crdb/pg2crdb/lint", "github.com/pg2crdb/pg2crdb/rules").CombinedOutput()
	if err != nil {
		t.Skipf("needs the go command: %v: %s", err, out)
	}
	allowed := map[string]bool{
		"github.com/pganalyze/pg_query_go/v5/parser": true,
		"github.com/Masterminds/semver/v3":           true,
	}
	for _, p := range strings.Fields(string(out)) {
		if !allowed[p] && !strings.HasPrefix(p, "github.com/pg2crdb/pg2crdb/") {
			t.Errorf("%s", p)
		}
	}
}

// TestVerifyDependencies: whoever imports verify gets a driver, and nothing of
// what starting servers takes.
func TestVerifyDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "github.com/pg2crdb/pg2crdb/translate/verify").CombinedOutput()
	if err != nil {
		t.Skipf("needs the go command: %v: %s", err, out)
	}
	for _, p := range strings.Fields(string(out)) {
		if strings.Contains(p, "testcontainers") || strings.Contains(p, "docker") || strings.Contains(p, "testserver") {
			t.Errorf("%s", p)
		}
	}
}
