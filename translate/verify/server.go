package verify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Server is a database server to verify on, or to compare with.
type Server struct {
	// Version is the server's own words, such as "CockroachDB CCL v26.1.0 (...)".
	Version string
	// Series is its release series, such as "26.1"; "15" for PostgreSQL.
	Series string
	// Disposable tells that the server was started for one verification and goes
	// with it. What a statement does outside of the scratch database hurts nobody
	// there, so such statements run as well.
	Disposable bool

	product product
	config  *pgx.ConnConfig
	// secrets are what must not be printed.
	secrets []string
}

// product is which database a server is.
type product string

const (
	cockroach product = "CockroachDB"
	postgres  product = "PostgreSQL"
)

func (p product) String() string { return string(p) }

// name calls the server by product and version, as messages do.
func (s *Server) name() string {
	if s.product == cockroach {
		return "CockroachDB v" + s.Series
	}
	return string(s.product) + " " + s.Series
}

// connectTimeout holds where the URL has no connect_timeout.
const connectTimeout = 15 * time.Second

// Connect uses the CockroachDB at a PostgreSQL URL or connection string, with
// every TLS parameter that such a URL takes. Anything but a CockroachDB is
// refused. Errors never hold the password.
func Connect(ctx context.Context, url string) (*Server, error) {
	s, err := connect(ctx, url, "postgresql://user@host:26257/defaultdb?sslmode=verify-full&sslrootcert=ca.crt")
	if err != nil {
		return nil, err
	}
	if s.product != cockroach {
		return nil, fmt.Errorf("the server at %s is no CockroachDB but %s: verify needs a CockroachDB", s.Address(), firstWords(s.Version, 2))
	}
	return s, nil
}

// ConnectPostgres is Connect for a PostgreSQL, to hold a translation against.
func ConnectPostgres(ctx context.Context, url string) (*Server, error) {
	s, err := connect(ctx, url, "postgresql://user@host:5432/postgres?sslmode=verify-full&sslrootcert=ca.crt")
	if err != nil {
		return nil, err
	}
	if s.product != postgres {
		return nil, fmt.Errorf("the server at %s is no PostgreSQL but %s: the original is applied to a PostgreSQL", s.Address(), firstWords(s.Version, 3))
	}
	return s, nil
}

func connect(ctx context.Context, connection, example string) (*Server, error) {
	s, err := parse(connection, example)
	if err != nil {
		return nil, err
	}
	conn, err := s.dial(ctx, s.config.Database, nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, "SELECT version()").Scan(&s.Version); err != nil {
		return nil, s.fail(ctx, err, "ask %s for its version", s.Address())
	}
	switch word := firstWords(s.Version, 1); word {
	case "CockroachDB", "PostgreSQL":
		s.product = product(word)
	}
	s.Series = series(s.Version)
	return s, nil
}

// parse reads a connection string. What it says of a string that cannot be read
// repeats nothing of it: where the string is broken, the password may be
// anywhere in it.
func parse(connection, example string) (*Server, error) {
	config, err := pgx.ParseConfig(connection)
	if err != nil {
		return nil, fmt.Errorf("read the server's URL: %s: write it like %s", unreadable(connection, err), example)
	}
	s := &Server{config: config}
	s.keep(config.Password)
	if u, err := url.Parse(connection); err == nil {
		if p, ok := u.User.Password(); ok {
			s.keep(p)
			s.keep(url.PathEscape(p))
			s.keep(url.QueryEscape(p))
		}
		s.keep(u.Query().Get("password"))
		s.keep(u.Query().Get("sslpassword"))
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	return s, nil
}

// unreadable says what is wrong with a connection string without repeating it.
func unreadable(connection string, err error) string {
	u, parseErr := url.Parse(connection)
	switch {
	case !strings.Contains(connection, "://") && strings.Contains(connection, "="):
		return "one of its settings is wrong"
	case !strings.Contains(connection, "://"):
		return "it is neither a URL nor a list such as host=... user=..."
	case parseErr != nil || strings.ContainsAny(u.Host, "@"):
		return "it is no URL; characters such as / @ : # ? in the user or the password are written with %"
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return "its scheme is not postgresql"
	}
	// What is left are parameters: a word that is none of sslmode's, a file of
	// certificates that cannot be read.
	s := &Server{}
	if p, ok := u.User.Password(); ok {
		s.keep(p)
	}
	s.keep(u.Query().Get("password"))
	s.keep(u.Query().Get("sslpassword"))
	if inner := errors.Unwrap(err); inner != nil {
		return s.scrub(inner.Error())
	}
	return "one of its parameters is wrong"
}

// keep remembers a text that is not to be printed.
func (s *Server) keep(secret string) {
	if secret != "" {
		s.secrets = append(s.secrets, secret)
	}
}

// scrub takes the secrets out of a text.
func (s *Server) scrub(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

// fail makes an error out of one of the driver's. It holds the driver's words
// without what must not be printed, and not the driver's error itself, which
// may repeat the connection string; an interruption stays what it is.
func (s *Server) fail(ctx context.Context, err error, doing string, args ...any) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var pe *pgconn.PgError
	text := err.Error()
	if errors.As(err, &pe) {
		text = fmt.Sprintf("%s (SQLSTATE %s)", pe.Message, pe.Code)
	}
	return fmt.Errorf("%s: %s", fmt.Sprintf(doing, args...), s.scrub(text))
}

// dial connects to a database of the server; notice is told of its remarks and
// may be nil.
func (s *Server) dial(ctx context.Context, database string, notice func(*pgconn.Notice)) (*pgx.Conn, error) {
	config := s.config.Copy()
	config.Database = database
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if notice != nil {
			notice(n)
		}
	}
	// The migration tools send statements without parameters, which is the
	// simple protocol.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(ctx, config)
	if err == nil {
		return conn, nil
	}
	hint := "is the server running, and can it be reached from here?"
	const checkTLS = "check sslmode, sslrootcert, sslcert and sslkey in the URL"
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch pe.Code {
		case "28P01", "28000":
			hint = "check the user, the password and the certificates"
		case "3D000":
			hint = "name a database that exists"
		default:
			hint = "the server refuses the connection"
			if strings.Contains(pe.Message, "SSL") {
				hint = checkTLS
			}
		}
	} else if text := err.Error(); strings.Contains(text, "x509:") || strings.Contains(text, "tls:") || strings.Contains(text, "TLS") {
		hint = checkTLS
	}
	// pgx says what went wrong for each address that it tried, with TLS and
	// without: mostly the same.
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) && pe == nil {
		all := strings.Split(errors.Unwrap(ce).Error(), "\n")
		err = errors.New(strings.Join(slices.Compact(all), "; "))
	}
	err = s.fail(ctx, err, "connect to %s as %s", s.Address(), s.config.User)
	if ctx.Err() != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %s", err, hint)
}

// Address is the host and the port of the server.
func (s *Server) Address() string { return fmt.Sprintf("%s:%d", s.config.Host, s.config.Port) }

func firstWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[:min(n, len(f))], " ")
}

// series finds the release series in what version() says: "26.1" in
// "CockroachDB CCL v26.1.0 (...)", "15" in "PostgreSQL 15.14 on ...".
func series(version string) string {
	var major, minor int
	for _, w := range strings.Fields(version) {
		if n, _ := fmt.Sscanf(w, "v%d.%d", &major, &minor); n == 2 {
			return fmt.Sprintf("%d.%d", major, minor)
		}
	}
	for _, w := range strings.Fields(version) {
		if n, _ := fmt.Sscanf(w, "%d", &major); n == 1 {
			return fmt.Sprint(major)
		}
	}
	return ""
}
