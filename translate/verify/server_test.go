//go:build unix

package verify

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pg2crdb/pg2crdb/internal/crdbtest"
	"github.com/pg2crdb/pg2crdb/internal/pgtest"
)

// password is what no message may hold, nor its parts.
const password = "s3cr3t/w0rd"

func TestConnectRefused(t *testing.T) {
	pg := pgtest.Start(t, "ssl=on")
	root := pg.URL("postgres", "postgres")
	crdbtest.Exec(t, root, "CREATE USER pw_user PASSWORD 'another'")
	silent := silentListener(t)
	at := fmt.Sprintf("127.0.0.1:%d", pg.Port)
	quoted := "s3cr3t%2Fw0rd"
	for _, test := range []struct{ name, url, want string }{
		{"PostgreSQL", root, "is no CockroachDB but PostgreSQL 15"},
		{"wrong password", "postgresql://pw_user:" + quoted + "@" + at + "/postgres", `password authentication failed for user "pw_user" (SQLSTATE 28P01): check the user, the password`},
		{"wrong password, as a list", "host=127.0.0.1 user=pw_user password=" + password + fmt.Sprintf(" port=%d", pg.Port), "check the user, the password"},
		{"no such database", "postgresql://postgres:" + quoted + "@" + at + "/nope", `database "nope" does not exist (SQLSTATE 3D000): name a database that exists`},
		{"no server", "postgresql://root:" + quoted + "@127.0.0.1:1/defaultdb", "connect to 127.0.0.1:1 as root: "},
		{"no such host", "postgresql://root:" + quoted + "@nowhere.invalid/defaultdb", "is the server running, and can it be reached from here?"},
		{"no answer", "postgresql://root:" + quoted + "@" + silent + "/defaultdb?connect_timeout=1", "is the server running"},
		{"unknown authority", "postgresql://postgres:" + quoted + "@" + at + "/postgres?sslmode=verify-full", "check sslmode, sslrootcert"},
		{"known authority", "postgresql://postgres:" + quoted + "@" + at + "/postgres?sslmode=verify-full&sslrootcert=" + filepath.Join(pg.Dir, "server.crt"), "is no CockroachDB but PostgreSQL"},
		{"no certificate file", "postgresql://postgres:" + quoted + "@" + at + "/postgres?sslmode=verify-full&sslrootcert=missing.crt", "missing.crt"},
		{"no such sslmode", "postgresql://root:" + quoted + "@" + at + "/d?sslmode=sometimes", "sslmode is invalid"},
		{"no such sslmode, as a list", "host=127.0.0.1 password=" + password + " sslmode=sometimes", "one of its settings is wrong: write it like postgresql://"},
		{"a slash in the password", "postgresql://root:" + password + "@" + at + "/d", "are written with %"},
		{"a percent sign in the password", "postgresql://root:s3cr3t%zz@" + at + "/d", "are written with %"},
		{"a blank in the host", "postgresql://root:s3cr3t@ho st/d", "are written with %"},
		{"an @ in the password", "postgresql://root:s3cr3t@w0rd@" + at + ":x/d", "are written with %"},
		{"another scheme", "mysql://root:" + quoted + "@" + at + "/d", "its scheme is not postgresql"},
		{"no URL", password, "it is neither a URL nor a list"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Connect(context.Background(), test.url)
			if err == nil {
				t.Fatal("no error")
			}
			if text := fmt.Sprintf("%v %+v", err, err); !strings.Contains(text, test.want) {
				t.Errorf("%v\nwant: %s", err, test.want)
			}
			for err := err; err != nil; {
				for _, part := range []string{password, "s3cr3t", "w0rd"} {
					if strings.Contains(fmt.Sprintf("%v %+v", err, err), part) {
						t.Errorf("holds the password: %v", err)
					}
				}
				u, ok := err.(interface{ Unwrap() error })
				if !ok {
					break
				}
				err = u.Unwrap()
			}
		})
	}
}

// silentListener takes connections and says nothing.
func silentListener(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		var open []net.Conn // a connection that is collected is closed
		for {
			c, err := l.Accept()
			if err != nil {
				for _, c := range open {
					c.Close()
				}
				return
			}
			open = append(open, c)
		}
	}()
	return l.Addr().String()
}

// The parameters of a connection string that concern TLS reach the driver.
func TestConnectTLS(t *testing.T) {
	pg := pgtest.Start(t, "ssl=on")
	root := pg.URL("postgres", "postgres")
	crdbtest.Exec(t, root, "CREATE USER tls_user")
	ca := filepath.Join(pg.Dir, "server.crt")
	base := fmt.Sprintf("postgresql://postgres@127.0.0.1:%d/postgres", pg.Port)
	for _, test := range []struct{ params, want string }{
		{"?sslmode=disable", "f"},
		{"?sslmode=require", "t"},
		{"?sslmode=prefer", "t"},
		{"?sslmode=verify-ca&sslrootcert=" + ca, "t"},
		{"?sslmode=verify-full&sslrootcert=" + ca, "t"},
	} {
		s, err := ConnectPostgres(context.Background(), base+test.params)
		if err != nil {
			t.Errorf("%s: %v", test.params, err)
			continue
		}
		conn, err := s.dial(context.Background(), "postgres", nil)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := conn.QueryRow(context.Background(), "SELECT ssl::text::char(1) FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&got); err != nil {
			t.Fatal(err)
		}
		conn.Close(context.Background())
		if got != test.want {
			t.Errorf("%s: TLS is %s", test.params, got)
		}
	}
}

func TestSeries(t *testing.T) {
	for version, want := range map[string]string{
		"CockroachDB CCL v26.1.0-alpha.1 (x86_64-pc-linux-gnu, built 2026/01/02, go1.25)": "26.1",
		"CockroachDB OSS v22.2.19 (...)": "22.2",
		"PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit": "15",
		"something else": "",
	} {
		if got := series(version); got != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
}

// Who may not create a database is told so, before anything has happened.
func TestScratchRefused(t *testing.T) {
	root := pgtest.URL(t)
	crdbtest.Exec(t, root, "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN NOCREATEDB",
		"DROP ROLE IF EXISTS frozen", "CREATE ROLE frozen LOGIN CREATEDB", "ALTER ROLE frozen SET default_transaction_read_only = on")
	t.Cleanup(func() { crdbtest.Exec(t, root, "DROP ROLE reader", "DROP ROLE frozen") })
	for _, user := range []string{"reader", "frozen"} {
		s := standInAt(t, strings.Replace(root, "postgres@", user+"@", 1))
		_, err := Run(context.Background(), s, translated(t, "", "a.sql", "CREATE TABLE t (id BIGINT PRIMARY KEY);"), Options{})
		if err == nil || !strings.Contains(err.Error(), "needs a user that may create one (CREATEDB)") {
			t.Errorf("%s: %v", user, err)
		}
	}
}
