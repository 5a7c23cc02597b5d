// Package verify runs a translation on a real CockroachDB and maps what it
// answers back to the lines of the source.
package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/cockroach-go/v2/testserver"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Server is a CockroachDB to verify on.
type Server struct {
	// Version is the server's own words, such as "CockroachDB CCL v26.1.0 (...)".
	Version string
	// Series is its release series, such as "26.1".
	Series string

	config *pgx.ConnConfig
	stop   func()
}

// Close stops a server that was started for the verification. A server that was
// there before goes on.
func (s *Server) Close() {
	if s.stop != nil {
		s.stop()
	}
}

// Connect uses the server at a PostgreSQL URL, with every TLS parameter that
// such a URL takes. Anything but a CockroachDB is refused. Errors never hold
// the password.
func Connect(ctx context.Context, url string) (*Server, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the server's URL: %w: write postgresql://user@host:26257/defaultdb?sslmode=verify-full&sslrootcert=ca.crt", redact(err))
	}
	s := &Server{config: config}
	conn, err := s.dial(ctx, config.Database, nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, "SELECT version()").Scan(&s.Version); err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", s.address(), err)
	}
	if !strings.HasPrefix(s.Version, "CockroachDB") {
		return nil, fmt.Errorf("the server at %s is no CockroachDB but %s: verify needs a CockroachDB", s.address(), firstWords(s.Version, 2))
	}
	s.Series = series(s.Version)
	return s, nil
}

// Start runs a CockroachDB binary with its data in memory, for as long as the
// verification takes.
func Start(ctx context.Context, binary string) (*Server, error) {
	return start(ctx, fmt.Sprintf("start %s", binary), testserver.CockroachBinaryPathOpt(binary))
}

// Download fetches a release of CockroachDB, such as "v24.3.8", and runs it.
func Download(ctx context.Context, version string) (*Server, error) {
	if !strings.HasPrefix(version, "v") {
		version = "v" + version
	}
	return start(ctx, "download and start CockroachDB "+version, testserver.CustomVersionOpt(version))
}

func start(ctx context.Context, what string, opt testserver.TestServerOpt) (*Server, error) {
	ts, err := testserver.NewTestServer(opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	s, err := Connect(ctx, ts.PGURL().String())
	if err != nil {
		ts.Stop()
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	s.stop = ts.Stop
	return s, nil
}

// dial connects to a database of the server; notice is told of its remarks.
func (s *Server) dial(ctx context.Context, database string, notice func(string)) (*pgx.Conn, error) {
	config := s.config.Copy()
	config.Database = database
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if notice != nil {
			notice(n.Message)
		}
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(ctx, config)
	if err == nil {
		return conn, nil
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		hint := ""
		switch pe.Code {
		case "28P01", "28000":
			hint = ": check user, password and certificates"
		case "3D000":
			hint = ": name a database that exists, such as defaultdb"
		}
		return nil, fmt.Errorf("connect to %s as %s: %s (SQLSTATE %s)%s", s.address(), s.config.User, pe.Message, pe.Code, hint)
	}
	return nil, fmt.Errorf("connect to %s as %s: %w: is the server running, and can it be reached from here?", s.address(), s.config.User, redact(err))
}

func (s *Server) address() string { return fmt.Sprintf("%s:%d", s.config.Host, s.config.Port) }

// redact strips what pgx repeats of the connection string, which may hold the
// password, from an error.
func redact(err error) error {
	var pe *pgconn.ParseConfigError
	if errors.As(err, &pe) {
		if inner := errors.Unwrap(pe); inner != nil {
			return inner
		}
		return errors.New("it cannot be parsed")
	}
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) {
		if inner := errors.Unwrap(ce); inner != nil {
			return inner
		}
	}
	return err
}

func firstWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[:min(n, len(f))], " ")
}

// series finds the release series in what version() says.
func series(version string) string {
	for _, w := range strings.Fields(version) {
		var major, minor int
		if n, err := fmt.Sscanf(w, "v%d.%d", &major, &minor); err == nil && n == 2 {
			return fmt.Sprintf("%d.%d", major, minor)
		}
	}
	return ""
}
