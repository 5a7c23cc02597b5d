// Package crdbtest gives tests a real CockroachDB, or skips them where there is
// none.
package crdbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/cockroach-go/v2/testserver"
	"github.com/jackc/pgx/v5"

	"github.com/pg2crdb/pg2crdb/internal/quick"
)

// Skip is what a test says that needs a server and finds none.
const Skip = "needs a CockroachDB: set COCKROACH_BINARY to a binary or PG2CRDB_TEST_URL to a server"

// started is the server that COCKROACH_BINARY was started for: one for the
// whole test binary, since a start takes seconds.
var started struct {
	once sync.Once
	url  string
	err  error
}

// URL returns the address of a CockroachDB: that of PG2CRDB_TEST_URL, or of a
// server in memory started from COCKROACH_BINARY. Without either the test is
// skipped.
func URL(t testing.TB) string {
	t.Helper()
	if u := os.Getenv("PG2CRDB_TEST_URL"); u != "" {
		return u
	}
	binary := os.Getenv("COCKROACH_BINARY")
	if binary == "" {
		t.Skip(Skip)
	}
	started.once.Do(func() {
		ts, err := testserver.NewTestServer(testserver.CockroachBinaryPathOpt(binary))
		if err != nil {
			started.err = err
			return
		}
		started.url = ts.PGURL().String()
		started.err = quick.Apply(context.Background(), started.url)
	})
	if started.err != nil {
		t.Fatalf("start %s: %v", binary, started.err)
	}
	return started.url
}

// Binary returns the binary of COCKROACH_BINARY, for a test that needs a server
// of its own; without it the test is skipped.
func Binary(t testing.TB) string {
	t.Helper()
	binary := os.Getenv("COCKROACH_BINARY")
	if binary == "" {
		t.Skip("needs a CockroachDB of its own: set COCKROACH_BINARY to a binary")
	}
	return binary
}

// Database makes a database of its own for the test and returns a connection
// to it. Both go when the test ends.
func Database(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, drop, err := Open(context.Background(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

// dropWait is how long it is waited for a database to go. The server goes on
// with that by itself, and on a busy machine it may take minutes.
const dropWait = 20 * time.Second

// Open makes a database on the server and returns a connection to it, and what
// closes the connection and drops the database. Unlike Database it may be
// called from any goroutine. A database of the server that was started for the
// tests stays until that ends: to drop it takes longer than most tests.
func Open(ctx context.Context, url string) (conn *pgx.Conn, drop func() error, err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("read the server's URL: %w", err)
	}
	config.OnNotice = nil
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to CockroachDB: %w", err)
	}
	name := "pg2crdb_test_" + random()
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("create database: %w", err), admin.Close(ctx))
	}
	config = config.Copy()
	config.Database = name
	drop = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), dropWait)
		defer cancel()
		defer admin.Close(context.Background())
		if conn != nil {
			conn.Close(ctx)
		}
		if url == started.url {
			return nil
		}
		if _, err := admin.Exec(ctx, "DROP DATABASE "+name+" CASCADE"); err != nil && ctx.Err() == nil {
			return fmt.Errorf("drop database: %w", err)
		}
		return nil
	}
	if conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connect to %s: %w", name, err), drop())
	}
	return conn, drop, nil
}

// Series returns the release series of the server, such as "26.1".
func Series(t testing.TB, conn *pgx.Conn) string {
	t.Helper()
	var v string
	if err := conn.QueryRow(context.Background(), "SELECT version()").Scan(&v); err != nil {
		t.Fatalf("ask for the version: %v", err)
	}
	// CockroachDB CCL v26.1.0-alpha.1 (...)
	for _, w := range strings.Fields(v) {
		var major, minor int
		if n, _ := fmt.Sscanf(w, "v%d.%d", &major, &minor); n == 2 {
			return fmt.Sprintf("%d.%d", major, minor)
		}
	}
	t.Fatalf("not a CockroachDB: %s", v)
	return ""
}

func random() string {
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		return "x"
	}
	return hex.EncodeToString(b)
}

// Exec runs statements on the database of a URL, which may be PostgreSQL's.
func Exec(t testing.TB, url string, statements ...string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}
