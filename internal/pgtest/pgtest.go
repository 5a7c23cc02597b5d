//go:build unix

// Package pgtest gives tests a real PostgreSQL, or skips them where there is
// none.
package pgtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Skip is what a test says that needs a server and finds none.
const Skip = "needs a PostgreSQL: install postgresql or set PG2CRDB_TEST_POSTGRES_URL to a server"

// Server is a PostgreSQL that was started for tests. Its superuser is postgres;
// who connects over TCP is trusted, save for the users whose names begin with
// pw_, who need a password.
type Server struct {
	Port int
	// Dir holds the data; server.crt in it is the certificate for localhost where
	// TLS is on.
	Dir string
	cmd *exec.Cmd
}

// shared is the server that the tests of one binary have in common.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests of a package and stops the shared server: for TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.server != nil {
		shared.server.Stop()
	}
	return code
}

// URL returns the address of a PostgreSQL, as its superuser: that of
// PG2CRDB_TEST_POSTGRES_URL, or of a server that is started for the tests. The
// package's TestMain has to call Main.
func URL(t testing.TB) string {
	t.Helper()
	if u := os.Getenv("PG2CRDB_TEST_POSTGRES_URL"); u != "" {
		return u
	}
	shared.once.Do(func() { shared.server, shared.err = start() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	if shared.server == nil {
		t.Skip(Skip)
	}
	return shared.server.URL("postgres", "postgres")
}

// Start starts a server for one test, with settings such as "ssl=on".
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := start(settings...)
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Skip(Skip)
	}
	t.Cleanup(s.Stop)
	return s
}

// URL returns the server's address for a user, perhaps with a password behind a
// colon.
func (s *Server) URL(user, database string) string {
	return fmt.Sprintf("postgresql://%s@127.0.0.1:%d/%s?sslmode=disable", user, s.Port, database)
}

// Stop ends the server at once, as a crash would.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	// SIGQUIT is the immediate shutdown, which takes the children along; what
	// has not gone by then is killed, the group of processes being the server's.
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	kill := time.AfterFunc(3*time.Second, func() { _ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) })
	_ = s.cmd.Wait()
	kill.Stop()
	s.cmd = nil
	_ = os.RemoveAll(filepath.Dir(s.Dir))
}

// start returns nil without an error where there is no PostgreSQL.
func start(settings ...string) (*Server, error) {
	bin := binaries()
	if bin == "" {
		return nil, nil
	}
	who, err := account()
	if err != nil {
		return nil, err
	}
	base, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	s := &Server{Dir: filepath.Join(base, "data")}
	if err := s.start(bin, base, who, settings); err != nil {
		s.Stop()
		os.RemoveAll(base)
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	return s, nil
}

func (s *Server) start(bin, base string, who *syscall.Credential, settings []string) error {
	if who != nil {
		if err := os.Chown(base, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true} // the tests' Ctrl-C is not the server's
		cmd.Dir = base
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
		return cmd
	}
	initdb := run("initdb", "--pgdata", s.Dir, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	hba := "local all all trust\nhost all /^pw_ all scram-sha-256\nhost all all all trust\n"
	if !newerThan15(bin) { // names as regular expressions are new in 16
		hba = "local all all trust\nhost all pw_user all scram-sha-256\nhost all all all trust\n"
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "pg_hba.conf"), []byte(hba), 0o644); err != nil {
		return err
	}
	if err := writeCertificate(s.Dir, who); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port = port
	args := []string{"-D", s.Dir, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", base, "-c", "fsync=off", "-c", "max_connections=50"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	s.cmd = run("postgres", args...)
	log, err := os.Create(filepath.Join(base, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd.Stderr = log // a file: a pipe would stay open as long as any child lives
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	var answer error
	for range 300 {
		conn, err := pgx.Connect(context.Background(), s.URL("postgres", "postgres"))
		if err == nil {
			return conn.Close(context.Background())
		}
		answer = err
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	return fmt.Errorf("%w: %s", answer, text)
}

// binaries returns the directory of PostgreSQL's programs; empty if there is
// none.
func binaries() string {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	sort.Strings(found)
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

func newerThan15(bin string) bool {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	var major int
	if err == nil {
		_, err = fmt.Sscanf(string(out), "postgres (PostgreSQL) %d", &major)
	}
	return err == nil && major > 15
}

// account is the user to run PostgreSQL as, which refuses to run as root; nil
// for the own user.
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, fmt.Errorf("start PostgreSQL: it does not run as root, and there is no other user: %w", err)
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL as %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL as %s: %w", u.Username, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
