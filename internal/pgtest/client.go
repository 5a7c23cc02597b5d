//go:build unix

package pgtest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Client runs one of PostgreSQL's client programs, such as pg_dump, as the
// superuser on a database, and returns what it prints.
func (s *Server) Client(t testing.TB, database, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(client(t, program), append([]string{"--dbname=" + s.URL("postgres", database)}, args...)...)
	var out, trouble strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &trouble
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v: %s", program, strings.Join(args, " "), err, trouble.String())
	}
	return out.String()
}

// client returns the path of a client program: that of the server's release, if
// it is there.
func client(t testing.TB, program string) string {
	t.Helper()
	dir := binaries()
	if real, err := filepath.EvalSymlinks(filepath.Join(dir, "initdb")); err == nil {
		dir = filepath.Dir(real)
	}
	if path, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
		return path
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("needs %s of PostgreSQL", program)
	}
	return path
}
