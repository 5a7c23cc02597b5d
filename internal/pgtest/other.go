//go:build !unix

// Package pgtest gives tests a real PostgreSQL, or skips them where there is
// none.
package pgtest

import (
	"os"
	"testing"
)

// Main runs the tests of a package.
func Main(m *testing.M) int { return m.Run() }

// URL returns PG2CRDB_TEST_POSTGRES_URL; without it the test is skipped.
func URL(t testing.TB) string {
	t.Helper()
	u := os.Getenv("PG2CRDB_TEST_POSTGRES_URL")
	if u == "" {
		t.Skip("needs a PostgreSQL: set PG2CRDB_TEST_POSTGRES_URL to a server")
	}
	return u
}
