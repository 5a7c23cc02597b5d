package launch

import (
	"context"
	"io"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // where the test server tells what it does
	os.Exit(m.Run())
}

// What is no CockroachDB is told so, before anything is started.
func TestBinaryRefused(t *testing.T) {
	for _, test := range []struct{ path, want string }{
		{"./missing", "ask ./missing for its version: "},
		{"false", "ask false for its version: exit status 1"},
		{"echo", `echo is no CockroachDB: asked for its version it says "version"`},
	} {
		_, _, err := Binary(context.Background(), test.path)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.path, err)
		}
	}
	for _, version := range []string{"latest", "24.3", "v24.3.8x", ""} {
		_, _, err := Download(context.Background(), version)
		if err == nil || !strings.Contains(err.Error(), "name a release such as v24.3.8") {
			t.Errorf("%s: %v", version, err)
		}
	}
}

// A binary is started, is disposable, and goes.
func TestBinary(t *testing.T) {
	binary := os.Getenv("COCKROACH_BINARY")
	if binary == "" {
		t.Skip(crdbtest.Skip)
	}
	s, stop, err := Binary(context.Background(), binary)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Disposable || s.Series == "" {
		t.Errorf("%+v", s)
	}
	stop()
}
