package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the expected output of the scripts anew")

// TestScript runs the command line as a user does: testdata/script has a file
// for each subject. Beside testscript's own commands there are
//
//	write FILE TEXT...     writes texts with Go's escapes (\xff, \r, ...)
//	repeat FILE TEXT N...  writes texts N times each
//	valid SCHEMA FILE      holds a JSON file against a schema
//	sed FILE OLD NEW       replaces text in a file
//	socket FILE            makes a Unix socket
//	asnobody ARGS...       runs pg2crdb as a user whom permissions stop, also
//	                       where the tests run as root; condition [nobody]
func TestScript(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repo)
			e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			for _, v := range []string{"GIT_AUTHOR", "GIT_COMMITTER"} {
				e.Setenv(v+"_NAME", "A")
				e.Setenv(v+"_EMAIL", "a@example.com")
			}
			for _, v := range []string{"GOMODCACHE", "GOPROXY", "GOFLAGS", "GOSUMDB"} {
				out, err := exec.Command("go", "env", v).Output()
				if err == nil {
					e.Setenv(v, strings.TrimSpace(string(out)))
				}
			}
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "temporal":
				return hasTemporal(), nil
			case "nobody":
				return canBeNobody(), nil
			}
			if name, ok := strings.CutPrefix(cond, "exists:"); ok { // such as a device
				_, err := os.Stat(name)
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"write": func(ts *testscript.TestScript, _ bool, args []string) {
				var b strings.Builder
				for _, a := range args[1:] {
					text, err := strconv.Unquote(`"` + strings.ReplaceAll(a, `"`, `\"`) + `"`)
					ts.Check(err)
					b.WriteString(text)
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
			},
			"repeat": func(ts *testscript.TestScript, _ bool, args []string) {
				var b strings.Builder
				for rest := args[1:]; len(rest) >= 2; rest = rest[2:] {
					n, err := strconv.Atoi(rest[1])
					ts.Check(err)
					b.WriteString(strings.Repeat(rest[0], n))
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
			},
			"sed": func(ts *testscript.TestScript, _ bool, args []string) {
				text := ts.ReadFile(args[0])
				if !strings.Contains(text, args[1]) {
					ts.Fatalf("%s does not hold %q", args[0], args[1])
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o644))
			},
			"socket": func(ts *testscript.TestScript, _ bool, args []string) {
				l, err := net.Listen("unix", ts.MkAbs(args[0]))
				ts.Check(err)
				ts.Defer(func() { l.Close() })
			},
			"asnobody": asNobody,
			"valid": func(ts *testscript.TestScript, _ bool, args []string) {
				schema, err := jsonschema.NewCompiler().Compile(filepath.Join(repo, filepath.FromSlash(args[0])))
				ts.Check(err)
				doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(ts.ReadFile(args[1]))))
				ts.Check(err)
				ts.Check(schema.Validate(doc))
			},
		},
	})
}

// hasTemporal reports whether the schema of the release that the tests read can
// be had.
func hasTemporal() bool {
	_, err := temporalRelease()
	return err == nil
}
