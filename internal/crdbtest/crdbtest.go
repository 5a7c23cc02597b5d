// Package crdbtest gives tests a real CockroachDB, or skips them where there is
// none.
package crdbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/cockroach-go/v2/testserver"
	"github.com/jackc/pgx/v5"
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
	})
	if started.err != nil {
		t.Fatalf("start %s: %v", binary, started.err)
	}
	return started.url
}

// Database makes a database of its own for the test and returns a connection
// to it. Both go when the test ends.
func Database(t testing.TB) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	config, err := pgx.ParseConfig(URL(t))
	if err != nil {
		t.Fatalf("read the server's URL: %v", err)
	}
	config.OnNotice = nil
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatalf("connect to CockroachDB: %v", err)
	}
	name := "pg2crdb_test_" + random()
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	config = config.Copy()
	config.Database = name
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatalf("connect to %s: %v", name, err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		conn.Close(ctx)
		if _, err := admin.Exec(ctx, "DROP DATABASE "+name+" CASCADE"); err != nil {
			t.Errorf("drop database: %v", err)
		}
		admin.Close(ctx)
	})
	return conn
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
